import { describe, expect, test } from 'vitest'

import { idTimeMs, newId } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { monthOf } from '#shared/table/object/partition.ts'
import { PurgedIds } from '#shared/table/object/purged-ids.ts'
import { changeNote, createNote, deleteNote, noteRow, WRITER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness } from './harness.ts'

const MAY = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'

function purge(id: string): Mutation {
  return {
    id,
    writer: WRITER,
    size_bytes: 0,
    decide: (current) =>
      current?.['deleted'] === true
        ? { kind: 'purge' }
        : { kind: 'refuse', problem: new Problem('not-found', 'no tombstone') },
  }
}

/** Ten notes of one month, of which the first three are deleted. */
async function withTombstones() {
  const world = tableHarness()
  const table = world.instance()
  const ids = await world.run(() => all(10, async () => idOf(await table.create('u', createNote()))))
  const deleted = ids.slice(0, 3)
  await world.run(() => Promise.all(deleted.map((id) => table.mutate('u', deleteNote(id)))))
  const month = monthOf(idTimeMs('note', ids[0]!)!)
  return { ...world, table, ids, deleted, month }
}

describe('a purge', () => {
  test('takes tombstones out in one commit and leaves everything else as it is', async () => {
    const { run, store, table, ids, deleted, month, instance } = await withTombstones()
    const before = await run(() => Promise.all(ids.slice(3).map((id) => table.get('u', id))))
    store.resetCounts()
    const outcomes = await run(() => table.mutateAll('u', month, deleted.map(purge)))
    expect(store.counts).toMatchObject({ write: 1, read: 0 })
    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'written', 'written'])
    expect(await run(() => idsOf(instance(), 'u'))).toEqual(ids.slice(3).toSorted().toReversed())
    expect(await run(() => Promise.all(ids.slice(3).map((id) => instance().get('u', id))))).toEqual(before)
  })

  test('leaves a floor: the highest revision among what it took out', async () => {
    const { run, table, deleted, month, snapshot } = await withTombstones()
    const revs = await run(() => Promise.all(deleted.map(async (id) => (await table.get('u', id))!.rev)))
    await run(() => table.mutateAll('u', month, deleted.map(purge)))
    expect(snapshot(MAY).footer.floor).toBe(Math.max(...revs))
    expect(snapshot(MAY).footer.rev).toBeGreaterThan(Math.max(...revs))
  })

  test.each([
    ['one after the other', 1],
    ['in one commit', 2],
  ])(
    'never lowers the floor, nor the version behind which a record comes back, whatever goes later (%s)',
    async (_, together) => {
      const { run, table, ids, month, snapshot } = await withTombstones()
      const [changed, early] = [ids[3]!, ids[0]!]
      for (let size = 2; size < 6; size++) await run(() => table.mutate('u', changeNote(changed, { size })))
      await run(() => table.mutate('u', deleteNote(changed)))
      const last = (await run(() => table.get('u', changed)))!
      const purges = [changed, early].map(purge)
      for (let at = 0; at < 2; at += together)
        await run(() => table.mutateAll('u', month, purges.slice(at, at + together)))
      const { footer } = snapshot(MAY)
      expect([footer.floor, footer.purged_version]).toEqual([last.rev, last.version])
      const revive: Mutation = {
        ...purge(early),
        decide: () => ({ kind: 'write', row: noteRow(early), status: 200, revives: { version: 1 } }),
      }
      await run(() => table.mutateAll('u', month, [revive]))
      expect(await run(() => table.get('u', early))).toMatchObject({ version: last.version + 1 })
    },
  )

  test('uses the ids up: nobody creates anything under them, in this instance or another', async () => {
    const { run, table, deleted, month, instance } = await withTombstones()
    await run(() => table.mutateAll('u', month, deleted.map(purge)))
    for (const one of [table, instance()]) {
      const outcome = await run(() => one.create('u', createNote({ id: deleted[0]! })))
      expect(outcome).toMatchObject({ kind: 'refused', problem: { kind: 'conflict', members: { deleted: true } } })
      expect(await kindOf(run(() => one.mutate('u', changeNote(deleted[0]!, { size: 2 }))))).toBe('not-found')
    }
  })

  test('loses to a restore that came first', async () => {
    const { run, table, deleted, month, instance } = await withTombstones()
    await run(() => table.get('u', deleted[0]!))
    const other = instance()
    await run(() =>
      other.mutate('u', {
        ...purge(deleted[0]!),
        decide: (current) => ({ kind: 'write', row: { ...current!, deleted: false }, status: 200 }),
      }),
    )
    const [outcome] = await run(() => table.mutateAll('u', month, [purge(deleted[0]!)]))
    expect(outcome).toMatchObject({ kind: 'refused', problem: { kind: 'not-found' } })
    expect(await run(() => other.get('u', deleted[0]!))).toMatchObject({ deleted: false })
  })

  test('can only be undone by what says that it revives, at a version after the last one', async () => {
    const { run, table, deleted, month, snapshot } = await withTombstones()
    const [id] = deleted
    const last = (await run(() => table.get('u', id!)))!
    await run(() => table.mutateAll('u', month, deleted.map(purge)))
    const revive: Mutation = {
      ...purge(id!),
      decide: () => ({ kind: 'write', row: noteRow(id!), status: 200, revives: { version: last.version } }),
    }
    await run(() => table.mutateAll('u', month, [revive]))
    expect(await run(() => table.get('u', id!))).toMatchObject({ version: last.version + 1, deleted: false })
    expect(snapshot(MAY).footer.purged.size).toBe(2)
  })

  test('that was undone, and done again, gives no version twice', async () => {
    const { run, table, deleted, month } = await withTombstones()
    const [id] = deleted
    const revive: Mutation = {
      ...purge(id!),
      decide: () => ({ kind: 'write', row: noteRow(id!), status: 200, revives: { version: 1 } }),
    }
    const versions: unknown[] = []
    for (let round = 0; round < 3; round++) {
      await run(() => table.mutateAll('u', month, [purge(id!)]))
      await run(() => table.mutateAll('u', month, [revive]))
      versions.push((await run(() => table.get('u', id!)))!.version)
      await run(() => table.mutate('u', deleteNote(id!)))
    }
    expect(versions).toEqual([3, 5, 7])
  })

  test('of everything leaves an object without rows, which goes on as ever', async () => {
    const { run, table, ids, month, snapshot } = await withTombstones()
    await run(() => Promise.all(ids.slice(3).map((id) => table.mutate('u', deleteNote(id)))))
    await run(() => table.mutateAll('u', month, ids.map(purge)))
    expect(snapshot(MAY).file.groups).toEqual([])
    const id = idOf(await run(() => table.create('u', createNote())))
    expect(await run(() => idsOf(table, 'u'))).toEqual([id])
  })

  test('of nothing asks the store nothing', async () => {
    const { run, store, table, month } = await withTombstones()
    store.resetCounts()
    expect(await run(() => table.mutateAll('u', month, []))).toEqual([])
    expect(store.counts).toMatchObject({ read: 0, write: 0 })
  })
})

describe('purged ids', () => {
  const { random } = tableHarness()
  const ids = Array.from({ length: 500 }, () => newId('note', 0, random))
  const purged = PurgedIds.NONE.with(new Map(ids.map((id) => [id, true])))

  test('come back as they were written, 16 bytes each', () => {
    const again = PurgedIds.decode(purged.encode())
    expect(Buffer.from(purged.encode(), 'base64')).toHaveLength(500 * 16)
    expect(ids.every((id) => again.has(id))).toBe(true)
    expect(again.has(newId('note', 0, random))).toBe(false)
  })

  test('of any kind of id are known, old ones too', () => {
    expect(PurgedIds.NONE.with(new Map([['aud_ab12cd34', true]])).has('aud_ab12cd34')).toBe(true)
  })
})
