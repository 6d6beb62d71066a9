import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { newTrace, runTraced } from '#shared/base/trace.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { bodyCell, changeNote, createNote, noteRow, NOTES, NOTES_BY_USER } from './notes.ts'
import { all, idOf, idsOf, pageOf, tableHarness } from './harness.ts'
import { storedObject } from './stored.ts'

const OBJECT = 'notes/user_id=u/notes.parquet'
/** The month of `rowsWithBodies`. */
const MONTH_OBJECT = 'notes/user_id=u/year=2025/month=02/notes_202502.parquet'
const random = seededRandom(9)

function rowsWithBodies(count: number, body_bytes: number): Row[] {
  return Array.from({ length: count }, (_, at) =>
    noteRow(newId('note', 1_740_000_000_000 + at, random), {
      body: bodyCell(randomBytes((body_bytes * 3) / 4).toString('base64')),
    }),
  )
}

describe('a large cold object', () => {
  let made: { rows: Row[]; bytes: Uint8Array }
  beforeAll(async () => {
    const rows = rowsWithBodies(1200, 10_000)
    made = { rows, bytes: await storedObject(NOTES, MONTH_OBJECT, rows) }
  })

  function large() {
    const r = tableHarness({ schema: NOTES })
    const { rows, bytes } = made
    expect(bytes.length).toBeGreaterThan(8 * 1024 * 1024)
    r.store.place(MONTH_OBJECT, bytes)
    return { ...r, rows, bytes, newest: rows.toReversed().map((row) => String(row['note_id'])) }
  }

  test('is listed by a small share of its bytes, and gives the same rows as when it is read whole', async () => {
    const { run, store, instance, rows, bytes, newest } = large()
    const table = instance()
    const page = await run(() => pageOf(table, 'u', { limit: 50 }))
    expect(page.rows.map((row) => row['note_id'])).toEqual(newest.slice(0, 50))
    expect(store.counts.body_bytes).toBeLessThan(bytes.length / 15)
    expect(await run(() => idsOf(table, 'u'))).toEqual(newest)
    expect(store.counts.body_bytes).toBeLessThan(bytes.length / 10)

    const whole = instance()
    await run(() => whole.get('u', newest[0]!))
    const [ranged_rows, whole_rows] = await run(() => Promise.all([table, whole].map((t) => pageOf(t, 'u'))))
    expect(ranged_rows).toEqual(whole_rows)
    const [detailed] = (await run(() => pageOf(table, 'u', { limit: 1, with_details: true }))).rows
    expect(detailed?.['body']).toEqual(rows.at(-1)?.['body'])
  })

  test('that is overwritten between its footer and its rows is read again, never mixed', async () => {
    const { run, store, instance, bytes, newest } = large()
    const readRange = store.readRange.bind(store)
    let ranges = 0
    store.readRange = async (...call) => {
      if (ranges++ === 1) store.place(MONTH_OBJECT, bytes)
      return await readRange(...call)
    }
    expect(await run(() => idsOf(instance(), 'u'))).toEqual(newest)
    expect(store.counts.list).toBe(2)
  })

  test('opened by ranges can be changed immediately: it is fetched whole for that', async () => {
    const { run, instance, snapshot, newest } = large()
    const table = instance()
    await run(() => pageOf(table, 'u', { limit: 1 }))
    await run(() => table.mutate('u', changeNote(newest[3]!, { title: 'changed' })))
    expect((await run(() => table.get('u', newest[3]!)))?.['title']).toBe('changed')
    expect(snapshot(MONTH_OBJECT).footer.rev).toBe(2)
  })

  longTest('is whole for a commit, however listings and reads of it cross each other', async () => {
    const bytes = await storedObject(NOTES_BY_USER, OBJECT, rowsWithBodies(1200, 10_000))
    for (let seed = 1; seed <= 20; seed++) {
      const chance = seededRandom(seed)
      const clock = new VirtualClock()
      const store = new MemoryObjectStore({ clock, latencyMs: () => Math.floor(chance.uniform() * 10) * 10 })
      store.place(OBJECT, bytes)
      const cache = new SnapshotCache(store, { bytes_max: 1e9 })
      const wholes = await clock.run(() =>
        all(12, async (at) => {
          await clock.sleep(Math.floor(chance.uniform() * 80))
          if (at % 3 === 0) await cache.current(NOTES_BY_USER, OBJECT)
          if (at % 3 === 1) await cache.listed(NOTES_BY_USER, (await store.list(OBJECT))[0]!)
          return at % 3 !== 2 || (await cache.whole(NOTES_BY_USER, OBJECT)).whole
        }),
      )
      expect(wholes).not.toContain(false)
    }
  })
})

describe('the snapshot cache', () => {
  const nameOf = (at: number): string => `notes/user_id=u${at}/notes.parquet`

  async function filled(bytes_max: number) {
    const clock = new VirtualClock()
    const store = new MemoryObjectStore({ clock })
    const sizes: number[] = []
    for (let at = 0; at < 20; at++) {
      const bytes = await storedObject(NOTES_BY_USER, nameOf(at), rowsWithBodies(4, 20_000))
      sizes.push(bytes.length)
      store.place(nameOf(at), bytes)
    }
    const cache = new SnapshotCache(store, { bytes_max })
    const held = () => sizes.flatMap((_, at) => (cache.peek(nameOf(at)) ? [at] : []))
    const read = (at: number) => clock.run(() => cache.current(NOTES_BY_USER, nameOf(at)))
    return { clock, store, cache, sizes, held, read }
  }

  test('holds no more bytes than it may, and lets go of what was used longest ago', async () => {
    const { sizes, held, read } = await filled(300_000)
    for (let at = 0; at < 20; at++) {
      await read(at)
      await read(0)
      const bytes = held().reduce((sum, kept) => sum + sizes[kept]!, 0)
      expect(bytes).toBeLessThanOrEqual(300_000)
    }
    expect(held()).toContain(0)
    expect(held()).toContain(19)
    expect(held()).not.toContain(1)
    expect(held().length).toBeGreaterThan(2)
  })

  test('still works, validating every read, when nothing fits into it', async () => {
    const { held, read, store } = await filled(1)
    for (const at of [0, 1, 0]) expect((await read(at)).file.groups).toHaveLength(1)
    expect(held()).toEqual([0])
    expect(store.counts.body).toBe(3)
  })

  test('remembers absent objects within the same bound', async () => {
    const { clock, cache } = await filled(50_000)
    for (let at = 100; at < 400; at++) await clock.run(() => cache.current(NOTES_BY_USER, nameOf(at)))
    const kept = Array.from({ length: 300 }, (_, at) => cache.peek(nameOf(100 + at))).filter(Boolean)
    expect(kept.length).toBeLessThan(50)
  })

  test('fetches a cold object once for all who ask at the same time, and validates for each', async () => {
    const { clock, cache, store } = await filled(1e9)
    store.resetCounts()
    await clock.run(() => all(10, () => cache.current(NOTES_BY_USER, nameOf(0))))
    expect(store.counts.body).toBe(1)
    expect(store.counts.read).toBe(10)
  })

  test('never lets an answer that comes late replace what this instance wrote meanwhile', async () => {
    const clock = new VirtualClock()
    const store = new MemoryObjectStore({ clock })
    const before = store.place(OBJECT, await storedObject(NOTES_BY_USER, OBJECT, []))
    const written = wholeSnapshot(OBJECT, `${before}1`, await storedObject(NOTES_BY_USER, OBJECT, [], { rev: 2 }))
    const read = store.read.bind(store)
    store.read = async (...call) => {
      const answer = await read(...call)
      await clock.sleep(200)
      return answer
    }
    const cache = new SnapshotCache(store, { bytes_max: 1e9 })
    const late = await clock.run(async () => {
      const slow = cache.current(NOTES_BY_USER, OBJECT)
      await clock.sleep(15)
      cache.put(written)
      return await slow
    })
    expect(late.footer.rev).toBe(1)
    expect(cache.peek(OBJECT)).toBe(written)
  })

  test('never answers by itself: a reader sees every write that was acknowledged before it asked', async () => {
    const { run, instance } = tableHarness({ schema: NOTES_BY_USER, latencyMs: () => 20 })
    const [writer, reader] = [instance(), instance()]
    const ids: string[] = []
    for (let at = 0; at < 10; at++) {
      const outcome = await run(() => writer.create('u', createNote()))
      if (outcome.kind !== 'written') throw new Error('not written')
      const id = String(outcome.row['note_id'])
      ids.unshift(id)
      expect((await run(() => reader.get('u', id)))?.['note_id']).toBe(id)
      expect((await run(() => idsOf(reader, 'u'))).toSorted()).toEqual(ids.toSorted())
    }
  })
})

test('hits and misses are counted in the trace of the request: confirmed by a GET or a LIST, fetched whole', async () => {
  const { run, instance } = tableHarness()
  const [writer, reader] = [instance(), instance()]
  const id = await run(async () => idOf(await writer.create('u', createNote())))
  const counted = async (work: () => Promise<unknown>) => {
    const trace = newTrace()
    await run(() => runTraced(trace, work))
    return [trace.cache_hits, trace.cache_misses]
  }
  expect(await counted(() => reader.get('u', id))).toEqual([0, 1])
  expect(await counted(() => reader.get('u', id))).toEqual([1, 0])
  expect(await counted(() => idsOf(reader, 'u'))).toEqual([1, 0])
  await run(() => writer.mutate('u', changeNote(id, { title: 'other' })))
  expect(await counted(() => idsOf(reader, 'u'))).toEqual([0, 1])
  expect(await counted(() => reader.get('u', 'note_01jv2t8000e0080000000000zz'))).toEqual([1, 0])
})
