import type { Clock } from '../base/clock.ts'
import { type BatchAction, type BatchOutcome, takesAway } from '../contract/batch.ts'
import { problemMembers } from '../contract/problem-document.ts'
import type { Usage } from '../contract/usage.ts'
import type { Answer, Call } from '../http/call.ts'
import { decideAction, type ManyAction } from '../records/batch-decisions.ts'
import type { Decision } from '../records/decisions.ts'
import { decodeCursor, encodeCursor } from '../records/cursor.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'
import type { Cells } from '../records/rows.ts'
import type { Position, RowFilter } from '../table/read/listing.ts'
import type { Table } from '../table/table.ts'
import { givenUp } from './answer-memory.ts'
import { changeMany, type ManyOutcome } from './change-many.ts'
import { CommitTime } from './commit-limits.ts'
import { writerOf } from './record-service.ts'
import { type RecordUsage, unlessUsed } from './record-usage.ts'

/** What is asked, as the contract has read it: of these records, or of those that a filter finds. */
export interface BatchRequest {
  readonly ids?: readonly string[] | undefined
  readonly cursor?: string | undefined
  readonly action: BatchAction
  readonly tags?: readonly string[] | undefined
  readonly dry_run?: boolean | undefined
  /** A record that is in use is refused. */
  readonly if_unused?: boolean | undefined
}

export interface BatchDependencies<K extends RecordKind> {
  readonly table: Table<RowOf<K>>
  readonly usage: RecordUsage<K>
  readonly clock: Clock
  /** Called with a fault of ours that only some of the records meet. */
  readonly onFault: (error: unknown) => void
}

/** Of one request. */
const RECORDS_MAX = 200
const RETRY_AFTER_MS = 1000

interface Result {
  readonly id: string
  readonly outcome: BatchOutcome
  readonly version?: number
  readonly usage?: Usage
  readonly problem?: Readonly<Record<string, unknown>>
  readonly retry_after_ms?: number
}

/** One action for many records of a kind: each decides for itself, and those of one object share its commit. */
export class RecordBatch<K extends RecordKind> {
  readonly #kind: K
  readonly #dependencies: BatchDependencies<K>

  constructor(kind: K, dependencies: BatchDependencies<K>) {
    this.#kind = kind
    this.#dependencies = dependencies
  }

  /**
   * One result for each record. A filter is asked first, once: what it finds is changed, also where the record has
   * changed since. What uses the records is asked once, too, and is true of that moment.
   * @param filter of a request without ids
   * @throws Problem before anything is changed: the cursor is none, or the store does not answer what is asked first
   */
  async answer(call: Call, request: BatchRequest, filter: RowFilter<RowOf<K>> | undefined): Promise<Answer> {
    const { dry_run = false } = request
    const time = new CommitTime(this.#dependencies.clock)
    const { ids, next_cursor } = await this.#chosen(call, request, filter)
    const results = await this.#results(call, ids, request, time)
    const counts = { changed: 0, unchanged: 0, refused: 0, retry: 0 }
    for (const { outcome } of results) counts[outcome]++
    return { status: 200, body: { dry_run, results, counts, next_cursor } }
  }

  async #chosen(
    call: Call,
    { ids, cursor }: BatchRequest,
    filter: RowFilter<RowOf<K>> | undefined,
  ): Promise<{ ids: readonly string[]; next_cursor: string | null }> {
    if (ids || !filter) return { ids: ids ?? [], next_cursor: null }
    const { id_column } = this.#kind
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const found: string[] = []
    let last: Position | undefined
    const rows = this.#dependencies.table.rows(call.caller.user_id, { after, columns: [id_column], filter })
    for await (const { row, position } of rows) {
      if (call.signal.aborted) throw givenUp()
      if (found.length === RECORDS_MAX) return { ids: found, next_cursor: encodeCursor(last!) }
      found.push(String(row[id_column]))
      last = position
    }
    return { ids: found, next_cursor: null }
  }

  async #results(
    call: Call,
    ids: readonly string[],
    request: BatchRequest,
    time: CommitTime,
  ): Promise<readonly Result[]> {
    const { action, tags = [], dry_run = false, if_unused = false } = request
    const { user_id } = call.caller
    const { usage } = this.#dependencies
    const kind: RecordKind = this.#kind
    const wanted = actionOf(request)
    const usageOf = takesAway(action) && (dry_run || if_unused) ? await usage.ofMany(user_id, ids) : undefined
    const usages = new Map<number, Usage>()
    const decide = (at: number, row: RowOf<K> | undefined): Decision => {
      const decision = decideAction({ kind, user_id }, row, wanted)
      if (decision.kind !== 'write' || !row || !usageOf) return decision
      const used = usageOf(row)
      usages.set(at, used)
      return if_unused ? unlessUsed(kind, decision, used) : decision
    }
    const writer = writerOf(call)
    const size_bytes = JSON.stringify(tags).length
    // Each kind's decisions are those of any kind.
    const table: Table<Cells> = this.#dependencies.table
    const outcomes = await changeMany(
      { ...this.#dependencies, table },
      user_id,
      ids.map((id, at) => ({ id, writer, size_bytes, decide: (row) => decide(at, row) })),
      { dry_run, time },
    )
    return outcomes.map((outcome, at) => resultOf(ids[at]!, outcome, dry_run ? usages.get(at) : undefined))
  }
}

function actionOf({ action, tags = [] }: BatchRequest): ManyAction {
  return action === 'tag' || action === 'untag' ? { action, tags } : { action }
}

/** @param usage what to tell of a record that is changed */
function resultOf(id: string, outcome: ManyOutcome<Cells>, usage: Usage | undefined): Result {
  switch (outcome.kind) {
    case 'written':
      return { id, outcome: 'changed', version: outcome.row.version, ...(usage && { usage }) }
    case 'kept':
      return { id, outcome: 'unchanged', version: outcome.row.version }
    case 'replayed':
      throw new Error('an action without a key was replayed')
    case 'refused': {
      const { problem } = outcome
      const { errors } = problem
      return { id, outcome: 'refused', problem: { ...problemMembers(problem), ...(errors && { errors }) } }
    }
    case 'failed': {
      const { problem } = outcome
      const { retry_after_ms = RETRY_AFTER_MS } = problem
      return { id, outcome: 'retry', retry_after_ms, problem: problemMembers(problem) }
    }
  }
}
