import { describe, expect, test } from 'vitest'

import { LegacyIds } from '#shared/table/read/legacy-ids.ts'
import { changeNote, createNote, noteRow, NOTES, NOTES_BY_USER } from './notes.ts'
import { idOf, idsOf, kindOf, tableHarness, rowOf } from './harness.ts'
import { storedObject } from './stored.ts'

const INDEX = 'indexes/user_id=u/legacy_ids.json'
const MARCH = 'notes/user_id=u/year=2025/month=03/notes_202503.parquet'
const OLD_ID = 'note-ab12cd34'

async function imported() {
  const r = tableHarness()
  const importer = new LegacyIds(r.store)
  await r.run(() => importer.add(NOTES, 'u', [{ id: OLD_ID, month: '202503' }]))
  const created_at = Date.parse('2025-03-05T00:00:00Z')
  r.store.place(MARCH, await storedObject(NOTES, MARCH, [noteRow(OLD_ID, { created_at })]))
  r.store.resetCounts()
  return { ...r, importer, table: r.instance() }
}

describe('an id of the old system', () => {
  test('finds its record in either spelling, and the index is read once', async () => {
    const { run, store, table } = await imported()
    for (const id of [OLD_ID, 'note_ab12cd34', OLD_ID]) {
      expect((await run(() => table.get('u', id)))?.['note_id']).toBe(OLD_ID)
    }
    expect(store.counts).toMatchObject({ read: 4, body: 2 })
    store.resetCounts()
    expect(rowOf(await run(() => table.mutate('u', changeNote('note_ab12cd34', { size: 3 }))))['note_id']).toBe(OLD_ID)
    expect(store.counts).toMatchObject({ read: 0, write: 1 })
  })

  test('is listed among the others, at its own time', async () => {
    const { run, table } = await imported()
    const id = idOf(await run(() => table.create('u', createNote())))
    expect(await run(() => idsOf(table, 'u'))).toEqual([id, OLD_ID])
  })

  test('is nothing to another user', async () => {
    const { run, table } = await imported()
    expect(await run(() => table.get('v', OLD_ID))).toBeUndefined()
    expect(await kindOf(run(() => table.mutate('v', changeNote(OLD_ID, { size: 3 }))))).toBe('not-found')
  })

  test('that was never imported is not found, and never created', async () => {
    const { run, store, table } = await imported()
    for (const id of ['note-00000000', 'nonsense', '', '../../x', 'note_01h455vb4pbx5vsknk084sn02q']) {
      expect(await run(() => table.get('u', id))).toBeUndefined()
      expect(await kindOf(run(() => table.create('u', createNote({ id }))))).toBe('invalid-input')
    }
    expect(store.counts.write).toBe(0)
  })

  test('of a year of five digits is not one of ours', async () => {
    const { run, table } = await imported()
    expect(await kindOf(run(() => table.create('u', createNote({ id: 'note_7zzzzzzzzze00800000000000g' }))))).toBe(
      'invalid-input',
    )
  })

  test('imported while this instance runs is found', async () => {
    const { run, importer, store, table } = await imported()
    expect(await run(() => table.get('u', 'note-later'))).toBeUndefined()
    await run(() => importer.add(NOTES, 'u', [{ id: 'note-later', month: '202503' }]))
    store.place(MARCH, await storedObject(NOTES, MARCH, [noteRow('note-later')], { rev: 2 }))
    expect((await run(() => table.get('u', 'note-later')))?.['note_id']).toBe('note-later')
  })
})

describe('the index of old ids', () => {
  test('never changes an entry, and merges what several imports add', async () => {
    const { run, importer, store } = await imported()
    const other = new LegacyIds(store)
    await run(() =>
      Promise.all([
        importer.add(NOTES, 'u', [
          { id: 'note-1', month: '202501' },
          { id: OLD_ID, month: '202412' },
        ]),
        other.add(NOTES, 'u', [
          { id: 'note-2', month: '202502' },
          { id: 'note_ab12cd34', month: '202411' },
        ]),
        other.add({ ...NOTES_BY_USER, name: 'others' }, 'u', [{ id: 'note-1', month: '' }]),
      ]),
    )
    const entries = await run(() => new LegacyIds(store).findAll(NOTES, 'u'))
    expect([...entries.values()].toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: 'note-1', month: '202501' },
      { id: 'note-2', month: '202502' },
      { id: OLD_ID, month: '202503' },
    ])
    expect((await run(() => new LegacyIds(store).findAll({ ...NOTES, name: 'others' }, 'u'))).size).toBe(1)
  })

  test.each([
    '',
    'null',
    '{}',
    '{"format": 2, "tables": {}}',
    '{"format": 1}',
    '{"format": 1, "tables": {"notes": {"a": 1}}}',
  ])('that cannot be read is 503 and told to the operator: %j', async (text) => {
    const { run, store, corrupt, instance } = await imported()
    store.place(INDEX, new TextEncoder().encode(text))
    await expect(run(() => instance().get('u', OLD_ID))).rejects.toMatchObject({ status: 503 })
    expect(corrupt).toEqual([INDEX])
  })

  test('is left alone by ids that carry their own time', async () => {
    const { run, store, table } = await imported()
    store.place(INDEX, new Uint8Array(0))
    const id = idOf(await run(() => table.create('u', createNote())))
    expect((await run(() => table.get('u', id)))?.['note_id']).toBe(id)
  })
})
