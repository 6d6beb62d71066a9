import { describe, expect, test } from 'vitest'

import { parseJson } from '#infra/operate/import/json-text.ts'
import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const parsed = (text: string) => parseJson(text)?.parsed

describe('JSON of the import', () => {
  test('has every digit of an integer, however it is spelled', () => {
    const integers: [string, bigint][] = [
      ['9007199254740992', 2n ** 53n],
      ['-9007199254740993', -(2n ** 53n) - 1n],
      ['23842587529640369', 23842587529640369n],
      ['23842587529640369.0', 23842587529640369n],
      ['2.3842587529640369e16', 23842587529640369n],
      ['23842587529640369E+0', 23842587529640369n],
      ['0.23842587529640369e17', 23842587529640369n],
      ['238425875296403690e-1', 23842587529640369n],
      ['1e20', 10n ** 20n],
      ['120330000000000000001', 120330000000000000001n],
    ]
    for (const [text, integer] of integers) {
      expect([text, parsed(text)]).toEqual([text, integer])
      expect([text, parsed(`{"a":[${text},{"b":${text}}]}`)]).toEqual([text, { a: [integer, { b: integer }] }])
    }
  })

  test('has the spelling of what overflows and of fractions beyond the range', () => {
    for (const text of [
      '1e999',
      '-1e999',
      '9007199254740993.5',
      '1e400',
      `1${'0'.repeat(320)}`,
      '1e99999999999999999999',
    ]) {
      expect([text, parsed(`[${text}]`)]).toEqual([text, [new ExactDecimal(text)]])
    }
  })

  test('has all other numbers as JSON.parse reads them, and texts of digits as texts', () => {
    expect(parsed('[1e3,5.0,0.1,1e-400,9007199254740991,"23842587529640369","1e999"]')).toEqual([
      1000,
      5,
      0.1,
      0,
      9007199254740991,
      '23842587529640369',
      '1e999',
    ])
    expect(parsed('{"a":NaN,"b":[-Infinity,"NaN"],"c":23842587529640369}')).toEqual({
      a: null,
      b: [null, 'NaN'],
      c: 23842587529640369n,
    })
  })

  test('keeps a member __proto__, which is refused later, and the last of two members of one name', () => {
    const value = parsed('{"a":1,"__proto__":{"b":12345678901234567890},"a":2}') as object
    expect(Object.entries(value)).toEqual([
      ['a', 2],
      ['__proto__', { b: 12345678901234567890n }],
    ])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  test('is the same, whether there are long numbers beside it or not', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const [beside] = parsed(`[${text},1e999]`) as [unknown]
        const expected = JSON.parse(text, (_, member: unknown) =>
          typeof member === 'number' && Math.abs(member) > Number.MAX_SAFE_INTEGER ? 'long' : member,
        ) as unknown
        const shown = JSON.stringify(beside, (_, member: unknown) =>
          typeof member === 'bigint' || member instanceof ExactDecimal ? 'long' : member,
        )
        expect(shown).toBe(JSON.stringify(expected))
      }),
      runs(200),
    )
  })

  test('is no JSON when it is broken, or nested too deep to be read with its digits', () => {
    expect(parseJson('{"a":12345678901234567890')).toBeUndefined()
    expect(parseJson(`${'['.repeat(100_000)}12345678901234567890${']'.repeat(100_000)}`)).toBeUndefined()
    expect(parsed('['.repeat(400) + '12345678901234567890' + ']'.repeat(400))).toBeInstanceOf(Array)
  })
})
