import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import type { ColumnValues } from '#shared/parquet/row-group.ts'
import { summaryColumns } from '#shared/table/object/schema.ts'
import { KeptRows } from '#shared/table/read/kept-rows.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { tableHarness } from './harness.ts'
import { noteRow, NOTES } from './notes.ts'
import { EVERY_ROW } from './pages.ts'
import { storedObject } from './stored.ts'

const OBJECT = 'notes/user_id=u/year=2025/month=02/notes_202502.parquet'

describe('a row that was listed', () => {
  test('is the same object in the next summary, until it changes; the others stay what they were', async () => {
    const random = seededRandom(1)
    const rows = Array.from({ length: 300 }, (_, at) => noteRow(newId('note', Date.UTC(2025, 1, 1) + at, random), {}))
    const { run, store, instance } = tableHarness()
    store.place(OBJECT, await storedObject(NOTES, OBJECT, rows, { rev: 300 }))
    const table = instance()
    const listed = async (columns: readonly string[]) =>
      await run(async () => {
        const found = []
        for await (const { row } of table.rows('u', { columns, filter: EVERY_ROW })) found.push(row)
        return found
      })
    const first = await listed(summaryColumns(NOTES))
    const second = await listed(summaryColumns(NOTES))
    expect(first).toHaveLength(300)
    expect(second.every((row, at) => row === first[at])).toBe(true)
    const id = String(rows[299]!['note_id'])
    const decide = (row: object | undefined) =>
      ({ kind: 'write', row: { ...row, title: 'changed' }, status: 200 }) as never
    await run(() => table.mutate('u', { id, writer: { by: 'u', client_id: null, via: 'api' }, size_bytes: 1, decide }))
    const third = await listed(summaryColumns(NOTES))
    expect(third[0]).toMatchObject({ note_id: id, title: 'changed' })
    expect(third.slice(1)).toEqual(first.slice(1))
    // Other columns are other rows.
    expect(Object.keys((await listed(['note_id', 'title']))[0]!).toSorted()).toEqual(['note_id', 'title'])
  })

  test('is made again beyond two thousand, and right all the same', () => {
    const kept = new KeptRows()
    let made = 0
    const values: ColumnValues = new Map()
    const rowAt = (index: number) => kept.of(values, index, (_, at) => (made++, { at }))
    for (let time = 0; time < 2; time++) for (let at = 0; at < 2500; at++) expect(rowAt(at)).toEqual({ at })
    expect(made).toBe(5000)
    expect(rowAt(2499)).toBe(rowAt(2499))
    expect(made).toBe(5000)
  })
})
