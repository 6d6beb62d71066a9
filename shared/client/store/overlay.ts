import { isObject } from '../../base/is-object.ts'
import type { JsonRecord, OutboxEntry, RowEntry, ServerRow } from './entries.ts'
import { newRecord } from './kinds.ts'

/**
 * What the screen shows of a record: the server's row under the changes of this device. Rows are never replaced as a
 * whole, so that no older value shows between a change and its answer.
 */
export interface ShownRecord {
  readonly record: ServerRow
  /** Changes that the server has not answered yet. */
  readonly waiting: number
  /** Changes that wait for the user. */
  readonly aside: readonly OutboxEntry[]
}

/** @param entries of this record, in their order @returns undefined when there is nothing to show */
export function shownRecord(
  row_entry: RowEntry | undefined,
  entries: readonly OutboxEntry[],
  user_id: string | null,
): ShownRecord | undefined {
  const row = row_entry?.row
  let record = row
  let waiting = 0
  for (const entry of entries) {
    if (entry.aside) continue
    if (!entry.done) waiting++
    // The row has it already.
    if (entry.done && row && row.version >= entry.done.version) continue
    record = changed(record, entry, row_entry?.before, user_id)
  }
  if (!record) return undefined
  return { record, waiting, aside: entries.filter(({ aside }) => aside) }
}

function changed(
  record: ServerRow | undefined,
  { kind, id, change }: OutboxEntry,
  before: ServerRow | undefined,
  user_id: string | null,
): ServerRow | undefined {
  if (change.op === 'create') return record ?? newRecord(kind, id, change.value, user_id)
  if (!record) return undefined
  switch (change.op) {
    case 'patch':
      return { ...record, ...patchedColumns(record, change) }
    case 'delete':
      return { ...record, deleted: true }
    case 'restore':
      return { ...before, ...record, deleted: false }
  }
}

/** The columns that a patch changes, whole. */
export function patchedColumns(
  record: JsonRecord,
  { set, unset = {} }: { readonly set: JsonRecord; readonly unset?: Readonly<Record<string, readonly string[]>> },
): JsonRecord {
  const columns: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(set)) {
    const now = record[column]
    columns[column] = isFree(column) && isObject(value) ? { ...(isObject(now) ? now : {}), ...value } : value
  }
  for (const [column, members] of Object.entries(unset)) {
    const now = columns[column] ?? record[column]
    const left = Object.entries(isObject(now) ? now : {}).filter(([name]) => !members.includes(name))
    columns[column] = Object.fromEntries(left)
  }
  return columns
}

/** Columns of which each member of the first level is a field by itself. */
export function isFree(column: string): boolean {
  return column === 'metadata' || column === 'settings'
}
