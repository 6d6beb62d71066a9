import { expect, test } from 'vitest'

import { fullJitterMs } from '#shared/base/backoff.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { fc, runs } from '#tests/support/seeds.ts'

test('a backoff is never negative, never above base · 2^(attempt − 1), never above the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.nat(),
      (attempt, base_ms, cap_ms, seed) => {
        const wait_ms = fullJitterMs(attempt, { base_ms, cap_ms }, seededRandom(seed))
        expect(wait_ms).toBeGreaterThanOrEqual(0)
        expect(wait_ms).toBeLessThan(cap_ms)
        expect(wait_ms).toBeLessThan(base_ms * 2 ** (attempt - 1))
      },
    ),
    runs(500),
  )
})

test('a backoff spreads over its whole range', () => {
  const random = seededRandom(7)
  const waits = Array.from({ length: 2000 }, () => fullJitterMs(3, { base_ms: 100, cap_ms: 10_000 }, random))
  const eighths = new Set(waits.map((wait_ms) => Math.floor(wait_ms / 50)))
  expect([...eighths].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
