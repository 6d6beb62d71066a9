import { isoTime, type Clock } from '../base/clock.ts'
import type { Answer, Call } from '../http/call.ts'
import { versionTag } from '../http/request/conditions.ts'
import {
  type CursorOrder,
  decodeCursor,
  decodeSortedCursor,
  encodeCursor,
  encodeSortedCursor,
} from '../records/cursor.ts'
import {
  exportedColumns,
  notFound,
  presentRecord,
  presentSummary,
  shownColumns,
  staleVersion,
  type Asking,
  type Decision,
} from '../records/decisions.ts'
import { asJsonText, jsonOf } from '../records/json-text.ts'
import { createdAt, untimely } from '../records/record-id.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'
import type { Outcome } from '../table/commit/mutation.ts'
import { type Row, summaryColumns } from '../table/object/schema.ts'
import type { RowFilter } from '../table/read/listing.ts'
import type { RowOrder } from '../table/read/sorted-listing.ts'
import type { Writer } from '../table/object/writer.ts'
import type { Table } from '../table/table.ts'
import { type AnswerMemory, givenUp } from './answer-memory.ts'
import { type ExportFormat, exportFile } from './export.ts'
import { Page } from './page.ts'
import { type Summarize, SummaryTexts } from './summary-texts.ts'

export interface ServiceDependencies<K extends RecordKind> {
  readonly table: Table<RowOf<K>>
  readonly clock: Clock
  readonly memory: AnswerMemory
}

/**
 * What the routes of every kind of record have in common: a call becomes a mutation or a read of the table, its outcome
 * an answer. A function adds what its kind alone has.
 */
export class RecordService<K extends RecordKind> {
  readonly #kind: K
  readonly #table: Table<RowOf<K>>
  readonly #clock: Clock
  readonly #memory: AnswerMemory
  readonly #summaries = new SummaryTexts()

  constructor(kind: K, { table, clock, memory }: ServiceDependencies<K>) {
    this.#kind = kind
    this.#table = table
    this.#clock = clock
    this.#memory = memory
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

  /** One page as `{<kind's name>, count, next_cursor}`: up to `limit` records, or as many as have 4 MiB. */
  async list(call: Call, options: ListOptions<K>): Promise<Answer> {
    const { limit = PAGE_ROWS, cursor, with_details, filter, order } = options
    const { user_id } = call.caller
    const columns = with_details ? shownColumns(this.#kind).map(({ name }) => name) : summaryColumns(this.#table.schema)
    if (order) {
      const after = cursor === undefined ? undefined : decodeSortedCursor(order, cursor)
      const rows = this.#table.sorted(user_id, { after, columns, filter, order, rows_wanted: limit + 1 })
      return await this.#page(call, options, rows, (position) => encodeSortedCursor(order, position))
    }
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    return await this.#page(call, options, this.#table.rows(user_id, { after, columns, filter }), encodeCursor)
  }

  /** @param cursorOf the cursor behind which a later page goes on */
  async #page<Position>(
    call: Call,
    { limit = PAGE_ROWS, with_details, summarize = asIs, present = asIs }: ListOptions<K>,
    rows: AsyncGenerator<{ readonly row: RowOf<K>; readonly position: Position }, void>,
    cursorOf: (position: Position) => string,
  ): Promise<Answer> {
    const { user_id } = call.caller
    const jsonOfRow = (row: RowOf<K>): string =>
      with_details
        ? jsonOf(present(presentRecord(this.#kind, user_id, row, asJsonText)))
        : this.#summaries.of(row, user_id, summarize, () =>
            jsonOf(summarize(presentSummary(this.#kind, user_id, row, asJsonText))),
          )
    const setTaken = await this.#memory.takeForPage(call, PAGE_WORK_BYTES)
    const page = new Page(this.#kind.name, limit)
    let last: Position | undefined
    let has_more = false
    for await (const { row, position } of rows) {
      if (call.signal.aborted) throw givenUp()
      has_more = page.is_full || !page.add(jsonOfRow(row))
      if (has_more) break
      last = position
    }
    const json = page.end(has_more && last !== undefined ? cursorOf(last) : null)
    setTaken(page.bytes)
    return { status: 200, json }
  }

  /**
   * A download of the matching records, whole.
   * @throws Problem before the first byte: the store does not answer, or enough exports are under way
   */
  async export(call: Call, query: ExportQuery, filter: RowFilter<RowOf<K>>): Promise<Answer> {
    this.#memory.takeForExport(call)
    const { user_id } = call.caller
    const columns = exportedColumns(this.#kind).map(({ name }) => name)
    const name = `${this.#kind.name} ${isoTime(this.#clock.nowMs()).slice(0, 10)}`
    const batches = this.#table.batches(user_id, { columns, filter })
    return await exportFile({ kind: this.#kind, ...howOf(query), name, user_id, batches })
  }

  /** A download of one record. @param nameOf the file, without its extension */
  async exportOne(call: Call, id: string, query: ExportQuery, nameOf: (row: RowOf<K>) => string): Promise<Answer> {
    this.#memory.takeForExport(call)
    const { user_id } = call.caller
    const row = await this.live(call, id)
    const batches = single([row])
    return await exportFile({ kind: this.#kind, ...howOf(query), name: nameOf(row), user_id, batches })
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
      writer: writerOf(call),
      idempotency: call.idempotency,
      size_bytes: bodyBytes(call),
      decide: (current) => decide(asking, current),
    })
    return this.#settle(call, outcome)
  }

  /**
   * Creates a record, or saves the one whose id the client sent.
   * @param decide gets the time that the id tells; `undefined` for an id of the old system, which nothing new may get
   * @param size_bytes of the change in memory, where the body does not tell
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
    size_bytes = bodyBytes(call),
  ): Promise<Changed<K>> {
    const asking = this.#askingOf(call)
    const outcome = await this.#table.create(call.caller.user_id, {
      id,
      writer: writerOf(call),
      idempotency: call.idempotency,
      size_bytes,
      decide: (new_id, current) => {
        const problem = !current && id !== undefined ? untimely(this.#kind, id, this.#clock.nowMs()) : undefined
        return problem ? { kind: 'refuse', problem } : decide(asking, new_id, createdAt(this.#kind, new_id), current)
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
}

/** Who changes what the call changes. */
export function writerOf({ caller, client_id }: Pick<Call, 'caller' | 'client_id'>): Writer {
  return { by: caller.user_id, client_id, via: 'api' }
}

/** A change that stands: the record after it, and what the answer says of how it came about. */
export interface Changed<K extends RecordKind> {
  readonly status: number
  readonly row: RowOf<K>
  readonly headers: Readonly<Record<string, string>>
}

/** An order whose lists have pages. */
export interface ListOrder<R extends Row> extends RowOrder<R>, CursorOrder {
  readonly name: string
}

export interface ListOptions<K extends RecordKind> {
  /** Rows of the page. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
  /** Whole records rather than summaries. */
  readonly with_details: boolean
  readonly filter: RowFilter<RowOf<K>>
  /** Without one newest first. */
  readonly order?: ListOrder<RowOf<K>> | undefined
  /** The same function for every call: texts are kept by it. */
  readonly summarize?: Summarize
  /** Changes a whole record as the caller needs it. */
  readonly present?: (record: Record<string, unknown>) => Record<string, unknown>
}

const asIs = (record: Record<string, unknown>) => record

const PAGE_ROWS = 50
/** Memory that making a page takes: its answer, and what is decoded for it. */
const PAGE_WORK_BYTES = 8 * 1024 * 1024

function bodyBytes({ body }: Call): number {
  return body === undefined ? 0 : JSON.stringify(body).length
}

/** How a download is asked for. */
export interface ExportQuery {
  readonly format?: ExportFormat | undefined
  readonly bom?: 'true' | 'false' | undefined
}

function howOf({ format = 'json', bom }: ExportQuery) {
  return { format, has_bom: bom === 'true' }
}

async function* single<T>(value: T): AsyncGenerator<T, void> {
  yield value
}
