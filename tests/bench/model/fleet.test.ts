import { describe, expect, test } from 'vitest'

import { longTest } from '#tests/support/effort.ts'

import { deviation, WITHIN } from './deviation.ts'
import { firstLimits, fleetOf, predictIndependent } from './fleet.ts'
import { independent, simulate } from './simulate.ts'

const GET_MS = 30
const HOUR_MS = 3_600_000

describe('users who know nothing of each other cost what each of them costs', () => {
  longTest(
    '10 000 of them within an hour, each in one GET and one PUT, whatever the number of instances',
    async () => {
      const users = 10_000
      const arrivals = independent({ users, saves_each: 1, instances: 16, within_ms: HOUR_MS, seed: 1 })
      const run = await simulate({ arrivals, instances: 16, put_ms: 100, get_ms: GET_MS, seed: 1 })
      expect(run).toMatchObject({ records_stored: users, ids_stored: users })
      expect([run.puts, run.gets, run.turned_away]).toEqual([users, users, 0])
      expect(Math.max(...run.durations_ms)).toBeCloseTo(GET_MS + 100)
    },
    120_000,
  )

  longTest.each([2, 16])(
    'who comes back finds another of %i instances, at the price the model says',
    async (instances) => {
      const [users, saves_each] = [250, 5]
      const arrivals = independent({ users, saves_each, instances, within_ms: HOUR_MS, seed: 1 })
      const run = await simulate({ arrivals, instances, put_ms: 500, get_ms: GET_MS, seed: 1 })
      expect(run).toMatchObject({ records_stored: users * saves_each, ids_stored: users * saves_each })
      const predicted = predictIndependent({ saves_each, instances })
      expect(deviation(run.puts, users * predicted.puts)).toBeLessThan(WITHIN)
      expect(deviation(run.gets, users * predicted.gets)).toBeLessThan(WITHIN)
      expect(deviation(run.conflicts, users * predicted.conflicts)).toBeLessThan(WITHIN)
    },
  )

  test('a million users need no more than linear growth, and dispatch is what they break first', () => {
    const [thousand, million] = [fleetOf(1000), fleetOf(1_000_000)]
    expect(million.requests_per_s / thousand.requests_per_s).toBeCloseTo(1000)
    expect(million.instances).toBeLessThan(1000)
    expect(firstLimits()[0]!.what).toMatch(/^dispatch/)
  })
})
