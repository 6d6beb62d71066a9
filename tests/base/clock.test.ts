import { describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

describe('the system clock', () => {
  test('ends a sleep immediately when its signal aborts, and does not begin one that is aborted already', async () => {
    const controller = new AbortController()
    const slept = systemClock.sleep(3_600_000, controller.signal)
    controller.abort()
    await expect(slept).resolves.toBeUndefined()
    await expect(systemClock.sleep(3_600_000, controller.signal)).resolves.toBeUndefined()
  })
})

describe('the virtual clock', () => {
  test('wakes sleepers in the order of their times, then of their falling asleep', async () => {
    const clock = new VirtualClock()
    const woken: string[] = []
    const sleep = async (name: string, duration_ms: number) => {
      await clock.sleep(duration_ms)
      woken.push(`${name} at ${clock.monotonicMs()}`)
    }
    await clock.run(async () => {
      await Promise.all([sleep('c', 20), sleep('a', 10), sleep('b', 10), sleep('now', 0)])
    })
    expect(woken).toEqual(['now at 0', 'a at 10', 'b at 10', 'c at 20'])
  })

  test('passes no time while anything still can run, however long the chain of promises is', async () => {
    const clock = new VirtualClock()
    const order: string[] = []
    await clock.run(async () => {
      const sleeper = clock.sleep(1).then(() => order.push('slept'))
      for (let i = 0; i < 10_000; i++) await Promise.resolve()
      order.push('ran')
      await sleeper
    })
    expect(order).toEqual(['ran', 'slept'])
  })

  test('ends a sleep when its signal aborts, without passing its time', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    await clock.run(async () => {
      const slept = clock.sleep(1000, controller.signal)
      await clock.sleep(10)
      controller.abort()
      await slept
    })
    expect(clock.monotonicMs()).toBe(10)
  })

  test('says so when the work waits for what will never happen', async () => {
    const clock = new VirtualClock()
    await expect(clock.run(() => new Promise(() => undefined))).rejects.toThrow('will never happen')
  })

  test('says so when the work loops for ever, which would keep every timer of the process from firing', async () => {
    const standing = new VirtualClock(0, { wakes_max: 1000 })
    const forEver = async () => {
      for (;;) await standing.sleep(0)
    }
    await expect(standing.run(forEver)).rejects.toThrow('does not end: 1000 sleeps, 0 ms')
  })

  test('shows other instances the same moment at another time of day', async () => {
    const clock = new VirtualClock('2025-05-31T23:59:50Z')
    const ahead = clock.skewed(15_000)
    expect(new Date(ahead.nowMs()).toISOString()).toBe('2025-06-01T00:00:05.000Z')
    await clock.run(() => ahead.sleep(5))
    expect([clock.monotonicMs(), ahead.monotonicMs()]).toEqual([5, 5])
  })
})
