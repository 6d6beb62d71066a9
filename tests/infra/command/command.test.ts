import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, test } from 'vitest'

import { helpText, usageText } from '#infra/command/help.ts'
import { OperatorError, UsageError } from '#infra/command/operator-error.ts'
import { parseCommand } from '#infra/command/parse.ts'
import { defineCommand } from '#infra/command/spec.ts'
import { longTest } from '#tests/support/effort.ts'
import { inputOf } from './input-of.ts'

const PAINT = defineCommand({
  program: 'npm run paint',
  summary: 'Paints rooms.',
  positionals: {
    room: { about: 'room to paint', required: true },
    wall: { about: 'walls of the room', repeatable: true },
  },
  options: {
    colour: { value: 'COLOUR', about: 'colour of the paint: as the shop calls it', required: true },
    finish: { value: 'FINISH', about: 'finish', choices: ['matt', 'gloss'] },
    coats: { value: 'N', about: 'number of coats', number: { min: 1, max: 3, is_whole: true }, default: 2 },
    without: { value: 'THING', about: 'thing to cover', repeatable: true },
    'dry-run': { about: 'only show' },
  },
  exit_codes: { 3: 'the paint ran out' },
  examples: [{ line: 'npm run paint -- kitchen --colour white', about: 'Paints the kitchen white' }],
})

const GIVEN = ['kitchen', '--colour', 'white']

describe('a command line', () => {
  test('gives typed values, defaults for what is not given, and switches', () => {
    const input = inputOf(PAINT, [...GIVEN, 'north', 'east', '--finish=gloss', '--without', 'a', '--without', 'b'])
    expect(input).toEqual({
      room: 'kitchen',
      wall: ['north', 'east'],
      colour: 'white',
      finish: 'gloss',
      coats: 2,
      without: ['a', 'b'],
      dry_run: false,
    })
    expectTypeOf(input.finish).toEqualTypeOf<'matt' | 'gloss' | undefined>()
    expectTypeOf(input.coats).toEqualTypeOf<number>()
    expectTypeOf(input.room).toEqualTypeOf<string>()
    expectTypeOf(input.without).toEqualTypeOf<readonly string[]>()
    expectTypeOf(input.dry_run).toEqualTypeOf<boolean>()
    expect(inputOf(PAINT, [...GIVEN, '--coats', '3', '--dry-run'])).toMatchObject({ coats: 3, dry_run: true })
  })

  test.each([
    [['--dry'], 'Unknown option --dry. Did you mean --dry-run?'],
    [['--color', 'white'], 'Unknown option --color. Did you mean --colour?'],
    [['--fnish=matt'], 'Unknown option --fnish. Did you mean --finish?'],
    [['--hlep'], 'Unknown option --hlep. Did you mean --help?'],
    [['--xylophone'], 'Unknown option --xylophone.'],
    [['-x'], 'Unknown option -x.'],
    [['--finish', 'mat'], '--finish cannot be mat. Did you mean matt? It is one of matt, gloss.'],
    [['--finish', 'rough'], '--finish cannot be rough. It is one of matt, gloss.'],
    [['--coats', '4'], '--coats must be a whole number from 1 to 3, not 4.'],
    [['--coats', '1.5'], '--coats must be a whole number from 1 to 3, not 1.5.'],
    [['--coats', '0x2'], '--coats must be a whole number from 1 to 3, not 0x2.'],
    [['--coats', '2e0'], '--coats must be a whole number from 1 to 3, not 2e0.'],
    [['--coats', ' '], '--coats needs a value.'],
    [['--coats', 'two'], '--coats must be a whole number from 1 to 3, not two.'],
    [['--without', ''], '--without needs a value.'],
    [['--finish', 'matt', '--finish', 'gloss'], '--finish can be given only once.'],
    [['--finish'], "Option '--finish <value>' argument missing"],
    [['--finish', '--dry-run'], "Option '--finish' argument is ambiguous."],
    [['--dry-run=yes'], "Option '--dry-run' does not take an argument"],
  ])('with %j is refused', (wrong, message) => {
    expect(() => inputOf(PAINT, [...GIVEN, ...wrong])).toThrow(new UsageError(message))
  })

  test('without something required names it and says what it is', () => {
    expect(() => inputOf(PAINT, ['kitchen'])).toThrow(new UsageError('--colour is required: colour of the paint.'))
    expect(() => inputOf(PAINT, ['--colour', 'white'])).toThrow(new UsageError('ROOM is required: room to paint.'))
  })

  test('with an argument too many names it', () => {
    const { positionals: _, ...spec } = PAINT
    expect(() => inputOf(spec, [...GIVEN, 'pantry'])).toThrow(new UsageError('Unexpected argument kitchen.'))
  })

  test.each([['--help'], ['-h'], ['--help', '--nonsense'], ['kitchen', '-h']])('with %j asks for help', (...args) => {
    expect(parseCommand(PAINT, args)).toEqual({ kind: 'help' })
  })

  test('whose --dry-run npm took for itself is refused instead of run', () => {
    const environment = { npm_config_dry_run: 'true' }
    expect(() => parseCommand(PAINT, GIVEN, environment)).toThrow(
      new UsageError('npm took --dry-run for itself. Put two dashes before it: npm run paint -- … --dry-run'),
    )
    expect(parseCommand(PAINT, [...GIVEN, '--dry-run'], environment)).toMatchObject({ kind: 'input' })
  })
})

test('usage and help show every argument, option, exit code and example', () => {
  expect(usageText(PAINT)).toBe(
    'Usage: npm run paint -- ROOM --colour COLOUR [WALL]… [--finish FINISH] [--coats N] [--without THING]… [--dry-run]',
  )
  expect(helpText(PAINT)).toBe(
    [
      usageText(PAINT),
      '',
      'Paints rooms.',
      '',
      'Arguments:',
      '  ROOM  room to paint',
      '  WALL  walls of the room',
      '',
      'Options:',
      '  --colour COLOUR  colour of the paint: as the shop calls it',
      '  --finish FINISH  finish (one of matt, gloss)',
      '  --coats N        number of coats (from 1 to 3; default 2)',
      '  --without THING  thing to cover',
      '  --dry-run        only show',
      '  -h, --help       print this and exit',
      '',
      'Exit codes:',
      '  0  done',
      '  1  failed',
      '  2  the command line is wrong; nothing was done',
      '  3  the paint ran out',
      '',
      'Examples:',
      '  npm run paint -- kitchen --colour white',
      '      Paints the kitchen white',
      '',
    ].join('\n'),
  )
})

describe('a program', () => {
  const program = join(import.meta.dirname, '../../fixtures/command/main.ts')
  const run = (...args: string[]) =>
    new Promise<{ code: number | string; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [program, ...args], (error, out, err) => resolve({ code: error?.code ?? 0, out, err }))
    })

  test('exits with what it returns, and tells foreseen and unforeseen failures apart', async () => {
    const [done, foreseen, unforeseen] = await Promise.all([
      run('--colour', 'white'),
      run('--colour', 'none'),
      run('--colour', 'undefined'),
    ])
    expect(done).toEqual({ code: 4, out: 'painted white\n', err: '' })
    expect(foreseen).toEqual({ code: 7, out: '', err: 'There is no paint.\n' })
    expect(unforeseen).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^TypeError: .*\n +at /) as string,
    })
  })

  // In `npm test`, programs.test.ts shows both on a program of the project.
  longTest('prints help, and tells how wrong usage is put right', async () => {
    const [help, wrong] = await Promise.all([run('--help'), run('--colur', 'white')])
    expect(help).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: .*Examples:/s) as string, err: '' })
    expect(wrong).toEqual({
      code: 2,
      out: '',
      err:
        'Unknown option --colur. Did you mean --colour?\nUsage: npm run paint -- --colour COLOUR\n' +
        'Help:  npm run paint -- --help\n',
    })
  })
})

test('an operator error exits with 1 unless it says otherwise', () => {
  expect([new OperatorError('x').exit_code, new OperatorError('x', { exit_code: 3 }).exit_code]).toEqual([1, 3])
})
