import type { Problem } from '../../base/problem.ts'
import type { PushEntry, RememberedStatus } from '../object/client-ledgers.ts'
import type { Row, StoredRow, UnstampedRow } from '../object/schema.ts'
import type { Writer } from '../object/writer.ts'

/**
 * A change to one record, as a pure decision over the record as it is: it may be asked several times, each time on
 * fresher rows, and only its last answer counts. Expensive work is done before, outside the retry loop.
 */
export interface Mutation<R extends Row = Row> {
  readonly id: string
  readonly writer: Writer
  /** Present when the request carries an `Idempotency-Key`. */
  readonly idempotency?: { readonly request_hash: string; readonly body_hash: string } | undefined
  /** It is there to be remembered: where its key cannot be recorded it is refused. */
  readonly is_reservation?: boolean
  /** Bytes of the request, to bound a batch. */
  readonly size_bytes: number
  decide(current: StoredRow<R> | undefined, now_ms: number): Decision<R>
}

/** A mutation that names its record only if the client chose an id. */
export type Creation<R extends Row = Row> = Omit<Mutation<R>, 'id' | 'decide'> & {
  readonly id: string | undefined
  decide(id: string, current: StoredRow<R> | undefined, now_ms: number): Decision<R>
}

export type Decision<R extends Row = Row> =
  /**
   * Store this row. The table stamps `version` (+1), `rev`, `updated_at` (now, unless an import keeps the old one),
   * `client_id`, `updated_by` and `history`.
   * Only `revives` may write under an id that was purged; its version follows the one named.
   */
  | {
      readonly kind: 'write'
      readonly row: UnstampedRow<R>
      readonly status: number
      readonly updated_at_ms?: number
      /** Nobody changed the record: it keeps its last writer. */
      readonly keeps_writer?: true
      /** To what the record was before: in its history this stands alone, so that it can be taken back itself. */
      readonly goes_back?: true
      /** What the record was before is forgotten. */
      readonly forgets?: true
      readonly revives?: { readonly version: number }
    }
  /** The record already is as wanted: no new version. */
  | { readonly kind: 'keep'; readonly row: UnstampedRow<R>; readonly status: number }
  /** Take the row out for good; its id stays used. */
  | { readonly kind: 'purge' }
  | { readonly kind: 'refuse'; readonly problem: Problem }

/** The row as it was stored or found; a purged one as it was last. */
export type Outcome<R extends Row = Row> =
  | { readonly kind: 'written' | 'kept'; readonly row: UnstampedRow<R>; readonly status: number }
  /** The same keyed request was carried out before. `row` is the record as it stands now, if it still is there. */
  | { readonly kind: 'replayed'; readonly id: string; readonly row: StoredRow<R> | undefined; readonly status: number }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** Changes of one object that a client pushes together: they are decided in their order, in one commit. */
export interface PushUnit {
  /** As `ledgerHash` makes it of the client's id. */
  readonly client_hash: string
  /** The client has the final answers up to this number. */
  readonly acked: number
  /** What became of changes of the same push in this object before this commit. */
  readonly earlier: readonly PushEntry[]
}

/** A change that a client made on its own and pushes, with others, from its outbox. */
export interface PushedChange<R extends Row = Row> extends Pick<Mutation<R>, 'id' | 'writer' | 'size_bytes'> {
  readonly unit: PushUnit
  /** The client's own number of it. */
  readonly seq: number
  /** As `ledgerHash` makes it of the change's id. */
  readonly mutation_hash: string
  decide(current: StoredRow<R> | undefined, moment: PushMoment): PushDecision<R>
}

/** What a pushed change is decided on, besides its record. */
export interface PushMoment {
  readonly now_ms: number
  /** The verdicts on the earlier changes of the unit in this commit, in their order. */
  readonly before: readonly PushVerdict[]
  /** A record with this id was purged. */
  readonly is_purged: boolean
}

/** What becomes of a pushed change. `duplicate`: it was made before; `retry`: nothing is decided yet. */
export interface PushVerdict {
  readonly status: RememberedStatus | 'duplicate' | 'retry'
  /** Of a conflict: its fields. Of `depends-on`: the number of the change that it depends on. */
  readonly fields: readonly string[]
}

export type PushDecision<R extends Row = Row> =
  | { readonly kind: 'write'; readonly row: UnstampedRow<R>; readonly verdict: PushVerdict }
  | { readonly kind: 'leave'; readonly verdict: PushVerdict; readonly problem?: Problem }

/** A verdict, true of the stored object. */
export interface PushOutcome<R extends Row = Row> {
  readonly kind: 'pushed'
  readonly verdict: PushVerdict
  /** Why, where more is known than the verdict. */
  readonly problem: Problem | undefined
  /** The record as it is after the change. */
  readonly row: StoredRow<R> | undefined
}

/** Everything that a batch can be made of, and what comes of it. */
export type Change<R extends Row = Row> = Mutation<R> | PushedChange<R>
export type ChangeOutcome<R extends Row = Row> = Outcome<R> | PushOutcome<R>
