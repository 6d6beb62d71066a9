import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { differences, restorations, rowsById, type RestoreRules } from '#shared/table/recovery/restore.ts'
import { startNewEpoch } from '#shared/table/recovery/new-epoch.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { changeNote, createNote, deleteNote, keyed, noteRow, NOTES, WRITER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness, type TableHarness } from './harness.ts'

const MAY = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'
const AS_IT_WAS: RestoreRules = { restored: (old) => old, tombstone: (live) => live }

/** Five notes, and the bytes of their object at that time. */
async function withNotes() {
  const world = tableHarness()
  const table = world.instance()
  const ids = await world.run(() =>
    all(5, async (at) => idOf(await table.create('u', createNote({ fields: { size: at } })))),
  )
  const [a = '', b = '', c = '', d = '', e = ''] = ids
  return { ...world, table, ids, a, b, c, d, e, earlier: world.store.bytesOf(MAY)! }
}

async function differencesTo({ store }: Pick<TableHarness, 'store'>, earlier: Uint8Array, ids?: readonly string[]) {
  const rowsOf = (bytes: Uint8Array) => rowsById(NOTES, wholeSnapshot(MAY, 'x', bytes))
  return differences(NOTES, AS_IT_WAS, await rowsOf(store.bytesOf(MAY)!), await rowsOf(earlier), ids)
}

function purge(id: string): Mutation {
  return { id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) }
}

describe('the difference to an old generation', () => {
  test('names what changed, was created and was deleted since, and nothing else', async () => {
    const world = await withNotes()
    const { run, table, a, b, c, earlier } = world
    await run(() => table.mutate('u', changeNote(a, { title: 'spoilt', size: 99 })))
    await run(() => table.mutate('u', deleteNote(b)))
    const added = idOf(await run(() => table.create('u', createNote())))
    await run(() => table.mutate('u', deleteNote(c)))
    await run(() => table.mutate('u', { ...deleteNote(c), decide: undelete }))
    const found = await differencesTo(world, earlier)
    expect(new Map(found.map(({ id, kind, columns }) => [id, { kind, columns }]))).toEqual(
      new Map([
        [a, { kind: 'changed', columns: ['title', 'size'] }],
        [b, { kind: 'undeleted', columns: ['deleted'] }],
        [added, { kind: 'deleted', columns: ['deleted'] }],
      ]),
    )
  })

  test('comes in the order of creation, and then of ids, whichever way it is asked', () => {
    const rowOf = (id: string) => noteRow(id, { created_at: 1, version: 1, title: id })
    const live = new Map(['c', 'a', 'b'].map((id) => [id, rowOf(id)]))
    const old = new Map(['b', 'c', 'a'].map((id) => [id, { ...rowOf(id), title: 'old' }]))
    for (const asked of [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
    ]) {
      expect(differences(NOTES, AS_IT_WAS, live, old, asked).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    }
  })

  test('takes a column that the rules leave out for one without a value', () => {
    const withoutTitle = (row: StoredRow): StoredRow =>
      Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'title')) as StoredRow
    const leaving: RestoreRules = { ...AS_IT_WAS, restored: withoutTitle }
    const rows = new Map([['a', noteRow('a', { version: 1 })]])
    expect(differences(NOTES, leaving, rows, rows)).toMatchObject([{ id: 'a', columns: ['title'] }])
  })

  test.each([
    ['has lost its end', ['x', 'y'], ['x']],
    ['has gained an end', ['x'], ['x', 'y']],
    ['is empty now', ['x'], []],
    ['was empty', [], ['x']],
    ['is another one in the end', ['x', 'y'], ['x', 'z']],
    ['is in another order', ['x', 'y'], ['y', 'x']],
    ['is none now', ['x'], null],
    ['was none', null, []],
  ])('names a list that %s', async (_, then, now) => {
    const world = await withNotes()
    const { run, table, a } = world
    await run(() => table.mutate('u', changeNote(a, { tags: then })))
    const earlier = world.store.bytesOf(MAY)!
    await run(() => table.mutate('u', changeNote(a, { tags: now })))
    expect(await differencesTo(world, earlier)).toMatchObject([{ id: a, kind: 'changed', columns: ['tags'] }])
    await run(async () => table.mutateAll('u', '202505', restorations(await differencesTo(world, earlier))))
    expect(await run(() => table.get('u', a))).toMatchObject({ tags: then })
  })

  test.each([
    ['that has lost its end', '12', '1'],
    ['that has gained an end', '1', '12'],
    ['of the same length', '12', '13'],
  ])('names content %s', async (_, then, now) => {
    const world = await withNotes()
    const { run, table, a } = world
    await run(() => table.mutate('u', changeNote(a, { body: Buffer.from(then) })))
    const earlier = world.store.bytesOf(MAY)!
    await run(() => table.mutate('u', changeNote(a, { body: Buffer.from(now) })))
    expect(await differencesTo(world, earlier)).toMatchObject([{ id: a, kind: 'changed', columns: ['body'] }])
  })

  test('can be asked of some records alone', async () => {
    const world = await withNotes()
    const { run, table, a, b, earlier } = world
    for (const id of [a, b]) await run(() => table.mutate('u', changeNote(id, { size: 99 })))
    expect((await differencesTo(world, earlier, [b])).map(({ id }) => id)).toEqual([b])
  })

  test('leaves what was a tombstone then and is purged now where it is', async () => {
    const world = await withNotes()
    const { run, table, a } = world
    await run(() => table.mutate('u', deleteNote(a)))
    const earlier = world.store.bytesOf(MAY)!
    await run(() => table.mutateAll('u', '202505', [purge(a)]))
    expect(await differencesTo(world, earlier)).toEqual([])
  })
})

describe('a restore', () => {
  test('is one ordinary commit: revision + 1, versions + 1, the live ledger, the same epoch, tombstones for what is new', async () => {
    const world = await withNotes()
    const { run, table, snapshot, landings, a, b, earlier, instance } = world
    await run(() => table.mutate('u', changeNote(a, { title: 'spoilt' }, { key: keyed('k') })))
    await run(() => table.mutate('u', deleteNote(b)))
    const added = idOf(await run(() => table.create('u', createNote())))
    const before = snapshot(MAY).footer
    const landed = landings.length
    const found = await differencesTo(world, earlier)
    const outcomes = await run(() => instance().mutateAll('u', '202505', restorations(found)))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'written', 'written'])
    expect(landings.length).toBe(landed + 1)
    const { footer } = snapshot(MAY)
    expect(footer).toMatchObject({ epoch: before.epoch, rev: before.rev + 1, ledger: before.ledger })
    expect(await run(() => table.get('u', a))).toMatchObject({ title: 'a title', version: 3, client_id: 'restore' })
    expect(await run(() => table.get('u', b))).toMatchObject({ deleted: false, version: 3, rev: footer.rev })
    expect(await run(() => table.get('u', added))).toMatchObject({ deleted: true, version: 2 })
    expect(await differencesTo(world, earlier)).toEqual([])
  })

  test('leaves alone what has changed since the difference was shown, and says at which version it is', async () => {
    const world = await withNotes()
    const { run, table, a, b, earlier, instance } = world
    for (const id of [a, b]) await run(() => table.mutate('u', changeNote(id, { title: 'spoilt' })))
    const found = await differencesTo(world, earlier)
    await run(() => table.mutate('u', changeNote(a, { title: 'mended by its owner' })))
    const outcomes = await run(() => instance().mutateAll('u', '202505', restorations(found)))
    expect(outcomes[0]).toMatchObject({ problem: { kind: 'stale-version', members: { version: 3 } } })
    expect(await run(() => table.get('u', a))).toMatchObject({ title: 'mended by its owner', version: 3 })
    expect(await run(() => table.get('u', b))).toMatchObject({ title: 'a title', version: 3 })
  })

  test('that loses the race against an edit decides again: the edit stands', async () => {
    const world = await withNotes()
    const { run, store, table, a, earlier, instance } = world
    await run(() => table.mutate('u', changeNote(a, { title: 'spoilt' })))
    const found = await differencesTo(world, earlier)
    const other = instance()
    await run(() => other.get('u', a))
    await run(() => table.mutate('u', changeNote(a, { title: 'mended by its owner' })))
    store.resetCounts()
    const outcomes = await run(() => other.mutateAll('u', '202505', restorations(found)))
    expect(store.counts.write).toBe(1)
    expect(outcomes).toMatchObject([{ problem: { kind: 'stale-version' } }])
    expect(await run(() => table.get('u', a))).toMatchObject({ title: 'mended by its owner' })
  })

  test('brings back what was purged, far ahead of any version it had; every other used id stays used', async () => {
    const world = await withNotes()
    const { run, table, a, b, earlier, snapshot } = world
    for (const id of [a, b]) await run(() => table.mutate('u', deleteNote(id)))
    await run(() => table.mutateAll('u', '202505', [a, b].map(purge)))
    const floor = snapshot(MAY).footer.floor
    const found = await differencesTo(world, earlier, [a])
    expect(found).toMatchObject([{ id: a, kind: 'revived', live: undefined }])
    await run(() => table.mutateAll('u', '202505', restorations(found)))
    expect(await run(() => table.get('u', a))).toMatchObject({ deleted: false, version: 1001 })
    expect(snapshot(MAY).footer.floor).toBe(floor)
    expect(await kindOf(run(() => table.create('u', createNote({ id: b }))))).toBe('conflict')
  })

  test('brings it back far ahead also when a new epoch has moved its versions since', async () => {
    const world = await withNotes()
    const { run, store, clock, random, table, a, earlier } = world
    const cache = new SnapshotCache(store, { bytes_max: 1 << 20 })
    const ignore = (): void => undefined
    const events = { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore }
    const target = { schema: NOTES, month: '202505', name: MAY }
    await run(() =>
      startNewEpoch({ store, clock, random, events, cache, pacer: new WritePacer(clock, random) }, target),
    )
    await run(() => table.mutate('u', deleteNote(a)))
    const last = (await run(() => table.get('u', a)))!.version
    await run(() => table.mutateAll('u', '202505', [purge(a)]))
    await run(async () => table.mutateAll('u', '202505', restorations(await differencesTo(world, earlier, [a]))))
    expect(last).toBe(1002)
    expect((await run(() => table.get('u', a)))!.version).toBeGreaterThan(last)
  })

  test('of many records is one commit', async () => {
    const { run, instance, store, ...world } = tableHarness()
    const table = instance()
    const ids = await run(() => all(400, async () => idOf(await table.create('u', createNote()))))
    const earlier = store.bytesOf(MAY)!
    await run(() => Promise.all(ids.map((id) => table.mutate('u', changeNote(id, { title: 'spoilt' })))))
    const found = await differencesTo({ store }, earlier)
    store.resetCounts()
    await run(() => table.mutateAll('u', '202505', restorations(found)))
    expect(store.counts.write).toBe(1)
    expect(await run(() => idsOf(table, 'u'))).toHaveLength(400)
    expect(world.corrupt).toEqual([])
  })
})

function undelete(current: Parameters<Mutation['decide']>[0]): ReturnType<Mutation['decide']> {
  if (!current) return { kind: 'refuse', problem: new Problem('not-found', 'no such note') }
  return { kind: 'write', row: { ...current, deleted: false }, status: 200 }
}
