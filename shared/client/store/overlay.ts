import { isObject } from '../../base/is-object.ts'
import type { JsonRecord, ListedColumns, OutboxEntry, RowEntry, ServerRow } from './entries.ts'
import { newRecord } from './kinds.ts'
import type { KnownRow } from './known-row.ts'

/**
 * What the screen shows of a record: the server's row under the changes of this device. Rows are never replaced as a
 * whole, so that no older value shows between a change and its answer.
 */
export interface ShownRecord {
  readonly id: string
  readonly record: ServerRow
  /** Columns of `record` as far as they are known without parsing it. */
  readonly listed?: ListedColumns
  readonly is_deleted: boolean
  /** Changes that the server has not answered yet. */
  readonly waiting: number
  /** Changes that wait for the user. */
  readonly aside: readonly OutboxEntry[]
}

/** @param entries of this record, in their order @returns undefined when there is nothing to show */
export function shownRecord(
  id: string,
  known: KnownRow | undefined,
  entries: readonly OutboxEntry[],
  user_id: string | null,
): ShownRecord | undefined {
  if (entries.length === 0) return known && new UnchangedRecord(id, known)
  let record = known?.row
  let waiting = 0
  for (const entry of entries) {
    if (entry.aside) continue
    if (!entry.done) waiting++
    // The row has it already.
    if (entry.done && known && known.version >= entry.done.version) continue
    record = recordAfter(record, entry, { before: known?.before, user_id })
  }
  if (!record) return undefined
  return { id, record, is_deleted: record.deleted, waiting, aside: entries.filter(({ aside }) => aside) }
}

/** A record as it was pulled: its row is parsed when somebody looks at it. */
class UnchangedRecord implements ShownRecord {
  readonly waiting = 0
  readonly aside = []
  readonly id: string
  readonly listed: ListedColumns
  readonly is_deleted: boolean
  readonly #known: KnownRow

  constructor(id: string, known: KnownRow) {
    this.id = id
    this.listed = known.listed
    this.is_deleted = known.is_deleted
    this.#known = known
  }

  get record(): ServerRow {
    return this.#known.row
  }
}

/**
 * A record with one change more; undefined where there is none to change.
 * @param before what a deleted record was, as far as that is known
 */
function recordAfter(
  record: ServerRow | undefined,
  { kind, id, change }: OutboxEntry,
  { before, user_id }: { readonly before?: ServerRow | undefined; readonly user_id: string | null },
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

/** A row with the changes of this device that the server made since, which no row has ever shown. */
export function recordWith(
  row: Pick<RowEntry, 'text' | 'before'> | undefined,
  made: readonly OutboxEntry[],
  user_id: string | null,
): ServerRow | undefined {
  const before = row?.before === undefined ? undefined : (JSON.parse(row.before) as ServerRow)
  let record = row && (JSON.parse(row.text) as ServerRow)
  for (const entry of made) record = recordAfter(record, entry, { before, user_id })
  return record
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
