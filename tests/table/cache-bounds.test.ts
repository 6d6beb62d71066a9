import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { DecodedColumns } from '#shared/table/object/decoded-columns.ts'
import { createdBoundsMs, greatestRev, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { noteRow, NOTES, NOTES_BY_USER } from './notes.ts'
import { pageOf, tableHarness } from './harness.ts'
import { storedObject } from './stored.ts'

/** What the cache lets go of, and when; and what it never takes back. */

const START_MS = Date.parse('2025-02-03T00:00:00Z')
const random = seededRandom(4)

function notes(count: number, title = 'a title') {
  return Array.from({ length: count }, (_, at) =>
    noteRow(newId('note', START_MS + at, random), { title: `${title} ${at}`, rev: at + 1 }),
  )
}

/** Objects `a`, `b`, … of some hundred rows each, and a cache of so many bytes. */
async function cached(names: readonly string[], bytes_max: number) {
  const clock = new VirtualClock()
  const store = new MemoryObjectStore({ clock })
  const nameOf = (user: string) => `notes/user_id=${user}/notes.parquet`
  let size_bytes = 0
  for (const user of names) {
    const bytes = await storedObject(NOTES_BY_USER, nameOf(user), notes(200))
    size_bytes = bytes.length
    store.place(nameOf(user), bytes)
  }
  const cache = new SnapshotCache(store, { bytes_max })
  const read = (user: string) => clock.run(() => cache.current(NOTES_BY_USER, nameOf(user)))
  const held = () => names.filter((user) => cache.peek(nameOf(user)) !== undefined)
  return { clock, store, cache, read, held, nameOf, size_bytes }
}

/** What the cache takes an object for: its bytes, its metadata and its entry. */
const objectBytes = ({ size_bytes }: { size_bytes: number }) => size_bytes + 1024 + NOTES_BY_USER.columns.length * 400

describe('the memory of the cache', () => {
  test('is shared by objects and the columns decoded of them: what is decoded drives objects out', async () => {
    const { size_bytes } = await cached(['a'], 0)
    const { cache, read, held } = await cached(['a', 'b', 'c'], 3 * objectBytes({ size_bytes }) + 1000)
    for (const user of ['a', 'b', 'c']) await read(user)
    expect(held()).toEqual(['a', 'b', 'c'])
    const [group] = (await read('c')).file.groups
    const names = ['size', 'rev']
    await cache.columns(group!, names)
    expect(held()).not.toContain('a')
    expect(held()).toContain('c')
  })

  test('lets go of the object that was used longest ago, not of the one that came first, however it was used', async () => {
    for (const used of ['read', 'listed', 'written'] as const) {
      const { size_bytes } = await cached(['a'], 0)
      const world = await cached(['a', 'b', 'c', 'd'], 3 * objectBytes({ size_bytes }) + 1000)
      for (const user of ['a', 'b', 'c']) await world.read(user)
      const name = world.nameOf('a')
      const [listing] = await world.clock.run(() => world.store.list(name))
      const again = {
        read: () => world.read('a'),
        listed: () => world.clock.run(() => world.cache.listed(NOTES_BY_USER, listing!)),
        written: () => world.cache.put(world.cache.peek(name)!),
      }
      await again[used]()
      await world.read('d')
      expect([used, world.held()]).toEqual([used, ['a', 'c', 'd']])
    }
  })

  test('counts an object once, however often it is read, written and fetched again', async () => {
    const { size_bytes } = await cached(['a'], 0)
    const world = await cached(['a', 'b', 'c'], 3 * objectBytes({ size_bytes }) + 1000)
    for (const user of ['a', 'b', 'c']) await world.read(user)
    const name = world.nameOf('c')
    for (let time = 0; time < 5; time++) {
      await world.read('c')
      world.cache.put({ ...world.cache.peek(name)! })
      world.cache.put({ ...world.cache.peek(name)!, whole: false })
      await world.clock.run(() => world.cache.whole(NOTES_BY_USER, name))
    }
    expect(world.held()).toEqual(['a', 'b', 'c'])
  })

  test('of decoded columns lets go of the group that was used longest ago, and decodes no column twice meanwhile', async () => {
    const name = 'notes/user_id=u/notes.parquet'
    const bytes = await storedObject(NOTES_BY_USER, name, notes(1500))
    const { groups } = wholeSnapshot(name, 'live', bytes).file
    const decoded: string[] = []
    const spied = groups.slice(0, 4).map((group, at) => {
      const columns = group.columns.bind(group)
      group.columns = (names) => (decoded.push(`${at}: ${names.join(', ')}`), columns(names))
      return group
    })
    const each_bytes = Math.max(...spied.map((group) => group.decodedBytes(new Set(['title', 'size']))))
    const columns = new DecodedColumns(3 * each_bytes)
    const ask = (at: number, ...names: string[]) => columns.of(spied[at]!, names)
    for (const at of [0, 1, 2]) await ask(at, 'title', 'size')
    await ask(0, 'size')
    await ask(3, 'title', 'size')
    decoded.length = 0
    for (const at of [0, 2, 3]) await ask(at, 'title', 'size')
    expect(decoded).toEqual([])
    await ask(1, 'title', 'size')
    expect(decoded).toEqual(['1: title, size'])
    // Only what is missing is decoded, and what is known stays.
    const more = await ask(1, 'title', 'score')
    expect(decoded.at(-1)).toBe('1: score')
    expect([...more.keys()].toSorted()).toEqual(['score', 'size', 'title'])
    expect(columns.bytes).toBeLessThanOrEqual(3 * each_bytes)
  })

  test('counts a group once, whatever columns of it come one after another', async () => {
    const name = 'notes/user_id=u/notes.parquet'
    const [group] = wholeSnapshot(name, 'live', await storedObject(NOTES_BY_USER, name, notes(200))).file.groups
    const columns = new DecodedColumns(1e9)
    for (const names of [['title'], ['size'], ['title', 'size'], ['rev']]) await columns.of(group!, names)
    expect(columns.bytes).toBe(group!.decodedBytes(new Set(['title', 'size', 'rev'])))
  })
})

describe('an answer that comes late', () => {
  const NAME = 'notes/user_id=u/notes.parquet'

  /** A read that is answered after this instance has written. */
  async function overtaken(before: 'known' | 'absent') {
    const clock = new VirtualClock()
    const store = new MemoryObjectStore({ clock })
    const bytes = await storedObject(NOTES_BY_USER, NAME, [])
    const cache = new SnapshotCache(store, { bytes_max: 1e9 })
    if (before === 'known') store.place(NAME, bytes)
    if (before === 'known') await clock.run(() => cache.current(NOTES_BY_USER, NAME))
    const known = cache.peek(NAME)
    const read = store.read.bind(store)
    store.read = async (...call) => {
      const answer = await read(...call)
      await clock.sleep(200)
      return answer
    }
    const written = wholeSnapshot(NAME, 'later', await storedObject(NOTES_BY_USER, NAME, [], { rev: 2 }))
    const late = await clock.run(async () => {
      const slow = cache.current(NOTES_BY_USER, NAME)
      await clock.sleep(15)
      cache.put(written)
      return await slow
    })
    return { late, known, cache, written }
  }

  test('that nothing has changed is the answer to its own question, and puts no older snapshot back', async () => {
    const { late, known, cache, written } = await overtaken('known')
    expect(late).toBe(known)
    expect(cache.peek(NAME)).toBe(written)
  })

  test('that nothing is there neither takes away what was written since', async () => {
    const { late, cache, written } = await overtaken('absent')
    expect(late.file.groups).toEqual([])
    expect(cache.peek(NAME)).toBe(written)
  })
})

describe('the statistics of a group', () => {
  const OBJECT = 'notes/user_id=u/year=2025/month=02/notes_202502.parquet'

  test('tell its first and last creation and its greatest revision, exactly, after a change as well', async () => {
    const rows = notes(700)
    const { run, store, instance, snapshot } = tableHarness({ schema: NOTES })
    store.place(OBJECT, await storedObject(NOTES, OBJECT, rows, { rev: 900 }))
    const boundsOf = async () =>
      await Promise.all(
        snapshot(OBJECT).file.groups.map(async (group) => {
          const values = await group.columns(['created_at', 'rev'])
          const [created, revs] = ['created_at', 'rev'].map((name) => values.get(name)!.map(Number))
          return {
            told: { ...createdBoundsMs(group), rev: greatestRev(group) },
            true: { min: Math.min(...created!), max: Math.max(...created!), rev: Math.max(...revs!) },
          }
        }),
      )
    const id = String(rows[300]!['note_id'])
    for (const change of [undefined, { title: 'changed' }]) {
      if (change) {
        const decide = (row: object | undefined) =>
          ({ kind: 'write', row: { ...row, ...change }, status: 200 }) as never
        await run(() =>
          instance().mutate('u', { id, writer: { by: 'u', client_id: null, via: 'api' }, size_bytes: 1, decide }),
        )
      }
      const bounds = await boundsOf()
      expect(bounds.length).toBeGreaterThan(2)
      for (const one of bounds) expect(one.told).toEqual(one.true)
    }
  })

  test('let a page of a large month be read from the groups that it needs alone', async () => {
    const rows = notes(2000)
    const { run, store, instance } = tableHarness({ schema: NOTES })
    const bytes = await storedObject(NOTES, OBJECT, rows)
    store.place(OBJECT, bytes)
    const { groups } = wholeSnapshot(OBJECT, 'live', bytes).file
    const table = instance()
    await run(() => table.get('u', String(rows[0]!['note_id'])))
    const opened: number[] = []
    const prototype = Object.getPrototypeOf(groups[0]) as { columns(names: readonly string[]): Promise<unknown> }
    const { columns } = prototype
    prototype.columns = function (this: (typeof groups)[number], names) {
      if (names.includes('created_at')) opened.push(createdBoundsMs(this).min)
      return columns.call(this, names)
    }
    try {
      expect((await run(() => pageOf(table, 'u', { limit: 20 }))).rows).toHaveLength(20)
    } finally {
      prototype.columns = columns
    }
    expect(groups.length).toBeGreaterThan(6)
    expect(opened).toEqual([createdBoundsMs(groups.at(-1)!).min])
  })
})
