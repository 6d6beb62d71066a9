import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { fasterClock } from './clock.ts'

describe('a faster clock', () => {
  test('waits so many times less, and shows the time that it waited', async () => {
    const clock = fasterClock(100, '2024-02-29T00:00:00Z')
    const began_ms = systemClock.monotonicMs()
    await clock.sleep(60_000)
    expect(systemClock.monotonicMs() - began_ms).toBeGreaterThanOrEqual(300)
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(60_000)
    expect(clock.nowMs()).toBeGreaterThanOrEqual(Date.parse('2024-02-29T00:01:00Z'))
  })

  test('takes nothing from a limit but the time that the work really took', async () => {
    const clock = fasterClock(1000)
    await clock.sleep(10)
    const before_ms = clock.monotonicMs()
    const began_ms = systemClock.monotonicMs()
    while (systemClock.monotonicMs() - began_ms < 200);
    expect(clock.monotonicMs() - before_ms).toBeLessThan(systemClock.monotonicMs() - began_ms + 100)
  })

  test('takes nothing from a limit while a file is written', async () => {
    const clock = fasterClock(1000)
    const folder = await mkdtemp(join(tmpdir(), 'clock-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const limit = new AbortController()
    // While somebody sleeps the clock runs fast, as beside every limit.
    const slept = clock.sleep(86_400_000, limit.signal)
    const before_ms = clock.monotonicMs()
    const began_ms = systemClock.monotonicMs()
    await writeFile(join(folder, 'large'), Buffer.alloc(50_000_000), { flush: true })
    const took_ms = systemClock.monotonicMs() - began_ms
    expect(clock.monotonicMs() - before_ms).toBeLessThan(took_ms + 100)
    limit.abort()
    await slept
  })

  test('ends a sleep when its signal aborts', async () => {
    const clock = fasterClock(10)
    const controller = new AbortController()
    const slept = clock.sleep(3_600_000, controller.signal)
    controller.abort()
    await slept
    await clock.sleep(3_600_000, controller.signal)
    expect(clock.monotonicMs()).toBeLessThan(3_600_000)
  })
})
