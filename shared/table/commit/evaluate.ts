import { Problem } from '../../base/problem.ts'
import type { Cell } from '../../parquet/schema.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import type { RecordChange } from '../events.ts'
import { namingObject } from '../object/failures.ts'
import type { RowWrite } from '../object/layout.ts'
import { LEDGER_ENTRIES_MAX, type LedgerEntry } from '../object/ledger.ts'
import { LIMITS, partitionFull, recordTooLarge } from '../object/limits.ts'
import type { Decision, Mutation, Outcome } from './mutation.ts'
import type { Month } from '../object/partition.ts'
import { findRow, rowAt, rowCount, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import type { Row, TableSchema } from '../object/schema.ts'

/** What a batch would do to a snapshot: answers, and the rows to store for them to be true. */
export interface Plan<R extends Row = Row> {
  readonly outcomes: readonly Outcome<R>[]
  readonly writes: readonly RowWrite<R>[]
  readonly ledger_entries: readonly LedgerEntry[]
  readonly purges: Purges
  readonly changes: readonly RecordChange[]
}

/** What a batch does to the ids that are used up for good. */
export interface Purges {
  /** True: purged. False: revived by a restore. */
  readonly is_purged: ReadonlyMap<string, boolean>
  /** Highest `rev` among the purged rows; 0 without any. */
  readonly floor: number
  /** Highest version among all that were ever purged here. */
  readonly version: number
}

/** The rows of a snapshot that a batch is about, decoded, and the groups they came from. */
export interface Draft<R extends Row = Row> {
  readonly snapshot: Snapshot
  readonly rows: ReadonlyMap<string, { row: R; place: RowPlace }>
  readonly decoded: ReadonlyMap<RowGroup, ColumnValues>
}

/** Which writes may still enter an object that is full: all, only those that replace a row, or none. */
export type Admission = 'all' | 'replacements' | 'none'

export async function openDraft<R extends Row>(
  schema: TableSchema<R>,
  snapshot: Snapshot,
  batch: readonly Mutation<R>[],
): Promise<Draft<R>> {
  const ids = new Set(batch.map(({ id }) => id))
  for (const { idempotency } of batch) {
    const entry = idempotency && snapshot.footer.ledger.find(idempotency.request_hash)
    if (entry) ids.add(entry.id)
  }
  return await namingObject(snapshot.name, async () => {
    const rows = new Map<string, { row: R; place: RowPlace }>()
    const decoded = new Map<RowGroup, ColumnValues>()
    for (const id of ids) {
      const place = await findRow(snapshot, schema, id)
      if (!place) continue
      let values = decoded.get(place.group)
      if (!values) decoded.set(place.group, (values = await place.group.allColumns()))
      rows.set(id, { row: rowAt(schema, values, place.index), place })
    }
    return { snapshot, rows, decoded }
  })
}

/**
 * Asks every mutation in turn for its decision; each sees what those before it did. A bad one fails alone. No I/O: the
 * same batch on the same draft always gives the same plan.
 */
export function evaluate<R extends Row>(
  month: Month,
  draft: Draft<R>,
  batch: readonly Mutation<R>[],
  { now_ms, admission }: { now_ms: number; admission: Admission },
): Plan<R> {
  const { footer } = draft.snapshot
  const rev = footer.rev + 1
  // What has expired but was not written away yet counts for nothing.
  const ledger = footer.ledger.with([], now_ms)
  const written = new Map<string, RowWrite<R>>()
  const ledger_entries = new Map<string, LedgerEntry>()
  const purges = { is_purged: new Map<string, boolean>(), floor: 0, version: footer.purged_version }
  const changes: RecordChange[] = []
  let rows_free = LIMITS.object_rows - rowCount(draft.snapshot)
  const currentOf = (id: string): R | undefined => (written.get(id) ?? draft.rows.get(id))?.row

  const remember = ({ id, idempotency }: Mutation<R>, status: number): void => {
    if (!idempotency || admission === 'none') return
    ledger_entries.set(idempotency.request_hash, { ...idempotency, status, id, time_ms: now_ms })
  }

  const outcomeOf = (mutation: Mutation<R>): Outcome<R> => {
    const { idempotency } = mutation
    if (idempotency) {
      const entry = ledger_entries.get(idempotency.request_hash) ?? ledger.find(idempotency.request_hash)
      if (entry) return replay(entry, idempotency.body_hash, currentOf(entry.id))
      if (ledger.entries.length + ledger_entries.size >= LEDGER_ENTRIES_MAX) return refused(tooManyKeys())
    }
    const current = currentOf(mutation.id)
    const decision = decisionOf(mutation, current, now_ms)
    if (decision.kind === 'refuse') return refused(decision.problem)
    if (decision.kind === 'keep') {
      // Recorded although nothing changes: repeated after a later change, the request must not undo it.
      remember(mutation, decision.status)
      return { kind: 'kept', row: decision.row, status: decision.status }
    }

    const { id, client } = mutation
    const place = draft.rows.get(id)?.place
    const version_before = Number(current?.['version'] ?? 0)
    if (decision.kind === 'purge') {
      if (!current || !place) return refused(new Problem('internal', 'There is nothing to purge.'))
      written.set(id, { row: undefined, replaces: place })
      purges.is_purged.set(id, true)
      purges.floor = Math.max(purges.floor, Number(current['rev']))
      purges.version = Math.max(purges.version, version_before)
      changes.push({ id, version_before, version_after: 0, client })
      return { kind: 'written', row: current, status: 200 }
    }
    const is_purged = purges.is_purged.get(id) ?? footer.purged.has(id)
    if (is_purged && !decision.revives) return refused(usedUp())

    const row: R = {
      ...decision.row,
      version:
        (current ? version_before : Math.max(decision.revives?.version ?? 0, is_purged ? purges.version : 0)) + 1,
      rev,
      updated_at: decision.updated_at_ms ?? now_ms,
    }
    const record_bytes = rowBytes(row)
    if (record_bytes > LIMITS.record_bytes) return refused(recordTooLarge(record_bytes))
    if (admission === 'none' || (admission === 'replacements' && !current)) {
      return refused(partitionFull('object_bytes', month))
    }
    if (!current && rows_free-- <= 0) return refused(partitionFull('object_rows', month))

    written.set(id, { row, replaces: place })
    if (is_purged) purges.is_purged.set(id, false)
    changes.push({ id, version_before, version_after: Number(row['version']), client })
    remember(mutation, decision.status)
    return { kind: 'written', row, status: decision.status }
  }

  const outcomes = batch.map(outcomeOf)
  return { outcomes, writes: [...written.values()], ledger_entries: [...ledger_entries.values()], purges, changes }
}

/** A decision that throws is a fault of that request; the others of its batch do not share it. */
function decisionOf<R extends Row>(mutation: Mutation<R>, current: R | undefined, now_ms: number): Decision<R> {
  try {
    return mutation.decide(current, now_ms)
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refuse', problem: error }
    return { kind: 'refuse', problem: new Problem('internal', 'The change could not be decided.', { cause: error }) }
  }
}

/** The answer to a keyed request that was carried out before. */
export function replay<R extends Row>(entry: LedgerEntry, body_hash: string, row: R | undefined): Outcome<R> {
  if (entry.body_hash === body_hash) return { kind: 'replayed', id: entry.id, row, status: entry.status }
  return refused(
    new Problem('idempotency-mismatch', 'This Idempotency-Key was used for the same request with another body.'),
  )
}

function refused(problem: Problem): { kind: 'refused'; problem: Problem } {
  return { kind: 'refused', problem }
}

function usedUp(): Problem {
  return new Problem('conflict', 'This id was deleted for good; it cannot be used again.', {
    members: { deleted: true },
  })
}

function tooManyKeys(): Problem {
  return new Problem('too-many-requests', `More than ${LEDGER_ENTRIES_MAX} keyed requests within a day.`, {
    retry_after_ms: 60_000,
  })
}

/** Bytes of a row before compression. */
function rowBytes(row: Row): number {
  let bytes = 0
  for (const cell of Object.values(row)) bytes += cellBytes(cell)
  return bytes
}

function cellBytes(cell: Cell): number {
  if (cell === null) return 0
  if (typeof cell === 'string') return Buffer.byteLength(cell)
  if (cell instanceof Uint8Array) return cell.length
  if (typeof cell === 'object') return cell.reduce((sum, element) => sum + Buffer.byteLength(element), 0)
  return 8
}
