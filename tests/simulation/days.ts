import type { Random } from '#shared/base/random.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { between, oneOf } from './seeded-random.ts'

/** Where months, years and leap days end, and where keys stop being reserved in the month before, and being asked there. */
const EDGES = [
  '2025-05-31T23:59:40Z',
  '2025-05-31T23:59:40Z',
  '2025-06-01T00:10:45Z',
  '2025-06-02T00:00:45Z',
  '2027-12-31T23:59:40Z',
  '2028-02-28T23:59:40Z',
  '2028-02-29T23:59:40Z',
]
const FIRST_DAY_MS = Date.parse('2025-01-01')
const DAYS = 5 * 366

/** When a history begins: shortly before an edge of the calendar, or at any time of any day. */
export function startOfHistoryMs(random: Random): number {
  if (random.uniform() < 0.6) return Date.parse(oneOf(random, EDGES)) + between(random, 0, 20_000)
  return FIRST_DAY_MS + between(random, 0, DAYS * DAY_MS)
}
