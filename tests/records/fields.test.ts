import { expect, test } from 'vitest'
import type * as z from 'zod/mini'

import { instant, metadata } from '#shared/records/fields.ts'
import { humanMessage } from '#shared/records/validation/messages.ts'

function read(schema: z.ZodMiniType, value: unknown): unknown {
  const { data, error } = schema.safeParse(value, { error: humanMessage })
  return error ? error.issues.map(({ message }) => message).join() : data
}

test.each([
  ['2025-05-28T12:00:00Z', '2025-05-28T12:00:00Z'],
  ['2025-05-28T12:00:00+00:00', '2025-05-28T12:00:00+00:00'],
  ['2025-05-28T12:00:00+0000', '2025-05-28T12:00:00+00:00'],
  ['2025-05-28T12:00:00.123456-0530', '2025-05-28T12:00:00.123456-05:30'],
  ['2025-05-28T12:00:00+02', '2025-05-28T12:00:00+02:00'],
])('the time %s is %s', (sent, expected) => {
  expect(read(instant, sent)).toBe(expected)
  expect(Date.parse(expected)).not.toBeNaN()
})

const NO_DAY = 'has a day that is not in the calendar'
const NO_TIME = 'must be an ISO 8601 time such as 2025-05-28T12:00:00Z'

test.each([
  ['2025-02-31T12:00:00Z', NO_DAY],
  ['2025-02-29T12:00:00+0000', NO_DAY],
  ['2025-13-01T12:00:00Z', NO_DAY],
  ['2025-05-28T12:00:00', NO_TIME],
  ['2025-05-28T12:00:00+2500', NO_TIME],
  ['2025-05-28T12:00:00+02:60', NO_TIME],
  ['2025-05-28T12:00:00 0200', NO_TIME],
  ['2025-05-28T12:00:00+020', NO_TIME],
  ['05/06/2025', NO_TIME],
  ['Wed, 28 May 2025 12:00:00 GMT', NO_TIME],
  ['', NO_TIME],
])('the time %s is refused, because it %s', (sent, reason) => {
  expect(read(instant, sent)).toBe(reason)
})

test('tags are a list of strings, or null for none', () => {
  expect(read(metadata, { tags: null })).toEqual({ tags: null })
  expect(read(metadata, { tags: [] })).toEqual({ tags: [] })
  for (const tags of ['a', [1], [null], {}, 0]) expect(read(metadata, { tags })).toBe('must be a list of strings')
})
