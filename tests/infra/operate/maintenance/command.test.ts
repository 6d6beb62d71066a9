import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { checkArguments, MAINTENANCE_COMMAND } from '#infra/operate/maintenance/command.ts'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { inputOf } from '#tests/infra/command/input-of.ts'
import { runCommand } from '#tests/infra/operate/running-commands.ts'
import { longTest } from '#tests/support/effort.ts'

const LEGACY = join(import.meta.dirname, '../../../fixtures/legacy/persistence')

async function folder(): Promise<string> {
  const data_dir = await mkdtemp(join(tmpdir(), 'maintenance-'))
  onTestFinished(() => rm(data_dir, { recursive: true }))
  return data_dir
}

/** The numbers of a report by name. */
function numbersOf(out: string): Record<string, number> {
  return Object.fromEntries([...out.matchAll(/^ *(\w+) +(\d+)$/gm)].map(([, name, value]) => [name!, Number(value)]))
}

describe('the command', () => {
  longTest('archives what was imported and is not used any more, after a dry run that says so', async () => {
    const data = await folder()
    await runCommand('import', ['--from', LEGACY, '--data', data])
    const tried = await runCommand('maintenance', ['retention', '--dry-run', '--data', data])
    expect([tried.code, tried.err]).toEqual([0, ''])
    const { idle, archived } = numbersOf(tried.out)
    expect([idle! > 0, archived]).toEqual([true, 0])
    // One line for each, with the user as the operator knows it.
    expect(tried.out.match(/^ {2}\S+ {2}audience_id \S+ {2}idle_days \d+$/gm)).toHaveLength(idle!)
    const done = await runCommand('maintenance', ['retention', '--data', data])
    expect([done.code, numbersOf(done.out)['archived']]).toEqual([0, idle])
    const again = await runCommand('maintenance', ['retention', '--data', data])
    expect(numbersOf(again.out)).toMatchObject({ idle: 0, archived: 0 })
  })

  longTest('finds in an import what the source lacked, and exits 2 for it', async () => {
    const data = await folder()
    await runCommand('import', ['--from', LEGACY, '--data', data])
    const stray = join(data, 'buckets/activation-local/audiences/stray.txt')
    await writeFile(stray, 'x')
    const { code, out, err } = await runCommand('maintenance', ['integrity', '--data', data])
    expect([code, err]).toEqual([2, ''])
    // One distribution of the fixtures is of an audience that was lost before.
    expect(numbersOf(out)).toMatchObject({ findings: 2, orphans: 1, strays: 1, unreadable: 0, failed_users: 0 })
    expect(out).toContain('object audiences/stray.txt')
    expect(out).toContain('the audiences record aud-gone does not exist')
    expect(await readFile(stray, 'utf8')).toBe('x')
  })

  longTest('exits 0 where there is nothing to do', async () => {
    const data = await folder()
    for (const job of ['metrics', 'integrity', 'purge', 'reencrypt', 'dispatch']) {
      const { code, out, err } = await runCommand('maintenance', [job, '--data', data])
      expect([code, err, numbersOf(out)['users']]).toEqual([0, '', 0])
    }
  })

  test('works on the bucket that is configured', async () => {
    const gcs = await startGcs({ data_dir: await folder(), buckets: ['customer'], fsync: false })
    onTestFinished(() => gcs.close())
    const environment = { GCS_BUCKET: 'customer', STORAGE_API_ENDPOINT: gcs.url }
    const { code, out } = await runCommand('maintenance', ['metrics'], environment)
    expect([code, out.split('\n')[0]]).toEqual([0, 'metrics on gs://customer'])
  })

  longTest('says which setting it needs', async () => {
    const environment = { GCS_BUCKET: 'customer', STORAGE_API_ENDPOINT: 'http://127.0.0.1:9' }
    const away = await runCommand('maintenance', ['retention'], { ...environment, RETENTION_IDLE_DAYS: 'many' })
    expect([away.code, away.err]).toEqual([
      1,
      expect.stringContaining('RETENTION_IDLE_DAYS must be a whole number of days'),
    ])
  })

  test.each([
    [[], 'JOB is required: job to run.'],
    [['tidy'], 'JOB cannot be tidy. It is one of dispatch, retention'],
    [['retention', 'purge'], 'Unexpected argument purge.'],
    [['retention', '--dry'], 'Unknown option --dry. Did you mean --dry-run?'],
    [['dispatch', '--dry-run'], 'dispatch has no dry run.'],
    [
      ['metrics', '--data', 'x', '--function', 'https://am-maintenance.example'],
      'Choose one: --data for a local folder, or --function.',
    ],
  ])('refuses %j in a sentence', (args, sentence) => {
    expect(() => checkArguments(inputOf(MAINTENANCE_COMMAND, args))).toThrow(sentence)
  })
})
