import { describe, expect, test } from 'vitest'

import { ServerTime } from '#shared/client/api/server-time.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { apiAnsweredBy, json, NO_PLATFORMS, problem } from './harness.ts'

const HOUR_MS = 3_600_000
const dateAt = (time_ms: number): string => new Date(time_ms).toUTCString()

describe('the time of the server', () => {
  test('is the device’s own until an answer tells it', () => {
    const clock = new VirtualClock('2031-01-01T00:00:00Z')
    const time = new ServerTime(clock)
    expect([time.is_known, time.nowMs(), time.uncertainty_ms]).toEqual([false, clock.nowMs(), Infinity])
  })

  test('is learned within the bounds of its answers, whatever the device’s clock shows', async () => {
    // The device is six years ahead; the service answers after 40 ms.
    const real_ms = Date.parse('2025-05-15T12:00:00.700Z')
    const device = new VirtualClock('2031-01-01T00:00:00Z')
    const time = new ServerTime(device)
    for (let count = 0; count < 50; count++) {
      const sent_ms = device.monotonicMs()
      await device.advance(30)
      const date = dateAt(real_ms + device.monotonicMs())
      await device.advance(10)
      time.learn(date, sent_ms, device.monotonicMs())
      expect(Math.abs(time.nowMs() - (real_ms + device.monotonicMs()))).toBeLessThanOrEqual(time.uncertainty_ms + 1)
      await device.advance(333)
    }
    expect(time.uncertainty_ms).toBeLessThan(50)
    expect(time.deviceOffsetMs()).toBeLessThan(-5 * 365 * 24 * HOUR_MS)
  })

  test('begins again after an answer that contradicts the ones before: the device slept', async () => {
    const device = new VirtualClock()
    const time = new ServerTime(device)
    const start_ms = device.nowMs()
    time.learn(dateAt(start_ms), 0, 0)
    time.learn(dateAt(start_ms + HOUR_MS), 0, 0)
    expect(Math.abs(time.nowMs() - start_ms - HOUR_MS)).toBeLessThanOrEqual(1000)
    expect(time.uncertainty_ms).toBe(500)
  })

  test('is learned from answers and problems of the service, and from nobody else’s', async () => {
    const dated = { Date: 'Thu, 15 May 2025 18:00:00 GMT' }
    const learned = async (answer: () => Response) => {
      const { run, api } = apiAnsweredBy([answer])
      await run(({ platforms }) => platforms.listPlatforms({ attempts_max: 1 }))
      return api.time.is_known
    }
    expect(await learned(() => json(NO_PLATFORMS, 200, dated))).toBe(true)
    expect(await learned(() => problem('not-found', 404, {}, dated))).toBe(true)
    expect(await learned(() => new Response('<html>', { headers: dated }))).toBe(false)
    expect(await learned(() => json(NO_PLATFORMS))).toBe(false)
    expect(await learned(() => json(NO_PLATFORMS, 200, { Date: 'yesterday' }))).toBe(false)
  })
})
