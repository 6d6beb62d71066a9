import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { RowGroup } from '#shared/parquet/row-group.ts'
import { DecodedColumns } from '#shared/table/object/decoded-columns.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { layOut } from '#shared/table/object/layout.ts'
import { absentSnapshot, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { bodyCell, noteRow, NOTES } from './notes.ts'
import { pageOf, tableHarness } from './harness.ts'
import { batchesOf, EVERY_ROW } from './pages.ts'
import { storedObject } from './stored.ts'

/** What reading rows costs in memory, counted: groups decoded, bytes held. */

const OBJECT = 'notes/user_id=u/year=2025/month=02/notes_202502.parquet'
const START_MS = Date.UTC(2025, 1, 1)
const KIB = 1024

/** Notes that compress to almost nothing, a second apart. */
function largeNotes(count: number, fields: Row): Row[] {
  const random = seededRandom(count)
  return Array.from({ length: count }, (_, at) => noteRow(newId('note', START_MS + at * 1000, random), fields))
}

async function stored(rows: readonly Row[]) {
  const harness = tableHarness()
  const bytes = await storedObject(NOTES, OBJECT, rows)
  harness.store.place(OBJECT, bytes)
  return { ...harness, groups: wholeSnapshot(OBJECT, 'live', bytes).file.groups.length }
}

/** How often groups are decoded, by the column that is asked for. */
function countDecoding(column: string): () => number {
  const spies = [vi.spyOn(RowGroup.prototype, 'columns'), vi.spyOn(RowGroup.prototype, 'allColumns')] as const
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()))
  return () => spies[0].mock.calls.filter(([names]) => names.includes(column)).length + spies[1].mock.calls.length
}

const LARGE_BODY = bodyCell({ text: 'x'.repeat(240 * KIB) })
const LARGE_TITLE = 't'.repeat(240 * KIB)

describe('reading rows', () => {
  test('decodes the groups of the rows that are taken and no others, whole or as summaries', async () => {
    const { run, instance, groups } = await stored(largeNotes(60, { body: LARGE_BODY, title: LARGE_TITLE }))
    expect(groups).toBeGreaterThanOrEqual(20)
    for (const [column, with_details] of [
      ['body', true],
      ['title', false],
    ] as const) {
      const decoded = countDecoding(column)
      await run(() => pageOf(instance(), 'u', { limit: 5, with_details }))
      // Five rows and the one that shows that there are more, at most two of which share a group.
      expect(decoded()).toBeLessThanOrEqual(6)
    }
  })

  test('of groups that overlap in time decodes a group for a row, never all of them together', async () => {
    // As an import of unsorted files leaves them: every group spans the whole month.
    const rows = largeNotes(40, { title: LARGE_TITLE })
    const { run, instance, store } = tableHarness()
    let base = absentSnapshot(NOTES, OBJECT)
    for (const part of [0, 1, 2, 3]) {
      const writes = rows.filter((_, at) => at % 4 === part).map((row) => ({ row, replaces: undefined }))
      base = { ...base, file: await layOut(NOTES, base, writes, new Map()) }
    }
    store.place(OBJECT, assembleFile({ ...base.file, key_values: encodeFooter(newFooter(OBJECT, 'e0')) }).bytes)
    const decoded = countDecoding('title')
    const { rows: found } = await run(() => pageOf(instance(), 'u', { limit: 3 }))
    expect(found).toHaveLength(3)
    expect(decoded()).toBeLessThanOrEqual(4)
  })

  test('looks only at what a filter names: rows that do not match are never decoded', async () => {
    const { run, instance } = await stored(largeNotes(60, { title: LARGE_TITLE }))
    const decoded = countDecoding('title')
    const filter = { columns: ['size'], matches: () => false }
    expect((await run(() => pageOf(instance(), 'u', { filter }))).rows).toEqual([])
    expect(decoded()).toBe(0)
  })

  test('tells a filter that looks at a column which it does not name', async () => {
    const { run, instance } = await stored(largeNotes(1, {}))
    const filter = { columns: [], matches: (cell: (name: string) => unknown) => cell('title') === 'x' }
    await expect(run(() => pageOf(instance(), 'u', { filter }))).rejects.toThrow('does not name the column title')
  })

  test('sums every row of every group once', async () => {
    const { run, instance, groups } = await stored(largeNotes(700, { title: 'same' }))
    expect(groups).toBeGreaterThan(1)
    const fold = {
      columns: ['note_id', 'title'],
      start: () => ({ ids: new Set<unknown>(), rows: 0, titles: new Set<unknown>() }),
      add: (sum: { ids: Set<unknown>; rows: number; titles: Set<unknown> }, cell: (name: string) => unknown) => {
        sum.rows++
        sum.ids.add(cell('note_id'))
        sum.titles.add(cell('title'))
      },
    }
    const { ids, rows, titles } = await run(() => instance().fold('u', fold))
    expect([rows, ids.size, [...titles]]).toEqual([700, 700, ['same']])
  })

  test('tells a sum that looks at a column which it does not name', async () => {
    const { run, instance } = await stored(largeNotes(1, {}))
    const fold = { columns: [], start: () => [], add: (_: unknown, cell: (name: string) => unknown) => cell('title') }
    await expect(run(() => instance().fold('u', fold))).rejects.toThrow('does not name the column title')
  })

  test('decodes neighbours in a large group once, although the group is too large to be kept', async () => {
    const tags = Array.from({ length: 1000 }, (_, at) => `${at}`)
    const { run, instance, groups } = await stored(largeNotes(200, { tags }))
    const decoded = countDecoding('body')
    const { rows } = await run(() => pageOf(instance(), 'u', { with_details: true }))
    expect(rows).toHaveLength(200)
    expect(decoded()).toBe(groups)
  })
})

describe('an export’s batch', () => {
  test.each([
    ['of details', { body: LARGE_BODY }],
    ['of text', { title: LARGE_TITLE }],
    ['of many short strings', { tags: Array.from({ length: 4000 }, (_, at) => at.toString(36)) }],
    ['of many empty strings', { tags: Array.from({ length: 4000 }, () => '') }],
  ])('%s holds a few rows, and all batches together hold each row once', async (_title, fields) => {
    const rows = largeNotes(30, fields)
    const { run, instance } = await stored(rows)
    const ids: unknown[] = []
    await run(async () => {
      for await (const batch of batchesOf(instance(), 'u')) {
        expect(batch.length).toBeLessThanOrEqual(9)
        ids.push(...batch.map((row) => row['note_id']))
      }
    })
    expect(ids).toEqual(rows.map((row) => row['note_id']).toReversed())
  })

  test('keeps nothing of the group that its rows come from', async () => {
    const { run, instance } = await stored(largeNotes(100, {}))
    const [row] = await run(async () => (await batchesOf(instance(), 'u', EVERY_ROW).next()).value ?? [])
    const body = row!['body'] as Uint8Array
    expect(body.buffer.byteLength).toBe(body.length)
  })
})

describe('decoded columns', () => {
  test('take no more memory than they may while a listing walks on, and what is dropped is decoded again', async () => {
    const bytes = await storedObject(NOTES, OBJECT, largeNotes(60, { title: LARGE_TITLE }))
    const { groups } = wholeSnapshot(OBJECT, 'live', bytes).file
    const decoded = new DecodedColumns(4 * 1024 * KIB)
    for (const group of [...groups, ...groups]) {
      const values = await decoded.of(group, ['title', 'size'])
      expect(values.get('title')).toHaveLength(group.row_count)
      expect(decoded.bytes).toBeLessThanOrEqual(4 * 1024 * KIB)
    }
    expect(decoded.bytes).toBeGreaterThan(0)
  })

  test('are counted by what they take in memory, not by what their compressed pages say', async () => {
    const tags = Array.from({ length: 1000 }, () => 'same')
    const bytes = await storedObject(NOTES, OBJECT, largeNotes(200, { tags }))
    const [group] = wholeSnapshot(OBJECT, 'live', bytes).file.groups
    expect(group!.size_bytes).toBeLessThan(20_000)
    expect(group!.decodedBytes(new Set(['tags']))).toBeGreaterThan(group!.row_count * 1000 * 8)
  })
})
