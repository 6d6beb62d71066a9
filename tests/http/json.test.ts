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

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

function accepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a JSON body', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const value: unknown = JSON.parse(text)
        fc.pre(!/__proto__|constructor|prototype/.test(text))
        expect(parse(text)).toEqual(value)
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

  test('with a name that reaches a prototype is refused by that name, wherever it stands', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      expect(refusal(`{"a": [{"${name}": {"admin": true}}]}`).errors).toEqual([
        { path: `a[0].${name}`, message: 'is not an allowed name' },
      ])
    }
    expect(refusal('{"\\u005f_proto__": 1}').errors?.[0]?.path).toBe('__proto__')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('with one name twice in an object is refused by that name', () => {
    expect(refusal('{"a": {"b": 1, "c": {"b": 2}, "b": 3}}').errors).toEqual([
      { path: 'a.b', message: 'is there more than once' },
    ])
    expect(refusal('{"a": 1, "\\u0061": 2}').errors?.[0]?.path).toBe('a')
    expect(parse('{"a": ":\\":{", "b": {"a": ":"}}')).toBeTruthy()
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
      runs(2000, 25_000),
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
