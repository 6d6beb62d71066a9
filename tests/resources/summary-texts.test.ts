import { describe, expect, test } from 'vitest'

import { SummaryTexts } from '#shared/resources/summary-texts.ts'

const asIs = (summary: Record<string, unknown>) => summary

/** Texts that are made, counted. */
function counted() {
  const texts = new SummaryTexts()
  const made: string[] = []
  const of = (row: object, text: string, user_id = 'u', summarize = asIs) =>
    texts.of(row as never, user_id, summarize, () => (made.push(text), text))
  return { of, made }
}

describe('the text of a summary', () => {
  test('is made once for a row, and again for another row with the same cells', () => {
    const { of, made } = counted()
    const row = { id: 'a' }
    expect([of(row, 'one'), of(row, 'two'), of({ id: 'a' }, 'three')]).toEqual(['one', 'one', 'three'])
    expect(made).toEqual(['one', 'three'])
  })

  test('is made again for another user, and for what another list adds to it', () => {
    const { of } = counted()
    const row = { id: 'a' }
    of(row, 'mine')
    expect(of(row, 'yours', 'v')).toBe('yours')
    expect(of(row, 'more', 'v', (summary) => ({ ...summary, more: 1 }))).toBe('more')
  })

  test('is forgotten with all others beyond two million characters, and right all the same', () => {
    const { of, made } = counted()
    const rows = Array.from({ length: 30 }, (_, at) => ({
      at,
      text: String.fromCharCode(97 + (at % 26)).repeat(100_000),
    }))
    for (let time = 0; time < 2; time++) {
      for (const row of rows) expect(of(row, row.text)).toBe(row.text)
    }
    expect(made.length).toBeGreaterThan(rows.length)
  })
})
