import { expect, test } from 'vitest'

import { NEWS } from '#functions/web/app/pages/what-is-new/entries.ts'
import { NEWEST_ENTRY } from '#functions/web/app/pages/what-is-new/newest.ts'

test('news are told the latest first, and the mark in the side bar stands for the latest of them', () => {
  const days = NEWS.map(({ day }) => day)
  expect(days).toEqual(days.toSorted().toReversed())
  expect(days[0]).toBe(NEWEST_ENTRY)
  expect(new Set(NEWS.map(({ title }) => title)).size).toBe(NEWS.length)
})
