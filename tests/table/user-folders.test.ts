import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { escapePartitionValue, objectName } from '#shared/table/object/partition.ts'
import {
  INDEX_FOLDER,
  tableFolder,
  userFolders,
  type TopFolder,
  type UserFolder,
} from '#shared/table/read/user-folders.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { NOTES, NOTES_BY_USER } from './notes.ts'

const LISTS = { ...NOTES_BY_USER, name: 'lists' }
const SHELVES = [tableFolder(NOTES), tableFolder(LISTS), INDEX_FOLDER]

const SILENT: TableEvents = {
  committed: () => undefined,
  corrupt: () => undefined,
  storeFailed: () => undefined,
  nearLimit: () => undefined,
}

function world() {
  const clock = new VirtualClock()
  const store = new MemoryObjectStore({ clock })
  const random = seededRandom(1)
  const place = (...names: readonly string[]) => names.forEach((name) => store.place(name, new Uint8Array(1)))
  const walk = async (after?: string, shelves: readonly TopFolder[] = SHELVES): Promise<UserFolder[]> => {
    const folders: UserFolder[] = []
    await clock.run(async () => {
      for await (const folder of userFolders({ store, clock, random, events: SILENT }, shelves, after)) {
        folders.push(folder)
      }
    })
    return folders
  }
  return { clock, store, place, walk }
}

const notes = (user_id: string, month = '202505') => objectName(NOTES, user_id, month)
const lists = (user_id: string) => objectName(LISTS, user_id, '')
const index = (user_id: string) => `indexes/user_id=${escapePartitionValue(user_id)}/legacy_ids.json`

describe('a walk over all users', () => {
  // A folder that begins another's name, and characters that sort before and behind the slash.
  const USERS = ['a', 'a-b', 'a0', 'a/b', "../../o'brien@example.com", 'Ünal', 'z']

  test('meets every user once, with the objects of every table', async () => {
    const { place, walk } = world()
    for (const user_id of USERS) place(notes(user_id), notes(user_id, '202506'), lists(user_id))
    place(index('a'), lists('only lists'))
    const folders = await walk()
    expect(folders.map(({ user_id }) => String(user_id)).toSorted()).toEqual([...USERS, 'only lists'].toSorted())
    for (const { user_id, objects, strays } of folders) {
      const names = [...objects].flatMap(([, listed]) => listed.map(({ name }) => name))
      const own = user_id === 'only lists' ? [] : [notes(user_id!), notes(user_id!, '202506')]
      expect(names).toEqual([...own, lists(user_id!), ...(user_id === 'a' ? [index('a')] : [])])
      expect(strays).toEqual([])
    }
  })

  test('goes on behind any of them, wherever it stopped', async () => {
    const { place, walk } = world()
    for (const user_id of USERS) place(notes(user_id), lists(user_id))
    const all = await walk()
    for (const [at, { place: stopped }] of all.entries()) {
      expect((await walk(stopped)).map(({ user_id }) => user_id)).toEqual(
        all.slice(at + 1).map(({ user_id }) => user_id),
      )
    }
  })

  test('tells of what belongs to nobody, where it lies', async () => {
    const { place, walk } = world()
    const strays = [
      'notes/readme.txt',
      'notes/user_id=a/copy.parquet',
      'notes/user_id=a/year=2025/month=05/notes_202506.parquet',
      'notes/user_id=%zz/year=2025/month=05/notes_202505.parquet',
      'lists/user_id=ü/lists.parquet',
      'indexes/user_id=a/other.json',
    ]
    place(notes('a'), ...strays)
    const folders = await walk()
    expect(folders.flatMap((folder) => folder.strays).toSorted()).toEqual(strays.toSorted())
    expect(folders.filter(({ user_id }) => user_id !== undefined)).toMatchObject([{ user_id: 'a' }])
    const places = folders.map((folder) => folder.place)
    for (const [at, stopped] of places.entries()) {
      expect((await walk(stopped)).map((folder) => folder.place)).toEqual(places.slice(at + 1))
    }
  })

  test('costs one LIST of each table for every thousand objects, and none for those it does not get to', async () => {
    const { clock, store, place } = world()
    for (let i = 0; i < 2500; i++) place(notes(`u${String(i).padStart(4, '0')}`))
    store.resetCounts()
    const walk = userFolders({ store, clock, random: seededRandom(1), events: SILENT }, SHELVES, undefined)
    await clock.run(async () => void (await walk.next()))
    expect(store.counts.list).toBe(3)
    await clock.run(async () => {
      for await (const _ of walk);
    })
    expect(store.counts.list).toBe(5)
  })

  test('keeps the objects of one user together over the ends of pages', async () => {
    const { place, walk } = world()
    const months = Array.from(
      { length: 1500 },
      (_, at) => `${String(1000 + Math.floor(at / 12))}${String((at % 12) + 1).padStart(2, '0')}`,
    )
    for (const month of months) place(notes('a', month))
    place(notes('b'))
    const folders = await walk()
    expect(folders.map(({ objects }) => objects.get('notes')?.length)).toEqual([1500, 1])
  })

  test('waits for a store that is briefly unavailable, and fails as a problem when it stays unavailable', async () => {
    const { store, place, walk } = world()
    place(notes('a'))
    store.strike('list', 'unavailable', 2)
    expect(await walk()).toHaveLength(1)
    store.strike('list', 'unavailable', 100)
    const problem = await walk().catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ kind: 'unavailable' })
  })
})
