import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test, vi } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { RowGroup } from '#shared/parquet/row-group.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { FULL_BYTES, FULL_ROWS, layOut, type RowWrite } from '#shared/table/object/layout.ts'
import type { Row } from '#shared/table/object/schema.ts'
import {
  absentSnapshot,
  findRow,
  rowAt,
  rowCount,
  wholeSnapshot,
  type Snapshot,
} from '#shared/table/object/snapshot.ts'
import { between, oneOf, seededRandom } from '#tests/simulation/seeded-random.ts'
import { longTest } from '#tests/support/effort.ts'
import { bodyCell, noteRow, NOTES } from './notes.ts'

const START_MS = 1_740_000_000_000

async function next(snapshot: Snapshot, writes: readonly RowWrite[]): Promise<Snapshot> {
  return { ...snapshot, file: await layOut(NOTES, snapshot, writes, new Map()) }
}

async function allRows(snapshot: Snapshot): Promise<Row[]> {
  const rows: Row[] = []
  for (const group of snapshot.file.groups) {
    const values = await group.allColumns()
    for (let at = 0; at < group.row_count; at++) rows.push(rowAt(NOTES, values, at))
  }
  return rows
}

const key = (row: Row): string => `${String(row['created_at']).padStart(15, '0')} ${String(row['note_id'])}`

async function expectSound({ file: { groups } }: Snapshot): Promise<void> {
  for (const group of groups) {
    expect(group.row_count).toBeLessThanOrEqual(FULL_ROWS)
    // Levels and dictionaries come on top of the values that the limit counts.
    const bytes_max = group.row_count === 1 ? Infinity : FULL_BYTES * 1.1
    expect(group.uncompressed_bytes).toBeLessThan(bytes_max)
    const values = await group.columns(['created_at', 'note_id'])
    const keys = Array.from({ length: group.row_count }, (_, at) => key(rowAt(NOTES, values, at)))
    expect(keys).toEqual(keys.toSorted())
  }
}

describe('the layout of an object', () => {
  test('holds every row once, in sound groups, whatever is written in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = seededRandom(seed)
        const expected = new Map<string, Row>()
        let snapshot = absentSnapshot(NOTES, 'object')
        const sizes = oneOf(random, [[10], [10, 2000], [100, 60_000], [240_000], [10, 240_000]])
        for (let commit = 0; commit < 12; commit++) {
          const writes = new Map<string, RowWrite>()
          const removed = [...expected.keys()].filter(() => random.uniform() < oneOf(random, [0, 0, 0.02, 0.9]))
          for (const id of removed) writes.set(id, { row: undefined, replaces: (await findRow(snapshot, NOTES, id))! })
          let bytes_left = 1_500_000
          for (let left = between(random, 1, oneOf(random, [1, 3, 40, 300])); left > 0 && bytes_left > 0; left--) {
            const is_change = expected.size > removed.length && random.uniform() < 0.3
            const id = is_change
              ? oneOf(
                  random,
                  [...expected.keys()].filter((known) => !removed.includes(known)),
                )
              : newId('note', START_MS + between(random, 0, 50), random)
            const body = bodyCell('b'.repeat(oneOf(random, sizes)))
            bytes_left -= body.length
            const row = noteRow(id, { body, rev: commit, score: random.uniform() })
            writes.set(id, { row, replaces: await findRow(snapshot, NOTES, id) })
          }
          snapshot = await next(snapshot, [...writes.values()])
          for (const [id, { row }] of writes) {
            if (row) expected.set(id, row)
            else expected.delete(id)
          }
          await expectSound(snapshot)
        }
        const byKey = (a: Row, b: Row): number => (key(a) < key(b) ? -1 : 1)
        expect((await allRows(snapshot)).toSorted(byKey)).toEqual([...expected.values()].toSorted(byKey))
      }),
      runs(2, 40),
    )
  })

  test('is the same to the byte whether it goes on from what it wrote or from what is stored', async () => {
    const random = seededRandom(5)
    const bytesOf = ({ file, name }: Snapshot) =>
      assembleFile({ ...file, key_values: encodeFooter(newFooter(name, 'e0e0e0e0e0e0e0e0')) }).bytes
    let snapshot = absentSnapshot(NOTES, 'object')
    let decoded = 0
    for (let save = 0; save < 100; save++) {
      const fields: Row = {
        title: oneOf(random, [null, '', '\ufeff語', 'a title']),
        tags: oneOf(random, [null, [], ['a', '']]),
      }
      const row = noteRow(newId('note', START_MS + between(random, 0, 50), random), fields)
      const stored = wholeSnapshot('object', 'stored', bytesOf(snapshot))
      const from_stored = await next(save === 0 ? snapshot : stored, [{ row, replaces: undefined }])
      const decoding = vi.spyOn(RowGroup.prototype, 'allColumns')
      snapshot = await next(snapshot, [{ row, replaces: undefined }])
      decoded += decoding.mock.calls.length
      decoding.mockRestore()
      expect(bytesOf(snapshot)).toEqual(bytesOf(from_stored))
    }
    // Only small groups that become full ones are decoded, and never the one that is still open.
    expect(decoded).toBeLessThan(20)
  })

  test('of text outside ASCII keeps its groups within their bytes too', async () => {
    const rows = Array.from({ length: 250 }, (_, at) =>
      noteRow(newId('note', START_MS + at, seededRandom(at)), { title: `${at} ${'語'.repeat(5000)}` }),
    )
    const snapshot = await next(
      absentSnapshot(NOTES, 'object'),
      rows.map((row) => ({ row, replaces: undefined })),
    )
    await expectSound(snapshot)
    expect(snapshot.file.groups.length).toBeGreaterThan(2)
  })

  longTest('stays in few groups over 2000 single saves, each of which encodes little', async () => {
    let snapshot = absentSnapshot(NOTES, 'object')
    const random = seededRandom(3)
    let encoded_rows = 0
    let groups_most = 0
    for (let save = 0; save < 2000; save++) {
      const row = noteRow(newId('note', START_MS + save, random))
      const before = new Set<RowGroup>(snapshot.file.groups)
      snapshot = await next(snapshot, [{ row, replaces: undefined }])
      for (const group of snapshot.file.groups) if (!before.has(group)) encoded_rows += group.row_count
      groups_most = Math.max(groups_most, snapshot.file.groups.length)
    }
    expect(rowCount(snapshot)).toBe(2000)
    expect(groups_most).toBeLessThanOrEqual(2 * Math.ceil(2000 / FULL_ROWS) + 8)
    expect(encoded_rows / 2000).toBeLessThan(40)
    await expectSound(snapshot)
  })

  test('leaves every group that a change does not touch as it is, the same object with the same bytes', async () => {
    const random = seededRandom(8)
    const rows = Array.from({ length: 2000 }, (_, at) => noteRow(newId('note', START_MS + at, random)))
    const before = await next(
      absentSnapshot(NOTES, 'object'),
      rows.map((row) => ({ row, replaces: undefined })),
    )
    for (const at of [0, 999, 1999]) {
      const row: Row = { ...rows[at]!, title: 'changed' }
      const replaces = (await findRow(before, NOTES, String(row['note_id'])))!
      const after = await next(before, [{ row, replaces }])
      const kept = after.file.groups.filter((group) => before.file.groups.includes(group))
      expect(kept).toHaveLength(before.file.groups.length - 1)
      expect(kept).not.toContain(replaces.group)
      const found = (await findRow(after, NOTES, String(row['note_id'])))!
      expect(rowAt(NOTES, await found.group.allColumns(), found.index)['title']).toBe('changed')
    }
    const appended = await next(before, [{ row: noteRow(newId('note', START_MS, random)), replaces: undefined }])
    const untouched = before.file.groups.filter((group) => appended.file.groups.includes(group))
    expect(untouched.length).toBeGreaterThanOrEqual(before.file.groups.length - 1)
  })
})
