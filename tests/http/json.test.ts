import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { canonicalJson } from '#shared/http/request/idempotency.ts'
import { syntaxFault } from '#shared/http/request/json-faults.ts'
import { JSON_DEPTH_MAX, parseJson } from '#shared/http/request/json.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const parse = (text: string) => parseJson(Buffer.from(text))

function refusal(input: string | Uint8Array): Problem {
  try {
    parseJson(Buffer.from(input as string))
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was accepted')
}

const outcome = (text: string): unknown => {
  try {
    return parse(text)
  } catch (error) {
    const { errors = [], members } = error as Problem
    return { refused: errors.length + Number(members['errors_omitted'] ?? 0) }
  }
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

const INEXACT = 'is a number beyond ±9007199254740991, which would be changed: send it as text'

function accepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a JSON body', () => {
  test('is read as JSON.parse reads it, unless a number would be changed', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        let changed = 0
        const value: unknown = JSON.parse(text, (_, member: unknown) => {
          if (typeof member === 'number' && Math.abs(member) > Number.MAX_SAFE_INTEGER) changed += 1
          return member === 0 ? 0 : member
        })
        fc.pre(!/__proto__/.test(text))
        const read = outcome(text)
        expect(read).toEqual(changed === 0 ? value : { refused: changed })
      }),
    )
  })

  test('may start with a byte order mark', () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 })
  })

  test('that breaks off or has a wrong sign is refused with the position, line and column', () => {
    expect(refusal('{"a": 1,\n "b": }').message).toBe(
      'The request body is not valid JSON: value expected at position 15 (line 2, column 7)',
    )
    expect(refusal('{"a": "x').message).toContain('unexpected end of string at position 6 (line 1, column 7)')
    expect(refusal("{'a': 1}").message).toContain('invalid symbol at position 1 (line 1, column 2)')
    expect(refusal('[1, 2').message).toContain(
      'close bracket expected at position 5 (line 1, column 6), where the text ends',
    )
    expect(refusal('{} {}').message).toContain('end of file expected at position 3')
    expect(refusal('   ').message).toContain('value expected at position 3')
    expect(refusal('[01]').kind).toBe('invalid-input')
    expect(refusal('NaN').kind).toBe('invalid-input')
  })

  test('nested deep behind its first fault is refused by that fault', () => {
    expect(refusal(`[${'}'.repeat(400_000)},${'['.repeat(400_000)}`).message).toBe(
      'The request body is not valid JSON: value expected at position 1 (line 1, column 2)',
    )
  })

  test('never comes back in the message that refuses it', () => {
    for (const text of ['{"password": "hunter2", oops}', '{"password": hunter2}', '{"password": "hunter2']) {
      const { message, errors } = refusal(text)
      expect(JSON.stringify({ message, errors })).not.toContain('hunter2')
    }
  })

  test('that is not UTF-8 is refused, and so is text that UTF-8 cannot store', () => {
    expect(refusal(Uint8Array.of(0x22, 0xff, 0x22)).message).toBe('The request body is not valid UTF-8')
    expect(refusal(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)).message).toBe('The request body is not valid UTF-8')
    expect(refusal('{"a": ["ok", "\\ud800"]}').errors?.[0]?.path).toBe('a[1]')
    expect(refusal('{"a": {"\\udc00": 1}}').errors?.[0]?.message).toBe('is not a well-formed name')
  })

  test('may nest 64 levels deep, and is refused beyond, however far', () => {
    expect(parse(nested(JSON_DEPTH_MAX))).toBeInstanceOf(Array)
    expect(refusal(nested(JSON_DEPTH_MAX + 1)).message).toContain('more than 64 levels')
    expect(refusal('['.repeat(500_000)).message).toContain('more than 64 levels')
    expect(refusal('{"a":'.repeat(150_000)).message).toContain('more than 64 levels')
    expect(parse(JSON.stringify({ text: '[[[['.repeat(100) }))).toBeTruthy()
  })

  test('with the name __proto__ is refused by it, wherever it stands; constructor and prototype are plain names', () => {
    expect(refusal('{"a": [{"__proto__": {"admin": true}}], "b": {"c": {"__proto__": 1}}}').errors).toEqual([
      { path: 'a[0].__proto__', message: 'is not an allowed name' },
      { path: 'b.c.__proto__', message: 'is not an allowed name' },
    ])
    const text = '{"constructor":"Ferrari","a":{"prototype":{"constructor":{"prototype":null}}}}'
    expect(JSON.stringify(parse(text))).toBe(text)
    expect(refusal('{"\\u005f_proto__": 1}').errors?.[0]?.path).toBe('__proto__')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('with one name twice in an object is refused by that name, and all such names are told', () => {
    expect(refusal('{"a": {"b": 1, "c": {"b": 2}, "b": 3}, "d": [{"e": 1, "e": 2}]}').errors).toEqual([
      { path: 'a.b', message: 'is there more than once' },
      { path: 'd[0].e', message: 'is there more than once' },
    ])
    expect(refusal('{"a": 1, "\\u0061": 2}').errors?.[0]?.path).toBe('a')
    expect(parse('{"a": ":\\":{", "b": {"a": ":"}}')).toBeTruthy()
  })

  test('keeps numbers exactly: integers within ±(2^53 − 1) however they are spelled, fractions as nearest double, −0 as 0', () => {
    const kept: [string, number][] = [
      ['9007199254740991', Number.MAX_SAFE_INTEGER],
      ['-9007199254740991', Number.MIN_SAFE_INTEGER],
      ['9007199254740991.0', Number.MAX_SAFE_INTEGER],
      ['9.007199254740991e15', Number.MAX_SAFE_INTEGER],
      ['1e3', 1000],
      ['5.0', 5],
      ['50E-1', 5],
      ['0.1', 0.1],
      ['0.1000000000000000055511151231257827', 0.1],
      ['4503599627370497.5', 4503599627370497 + 0.5],
      ['1e-400', 0],
      ['-0', 0],
      ['-0.0', 0],
      ['-0e7', 0],
      ['-1e-400', 0],
    ]
    for (const [text, number] of kept) {
      expect([text, parse(text)]).toEqual([text, number])
      expect([text, parse(`[{"a": ${text}}, ${text}]`)]).toEqual([text, [{ a: number }, number]])
    }
  })

  test('with a number that would be changed is refused, wherever it stands', () => {
    const changed = [
      '9007199254740992',
      '9007199254740993',
      '-9007199254740993',
      '23842587529640369',
      '2.3842587529640369e16',
      '120330000000000000001',
      '9007199254740993.5',
      '9007199254740991.9',
      '1e16',
      '1e308',
      '1e999',
      '-1e999',
      `1${'0'.repeat(400)}`,
    ]
    for (const text of changed) {
      expect([text, refusal(text).message]).toEqual([text, `body ${INEXACT}`])
      expect([text, refusal(`{"a": {"id": [1, ${text}]}}`).errors]).toEqual([
        text,
        [{ path: 'a.id[1]', message: INEXACT }],
      ])
      expect(parse(`{"a": "${text}"}`)).toEqual({ a: text })
    }
  })

  test('is judged by the reader that finds faults as by JSON.parse', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
      '\t',
      '\\u12',
      'x',
      '//',
      '/*',
      '*/',
      '\u0001',
      '\u00a0',
      '\u2028',
      '\ufeff',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        expect([text, syntaxFault(text) === undefined]).toEqual([text, accepts(text)])
      }),
      runs(500, 25_000),
    )
  })
})

describe('canonical JSON', () => {
  test('is the same for any order of names, and differs for different values', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: 1e3 })).toBe('{"a":1000,"b":[1,{"c":"é","d":null}]}')
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
