import { expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { ChangedObject } from '#shared/table/read/change-feed.ts'
import { absentSnapshot } from '#shared/table/object/snapshot.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { noteRow, NOTES } from './notes.ts'

const ROWS = ['note_1', 'note_2', 'note_3'].map((id) => noteRow(id))

/** What comes of three rows, of which two are read before `failure`. */
async function readingOn(
  failure: Error | undefined,
): Promise<{ readonly rows: readonly StoredRow[]; readonly is_cut: boolean }> {
  const object = new ChangedObject(
    '2025-05',
    absentSnapshot(NOTES, 'notes/user_id=u/month=2025-05.parquet'),
    { is_reset: false, rev: 0, after_id: undefined, start_rev: undefined, tombstones_after: 0 },
    {
      id_column: NOTES.id_column,
      count: ROWS.length,
      first: ROWS.slice(0, 1),
      readOn: async (at) => {
        if (at === 1) return ROWS.slice(1, 2)
        if (failure !== undefined) throw failure
        return ROWS.slice(at)
      },
    },
  )
  const rows: StoredRow[] = []
  for await (const row of object.rows()) rows.push(row)
  return { rows, is_cut: object.is_cut }
}

test('the rows of an object end early where the store does not answer, and are told as cut; nothing else passes for it', async () => {
  expect(await readingOn(undefined)).toEqual({ rows: ROWS, is_cut: false })
  expect(await readingOn(new Problem('unavailable', 'later'))).toEqual({ rows: ROWS.slice(0, 2), is_cut: true })
  for (const failure of [
    new Problem('internal', 'a fault'),
    new Problem('contended', 'busy'),
    new TypeError('a fault'),
  ])
    await expect(readingOn(failure)).rejects.toBe(failure)
})
