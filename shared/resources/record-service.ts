import { DAY_MS } from '../base/durations.ts'
import { isoTime, type Clock } from '../base/clock.ts'
import { idTimeMs } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import type { Answer, Call } from '../http/call.ts'
import { versionTag } from '../http/request/conditions.ts'
import { decodeCursor, encodeCursor } from '../records/cursor.ts'
import {
  notFound,
  presentRecord,
  presentSummary,
  staleVersion,
  type Asking,
  type Decision,
} from '../records/decisions.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'
import type { CellReader } from '../table/read/listing.ts'
import type { Outcome } from '../table/commit/mutation.ts'
import type { Table } from '../table/table.ts'

/**
 * What the routes of every kind of record have in common: a call becomes a mutation or a read of the table, its outcome
 * an answer. A function adds what its kind alone has.
 */
export class RecordService<K extends RecordKind> {
  readonly #kind: K
  readonly #table: Table<RowOf<K>>
  readonly #clock: Clock

  constructor(kind: K, table: Table<RowOf<K>>, clock: Clock) {
    this.#kind = kind
    this.#table = table
    this.#clock = clock
  }

  /** The record if it is there and not deleted. @throws Problem `not-found` */
  async live(call: Call, id: string): Promise<RowOf<K>> {
    call.noteRecord(id)
    const row = await this.#table.get(call.caller.user_id, id)
    if (!row || row.deleted) throw notFound(this.#kind)
    return row
  }

  /** Answers with the record, or that it still is as `If-None-Match` names it. */
  async read(call: Call, id: string): Promise<Answer> {
    const row = await this.live(call, id)
    const stale = staleVersion(this.#askingOf(call), row)
    if (stale) throw stale
    const etag = versionTag(row.version)
    if (call.matchesIfNoneMatch(etag)) return { status: 304, headers: { ETag: etag } }
    return this.answer(call, { status: 200, row, headers: {} })
  }

  /** One page as `{<kind's name>, count, next_cursor}`. */
  async list(call: Call, options: ListOptions<K>): Promise<Answer> {
    const { user_id } = call.caller
    const { limit = PAGE_ROWS, cursor, with_details, matches, summarize = asIs, present = asIs } = options
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const { rows, next } = await this.#table.page(user_id, { limit, after, with_details, matches })
    const shown = rows.map((row) =>
      with_details
        ? present(presentRecord(this.#kind, user_id, row))
        : summarize(presentSummary(this.#kind, user_id, row)),
    )
    const next_cursor = next ? encodeCursor(next) : null
    return { status: 200, body: { [this.#kind.name]: shown, count: shown.length, next_cursor } }
  }

  /** The answer of a keyed request that was carried out before, without doing anything again. */
  async recall(call: Call, id: string): Promise<Changed<K> | undefined> {
    if (!call.idempotency) return undefined
    const outcome = await this.#table.recall(call.caller.user_id, id, call.idempotency)
    return outcome && this.#settle(call, outcome)
  }

  /** Changes the record as `decide` has it. @throws Problem when that is refused */
  async change(
    call: Call,
    id: string,
    decide: (asking: Asking<K>, current: RowOf<K> | undefined) => Decision<K>,
  ): Promise<Changed<K>> {
    call.noteRecord(id)
    const asking = this.#askingOf(call)
    const outcome = await this.#table.mutate(call.caller.user_id, {
      id,
      idempotency: call.idempotency,
      size_bytes: bodyBytes(call),
      decide: (current) => decide(asking, current),
    })
    return this.#settle(call, outcome)
  }

  /**
   * Creates a record, or saves the one whose id the client sent.
   * @param decide gets the time that the id tells; `undefined` for an id of the old system, which nothing new may get
   */
  async save(
    call: Call,
    id: string | undefined,
    decide: (
      asking: Asking<K>,
      id: string,
      created_at: string | undefined,
      current: RowOf<K> | undefined,
    ) => Decision<K>,
  ): Promise<Changed<K>> {
    const asking = this.#askingOf(call)
    const outcome = await this.#table.create(call.caller.user_id, {
      id,
      idempotency: call.idempotency,
      size_bytes: bodyBytes(call),
      decide: (new_id, current) => {
        if (!current && id !== undefined) this.#requireTimely(id)
        return decide(asking, new_id, this.#createdAt(new_id), current)
      },
    })
    const changed = this.#settle(call, outcome)
    call.noteRecord(this.idOf(changed))
    return changed
  }

  /** Answers with the record as it is after the change. */
  answer({ caller }: Call, { status, row, headers }: Changed<K>, members: Record<string, unknown> = {}): Answer {
    return {
      status,
      headers: { ...headers, ETag: versionTag(row.version) },
      body: { ...members, [this.#kind.noun]: presentRecord(this.#kind, caller.user_id, row) },
    }
  }

  idOf({ row }: Changed<K>): string {
    return String(row[this.#kind.id_column])
  }

  #settle(call: Call, outcome: Outcome<RowOf<K>>): Changed<K> {
    switch (outcome.kind) {
      case 'refused':
        throw outcome.problem
      case 'replayed':
        call.noteRecord(outcome.id)
        if (!outcome.row || outcome.row.deleted) throw notFound(this.#kind)
        return { status: outcome.status, row: outcome.row, headers: { 'Idempotency-Replayed': 'true' } }
      case 'written':
      case 'kept':
        return { status: outcome.status, row: outcome.row, headers: {} }
    }
  }

  #askingOf({ caller, condition }: Call): Asking<K> {
    return { kind: this.#kind, user_id: caller.user_id, condition }
  }

  #createdAt(id: string): string | undefined {
    const time_ms = idTimeMs(this.#kind.id_prefix, id)
    return time_ms === undefined ? undefined : isoTime(time_ms)
  }

  /** An id that a client chose says when it was made; a client whose clock is far off is told so, by `code`. */
  #requireTimely(id: string): void {
    const now_ms = this.#clock.nowMs()
    const time_ms = idTimeMs(this.#kind.id_prefix, id)
    if (time_ms === undefined || (time_ms >= EARLIEST_ID_MS && time_ms <= now_ms + AHEAD_MAX_MS)) return
    const message = 'carries a time before 2000 or more than a day ahead'
    throw new Problem('invalid-input', `${this.#kind.id_column} ${message}.`, {
      errors: [{ path: this.#kind.id_column, message }],
      members: { code: 'id_time', server_time: isoTime(now_ms) },
    })
  }
}

/** A change that stands: the record after it, and what the answer says of how it came about. */
export interface Changed<K extends RecordKind> {
  readonly status: number
  readonly row: RowOf<K>
  readonly headers: Readonly<Record<string, string>>
}

export interface ListOptions<K extends RecordKind> {
  /** Rows of the page. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
  /** Whole records rather than summaries. */
  readonly with_details: boolean
  readonly matches: (cell: CellReader<RowOf<K>>) => boolean
  /** Adds to a summary what follows from it. */
  readonly summarize?: (summary: Record<string, unknown>) => Record<string, unknown>
  /** Changes a whole record as the caller needs it. */
  readonly present?: (record: Record<string, unknown>) => Record<string, unknown>
}

const asIs = (record: Record<string, unknown>) => record

const PAGE_ROWS = 50
const EARLIEST_ID_MS = Date.UTC(2000, 0, 1)
const AHEAD_MAX_MS = DAY_MS

function bodyBytes({ body }: Call): number {
  return body === undefined ? 0 : JSON.stringify(body).length
}
