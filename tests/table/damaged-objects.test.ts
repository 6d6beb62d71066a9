import { describe, expect, test } from 'vitest'

import { parseFile } from '#shared/parquet/file.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { Ledger } from '#shared/table/object/ledger.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import { changeNote, createNote, deleteNote, noteRow, NOTES, WRITER } from './notes.ts'
import { idOf, idsOf, kindOf, pageOf, tableHarness, rowOf } from './harness.ts'
import { storedObject } from './stored.ts'

const MAY = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'

async function withNote() {
  const r = tableHarness()
  const id = idOf(await r.run(() => r.instance().create('u', createNote())))
  return { ...r, id, bytes: r.store.bytesOf(MAY)! }
}

describe('an object that cannot be read', () => {
  const DAMAGES: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['is cut off', (bytes) => bytes.subarray(0, bytes.length - 9)],
    ['is empty', () => new Uint8Array(0)],
    ['is no Parquet', () => new TextEncoder().encode('{"not": "parquet"}')],
    ['lost its rows', (bytes) => Buffer.concat([bytes.subarray(0, 4), bytes.subarray(bytes.length - 600)])],
  ]
  for (const [damage, apply] of DAMAGES) {
    test(`because it ${damage} is 503 for requests that need it, reported to the operator, and never overwritten`, async () => {
      const { run, store, instance, corrupt, id, bytes } = await withNote()
      const damaged = apply(bytes)
      store.place(MAY, damaged)
      const table = instance()
      for (const work of [
        () => table.get('u', id),
        () => pageOf(table, 'u'),
        () => table.create('u', createNote()),
        () => table.mutate('u', changeNote(id, { title: 'x' })),
      ]) {
        const problem = await run<unknown>(work).catch((error: unknown) => error)
        expect(problem).toMatchObject({ kind: 'unavailable', status: 503 })
        expect((problem as Error).message).not.toContain('user_id')
      }
      expect(corrupt).toEqual([MAY, MAY, MAY, MAY])
      expect(store.bytesOf(MAY)).toEqual(damaged)
    })
  }

  test("because it is another user's is not shown and not overwritten", async () => {
    const { run, store, instance, corrupt, bytes } = await withNote()
    const theirs = MAY.replace('user_id=u', 'user_id=v')
    store.place(theirs, bytes)
    expect(await kindOf(run(() => instance().create('v', createNote())))).toBe('unavailable')
    await expect(run(() => pageOf(instance(), 'v'))).rejects.toMatchObject({ status: 503 })
    expect(corrupt).toEqual([theirs, theirs])
    expect(store.bytesOf(theirs)).toEqual(bytes)
  })

  test('does not keep other months from being used, and works again once it is mended', async () => {
    const { run, clock, store, instance, id, bytes } = await withNote()
    store.place(MAY, bytes.subarray(9))
    await clock.advance(20 * 24 * 3_600_000)
    const table = instance()
    const june = idOf(await run(() => table.create('u', createNote())))
    expect((await run(() => table.get('u', june)))?.['title']).toBe('a title')
    store.place(MAY, bytes)
    expect(await run(() => idsOf(table, 'u'))).toEqual([june, id])
  })

  test('is a stray file only: names that are not of this table are left out of listings', async () => {
    const { run, store, instance, id } = await withNote()
    store.place('notes/user_id=u/year=2025/month=05/backup.parquet', new Uint8Array(3))
    store.place('notes/user_id=u/year=2025/month=06/notes_202505.parquet', new Uint8Array(3))
    expect(await run(() => idsOf(instance(), 'u'))).toEqual([id])
  })
})

describe('an object of a newer release', () => {
  const NEWER: TableSchema = { ...NOTES, columns: [...NOTES.columns, { name: 'colour', type: 'string' }] }

  test('that this one may not write is read, refuses as ever, and answers 503 to changes', async () => {
    const { run, store, instance } = tableHarness()
    const row = noteRow('note_01jv2t8000e0080000000000zz', {})
    store.place(MAY, await storedObject(NOTES, MAY, [row], { min_writer: 2 }))
    const bytes = store.bytesOf(MAY)
    const table = instance()
    const id = String(row['note_id'])
    expect((await run(() => table.get('u', id)))?.['title']).toBe('a title')
    expect(await run(() => idsOf(table, 'u'))).toEqual([id])
    expect(await kindOf(run(() => table.mutate('u', changeNote(id, { size: 2 }, { if_match: 9 }))))).toBe(
      'stale-version',
    )
    expect(await kindOf(run(() => table.mutate('u', changeNote(id, { size: 2 }))))).toBe('unavailable')
    expect(store.bytesOf(MAY)).toBe(bytes)
  })

  test('that this one may not write refuses the writes of a batch, and nothing else of it', async () => {
    const { run, store, instance, clock } = tableHarness()
    const key = { request_hash: '1'.repeat(32), body_hash: '2'.repeat(32) }
    const row = noteRow('note_01jv2t8000e0080000000000zz', { title: 'a title' })
    const id = String(row['note_id'])
    const entry = { ...key, status: 201, id, time_ms: clock.nowMs() }
    const ledger = Ledger.EMPTY.with([entry], entry.time_ms)
    store.place(MAY, await storedObject(NOTES, MAY, [row], { min_writer: 2, ledger }))
    const bytes = store.bytesOf(MAY)
    const table = instance()
    const kinds = await run(() =>
      Promise.all(
        [
          changeNote(id, { title: 'other' }),
          changeNote(id, { title: 'a title' }),
          { ...changeNote(id, { title: 'a title' }), idempotency: { ...key, request_hash: '3'.repeat(32) } },
          { ...changeNote(id, { title: 'whatever' }), idempotency: key },
          changeNote(id, { title: 'other' }, { if_match: 9 }),
          changeNote('note_01jv2t8000e0080000000000zx', { title: 'x' }),
          deleteNote(id),
        ].map((mutation) => kindOf(table.mutate('u', mutation))),
      ),
    )
    expect(kinds).toEqual(['unavailable', 'kept', 'kept', 'replayed', 'stale-version', 'not-found', 'unavailable'])
    expect(await kindOf(run(() => table.create('u', createNote())))).toBe('unavailable')
    expect(await kindOf(run(() => table.mutateAll('u', '202505', [deleteNote(id)]).then(([one]) => one!)))).toBe(
      'unavailable',
    )
    expect([store.bytesOf(MAY) === bytes, store.counts.write]).toEqual([true, 0])
  })

  test('that this one may not write is not purged by it, and has its tombstones afterwards', async () => {
    const { run, store, instance } = tableHarness()
    const row = noteRow('note_01jv2t8000e0080000000000zz', { deleted: true })
    store.place(MAY, await storedObject(NOTES, MAY, [row], { min_writer: 2 }))
    const bytes = store.bytesOf(MAY)
    const id = String(row['note_id'])
    const purge: Mutation = { id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) }
    const table = instance()
    for (const batch of [[purge], [deleteNote(id), purge]]) {
      const last = run(() => table.mutateAll('u', '202505', batch).then((outcomes) => outcomes.at(-1)!))
      expect(await kindOf(last)).toBe('unavailable')
    }
    expect(await run(() => table.get('u', id))).toMatchObject({ deleted: true })
    expect([store.bytesOf(MAY) === bytes, store.counts.write]).toEqual([true, 0])
  })

  test('keeps its unknown columns, with their rows, and its unknown key-values', async () => {
    const { run, store, instance, snapshot } = tableHarness()
    const ids = ['note_01jv2t8000e0080000000000zz', 'note_01jv2t8000e0080000000000zy']
    const rows = ids.map((id, at) => noteRow(id, { colour: ['red', 'blue'][at]! }))
    const unknown = new Map([['sequences', 'of a later release']])
    store.place(MAY, await storedObject(NEWER, MAY, rows, { unknown }))
    const table = instance()
    await run(() => table.mutate('u', changeNote(ids[0]!, { title: 'changed' })))
    await run(() => table.create('u', createNote()))
    const after = snapshot(MAY)
    expect(after.footer.unknown).toEqual(unknown)
    const colours = new Map<unknown, unknown>()
    for (const group of after.file.groups) {
      const values = await group.allColumns()
      values.get('note_id')!.forEach((id, at) => colours.set(id, values.get('colour')![at]))
    }
    expect([colours.get(ids[0]), colours.get(ids[1])]).toEqual(['red', 'blue'])
    expect([...colours.values()].filter((colour) => colour === null)).toHaveLength(1)
    expect(parseFile(store.bytesOf(MAY)!).key_values.get('sequences')).toBe('of a later release')
  })

  test('and an older one can be written in turn by both', async () => {
    const { run, store, clock, random, instance } = tableHarness()
    const { Table } = await import('#shared/table/table.ts')
    const events = {
      committed: () => undefined,
      corrupt: () => undefined,
      storeFailed: () => undefined,
      nearLimit: () => undefined,
    }
    const newer = new Table(NEWER, { store, clock, random, events, cache_bytes_max: 1e8 })
    const older = instance()
    const id = idOf(await run(() => older.create('u', createNote())))
    for (let at = 0; at < 5; at++) {
      const colour = `colour ${at}`
      await run(() => newer.mutate('u', changeNote(id, { colour })))
      await run(() => older.mutate('u', changeNote(id, { size: 100 + at })))
      await run(() => older.create('u', createNote()))
      expect(rowOf(await run(() => newer.mutate('u', changeNote(id, {}))))).toMatchObject({ colour, size: 100 + at })
    }
    expect((await run(() => newer.get('u', id)))?.['version']).toBe(11)
  })
})
