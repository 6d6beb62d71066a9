import { type Clock, isoTime } from '#shared/base/clock.ts'
import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { Problem } from '#shared/base/problem.ts'
import { problemMembers } from '#shared/contract/problem-document.ts'
import type { LeftReason, UndoneChange } from '#shared/contract/undo.ts'
import { notFound } from '#shared/records/decisions.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import type { Cells } from '#shared/records/rows.ts'
import { invalid } from '#shared/records/validation/validate.ts'
import { givenUp } from '#shared/resources/answer-memory.ts'
import { changeMany } from '#shared/resources/change-many.ts'
import { CommitTime } from '#shared/resources/commit-limits.ts'
import type { Decision } from '#shared/table/commit/mutation.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import { inOrder, type SyncTable, type SyncTables } from '../tables.ts'
import { judge, type Judgement } from './judge.ts'

/** Records that one request takes back. */
const RECORDS_MAX = 2000
/** Of those that it names as left. */
const LEFT_SHOWN_MAX = 1000
/** A client's clock is its own. */
const AHEAD_MS_MAX = MINUTE_MS
/** By so much the clocks of two instances may differ. */
const APART_MS_MAX = 30_000

export interface UndoRequest {
  readonly at: string
  readonly dry_run?: boolean | undefined
}

export interface UndoCaller {
  readonly user_id: string
  readonly writer: Writer
  readonly signal: AbortSignal
}

interface About {
  readonly kind: string
  readonly id: string
  readonly name: string | null
}

export interface Undone extends About {
  readonly change: UndoneChange
  readonly fields: readonly string[]
  readonly kept: readonly string[]
  readonly version: number
}

export interface Left extends About {
  readonly reason: LeftReason
  readonly problem?: Readonly<Record<string, unknown>>
}

/** What became of everything that the user has changed since. */
export interface UndoAnswer {
  readonly at: string
  readonly dry_run: boolean
  readonly undone: readonly Undone[]
  /** With those to be asked again. */
  readonly left: readonly Left[]
  /** Those that stay as they are, however often they are asked for. */
  readonly left_count: number
  readonly retry_count: number
  readonly more: boolean
}

/** A record to take back. */
interface Planned {
  readonly table: SyncTable
  readonly about: About
  readonly undone: Undone
}

interface UndoDependencies {
  readonly clock: Clock
  /** Called with a fault of ours that only some of the records meet. */
  readonly onFault: (error: unknown) => void
}

/**
 * Takes back what a user has changed since a moment.
 *
 * Cost: what a list of each kind costs, and one PUT for each object with a record to take back; of distributions two
 * where some are deleted and others come back.
 */
export class Undo {
  readonly #tables: readonly SyncTable[]
  readonly #dependencies: UndoDependencies

  constructor(tables: SyncTables, dependencies: UndoDependencies) {
    this.#tables = inOrder(tables)
    this.#dependencies = dependencies
  }

  /** @throws Problem `invalid-input` for a time that is not within the last day */
  async answer(caller: UndoCaller, { at, dry_run = false }: UndoRequest): Promise<UndoAnswer> {
    const { clock } = this.#dependencies
    const at_ms = Date.parse(at)
    requireRecent(at_ms, clock.nowMs())
    const one = new OneUndo(this.#tables, this.#dependencies, caller, at_ms)
    await one.plan()
    if (!dry_run) await one.carryOut()
    return { at: isoTime(at_ms), dry_run, ...one.result(dry_run) }
  }
}

/** One request, from its plan to its answer. */
class OneUndo {
  readonly #tables: readonly SyncTable[]
  readonly #dependencies: UndoDependencies
  readonly #caller: UndoCaller
  readonly #at_ms: number
  readonly #time: CommitTime
  readonly #planned: Planned[] = []
  readonly #undone: Undone[] = []
  readonly #left: Left[] = []
  #left_count = 0
  #retry_count = 0
  #has_more = false

  constructor(tables: readonly SyncTable[], dependencies: UndoDependencies, caller: UndoCaller, at_ms: number) {
    this.#tables = tables
    this.#dependencies = dependencies
    this.#caller = caller
    this.#at_ms = at_ms
    this.#time = new CommitTime(dependencies.clock)
  }

  result(dry_run: boolean): Omit<UndoAnswer, 'at' | 'dry_run'> {
    const undone = dry_run ? this.#planned.map((one) => one.undone) : this.#undone
    return {
      undone,
      left: this.#left,
      left_count: this.#left_count,
      retry_count: this.#retry_count,
      more: this.#has_more,
    }
  }

  /**
   * Looks at every record that was written since, by whichever clock; only those with something to take back count. It
   * leaves time for their commits, so that who asks again comes to an end. An import may date a record back, but only
   * one that it wrote last itself.
   */
  async plan(): Promise<void> {
    const { user_id, signal } = this.#caller
    const from_ms = this.#at_ms - APART_MS_MAX
    for (const table of this.#tables) {
      const columns = table.kind.columns.map(({ name }) => name)
      const filter = {
        columns: ['updated_at'],
        matches: (cell: (name: 'updated_at') => unknown) => Number(cell('updated_at')) > from_ms,
      }
      for await (const { row } of table.table.rows(user_id, { columns, filter })) {
        if (signal.aborted) throw givenUp()
        const count = this.#planned.length
        if (count === RECORDS_MAX || (count > 0 && this.#time.is_search_over)) {
          this.#has_more = true
          return
        }
        this.#take(table, row)
      }
    }
  }

  /**
   * A distribution goes before what it refers to, and comes back after it: between two commits none of them refers to
   * what is deleted only because of this request.
   */
  async carryOut(): Promise<void> {
    const isDistribution = ({ table }: Planned) => table.kind.name === DISTRIBUTIONS.name
    const isDeleted = ({ undone }: Planned) => undone.change === 'deleted'
    const deleted = this.#planned.filter((one) => isDistribution(one) && isDeleted(one))
    await this.#commit(deleted)
    for (const { kind } of this.#tables) {
      await this.#commit(this.#planned.filter((one) => one.table.kind === kind && !deleted.includes(one)))
    }
  }

  #take(table: SyncTable, row: StoredRow<Cells>): void {
    const { kind } = table
    const judgement = this.#judge(table, row)
    if (judgement.kind === 'nothing') return
    const name = row[kind.name === DISTRIBUTIONS.name ? 'audience_name' : 'name']
    const about = {
      kind: kind.noun,
      id: String(row[kind.id_column]),
      name: typeof name === 'string' ? name : null,
    }
    if (judgement.kind === 'left') this.#leave(about, judgement.reason)
    else this.#planned.push({ table, about, undone: undoneOf(about, judgement, row.version + 1) })
  }

  #judge({ kind }: SyncTable, row: StoredRow<Cells>): Judgement {
    const { user_id } = this.#caller
    return judge(kind, { user_id, at_ms: this.#at_ms }, row, this.#dependencies.clock.nowMs())
  }

  #leave(about: About, reason: LeftReason, problem?: Problem): void {
    if (reason === 'retry') this.#retry_count++
    else this.#left_count++
    if (this.#left.length === LEFT_SHOWN_MAX) return
    this.#left.push({ ...about, reason, ...(problem && { problem: problemMembers(problem) }) })
  }

  /** Decides again on each record as the commit finds it. @param planned of one kind */
  async #commit(planned: readonly Planned[]): Promise<void> {
    const [first] = planned
    if (!first) return
    const { table } = first
    const { user_id, writer } = this.#caller
    const judgements = new Map<string, Judgement>()
    const decide = (id: string, row: StoredRow<Cells> | undefined): Decision<Cells> => {
      if (!row) return { kind: 'refuse', problem: notFound(table.kind) }
      const judgement = this.#judge(table, row)
      judgements.set(id, judgement)
      switch (judgement.kind) {
        case 'nothing':
          return { kind: 'keep', row, status: 200 }
        case 'left':
          return { kind: 'refuse', problem: changedMeanwhile() }
        case 'undone':
          return { kind: 'write', row: judgement.row, status: 200, goes_back: true }
      }
    }
    const outcomes = await changeMany(
      { ...this.#dependencies, table: table.table },
      user_id,
      planned.map(({ about: { id } }) => ({ id, writer, size_bytes: id.length, decide: (row) => decide(id, row) })),
      { time: this.#time },
    )
    for (const [at, outcome] of outcomes.entries()) {
      const { about } = planned[at]!
      const judgement = judgements.get(about.id)
      if (outcome.kind === 'failed') {
        this.#has_more = true
        this.#leave(about, 'retry', outcome.problem)
      } else if (outcome.kind === 'refused') {
        if (judgement?.kind === 'left') this.#leave(about, judgement.reason)
        else this.#leave(about, 'cannot_go_back', outcome.problem)
      } else if (outcome.kind === 'written' && judgement?.kind === 'undone') {
        this.#undone.push(undoneOf(about, judgement, outcome.row.version))
      }
    }
  }
}

function undoneOf(
  about: About,
  { change, fields, kept }: Extract<Judgement, { kind: 'undone' }>,
  version: number,
): Undone {
  return { ...about, change, fields, kept, version }
}

function requireRecent(at_ms: number, now_ms: number): void {
  const message =
    at_ms < now_ms - DAY_MS
      ? 'must be within the last 24 hours'
      : at_ms > now_ms + AHEAD_MS_MAX
        ? 'must not be in the future'
        : undefined
  if (message !== undefined) throw invalid([{ path: 'at', message }])
}

/** Never told: the reason takes its place. */
function changedMeanwhile(): Problem {
  return new Problem('conflict', 'The record was changed meanwhile.')
}
