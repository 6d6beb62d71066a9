import { describe, expect, test } from 'vitest'

import { report, type NextGeneration } from '#shared/table/commit/commit.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { absentSnapshot, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { noteRow, NOTES_BY_USER } from './notes.ts'
import { storedObject } from './stored.ts'

const OBJECT = 'notes/user_id=u/notes.parquet'

describe('an object is reported as near a limit', () => {
  /** The limits that a commit reports, of an object of that size. */
  async function reported({ size_bytes = 1, rows = 1 }: { size_bytes?: number; rows?: number }) {
    const bytes = await storedObject(NOTES_BY_USER, OBJECT, [noteRow('note_1')])
    const stored = wholeSnapshot(OBJECT, '7', bytes)
    // Groups of one row, as many as there are to be rows.
    const groups = Array.from({ length: rows }, () => stored.file.groups[0]!)
    const snapshot = { ...stored, size_bytes, file: { ...stored.file, groups } }
    const next: NextGeneration = {
      snapshot: absentSnapshot(NOTES_BY_USER, OBJECT),
      bytes: new Uint8Array(3),
      crc32c: 0,
      commit_id: 'c',
    }
    const limits: unknown[] = []
    const commits: unknown[] = []
    const events = {
      committed: (commit: unknown) => void commits.push(commit),
      corrupt: () => undefined,
      storeFailed: () => undefined,
      nearLimit: (...limit: unknown[]) => void limits.push(limit),
    }
    report(events, snapshot, next, { changes: [] }, 3, true)
    expect(commits).toMatchObject([{ object: OBJECT, generation: '7', attempts: 3, answer_lost: true, bytes: 3 }])
    return limits
  }

  test('beyond 70 % of its bytes, not at them', async () => {
    const edge = LIMITS.object_bytes * 0.7
    expect(await reported({ size_bytes: Math.floor(edge) })).toEqual([])
    expect(await reported({ size_bytes: Math.ceil(edge) })).toEqual([
      [OBJECT, 'object_bytes', Math.ceil(edge), LIMITS.object_bytes],
    ])
  })

  test('beyond 70 % of its rows, not at them', async () => {
    expect(await reported({ rows: 35_000 })).toEqual([])
    expect(await reported({ rows: 35_001 })).toEqual([[OBJECT, 'object_rows', 35_001, LIMITS.object_rows]])
  })
})
