import { describe, expect, test } from 'vitest'

import type { Pulled } from './harness.ts'
import { virtualSync } from './virtual-sync.ts'

/** What a pull waits for, with a store that takes 30 ms for each request, and in which order a month comes whole. */

const REQUEST_MS = 30

function slowStore() {
  const virtual = virtualSync({ latencyMs: () => REQUEST_MS })
  const { clock, pull } = virtual
  /** How many requests after one another it takes. */
  const steps = async (cursor: string | null): Promise<{ steps: number; page: Pulled }> => {
    const start_ms = clock.monotonicMs()
    const page = await pull(cursor)
    return { steps: (clock.monotonicMs() - start_ms) / REQUEST_MS, page }
  }
  return { ...virtual, steps }
}

const idsOf = ({ partitions }: Pulled) => partitions.flatMap(({ rows }) => rows.map((row) => row['audience_id']))

describe('a pull waits', () => {
  test('for one LIST when nothing has changed', async () => {
    const { run, push, create, newId, steps, store } = slowStore()
    await run(async () => {
      await push([create(newId('aud'))])
      const { page } = await steps(null)
      store.resetCounts()
      expect(await steps(page.cursor)).toMatchObject({ steps: 1, page: { partitions: [], more: false } })
      expect(store.counts).toMatchObject({ list: 3, read: 0 })
    })
  })

  test('for four fetches when fifteen months have changed: 1, 2, 4 and 8 together', async () => {
    const { run, push, create, rename, newId, steps, store } = slowStore()
    await run(async () => {
      const months = Array.from(
        { length: 15 },
        (_, n) => `${2023 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`,
      )
      const ids = months.map((month) => newId('aud', month))
      await push(ids.map((id) => create(id)))
      const { page } = await steps(null)
      await push(ids.map((id) => rename(id, 'A', 'B')))
      store.resetCounts()
      const changed = await steps(page.cursor)
      expect(changed.steps).toBe(1 + 4)
      expect(idsOf(changed.page)).toEqual(ids.toReversed())
      expect(store.counts).toMatchObject({ list: 3, read: 15 })
    })
  })
})

test('a month comes whole by id, however its rows have changed, then by commit what changes meanwhile', async () => {
  const { run, push, create, rename, newId, pull } = virtualSync()
  await run(async () => {
    const ids = Array.from({ length: 6 }, () => newId('aud')).toSorted()
    await push(ids.map((id) => create(id, { description: 'x'.repeat(400) })))
    // The later the id, the earlier the commit.
    for (const id of ids.toReversed()) await push([rename(id, 'A', 'B')])
    const first = await pull(null, 1024)
    expect(idsOf(first)).toEqual(ids.slice(0, 1))
    // One that has not come yet, then one that has.
    await push([rename(ids[4]!, 'B', 'C')])
    await push([rename(ids[0]!, 'B', 'C')])
    const rest: unknown[] = []
    for (let page = first; page.more;) {
      page = await pull(page.cursor, 1024)
      rest.push(...idsOf(page))
    }
    expect(rest).toEqual([ids[1], ids[2], ids[3], ids[5], ids[4], ids[0]])
  })
})
