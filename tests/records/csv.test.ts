import { describe, expect, test } from 'vitest'

import { csvCell, isNothing, unguarded } from '#shared/records/csv.ts'
import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'

/** A cell as any RFC 4180 reader takes it apart; `undefined` for an unquoted empty one. */
function readCell(cell: string): string | undefined {
  if (cell === '') return undefined
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
}

const SIGNS = `'=+-@\t\r\n\0＝＋－＠\u00a0\u3000\ufeff", a`.split('')

const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.string({ unit: fc.constantFrom(...SIGNS) }))

describe('a CSV cell', () => {
  test('gives back every text exactly', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(unguarded(readCell(csvCell(value))!)).toBe(value)
      }),
      runs(500, 10_000),
    )
  })

  test('never begins like a formula', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(readCell(csvCell(value))).not.toMatch(/^[=+\-@\t\r]/)
      }),
      runs(500, 10_000),
    )
  })

  test('never begins like a formula once a spreadsheet has trimmed it', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(readCell(csvCell(value))).not.toMatch(/^[\s\0"]*[=+\-@＝＋－＠\t\r\n\0]/)
      }),
      runs(500, 10_000),
    )
  })

  test.each(['=1', '+1', '-1', '@x', '\tx', '\rx', "'=1", "''\t"])(
    'of before, with the guard of then, gives back %j',
    (value) => {
      expect(unguarded(`'${value}`)).toBe(value)
    },
  )

  test.each(["'90s kids", "'tis", "''", "' a", "'(=1)", "'a=b"])('gives back %s, which no export guards', (value) => {
    expect([csvCell(value), unguarded(value)]).toEqual([value, value])
  })

  test.each(['NaN', 'None', 'null', 'N/A', ' nan', '<NA>', 'inf', 'NaT'])('of the text %s is quoted', (value) => {
    expect([csvCell(value), isNothing(value)]).toEqual([`"${value}"`, true])
  })

  test.each(['Nanette', 'none of them', 'N/A yet', 'info', 'nullable', '0'])('of the text %s is as it is', (value) => {
    expect([csvCell(value), isNothing(value)]).toEqual([value, false])
  })

  test('is quoted whenever a reader would cut it otherwise', () => {
    fc.assert(
      fc.property(text, (value) => {
        const inner = csvCell(value).replace(/^"(.*)"$/s, (_, quoted: string) => quoted.replaceAll('""', ''))
        expect(inner).not.toContain('"')
        expect(csvCell(value).startsWith('"') || !/[,\r\n]/.test(inner)).toBe(true)
      }),
      runs(250, 5000),
    )
  })

  test.each([
    [null, ''],
    [undefined, ''],
    ['', '""'],
    [-5, '-5'],
    [true, 'true'],
    [['a', 'b'], '"[""a"",""b""]"'],
    [{ a: 1 }, '"{""a"":1}"'],
    ["'", "'"],
    ["'a", "'a"],
    ["'=1", "''=1"],
  ])('of %j is %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell)
  })
})
