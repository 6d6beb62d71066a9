import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import { sideBySide } from '../base/side-by-side.ts'
import type { Mutation, Outcome } from '../table/commit/mutation.ts'
import type { Month } from '../table/object/partition.ts'
import { rowBytes } from '../table/object/row-bytes.ts'
import type { Row } from '../table/object/schema.ts'
import type { Table } from '../table/table.ts'
import { CommitTime, OBJECTS_TOGETHER, ROWS_BYTES_MAX, UNKNOWN_BYTES } from './commit-limits.ts'

export interface ManyDependencies<R extends Row> {
  readonly table: Table<R>
  readonly clock: Clock
  /** Called with a fault of ours, which the answer tells as a failure that may pass. */
  readonly onFault?: ((error: unknown) => void) | undefined
}

export interface ManyOptions {
  /** Nothing is written: the outcomes are what they would be on the objects as they are now. */
  readonly dry_run?: boolean | undefined
  /** Of the request, where it changes other records, too. */
  readonly time?: CommitTime
}

/** Why nothing is known of a change, or why it was not begun: it may be asked again. */
export interface Failed {
  readonly kind: 'failed'
  readonly problem: Problem
}

/** What became of one of many changes. */
export type ManyOutcome<R extends Row = Row> = Outcome<R> | Failed

/**
 * Changes many records of one kind and user: those of one object in one commit, in their order, several objects
 * simultaneously. A bad change fails alone, a failed commit with its own object alone.
 *
 * Cost: one PUT for each object, or one conditional GET where nothing is to be written, and in a dry run.
 * @returns the outcome of each, true of the stored objects; who asks again what has failed does nothing twice, if the
 * decisions keep what already is as wanted
 */
export async function changeMany<R extends Row>(
  { table, clock, onFault }: ManyDependencies<R>,
  user_id: string,
  mutations: readonly Mutation<R>[],
  { dry_run = false, time = new CommitTime(clock) }: ManyOptions = {},
): Promise<readonly ManyOutcome<R>[]> {
  const failureOf = (error: unknown): Failed => {
    if (error instanceof Problem) return { kind: 'failed', problem: error }
    onFault?.(error)
    return { kind: 'failed', problem: undecided() }
  }
  const outcomes = mutations.map((): ManyOutcome<R> => ({ kind: 'failed', problem: outOfTime() }))
  const ids = mutations.map(({ id }) => id)
  const located = await table.locateAll(user_id, ids).catch(failureOf)
  if ('kind' in located) return outcomes.map(() => located)

  const by_month = new Map<Month, number[]>()
  for (const [at, mutation] of mutations.entries()) {
    const month = located[at]?.month
    if (month === undefined) outcomes[at] = withoutRow(mutation, clock.nowMs())
    else by_month.set(month, [...(by_month.get(month) ?? []), at])
  }
  const objects = Array.from(by_month, ([month, places]) => ({
    month,
    places,
    bytes: table.knownBytes(user_id, month) ?? UNKNOWN_BYTES,
  }))
  const written = new WrittenBytes()
  await sideBySide(objects, OBJECTS_TOGETHER, async ({ month, places }) => {
    if (time.is_over) return
    const some = places.map((at) => written.bounded(at, { ...mutations[at]!, id: located[at]!.id }))
    const committed = await (
      dry_run ? table.tryMany(user_id, month, some) : table.mutateMany(user_id, month, some, time.left_ms)
    ).catch(failureOf)
    for (const [n, at] of places.entries()) {
      outcomes[at] = 'kind' in committed ? committed : decided(committed[n]!, failureOf)
    }
  })
  return outcomes
}

/** What the changes of one request write. */
class WrittenBytes {
  readonly #of = new Map<number, number>()
  #sum = 0

  /** The mutation, which is not made where those before it already write as much as one request may. */
  bounded<R extends Row>(at: number, mutation: Mutation<R>): Mutation<R> {
    return {
      ...mutation,
      decide: (current, now_ms) => {
        // Decided again on fresher rows, it counts once.
        this.#set(at, 0)
        if (this.#sum > ROWS_BYTES_MAX) return { kind: 'refuse', problem: tooMuch() }
        const decision = mutation.decide(current, now_ms)
        if (decision.kind === 'write') this.#set(at, rowBytes(decision.row))
        return decision
      },
    }
  }

  #set(at: number, bytes: number): void {
    this.#sum += bytes - (this.#of.get(at) ?? 0)
    this.#of.set(at, bytes)
  }
}

/** What an outcome means for one of many: what may pass, and a fault of ours, decides nothing. */
function decided<R extends Row>(outcome: Outcome<R>, failureOf: (error: unknown) => Failed): ManyOutcome<R> {
  if (outcome.kind !== 'refused') return outcome
  const { problem } = outcome
  if (problem.kind === 'internal') return failureOf(problem.cause ?? problem)
  return problem.kind === 'unavailable' ? { kind: 'failed', problem } : outcome
}

/** No record can have such an id, so there is nothing to prove: the decision over an absent one is final. */
function withoutRow<R extends Row>(mutation: Mutation<R>, now_ms: number): Outcome<R> {
  const decision = mutation.decide(undefined, now_ms)
  const problem = decision.kind === 'refuse' ? decision.problem : new Problem('not-found', 'There is no such record.')
  return { kind: 'refused', problem }
}

function undecided(): Problem {
  return new Problem('internal', 'The change could not be decided.')
}

function tooMuch(): Problem {
  return new Problem('unavailable', 'The request writes too much at a time. Ask for the rest again.', {
    retry_after_ms: 0,
  })
}

function outOfTime(): Problem {
  return new Problem('unavailable', 'The request took too long; this part of it was not begun. Ask again.', {
    retry_after_ms: 0,
  })
}
