import { describe, expect, test } from 'vitest'

import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { startNewEpoch, type Replacement } from '#shared/table/recovery/new-epoch.ts'
import type { Decision, Mutation } from '#shared/table/commit/mutation.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { changeNote, createNote, deleteNote, keyed, noteRow, NOTES, WRITER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness, rowOf, type TableHarness } from './harness.ts'
import { storedObject } from './stored.ts'

const MAY = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'

async function withNotes() {
  const world = tableHarness()
  const table = world.instance()
  const ids = await world.run(() => all(5, async () => idOf(await table.create('u', createNote()))))
  return { ...world, table, ids, id: ids[0]!, earlier: world.store.bytesOf(MAY)! }
}

function renew({ store, clock, random, commits }: TableHarness, replacement?: Replacement) {
  const events = { committed: (commit: TableHarness['commits'][number]) => commits.push(commit), ...SILENT }
  const cache = new SnapshotCache(store, { bytes_max: 1 << 20 })
  const target = { schema: NOTES, month: '202505', name: MAY }
  return clock.run(() =>
    startNewEpoch({ store, clock, random, events, cache, pacer: new WritePacer(clock, random) }, target, replacement),
  )
}

const ignore = (): void => undefined
const SILENT = { corrupt: ignore, storeFailed: ignore, nearLimit: ignore }

function replacing(earlier: Uint8Array, over: string): Replacement {
  return { base: wholeSnapshot(MAY, 'old', earlier), over }
}

describe('a new epoch', () => {
  test('of what is there is one PUT: another epoch, revision + 1, versions + 1000, everything else as it was', async () => {
    const world = await withNotes()
    const { run, table, store, id, ids, snapshot } = world
    await run(() => table.mutate('u', changeNote(id, { title: 'new' }, { key: keyed('k') })))
    const before = snapshot(MAY).footer
    const rows = await run(() => Promise.all(ids.map(async (one) => (await table.get('u', one))!)))
    store.resetCounts()
    await renew(world)
    expect(store.counts.write).toBe(1)
    const { footer } = snapshot(MAY)
    expect(footer).toMatchObject({ rev: before.rev + 1, ledger: before.ledger, floor: before.floor })
    expect(footer.epoch).not.toBe(before.epoch)
    const { time_ms } = before.commits.at(-1)!
    expect(footer.past_epochs).toEqual([{ epoch: before.epoch, rev: before.rev, time_ms }])
    for (const row of rows) {
      const now = await run(() => table.get('u', String(row['note_id'])))
      expect(now).toEqual({ ...row, version: row.version + 1000, rev: footer.rev })
    }
    expect(world.commits.at(-1)).toMatchObject({ rev: footer.rev, records: rows.map(() => ({ client: 'restore' })) })
  })

  test('loses no change that is committed while it is under way', async () => {
    const world = await withNotes()
    const { table, id, store, run } = world
    store.strike('write', 'throttled')
    const renewing = renew(world)
    await run(() => table.mutate('u', changeNote(id, { title: 'meanwhile' })))
    await renewing
    const row = await world.run(() => world.instance().get('u', id))
    expect(row).toMatchObject({ title: 'meanwhile' })
    expect(row!.version).toBeGreaterThan(1000)
  })

  test('whose answer is lost is made once', async () => {
    const world = await withNotes()
    const { id, store, run, instance } = world
    store.strike('write', 'lost_answer')
    await renew(world)
    expect(await run(() => instance().get('u', id))).toMatchObject({ version: 1001 })
  })

  test('makes conditions on earlier versions fail, and changes go on from there', async () => {
    const world = await withNotes()
    const { run, table, id } = world
    await renew(world)
    expect(await kindOf(run(() => table.mutate('u', changeNote(id, { size: 2 }, { if_match: 1 }))))).toBe(
      'stale-version',
    )
    expect(rowOf(await run(() => table.mutate('u', changeNote(id, { size: 2 }))))).toMatchObject({ version: 1002 })
  })

  test('moves the versions of what was purged as well: what comes back goes on behind all that were given out', async () => {
    const world = await withNotes()
    const { run, table, id, snapshot } = world
    for (let size = 2; size < 5; size++) await run(() => table.mutate('u', changeNote(id, { size })))
    await run(() => table.mutate('u', deleteNote(id)))
    const change = (decide: () => Decision): Mutation => ({ id, writer: WRITER, size_bytes: 0, decide })
    await run(() => table.mutateAll('u', '202505', [change(() => ({ kind: 'purge' }))]))
    expect(snapshot(MAY).footer.purged_version).toBe(5)
    await renew(world)
    expect(snapshot(MAY).footer.purged_version).toBe(1005)
    const revived = change(() => ({ kind: 'write', row: noteRow(id), status: 200, revives: { version: 5 } }))
    await run(() => table.mutateAll('u', '202505', [revived]))
    expect(await run(() => table.get('u', id))).toMatchObject({ version: 1006 })
  })

  test('of what a newer release wrote is left to it', async () => {
    const world = tableHarness()
    world.store.place(
      MAY,
      await storedObject(NOTES, MAY, [noteRow('note_01jv2t8000e0080000000000zz')], { min_writer: 2 }),
    )
    await expect(renew(world)).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('a generation that takes the place of one that cannot be read', () => {
  test('is written over exactly that one; ledger and used ids are those it had', async () => {
    const world = await withNotes()
    const { run, table, store, ids, id, instance } = world
    await run(() => table.mutate('u', deleteNote(id, { key: keyed('k') })))
    await run(() =>
      table.mutateAll('u', '202505', [{ id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) }]),
    )
    const earlier = store.bytesOf(MAY)!
    const over = store.place(MAY, earlier.subarray(7))
    await renew(world, replacing(earlier, over))
    const fresh = instance()
    expect((await run(() => idsOf(fresh, 'u'))).toSorted()).toEqual(ids.slice(1).toSorted())
    expect(await kindOf(run(() => fresh.create('u', createNote({ id }))))).toBe('conflict')
    expect(world.snapshot(MAY).footer.ledger.find(keyed('k').request_hash)).toBeDefined()
  })

  test('is not written when somebody else mended the object first', async () => {
    const world = await withNotes()
    const { store, earlier, run, instance, id } = world
    const over = store.place(MAY, earlier.subarray(7))
    store.place(MAY, earlier)
    await expect(renew(world, replacing(earlier, over))).rejects.toMatchObject({ kind: 'conflict' })
    expect(await run(() => instance().get('u', id))).toMatchObject({ version: 1 })
  })

  test('is known to have landed when its answer is lost', async () => {
    const world = await withNotes()
    const { store, earlier, run, instance, id } = world
    const over = store.place(MAY, new Uint8Array(3))
    store.strike('write', 'lost_answer')
    await renew(world, replacing(earlier, over))
    expect(await run(() => instance().get('u', id))).toMatchObject({ version: 1001 })
  })

  test('of which nobody answers what became of it may have been made', async () => {
    const world = await withNotes()
    const { store, earlier } = world
    const over = store.place(MAY, new Uint8Array(3))
    store.strike('write', 'lost_answer')
    store.strike('read', 'rejected')
    await expect(renew(world, replacing(earlier, over))).rejects.toMatchObject({ members: { outcome: 'unknown' } })
  })

  test('comes back where there is no object at all', async () => {
    const { earlier } = await withNotes()
    const world = tableHarness({ seed: 2 })
    await renew(world, replacing(earlier, NO_OBJECT))
    expect(await world.run(() => idsOf(world.instance(), 'u'))).toHaveLength(5)
    expect(world.snapshot(MAY).footer.rev).toBeGreaterThan(1)
  })

  test('can have every record settled on the way', async () => {
    const world = await withNotes()
    const { store, earlier, run, instance, id } = world
    const over = store.place(MAY, new Uint8Array(3))
    await renew(world, { ...replacing(earlier, over), settle: (row) => ({ ...row, title: 'settled' }) })
    expect(await run(() => instance().get('u', id))).toMatchObject({ title: 'settled', version: 1001 })
  })
})
