import { afterEach, expect, test, vi } from 'vitest'

import { RowGroup } from '#shared/parquet/row-group.ts'
import { ReadRows } from '#shared/table/object/read-rows.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { idOf, rowOf, tableHarness } from './harness.ts'
import { changeNote, createNote, noteRow, NOTES, NOTES_BY_USER } from './notes.ts'
import { storedObject } from './stored.ts'

afterEach(() => void vi.restoreAllMocks())

test('a record that is read again is not decoded again, and after a change it is the changed one', async () => {
  const { run, instance } = tableHarness({ schema: NOTES_BY_USER })
  const [table, other] = [instance(), instance()]
  const id = idOf(await run(() => table.create('u', createNote({ fields: { title: 'first' } }))))
  const decoded = vi.spyOn(RowGroup.prototype, 'allColumns')
  const read = () => run(() => table.get('u', id))
  expect(await read()).toMatchObject({ title: 'first', version: 1 })
  const once = decoded.mock.calls.length
  expect(await read()).toMatchObject({ title: 'first', version: 1 })
  expect(decoded.mock.calls.length).toBe(once)
  const changed = rowOf(await run(() => other.mutate('u', changeNote(id, { title: 'second' }))))
  expect(await read()).toEqual(changed)
})

test('rows are held within the bytes, and those that are read stay longest', async () => {
  const bytes = await storedObject(NOTES, 'notes', [noteRow('note_1'), noteRow('note_2')])
  const { groups } = wholeSnapshot('notes', '1', bytes).file
  const reads: number[] = []
  const rows = new ReadRows<Row>(250)
  const read = (index: number) =>
    rows.of({ group: groups[0]!, index }, async () => {
      reads.push(index)
      // 32 bytes, and one for each character.
      return { title: 'x'.repeat(68) }
    })
  for (const index of [0, 1, 0, 2, 0, 1, 0]) expect(await read(index)).toEqual({ title: 'x'.repeat(68) })
  expect(reads).toEqual([0, 1, 2, 1])
})
