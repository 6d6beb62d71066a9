import { Problem } from '../../base/problem.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import type { RecordChange } from '../events.ts'
import { namingObject } from '../object/failures.ts'
import type { RowWrite } from '../object/layout.ts'
import { LEDGER_ENTRIES_MAX, type Ledger, type LedgerEntry } from '../object/ledger.ts'
import { LIMITS, partitionFull, recordTooLarge } from '../object/limits.ts'
import type {
  Change,
  ChangeOutcome,
  Decision,
  Mutation,
  Outcome,
  PushedChange,
  PushOutcome,
  PushUnit,
  PushVerdict,
} from './mutation.ts'
import { PushLedger } from './push-ledger.ts'
import { pushDecisionOf, verdictOn } from './push-verdict.ts'
import type { LedgerUpdate } from '../object/client-ledgers.ts'
import type { Month } from '../object/partition.ts'
import { findRow, rowAt, rowCount, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import type { Row, StoredRow, TableSchema } from '../object/schema.ts'
import { HISTORY_COLUMN, nextHistory } from '../object/row-history.ts'
import { rowBytes } from '../object/row-bytes.ts'
import type { Writer } from '../object/writer.ts'

/** What a batch would do to a snapshot: answers, and the rows to store for them to be true. */
export interface BatchEffect<R extends Row = Row> {
  readonly outcomes: readonly ChangeOutcome<R>[]
  readonly writes: readonly RowWrite<R>[]
  readonly ledger_entries: readonly LedgerEntry[]
  /** What clients have pushed, by the hashes of their ids: remembered when something is written at all. */
  readonly client_updates: ReadonlyMap<string, LedgerUpdate>
  readonly purges: PurgeEffect
  readonly changes: readonly RecordChange[]
}

/** What a batch does to the ids that are used up for good. */
export interface PurgeEffect {
  /** True: purged. False: revived by a restore. */
  readonly is_purged: ReadonlyMap<string, boolean>
  /** Highest `rev` among the purged rows; 0 without any. */
  readonly floor: number
  /** Highest version among all that were ever purged here. */
  readonly version: number
}

/** The rows of a snapshot that a batch is about, decoded, and the groups they came from. */
export interface BatchRows<R extends Row = Row> {
  readonly snapshot: Snapshot
  readonly rows: ReadonlyMap<string, { row: StoredRow<R>; place: RowPlace }>
  readonly decoded: ReadonlyMap<RowGroup, ColumnValues>
}

/**
 * Which writes may enter an object: all; where it is full only those that replace a row, or replace it by one no larger,
 * or none but purges; where a newer release has reserved it for itself, none whatever.
 */
export type Admission = 'all' | 'replacements' | 'no_larger' | 'none' | 'read_only'

/** What a batch is for. */
export interface EvaluatedObject<R extends Row> {
  readonly schema: TableSchema<R>
  readonly month: Month
}

/** How a batch is evaluated. */
export interface EvaluationOptions {
  readonly now_ms: number
  readonly admission: Admission
  /** Bytes that the history of each written row may have. */
  readonly history_bytes_max: number
}

export async function readBatchRows<R extends Row>(
  schema: TableSchema<R>,
  snapshot: Snapshot,
  batch: readonly Change<R>[],
): Promise<BatchRows<R>> {
  const ids = new Set(batch.map(({ id }) => id))
  for (const change of batch) {
    const key = 'unit' in change ? undefined : change.idempotency
    const entry = key && snapshot.footer.ledger.find(key.request_hash)
    if (entry) ids.add(entry.id)
  }
  return await namingObject(snapshot.name, async () => {
    const rows = new Map<string, { row: StoredRow<R>; place: RowPlace }>()
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
 * Asks every mutation, one after another, for its decision; each sees the results of those before it. A bad one fails
 * alone. No I/O: the same batch on the same rows always has the same effect.
 */
export function evaluate<R extends Row>(
  object: EvaluatedObject<R>,
  batch_rows: BatchRows<R>,
  batch: readonly Change<R>[],
  options: EvaluationOptions,
): BatchEffect<R> {
  const evaluation = new Evaluation(object, batch_rows, options)
  const outcomes = batch.map((change) =>
    'unit' in change ? evaluation.outcomeOfPushed(change) : evaluation.outcomeOf(change),
  )
  return { outcomes, ...evaluation.changes() }
}

/** The effect of a batch as it grows, mutation by mutation. */
class Evaluation<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #month: Month
  readonly #batch_rows: BatchRows<R>
  readonly #now_ms: number
  readonly #admission: Admission
  readonly #history_bytes_max: number
  readonly #ledger: Ledger
  readonly #written = new Map<string, RowWrite<StoredRow<R>>>()
  readonly #ledger_entries = new Map<string, LedgerEntry>()
  readonly #purges: { is_purged: Map<string, boolean>; floor: number; version: number }
  readonly #changes: RecordChange[] = []
  readonly #push_ledger: PushLedger
  readonly #verdicts = new Map<PushUnit, PushVerdict[]>()
  #rows_free: number

  constructor(
    { schema, month }: EvaluatedObject<R>,
    batch_rows: BatchRows<R>,
    { now_ms, admission, history_bytes_max }: EvaluationOptions,
  ) {
    const { footer } = batch_rows.snapshot
    this.#schema = schema
    this.#month = month
    this.#batch_rows = batch_rows
    this.#now_ms = now_ms
    this.#admission = admission
    this.#history_bytes_max = history_bytes_max
    // Entries that have expired count for nothing, also while they are still stored.
    this.#ledger = footer.ledger.with([], now_ms)
    this.#push_ledger = new PushLedger(footer.clients)
    this.#purges = { is_purged: new Map(), floor: 0, version: footer.purged_version }
    this.#rows_free = LIMITS.object_rows - rowCount(batch_rows.snapshot)
  }

  changes(): Omit<BatchEffect<R>, 'outcomes'> {
    return {
      writes: [...this.#written.values()],
      ledger_entries: [...this.#ledger_entries.values()],
      client_updates: this.#push_ledger.updates(),
      purges: this.#purges,
      changes: this.#changes,
    }
  }

  outcomeOf(mutation: Mutation<R>): Outcome<R> {
    const replayed = this.#replayOf(mutation)
    if (replayed) return replayed
    const current = this.#currentOf(mutation.id)
    const decision = decisionOf(mutation, current, this.#now_ms)
    switch (decision.kind) {
      case 'refuse':
        return refused(decision.problem)
      case 'keep':
        if (this.#admission === 'read_only' && mutation.is_reservation) return refused(newerRelease())
        // Recorded although nothing changes: repeated after a later change, the request must not undo it.
        this.#remember(mutation, decision.status)
        return { kind: 'kept', row: decision.row, status: decision.status }
      case 'purge':
        return this.#purge(mutation, current)
      case 'write':
        return this.#write(mutation, current, decision)
    }
  }

  outcomeOfPushed(change: PushedChange<R>): PushOutcome<R> {
    let before = this.#verdicts.get(change.unit)
    if (!before) this.#verdicts.set(change.unit, (before = []))
    const { verdict, problem } = this.#judge(change, before)
    before.push(verdict)
    this.#push_ledger.remember(change, verdict)
    return { kind: 'pushed', verdict, problem, row: this.#currentOf(change.id) }
  }

  /** A change that was pushed before has its verdict; any other is decided on the rows as they are. */
  #judge(change: PushedChange<R>, before: readonly PushVerdict[]): Judged {
    const known = this.#push_ledger.verdictOf(change)
    if (known) return { verdict: known, problem: undefined }
    const current = this.#currentOf(change.id)
    const decision = pushDecisionOf(change, current, {
      now_ms: this.#now_ms,
      before,
      is_purged: this.#isPurged(change.id),
    })
    if (decision.kind === 'leave') return { verdict: decision.verdict, problem: decision.problem }
    const outcome = this.#write(change, current, { kind: 'write', row: decision.row, status: 200 })
    return outcome.kind === 'refused'
      ? { verdict: verdictOn(outcome.problem), problem: outcome.problem }
      : { verdict: decision.verdict, problem: undefined }
  }

  /** The outcome of a keyed request that was carried out before, or that the ledger has no room for. */
  #replayOf({ idempotency }: Mutation<R>): Outcome<R> | undefined {
    if (!idempotency) return undefined
    const { request_hash, body_hash } = idempotency
    const entry = this.#ledger_entries.get(request_hash) ?? this.#ledger.find(request_hash)
    if (entry) return replay(entry, body_hash, this.#currentOf(entry.id))
    const entries = this.#ledger.entries.length + this.#ledger_entries.size
    return entries >= LEDGER_ENTRIES_MAX ? refused(tooManyKeys()) : undefined
  }

  #purge({ id, writer }: Mutation<R>, current: StoredRow<R> | undefined): Outcome<R> {
    const place = this.#batch_rows.rows.get(id)?.place
    if (!current || !place) return refused(new Problem('internal', 'There is nothing to purge.'))
    if (this.#admission === 'read_only') return refused(newerRelease())
    const version_before = current.version
    const purges = this.#purges
    this.#written.set(id, { row: undefined, replaces: place })
    purges.is_purged.set(id, true)
    purges.floor = Math.max(purges.floor, current.rev)
    purges.version = Math.max(purges.version, version_before)
    this.#changes.push({ id, version_before, version_after: 0, ...auditOf(writer) })
    return { kind: 'written', row: current, status: 200 }
  }

  #write(
    mutation: Pick<Mutation<R>, 'id' | 'writer' | 'idempotency'>,
    current: StoredRow<R> | undefined,
    decision: WriteDecision<R>,
  ): Outcome<R> {
    const { id, writer } = mutation
    const is_purged = this.#isPurged(id)
    if (is_purged && !decision.revives) return refused(usedUp())
    const unrecorded = this.#stamped(decision, current, is_purged, writer)
    const record_bytes = rowBytes(unrecorded)
    const problem = this.#limitReachedBy(record_bytes, current)
    if (problem) return refused(problem)
    const row = this.#withHistory(unrecorded, record_bytes, current, decision, writer)

    this.#written.set(id, { row, replaces: this.#batch_rows.rows.get(id)?.place })
    if (is_purged) this.#purges.is_purged.set(id, false)
    const version_before = current?.version ?? 0
    this.#changes.push({ id, version_before, version_after: row.version, ...auditOf(writer) })
    this.#remember(mutation, decision.status)
    return { kind: 'written', row, status: decision.status }
  }

  /** A version is never given out twice: a record that comes back goes on behind all that were purged here. */
  #stamped(
    { row, revives, updated_at_ms, keeps_writer }: WriteDecision<R>,
    current: StoredRow<R> | undefined,
    is_purged: boolean,
    { client_id, by }: Writer,
  ): StoredRow<R> {
    const last_version = current
      ? current.version
      : Math.max(revives?.version ?? 0, is_purged ? this.#purges.version : 0)
    return {
      ...row,
      version: last_version + 1,
      rev: this.#batch_rows.snapshot.footer.rev + 1,
      updated_at: updated_at_ms ?? this.#now_ms,
      client_id: keeps_writer && current ? current.client_id : client_id,
      updated_by: keeps_writer && current ? current.updated_by : by,
      // The decision may have copied a history from elsewhere. Only what is stored here counts.
      ...(this.#schema.history && { [HISTORY_COLUMN]: null }),
    }
  }

  /** With the past that the change leaves behind, as far as the record has room for it. */
  #withHistory(
    row: StoredRow<R>,
    record_bytes: number,
    current: StoredRow<R> | undefined,
    { goes_back, forgets }: WriteDecision<R>,
    writer: Writer,
  ): StoredRow<R> {
    if (!this.#schema.history) return row
    const room_bytes = Math.min(this.#history_bytes_max, LIMITS.record_bytes - record_bytes)
    const change = {
      before: current,
      after: row,
      writer,
      at_ms: this.#now_ms,
      goes_back: goes_back === true,
      forgets: forgets === true,
    }
    return { ...row, [HISTORY_COLUMN]: nextHistory(this.#schema, change, room_bytes) }
  }

  /** Takes one of the free rows for a new record. */
  #limitReachedBy(record_bytes: number, current: StoredRow<R> | undefined): Problem | undefined {
    if (record_bytes > LIMITS.record_bytes) return recordTooLarge(record_bytes)
    if (this.#admission === 'read_only') return newerRelease()
    if (!this.#isAdmitted(record_bytes, current)) return partitionFull('object_bytes', this.#month)
    return !current && this.#rows_free-- <= 0 ? partitionFull('object_rows', this.#month) : undefined
  }

  #isAdmitted(record_bytes: number, current: StoredRow<R> | undefined): boolean {
    if (this.#admission === 'all') return true
    if (this.#admission === 'none' || !current) return false
    if (this.#admission === 'replacements') return true
    return record_bytes <= rowBytes({ ...current, [HISTORY_COLUMN]: null }) + NO_LARGER_BYTES
  }

  #currentOf(id: string): StoredRow<R> | undefined {
    return (this.#written.get(id) ?? this.#batch_rows.rows.get(id))?.row
  }

  #isPurged(id: string): boolean {
    return this.#purges.is_purged.get(id) ?? this.#batch_rows.snapshot.footer.purged.has(id)
  }

  #remember({ id, idempotency }: Pick<Mutation<R>, 'id' | 'idempotency'>, status: number): void {
    if (!idempotency || this.#admission === 'none' || this.#admission === 'read_only') return
    this.#ledger_entries.set(idempotency.request_hash, { ...idempotency, status, id, time_ms: this.#now_ms })
  }
}

/** What the audit trail tells of a writer. */
export function auditOf({ client_id, via }: Writer): Pick<RecordChange, 'client' | 'via'> {
  return { client: client_id ?? undefined, via }
}

/** By so much one status is longer than another, and a time longer than none. */
const NO_LARGER_BYTES = 64

type WriteDecision<R extends Row> = Extract<Decision<R>, { kind: 'write' }>

interface Judged {
  readonly verdict: PushVerdict
  readonly problem: Problem | undefined
}

/** A decision that throws is a fault of that request; the others of its batch do not share it. */
function decisionOf<R extends Row>(
  mutation: Mutation<R>,
  current: StoredRow<R> | undefined,
  now_ms: number,
): Decision<R> {
  try {
    return mutation.decide(current, now_ms)
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refuse', problem: error }
    return { kind: 'refuse', problem: new Problem('internal', 'The change could not be decided.', { cause: error }) }
  }
}

/** The answer to a keyed request that was carried out before. */
export function replay<R extends Row>(
  entry: LedgerEntry,
  body_hash: string,
  row: StoredRow<R> | undefined,
): Outcome<R> {
  if (entry.body_hash === body_hash) return { kind: 'replayed', id: entry.id, row, status: entry.status }
  return refused(
    new Problem('idempotency-mismatch', 'This Idempotency-Key was used for the same request with another body.'),
  )
}

function refused(problem: Problem): { kind: 'refused'; problem: Problem } {
  return { kind: 'refused', problem }
}

export function newerRelease(): Problem {
  return new Problem('unavailable', 'These records were written by a newer release; this one may only read them.', {
    retry_after_ms: 30_000,
  })
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
