/** What Cloud Storage and the adapter to it promise together, on a stand-in or, by `npm run test:gcs`, on a real bucket. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import type { CommitEvent } from '#shared/table/events.ts'
import { Table } from '#shared/table/table.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { changeNote, createNote, NOTES_BY_USER } from '#tests/table/notes.ts'
import { all, idOf, idsOf, rowOf } from '#tests/table/harness.ts'
import { BucketProxy } from './bucket-proxy.ts'
import { objectStoreContract } from './contract.ts'
import { openAnyTarget } from './target.ts'
import { uniqueName } from './test-prefix.ts'

const target = await openAnyTarget()
let proxy: BucketProxy

beforeAll(async () => {
  proxy = await BucketProxy.start({ ...target, endpoint: target.url })
})

afterAll(async () => {
  await proxy.close()
})

/** The same store, seen from below a prefix. */
function below(prefix: string, store: ObjectStore): ObjectStore {
  return {
    read: (name, options) => store.read(prefix + name, options),
    readRange: (name, range, options) => store.readRange(prefix + name, range, options),
    write: (name, bytes, options) => store.write(prefix + name, bytes, options),
    list: async (within, { from, ...options } = {}) => {
      const listed = await store.list(prefix + within, {
        ...options,
        ...(from !== undefined && { from: prefix + from }),
      })
      return listed.map((object) => ({ ...object, name: object.name.slice(prefix.length) }))
    },
  }
}

/** The adapter on a prefix of its own. Its time limits are virtual: they pass only when the way there stalls. */
async function open() {
  const clock = new VirtualClock()
  const store = gcsObjectStore({ bucket: target.bucket, clock, api_endpoint: proxy.url })
  let passes_time = false
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    const pending = work()
    if (passes_time) {
      pending.catch(() => undefined)
      // Or the request would be given up before it is sent.
      await proxy.met()
      await clock.advance(60_000)
    }
    return await pending
  }
  return {
    store: below(`${target.prefix}${uniqueName()}/`, store),
    fail: (failure: Parameters<BucketProxy['fail']>[0]) => {
      passes_time = failure === 'stall'
      proxy.fail(failure)
    },
    run,
  }
}

objectStoreContract('of Cloud Storage', open)

describe('the commit protocol on Cloud Storage', () => {
  /** A table, as another instance has one, and what it committed. */
  function instance(store: ObjectStore) {
    const commits: CommitEvent[] = []
    const events = {
      committed: (commit: CommitEvent) => commits.push(commit),
      corrupt: (object: string, reason: string) => {
        throw new Error(`${object} is corrupt: ${reason}`)
      },
      storeFailed: () => undefined,
      nearLimit: () => undefined,
    }
    const options = { store, clock: systemClock, random: systemRandom, cache_bytes_max: 1 << 24, events }
    return { table: new Table(NOTES_BY_USER, options), commits }
  }

  const openStore = () =>
    below(
      `${target.prefix}${uniqueName()}/`,
      gcsObjectStore({ bucket: target.bucket, clock: systemClock, api_endpoint: proxy.url }),
    )

  test('two instances save, list and conflict, and each sees what the other acknowledged', async () => {
    const store = openStore()
    const [a, b] = [instance(store), instance(store)]
    const id = idOf(await a.table.create('u', createNote({ fields: { title: 'first' } })))
    expect(await idsOf(b.table, 'u')).toEqual([id])
    rowOf(await a.table.mutate('u', changeNote(id, { title: 'second' })))
    // This instance's snapshot is a generation behind: its first attempt is a conflict.
    const row = rowOf(await b.table.mutate('u', changeNote(id, { size: 7 })))
    expect(row).toMatchObject({ title: 'second', version: 3, rev: 3 })
    expect(b.commits).toMatchObject([{ attempts: 2, answer_lost: false }])
    expect(await a.table.get('u', id)).toMatchObject({ title: 'second', version: 3 })
  })

  test('of simultaneous saves from two instances none is lost and none is there twice', async () => {
    const store = openStore()
    const instances = [instance(store), instance(store)]
    const outcomes = await Promise.all(
      instances.map(({ table }, at) =>
        all(5, (of) => table.create('u', createNote({ fields: { title: `${at} ${of}` } }))),
      ),
    )
    const saved = outcomes.flat().map(idOf)
    expect(new Set(saved).size).toBe(10)
    expect((await idsOf(instance(store).table, 'u')).toSorted()).toEqual(saved.toSorted())
    const revs = instances.flatMap(({ commits }) => commits.map(({ rev }) => rev)).toSorted((x, y) => x - y)
    expect(revs).toEqual(revs.map((_, at) => at + 1))
  })

  test('a save whose answer was lost is acknowledged once, by the proof in the object', async () => {
    const store = openStore()
    const { table, commits } = instance(store)
    const id = idOf(await table.create('u', createNote({ fields: { title: 'first' } })))
    proxy.fail('lost_after_landing')
    expect(rowOf(await table.mutate('u', changeNote(id, { title: 'landed' })))).toMatchObject({ version: 2, rev: 2 })
    expect(commits.at(-1)).toMatchObject({ answer_lost: true, rev: 2 })
    expect(await instance(store).table.get('u', id)).toMatchObject({ title: 'landed', version: 2 })
  })
})

test('nothing but its own prefix was asked for', () => {
  expect(proxy.refused).toEqual([])
})
