import { describe, expect, test } from 'vitest'

import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { longTest } from '#tests/support/effort.ts'

import { createNote } from './notes.ts'
import { idsOf, tableHarness } from './harness.ts'

const PUT_MS = 400

/** Thirty saves, four a second, to one instance. */
async function streamTo(is_rate_limited: boolean) {
  const { run, clock, store, instance, landings } = tableHarness({ is_rate_limited, latencyMs: () => PUT_MS })
  const table = instance()
  await run(async () => {
    const saves: Promise<unknown>[] = []
    for (let at = 0; at < 30; at++) {
      saves.push(table.create('u', createNote()))
      await clock.sleep(250)
    }
    await Promise.all(saves)
  })
  expect(await run(() => idsOf(table, 'u'))).toHaveLength(30)
  return { refused: store.counts.write - landings.length, commits: landings.length }
}

test('a store that throttles is asked a second apart from then on: hardly another write is refused', async () => {
  const { refused, commits } = await streamTo(true)
  expect(refused).toBeLessThanOrEqual(2)
  expect(commits).toBeLessThanOrEqual(7)
})

longTest('of two instances that both are paced neither takes all the turns', async () => {
  let refused = 0
  for (const seed of [1, 2, 3, 4]) {
    const { run, clock, instance } = tableHarness({ is_rate_limited: true, latencyMs: () => 100, seed })
    const tables = [instance(), instance()]
    await run(async () => {
      const saves: Promise<unknown>[] = []
      for (let at = 0; at < 600; at++) {
        saves.push(tables[at % 2]!.create('u', createNote()).catch(() => refused++))
        await clock.sleep(100)
      }
      await Promise.all(saves)
    })
  }
  // Of 2400; each a second after its own change they were 490.
  expect(refused).toBeLessThan(200)
})

test('a store that never throttles is never waited for', async () => {
  const { refused, commits } = await streamTo(false)
  expect(refused).toBe(0)
  expect(commits).toBeGreaterThanOrEqual(15)
})

test('what was throttled is forgotten after a minute', async () => {
  const { run, clock, store, instance } = tableHarness({ latencyMs: () => PUT_MS })
  const table = instance()
  store.strike('write', 'throttled')
  await run(() => table.create('u', createNote()))
  const savedTwiceMs = async (): Promise<number> => {
    const start_ms = clock.monotonicMs()
    await run(() => table.create('u', createNote()))
    await run(() => table.create('u', createNote()))
    return clock.monotonicMs() - start_ms
  }
  expect(await savedTwiceMs()).toBeGreaterThan(1000)
  await clock.advance(60_000)
  expect(await savedTwiceMs()).toBe(2 * PUT_MS)
})

describe('a batch of an object that was throttled', () => {
  /** How long the next batch waits. @param chance 0 the least, 1 the most */
  async function waitedMs(chance: number, { landed_ms, asked_ms }: { landed_ms: number; asked_ms: number }) {
    const clock = new VirtualClock()
    const pacer = new WritePacer(clock, { uniform: () => chance, bytes: (length) => new Uint8Array(length) })
    pacer.throttled('object')
    await clock.advance(landed_ms)
    pacer.landed('object')
    await clock.advance(asked_ms - landed_ms)
    await clock.run(() => pacer.ready('object'))
    return clock.monotonicMs() - asked_ms
  }

  test('leaves one to two seconds after the one before landed', async () => {
    const landed = { landed_ms: 500, asked_ms: 500 }
    expect([await waitedMs(0, landed), await waitedMs(1, landed)]).toEqual([1000, 2000])
    expect(await waitedMs(0, { landed_ms: 500, asked_ms: 900 })).toBe(600)
    expect(await waitedMs(0, { landed_ms: 500, asked_ms: 1500 })).toBe(0)
  })

  test('is paced for a minute, to the millisecond', async () => {
    expect(await waitedMs(0, { landed_ms: 60_000, asked_ms: 60_000 })).toBe(1000)
    expect(await waitedMs(0, { landed_ms: 60_001, asked_ms: 60_001 })).toBe(0)
  })
})
