import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { decodeCursor, encodeCursor, type Cursor } from '#shared/records/cursor.ts'
import { anyCharacter, fc, runs } from '#tests/support/seeds.ts'

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function outcomeOf(text: string): Cursor | Problem {
  try {
    return decodeCursor(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

describe('a cursor', () => {
  test('comes back as it was given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_214_400_000 }), fc.string({ unit: 'grapheme' }), (time_ms, id) => {
        const cursor = { created_at_ms: time_ms, id }
        expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor)
      }),
      runs(300),
    )
  })

  test('can stand in a URL as it is', () => {
    expect(encodeCursor({ created_at_ms: 1, id: '~~~???>>>' })).toMatch(/^[\w-]+$/)
  })

  test.each([
    '',
    'nonsense',
    '%00',
    encoded(null),
    encoded({}),
    encoded([]),
    encoded([1]),
    encoded([1, 'a', 2]),
    encoded(['1', 'a']),
    encoded([1.5, 'a']),
    encoded([1, 2]),
    encoded([1e300, 'a']),
    encoded([-1e17, 'a']),
    encoded([253_402_300_800_000, 'a']),
  ])('that no listing gave is refused, naming the field: %s', (text) => {
    expect(outcomeOf(text)).toMatchObject({ kind: 'invalid-input', errors: [{ path: 'cursor' }] })
  })

  test('of any text is a cursor or a refusal, nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fc.json().map((json) => encoded(JSON.parse(json))),
        ),
        (text) => {
          const outcome = outcomeOf(text)
          expect(outcome instanceof Problem ? outcome.kind : typeof outcome.id).toMatch(/^(invalid-input|string)$/)
        },
      ),
      runs(500),
    )
  })
})
