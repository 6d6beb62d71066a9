import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { monthOf, objectName } from '#shared/table/object/partition.ts'
import { compareSorted, type RowOrder, type SortedPosition } from '#shared/table/read/sorted-listing.ts'
import type { Table } from '#shared/table/table.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { tableHarness } from './harness.ts'
import { changeNote, deleteNote, noteRow, NOTES } from './notes.ts'
import { storedObject } from './stored.ts'

const bySize = (is_descending: boolean): RowOrder => ({
  name: is_descending ? '-size' : 'size',
  is_descending,
  columns: ['size'],
  keyOf: (cell) => cell('size') as number | null,
})

const LIVE = { columns: ['deleted'], matches: (cell: (name: string) => unknown) => !cell('deleted') } as const

interface Wanted {
  readonly order: RowOrder
  readonly limit: number
  readonly after?: SortedPosition | undefined
}

/** One page of ids, as a handler takes it, and where it ended. */
async function pageOf(table: Table, { order, limit, after }: Wanted) {
  const ids: string[] = []
  let last: SortedPosition | undefined
  const request = { order, after, columns: ['note_id', 'title'], filter: LIVE, rows_wanted: limit + 1 }
  for await (const { row, position } of table.sorted('u', request)) {
    if (ids.length === limit) return { ids, next: last }
    ids.push(String(row['note_id']))
    last = position
  }
  return { ids, next: undefined }
}

async function stored(sizes: readonly (number | null)[], seed: number) {
  const harness = tableHarness()
  const random = seededRandom(seed)
  const start_ms = Date.parse('2024-11-30T00:00:00Z')
  const rows = sizes.map((size, at) =>
    noteRow(newId('note', start_ms + (at % 90) * 24 * 3_600_000, random), { size, deleted: at % 7 === 6 }),
  )
  for (const [month, of_month] of Map.groupBy(rows, (row) => monthOf(row.created_at))) {
    const name = objectName(NOTES, 'u', month)
    harness.store.place(name, await storedObject(NOTES, name, of_month))
  }
  return { harness, rows }
}

const positionOf = (row: Row): SortedPosition => ({ key: row['size'] as number | null, id: String(row['note_id']) })

describe('a sorted listing', () => {
  test('is the rows in their order, whole or page by page: equal ones newest first, unknown ones last', async () => {
    const size = fc.option(fc.integer({ min: 0, max: 9 }), { freq: 5 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { maxLength: 300 }),
        fc.integer({ min: 1, max: 90 }),
        fc.boolean(),
        fc.nat(),
        async (sizes, limit, is_descending, seed) => {
          const { harness, rows } = await stored(sizes, seed)
          const order = bySize(is_descending)
          const expected = rows
            .filter((row) => !row.deleted)
            .map(positionOf)
            .toSorted((a, b) => compareSorted(order, a, b))
          const table = harness.instance()
          const seen: string[] = []
          let after: SortedPosition | undefined
          do {
            const page = await harness.run(() => pageOf(table, { order, limit, after }))
            seen.push(...page.ids)
            after = page.next
          } while (after)
          expect(seen).toEqual(expected.map(({ id }) => id))
        },
      ),
      runs(6, 100),
    )
  })

  test('goes on where it was when rows come and go between two pages', async () => {
    const { harness, rows } = await stored([5, 4, 3, 2, 1], 1)
    const table = harness.instance()
    const order = bySize(true)
    const [a, b, c, d, e] = rows.map((row) => String(row['note_id'])) as [string, string, string, string, string]
    const first = await harness.run(() => pageOf(table, { order, limit: 2 }))
    expect(first.ids).toEqual([a, b])
    await harness.run(() =>
      Promise.all([table.mutate('u', deleteNote(b)), table.mutate('u', changeNote(e, { size: 9 }))]),
    )
    expect((await harness.run(() => pageOf(table, { order, limit: 2, after: first.next }))).ids).toEqual([c, d])
    expect((await harness.run(() => pageOf(table, { order, limit: 9 }))).ids).toEqual([e, a, c, d])
  })

  test('leaves out what is deleted while it is read, and looks for as many more', async () => {
    const { harness, rows } = await stored([5, 4, 3, 2, 1], 1)
    const table = harness.instance()
    const request = { order: bySize(true), columns: ['note_id'], filter: LIVE, rows_wanted: 3 }
    const seen = await harness.run(async () => {
      const ids: string[] = []
      for await (const { row } of table.sorted('u', request)) {
        if (ids.length === 0) await table.mutate('u', deleteNote(String(rows[1]!['note_id'])))
        ids.push(String(row['note_id']))
      }
      return ids
    })
    expect(seen).toEqual([0, 2, 3, 4].map((at) => rows[at]!['note_id']))
  })
})
