import { describe, expect, test } from 'vitest'

import { fleetOf } from './fleet.ts'
import { pollingCost, pollsPerHour, pollTimes } from './polling.ts'

describe('a tab that polls', () => {
  test('asks ever more rarely while nothing happens, and every five minutes at last', () => {
    expect(pollTimes(900)).toEqual([20, 60, 140, 300, 600, 900])
    expect(pollTimes(19)).toEqual([])
    expect(pollTimes(3600)).toHaveLength(15)
  })

  test('asks every 20 s only while its user enters something', () => {
    expect(pollsPerHour({ input_s: 3600, pause_s: 900 })).toBe(180)
    expect(pollsPerHour({ input_s: 0, pause_s: 3600 })).toBe(15)
    expect(pollsPerHour()).toBe(63)
  })

  test('costs a thousand users $17 a month; every 20 s through the working day would cost $475', () => {
    const cost = pollingCost(1000, 0.1)
    expect(cost.polling_dollars_per_month).toBeCloseTo(16.6, 1)
    expect(cost.workday_dollars_per_month).toBeCloseTo(475.2, 1)
    expect(cost.all_hours_dollars_per_month).toBeCloseTo(1944, 1)
  })

  test('makes more LISTs than everything else its user does makes reads', () => {
    const { poll_lists_per_s, reads_per_s } = fleetOf(1000)
    expect(poll_lists_per_s / reads_per_s).toBeGreaterThan(5)
  })
})
