import { describe, expect, test } from 'vitest'

import type { Edit } from '#functions/sync/push/edits.ts'
import { ChangesOfOthers } from '#functions/sync/push/since.ts'
import type { HistoryEntry } from '#shared/table/object/row-history.ts'
import { noteRow } from '#tests/table/notes.ts'

/** What the kept past of a record tells a device of others' changes. */

const AT = '2025-05-15T12:00:00Z'

/** A change by another client that made `version` of the one before. */
function change(version: number, before: Record<string, unknown>, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return { version, from_version: version - 1, at: AT, by: 'u', client_id: 'other', via: 'sync', before, ...more }
}

/** @param entries newest first */
function rowWith(version: number, entries: readonly HistoryEntry[] | undefined, seen = version) {
  const history = entries && new TextEncoder().encode(JSON.stringify({ seen, entries }))
  return noteRow('note_1', { version, history: history ?? null })
}

const since = (row: ReturnType<typeof rowWith>, base_version: number) => {
  const { columns, is_whole } = ChangesOfOthers.since(row, base_version, 'mine')
  return { columns, is_whole }
}

const member = (name: string): Edit => ({ column: 'metadata', member: name, wanted: 0, base: 0 })
const column = (name: string): Edit => ({ column: name, member: undefined, wanted: 0, base: 0 })

describe('the changes of others since a version', () => {
  const row = rowWith(4, [
    change(4, { title: 'c' }),
    change(3, { size: 1 }, { client_id: 'mine' }),
    change(2, { body: {}, tags: [] }, { omitted: ['large'] }),
    change(1, {}),
  ])

  test('are the columns that later entries name, kept or omitted; one’s own count for nothing', () => {
    expect(since(row, 3)).toEqual({ columns: ['title'], is_whole: true })
    expect(since(row, 2)).toEqual({ columns: ['title'], is_whole: true })
    expect(since(row, 1)).toEqual({ columns: ['title', 'body', 'tags', 'large'], is_whole: true })
    expect(since(row, 0)).toMatchObject({ is_whole: true })
  })

  test('are none of the version that the record has, or of a later one from before it was put back', () => {
    expect(since(row, 4)).toEqual({ columns: [], is_whole: true })
    expect(since(row, 9)).toEqual({ columns: [], is_whole: true })
  })

  test('are known although versions that only the server made lie between', () => {
    const with_gaps = rowWith(9, [
      change(7, { title: 'a' }, { from_version: 2 }),
      change(2, { size: 1 }),
      change(1, {}),
    ])
    expect(since(with_gaps, 7)).toEqual({ columns: [], is_whole: true })
    expect(since(with_gaps, 8)).toEqual({ columns: [], is_whole: true })
    expect(since(with_gaps, 4)).toEqual({ columns: ['title'], is_whole: true })
  })

  test('are not all known where the past was trimmed, has a gap, was not seen, or was never kept', () => {
    const trimmed = rowWith(9, [change(9, { title: 'a' }), change(8, { size: 1 })])
    expect([since(trimmed, 7), since(trimmed, 6)]).toMatchObject([{ is_whole: true }, { is_whole: false }])
    const gap = rowWith(9, [change(9, { title: 'a' }), change(6, { size: 1 })])
    expect([since(gap, 8), since(gap, 6)]).toMatchObject([{ is_whole: true }, { is_whole: false }])
    expect(since(rowWith(9, [change(8, { title: 'a' })], 8), 7)).toEqual({ columns: [], is_whole: false })
    expect(since(rowWith(9, undefined), 8)).toEqual({ columns: [], is_whole: false })
  })

  test('in one entry with changes from before that version are not told apart, unless they are one’s own', () => {
    const shared = { from_version: 2, since: AT }
    const other = rowWith(6, [change(6, { title: 'a' }), change(5, { size: 1 }, shared), change(2, {})])
    expect(since(other, 3)).toEqual({ columns: ['title'], is_whole: false })
    expect(since(other, 2)).toEqual({ columns: ['title', 'size'], is_whole: true })
    const own = rowWith(5, [change(5, { size: 1 }, { ...shared, client_id: 'mine' }), change(2, {})])
    expect(since(own, 3)).toEqual({ columns: [], is_whole: true })
  })
})

describe('whether a field is among them', () => {
  test('is told of a member by what it was before each change', () => {
    const row = rowWith(4, [
      change(4, { metadata: { a: 2, b: 1 } }, { client_id: 'mine' }),
      change(3, { metadata: { a: 1, b: 1 } }),
      change(2, { metadata: { b: 1 } }),
      change(1, {}),
    ])
    const now = { metadata: { a: 3, b: 2 } }
    const has = (name: string, base_version: number) =>
      ChangesOfOthers.since(row, base_version, 'mine').has(member(name), now)
    expect([has('a', 3), has('a', 2), has('a', 1)]).toEqual([false, true, true])
    expect([has('b', 1), has('c', 1)]).toEqual([false, false])
    expect(ChangesOfOthers.since(row, 1, 'mine').has(column('metadata'), now)).toBe(true)
    expect(ChangesOfOthers.since(row, 1, 'mine').has(column('title'), now)).toBe(false)
  })

  test('is not told of a member where the value was too large to keep, but before and after it is', () => {
    const row = rowWith(4, [
      change(4, { metadata: { a: 1 } }),
      change(3, {}, { omitted: ['metadata'] }),
      change(2, { metadata: { b: 1 } }),
      change(1, {}),
    ])
    const others = ChangesOfOthers.since(row, 1, 'mine')
    expect(others.has(member('a'), { metadata: { a: 2 } })).toBe(true)
    expect(others.has(member('b'), { metadata: { a: 2 } })).toBe(false)
    expect(others.has(column('metadata'), {})).toBe(true)
  })
})
