import { describe, expect, test } from 'vitest'

import { Page, PAGE_BYTES_MAX } from '#shared/resources/page.ts'

const textOf = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString()
const ofBytes = (bytes: number, character = 'a') =>
  JSON.stringify({ t: character.repeat((bytes - '{"t":""}'.length) / Buffer.byteLength(character)) })

/** Adds the same record until the page ends. */
function filled(text: string, limit = 1000): { count: number; answer: string; pieces: readonly Uint8Array[] } {
  const page = new Page('notes', limit)
  let count = 0
  while (!page.is_full && page.add(text)) count++
  const pieces = page.end('next')
  return { count, pieces, answer: textOf(pieces) }
}

describe('a page', () => {
  test('is JSON with its records, how many they are, and where the next page begins', () => {
    expect(JSON.parse(textOf(new Page('notes', 3).end(null)))).toEqual({
      success: true,
      notes: [],
      count: 0,
      next_cursor: null,
    })
    const { count, answer } = filled('{"a":1}', 3)
    expect(count).toBe(3)
    expect(answer).toBe('{"success":true,"notes":[{"a":1},{"a":1},{"a":1}],"count":3,"next_cursor":"next"}')
  })

  test.each([
    ['of few bytes', ofBytes(1008)],
    ['of 64 KiB', ofBytes(64 * 1024)],
    ['at the limit of a record', ofBytes(256 * 1024)],
    ['of characters of several bytes', ofBytes(30_008, '🎉')],
    ['of control characters, which JSON writes as six', JSON.stringify({ t: '\u0001'.repeat(200_000) })],
  ])('of records %s ends below 4 MiB, as near as they allow', (_title, text) => {
    const { count, answer } = filled(text, 10_000)
    const bytes = Buffer.byteLength(answer)
    expect(bytes).toBeLessThanOrEqual(PAGE_BYTES_MAX)
    expect(bytes).toBeGreaterThan(PAGE_BYTES_MAX - 4096 - Buffer.byteLength(text))
    expect((JSON.parse(answer) as { count: number }).count).toBe(count)
  })

  test('has one record at least, however large', () => {
    const { count, answer } = filled(ofBytes(5 * 1024 * 1024))
    expect(count).toBe(1)
    expect(JSON.parse(answer)).toMatchObject({ count: 1, next_cursor: 'next' })
  })

  test('is made of pieces, none of which is a copy of the whole', () => {
    const { pieces } = filled(ofBytes(16 * 1024))
    expect(pieces.length).toBeGreaterThan(40)
    for (const { length } of pieces) expect(length).toBeLessThan(128 * 1024)
  })
})
