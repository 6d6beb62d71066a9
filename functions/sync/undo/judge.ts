import type { LeftReason, UndoneChange } from '#shared/contract/undo.ts'
import { decideBack, decideDelete, type Decision } from '#shared/records/decisions.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { fromRow, toRow, type Cells, type RecordValue } from '#shared/records/rows.ts'
import { isSameCell } from '#shared/base/cell.ts'
import { chainOf, type HistoryEntry } from '#shared/table/object/row-history.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'

/** What it takes for one record to be again as it was, as a pure decision over the record as it stands. */

type Row = StoredRow<Cells>

/** Whose changes are taken back, and to which moment. */
export interface Undoing {
  readonly user_id: string
  readonly at_ms: number
}

export type Judgement =
  /** The user has not changed it since, or it is as it was. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'left'; readonly reason: LeftReason }
  | {
      readonly kind: 'undone'
      readonly change: UndoneChange
      /** Fields that have their former values again. */
      readonly fields: readonly string[]
      /** Fields that were changed, too, and cannot go back. */
      readonly kept: readonly string[]
      readonly row: Cells
    }

export function judge(kind: RecordKind, { user_id, at_ms }: Undoing, row: Row, now_ms: number): Judgement {
  const { entries } = chainOf(row)
  if (entries.length === 0) return row['updated_by'] === user_id ? left('not_kept') : NOTHING
  // Two instances' clocks may differ: what came between two later changes goes back with them.
  const since = entries.slice(0, entries.findLastIndex(({ at }) => Date.parse(at) > at_ms) + 1)
  const oldest = since.at(-1)
  if (!oldest || !since.some((entry) => isOwn(entry, user_id))) return NOTHING
  if (!since.every((entry) => isOwn(entry, user_id))) return left('changed_by_others')
  if (since.some((entry) => entry.since !== undefined && Date.parse(entry.since) <= at_ms)) return left('shared_entry')
  const asking = { kind, user_id }
  if (oldest.from_version === 0) {
    // What has happened outside is not taken back by forgetting it.
    if (!row.deleted && isBegun(kind, row)) return left('already_sent')
    return row.deleted ? NOTHING : undone('deleted', decideDelete(asking, row))
  }
  // Without an earlier entry nobody knows when the version before the oldest one was made.
  if (since.length === entries.length || isLost(since)) return left('not_kept')
  // Newest first: of a field that changed several times the oldest value stands.
  const before = Object.assign({}, ...since.map((entry) => entry.before)) as RecordValue
  const was_deleted = before['deleted'] === undefined ? row.deleted : before['deleted'] === true
  if (was_deleted) {
    if (!row.deleted && isBegun(kind, row)) return left('already_sent')
    return row.deleted ? NOTHING : undone('deleted', decideDelete(asking, row))
  }
  return goBack(kind, user_id, row, before, now_ms)
}

/** Gives a record that was there then its fields of that time, as far as they can go back. */
function goBack(kind: RecordKind, user_id: string, row: Row, before: RecordValue, now_ms: number): Judgement {
  const { deleted: _, ...former } = before
  const columns = kind.columns.filter(({ name }) => Object.hasOwn(former, name))
  const cells = toRow(columns, former)
  const changed = Object.keys(cells).filter((name) => !isSameCell(row[name] ?? null, cells[name] ?? null))
  const kept = changed.filter((name) => !canGoBack(kind, row, name, former[name], now_ms))
  const fields = changed.filter((name) => !kept.includes(name))
  const values = Object.fromEntries(fields.map((name) => [name, former[name]]))
  if (!row.deleted && fields.length === 0) return kept.length > 0 ? left('cannot_go_back') : NOTHING
  if (row.deleted && kind.name === DISTRIBUTIONS.name && isPastDue({ ...row, ...cells }, now_ms))
    return left('past_due')
  return undone(
    row.deleted ? 'restored' : 'changed',
    decideBack({ kind, user_id }, row, { ...values, deleted: false }),
    fields,
    kept,
  )
}

/** Secrets are gone, and how far work is, is no matter of wishes: only a move that the user could make goes back. */
function canGoBack(kind: RecordKind, row: Row, name: string, wanted: unknown, now_ms: number): boolean {
  if (kind.history.secret_columns.includes(name)) return false
  if (!kind.progress_fields.includes(name)) return true
  if (kind.name !== DISTRIBUTIONS.name) return kind.transitions[row.status]?.includes(String(wanted)) === true
  return name === 'scheduled_at' && row.status === 'scheduled' && Date.parse(String(wanted)) > now_ms
}

/** Whether somebody works, or has worked, on a distribution. */
function isBegun(kind: RecordKind, row: Row): boolean {
  if (kind.name !== DISTRIBUTIONS.name) return false
  if (row.status === 'scheduled') return false
  const attempts = fromRow(
    kind.columns.filter(({ name }) => name === 'attempts'),
    row,
  )['attempts']
  const is_first = Array.isArray(attempts) && attempts.length <= 1
  return !((row.status === 'pending' || row.status === 'cancelled') && is_first && row['started_at'] === null)
}

/** Started when it comes back, it would surprise. */
function isPastDue(row: Readonly<Record<string, unknown>>, now_ms: number): boolean {
  return row['status'] === 'scheduled' && Number(row['scheduled_at']) <= now_ms
}

/** Whether a former value was too large to keep; an older entry may tell it all the same. */
function isLost(since: readonly HistoryEntry[]): boolean {
  return since.some(({ omitted = [] }, at) =>
    omitted.some((name) => !since.slice(at + 1).some(({ before }) => Object.hasOwn(before, name))),
  )
}

function isOwn({ by, via }: HistoryEntry, user_id: string): boolean {
  return by === user_id && (via === 'api' || via === 'sync')
}

const NOTHING: Judgement = { kind: 'nothing' }

function left(reason: LeftReason): Judgement {
  return { kind: 'left', reason }
}

function undone(
  change: UndoneChange,
  decision: Decision,
  fields: readonly string[] = [],
  kept: readonly string[] = [],
): Judgement {
  if (decision.kind === 'refuse') return left('cannot_go_back')
  return decision.kind === 'keep' ? NOTHING : { kind: 'undone', change, fields, kept, row: decision.row }
}
