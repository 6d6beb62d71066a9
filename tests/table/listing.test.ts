import { effort } from '#tests/support/effort.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { comparePositions, type Position, type RowFilter } from '#shared/table/read/listing.ts'
import { monthOf, objectName } from '#shared/table/object/partition.ts'
import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { changeNote, createNote, deleteNote, noteRow, NOTES } from './notes.ts'
import { all, idOf, idsOf, pageOf, tableHarness, type TableHarness } from './harness.ts'
import { batchesOf } from './pages.ts'
import { storedObject } from './stored.ts'

const positionOf = (row: Row): Position => ({
  created_at_ms: Number(row['created_at']),
  id: String(row['note_id']),
})

/** Stores notes of the given times, in the objects of their months. */
async function storeNotes({ store }: TableHarness, times_ms: readonly number[], seed = 1): Promise<Row[]> {
  const random = seededRandom(seed)
  const rows = times_ms.map((time_ms) => noteRow(newId('note', time_ms, random), { size: time_ms }))
  for (const [month, of_month] of Map.groupBy(rows, (row) => monthOf(row.created_at))) {
    const name = objectName(NOTES, 'u', month)
    store.place(name, await storedObject(NOTES, name, of_month))
  }
  return rows.toSorted((a, b) => comparePositions(positionOf(a), positionOf(b)))
}

describe('a listing', () => {
  test('is newest first across months, groups and equal times, whole or page by page', async () => {
    const start_ms = Date.parse('2024-11-30T23:59:59.990Z')
    const time = fc.oneof(
      fc.integer({ min: start_ms, max: start_ms + 25 }),
      fc.integer({ min: start_ms, max: start_ms + 150 * 24 * 3_600_000 }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(time, { maxLength: 400 }),
        fc.integer({ min: 1, max: 120 }),
        fc.nat(),
        async (times, limit, seed) => {
          const r = tableHarness()
          const expected = (await storeNotes(r, times, seed)).map((row) => row['note_id'])
          const table = r.instance()
          expect(await r.run(() => idsOf(table, 'u'))).toEqual(expected)
          const paged: unknown[] = []
          let after: Position | undefined
          do {
            const page = await r.run(() => pageOf(table, 'u', { limit, after }))
            expect(page.rows.length).toBeLessThanOrEqual(limit)
            paged.push(...page.rows.map((row) => row['note_id']))
            after = page.next
          } while (after)
          expect(paged).toEqual(expected)
        },
      ),
      runs(10, 100),
    )
  })

  test('shows the last millisecond of a month and the first of the next, in that month', async () => {
    const r = tableHarness()
    const may_ms = Date.parse('2025-05-31T23:59:59.999Z')
    const rows = await storeNotes(r, [may_ms, may_ms + 1])
    expect(r.store.names()).toEqual([objectName(NOTES, 'u', '202505'), objectName(NOTES, 'u', '202506')])
    const first = await r.run(() => pageOf(r.instance(), 'u', { limit: 1 }))
    expect(first.rows[0]?.['note_id']).toBe(rows[0]?.['note_id'])
    const second = await r.run(() => pageOf(r.instance(), 'u', { limit: 1, after: first.next }))
    expect(second.rows[0]?.['note_id']).toBe(rows[1]?.['note_id'])
    expect(second.next).toBeUndefined()
  })

  test('read on while others write shows nothing twice and skips nothing that was there all the time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 30 }), async (seed, limit) => {
        const r = tableHarness({ seed })
        const random = seededRandom(seed)
        const [reader, writer] = [r.instance(), r.instance()]
        const before = await r.run(() =>
          all(effort(24, 60), async (at) => {
            await r.clock.sleep(at)
            return idOf(await writer.create('u', createNote()))
          }),
        )
        const seen: string[] = []
        const deleted = new Set<string>()
        let after: Position | undefined
        do {
          const page = await r.run(() =>
            pageOf(reader, 'u', {
              limit,
              after,
              filter: { columns: ['deleted'], matches: (cell) => cell('deleted') === false },
            }),
          )
          seen.push(...page.rows.map((row) => String(row['note_id'])))
          after = page.next
          await r.run(async () => {
            const id = before[between(random, 0, before.length - 1)]!
            await writer.create('u', createNote())
            await writer.mutate('u', changeNote(id, { size: between(random, 0, 1e9) }))
            await writer.mutate('u', deleteNote(id))
            deleted.add(id)
          })
        } while (after)
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual(seen.toSorted().toReversed())
        expect(seen).toEqual(expect.arrayContaining(before.filter((id) => !deleted.has(id))))
      }),
      runs(3, 60),
    )
  })

  test('without matches is empty, and so is that of a user who has nothing', async () => {
    const r = tableHarness()
    await storeNotes(r, [Date.parse('2025-01-01T00:00:00Z')])
    expect(await r.run(() => pageOf(r.instance(), 'u', { filter: { columns: [], matches: () => false } }))).toEqual({
      rows: [],
      next: undefined,
    })
    expect(await r.run(() => pageOf(r.instance(), 'nobody'))).toEqual({ rows: [], next: undefined })
  })

  test('offers a next page exactly when there are more rows', async () => {
    const r = tableHarness()
    const rows = await storeNotes(
      r,
      [1, 2, 3].map((at) => Date.parse('2025-01-01T00:00:00Z') + at),
    )
    const table = r.instance()
    expect((await r.run(() => pageOf(table, 'u', { limit: 3 }))).next).toBeUndefined()
    expect((await r.run(() => pageOf(table, 'u', { limit: 2 }))).next).toEqual(positionOf(rows[1]!))
  })

  test('may begin behind any position, even one that no row has', async () => {
    const r = tableHarness()
    const start_ms = Date.parse('2025-01-31T23:59:59.000Z')
    const rows = await storeNotes(
      r,
      [0, 500, 999, 1000, 1001, 3000].map((at) => start_ms + at),
    )
    for (const created_at_ms of [
      start_ms - 1,
      start_ms + 999,
      start_ms + 1000,
      start_ms + 2000,
      start_ms + 1e10,
      0,
      -1,
    ]) {
      for (const id of ['', 'note_', '~']) {
        const after = { created_at_ms, id }
        const expected = rows.filter((row) => comparePositions(after, positionOf(row)) < 0)
        const page = await r.run(() => pageOf(r.instance(), 'u', { after }))
        expect(page.rows.map(positionOf)).toEqual(expected.map(positionOf))
      }
    }
  })

  test('has summaries unless details are asked for; an export has everything, lot by lot', async () => {
    const r = tableHarness()
    const rows = await storeNotes(
      r,
      Array.from({ length: 700 }, (_, at) => Date.parse('2025-01-01T00:00:00Z') + at),
    )
    const table = r.instance()
    const [summary] = (await r.run(() => pageOf(table, 'u', { limit: 1 }))).rows
    const [whole] = (await r.run(() => pageOf(table, 'u', { limit: 1, with_details: true }))).rows
    expect(summary).not.toHaveProperty('body')
    expect(summary).not.toHaveProperty('history')
    expect({ ...whole, body: undefined, history: undefined }).toEqual({ ...summary, body: undefined })
    expect(whole?.['body']).toEqual(rows[0]?.['body'])
    const even: RowFilter = { columns: ['size'], matches: (cell) => Number(cell('size')) % 2 === 0 }
    const batches: number[] = []
    r.store.resetCounts()
    await r.run(async () => {
      for await (const lot of batchesOf(table, 'u', even)) {
        batches.push(lot.length)
        expect(lot.every((row) => row['body'] !== undefined)).toBe(true)
      }
    })
    expect(batches).toEqual([256, 94])
    // However many batches: what was listed once is not listed again.
    expect(r.store.counts).toMatchObject({ list: 1, read: 0, body: 0 })
  })

  test('costs one LIST and the objects that changed since', async () => {
    const r = tableHarness()
    const months = ['2025-02', '2025-03', '2025-04', '2025-05'].map((month) => Date.parse(`${month}-15T00:00:00Z`))
    await storeNotes(r, months)
    const [table, other] = [r.instance(), r.instance()]
    await r.run(() => pageOf(table, 'u'))
    r.store.resetCounts()
    await r.run(() => pageOf(table, 'u'))
    expect(r.store.counts).toMatchObject({ list: 1, read: 0 })
    await r.run(() => other.create('u', createNote()))
    r.store.resetCounts()
    expect((await r.run(() => pageOf(table, 'u'))).rows).toHaveLength(5)
    expect(r.store.counts).toMatchObject({ list: 1, read: 1, body: 1 })
  })

  test('fetches the newest month only when that fills the page', async () => {
    const r = tableHarness()
    await storeNotes(
      r,
      Array.from({ length: 400 }, (_, at) => Date.parse('2023-01-01T00:00:00Z') + at * 10 * 3_600_000),
    )
    await r.run(() => pageOf(r.instance(), 'u', { limit: 5 }))
    expect(r.store.counts).toMatchObject({ list: 1, read: 1 })
  })
})
