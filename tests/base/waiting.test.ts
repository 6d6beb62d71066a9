import { describe, expect, test } from 'vitest'

import { textAtMost } from '#shared/base/bounded-read.ts'
import { systemClock } from '#shared/base/clock.ts'
import { LeastRecentlyUsed } from '#shared/base/lru.ts'
import { retry } from '#shared/base/retry.ts'
import { withAbortAfter, withTimeLimit } from '#shared/base/timeout.ts'

/** A clock on which no time passes, and what was slept on it. */
function immediateClock() {
  const slept_ms: number[] = []
  const sleep = (duration_ms: number) => {
    slept_ms.push(duration_ms)
    return Promise.resolve()
  }
  return { clock: { ...systemClock, sleep }, slept_ms }
}

const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')))
  })

describe('a time limit', () => {
  test('throws its own error, whatever the work does when it is aborted', async () => {
    const { clock } = immediateClock()
    await expect(withTimeLimit(clock, 5, never, () => new Error('late'))).rejects.toThrow('late')
  })

  test('gives the outcome of work that ends in time, and leaves nothing waiting', async () => {
    const aborted: boolean[] = []
    const clock = {
      ...systemClock,
      sleep: async (duration_ms: number, signal?: AbortSignal) => {
        await systemClock.sleep(duration_ms, signal)
        aborted.push(signal!.aborted)
      },
    }
    expect(
      await withTimeLimit(
        clock,
        60_000,
        () => Promise.resolve(1),
        () => new Error('late'),
      ),
    ).toBe(1)
    await expect(
      withTimeLimit(
        clock,
        60_000,
        () => Promise.reject(new Error('own')),
        () => new Error('late'),
      ),
    ).rejects.toThrow('own')
    await systemClock.turn()
    expect(aborted).toEqual([true, true])
  })

  test('that only aborts waits for the work, which has the last word', async () => {
    const { clock } = immediateClock()
    const work = (signal: AbortSignal) => never(signal).catch(() => 'timeout')
    expect(await withAbortAfter(clock, 5, work)).toBe('timeout')
  })
})

describe('retries', () => {
  const random = { bytes: (length: number) => new Uint8Array(length), uniform: () => 1 }
  const backoff = { base_ms: 100, cap_ms: 250 }
  const failing = (failures: number) => {
    let calls = 0
    return () => (++calls <= failures ? Promise.reject(new Error(`failure ${calls}`)) : Promise.resolve(calls))
  }

  test('wait twice as long each time, up to the cap, until an attempt succeeds', async () => {
    const { clock, slept_ms } = immediateClock()
    const options = { attempts_max: 5, backoff, isTransient: () => true }
    expect(await retry({ clock, random }, options, failing(3))).toBe(4)
    expect(slept_ms).toEqual([100, 200, 250])
  })

  test('end with the failure of the last attempt', async () => {
    const { clock, slept_ms } = immediateClock()
    const options = { attempts_max: 3, backoff, isTransient: () => true }
    await expect(retry({ clock, random }, options, failing(9))).rejects.toThrow('failure 3')
    expect(slept_ms).toHaveLength(2)
  })

  test('are not made of what no attempt can mend, nor after the signal', async () => {
    const { clock, slept_ms } = immediateClock()
    const lasting = { attempts_max: 3, backoff, isTransient: () => false }
    await expect(retry({ clock, random }, lasting, failing(9))).rejects.toThrow('failure 1')
    const given_up = { attempts_max: 3, backoff, isTransient: () => true, signal: AbortSignal.abort() }
    await expect(retry({ clock, random }, given_up, failing(9))).rejects.toThrow('failure 1')
    expect(slept_ms).toEqual([])
  })
})

describe('a bounded read', () => {
  test('takes a text whole that fits exactly', async () => {
    expect(await textAtMost(new Response('abc'), 3)).toEqual({ text: 'abc', is_cut: false })
    expect(await textAtMost(new Response(null), 3)).toEqual({ text: '', is_cut: false })
  })

  test('ends a stream at its limit: the rest is never produced', async () => {
    let produced = 0
    let is_cancelled = false
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(String(produced++ % 10))),
      cancel: () => void (is_cancelled = true),
    })
    expect(await textAtMost(new Response(body), 3)).toEqual({ text: '012', is_cut: true })
    expect(is_cancelled).toBe(true)
    expect(produced).toBeLessThan(10)
  })
})

describe('a bounded map', () => {
  test('drops the entry that was used least recently', () => {
    const map = new LeastRecentlyUsed<number>(2)
    map.set('a', 1)
    map.set('b', 2)
    expect(map.get('a')).toBe(1)
    map.set('c', 3)
    expect([map.has('a'), map.has('b'), map.has('c')]).toEqual([true, false, true])
    map.delete('a')
    expect(map.get('a')).toBeUndefined()
  })
})
