import { expect, test } from 'vitest'

import { audienceFilter, type AudienceQuery } from '#functions/audiences/filter.ts'
import type { AudienceRow } from '#shared/records/audience.ts'
import { fc, runs } from '#tests/support/seeds.ts'

/** Whether a query finds an audience with this name and these tags. */
function isFound(query: AudienceQuery, { name = 'x', tags = [] as readonly unknown[] | null }): boolean {
  const metadata = new TextEncoder().encode(JSON.stringify({ campaign: 'é', tags }))
  const row: Partial<AudienceRow> = { deleted: false, status: 'active', name, metadata }
  const cell = <Name extends keyof AudienceRow>(column: Name) => (row[column] ?? null) as AudienceRow[Name]
  return audienceFilter(query).matches(cell)
}

// e and an accent, and one character; the letter Å as a unit; a syllable of Hangul and its parts.
const SPELLINGS = [
  ['café', 'cafe\u0301'],
  ['Zürich', 'Zu\u0308rich'],
  ['Å', '\u212B', 'A\u030A'],
  ['한국', '한국'.normalize('NFD')],
  ['\u1E69', 's\u0307\u0323', 's\u0323\u0307'],
]

test('every spelling of a text in Unicode finds every other, as a tag and in a search', () => {
  for (const spellings of SPELLINGS) {
    for (const sent of spellings) {
      for (const stored of spellings) {
        expect([sent, stored, isFound({ tag: [sent] }, { tags: ['other', stored] })]).toEqual([sent, stored, true])
        expect([sent, stored, isFound({ q: sent }, { name: `In ${stored} today` })]).toEqual([sent, stored, true])
      }
    }
  }
})

test('a search takes upper and lower case for the same, in every spelling; a tag does not', () => {
  expect(isFound({ q: 'ZÜRICH' }, { name: 'Zu\u0308rich' })).toBe(true)
  expect(isFound({ q: 'zu\u0308rich' }, { name: 'ZÜRICH' })).toBe(true)
  expect(isFound({ q: 'i\u0307stanbul' }, { name: 'İstanbul' })).toBe(true)
  expect(isFound({ tag: ['Café'] }, { tags: ['café'] })).toBe(false)
})

test('other texts are not found: without the accent, as part of a tag, and where there are no tags', () => {
  expect(isFound({ q: 'cafe' }, { name: 'café' })).toBe(false)
  expect(isFound({ tag: ['cafe'] }, { tags: ['cafe\u0301'] })).toBe(false)
  expect(isFound({ tag: ['café'] }, { tags: ['café au lait', 1, null] })).toBe(false)
  expect(isFound({ tag: ['é'] }, { tags: null })).toBe(false)
})

test('any text finds itself, normalized or not', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
  const form = fc.constantFrom('NFC', 'NFD')
  fc.assert(
    fc.property(text, form, form, (value, sent, stored) => {
      expect(isFound({ tag: [value.normalize(sent)] }, { tags: [value.normalize(stored)] })).toBe(true)
      expect(isFound({ q: value.normalize(sent) }, { name: value.normalize(stored) })).toBe(true)
    }),
    runs(100),
  )
})
