import { processEnding, untilEnding } from '../../base/ending.ts'
import { newId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { withTimeLimit } from '../../base/timeout.ts'
import { commitBatch, tryBatch, type CommitDependencies, type TableObject } from './commit.ts'
import { replay } from './evaluate.ts'
import { asProblem, outcomeUnknown, storeAway } from '../object/failures.ts'
import { GroupCommit } from './group-commit.ts'
import type { Lookups } from '../read/lookups.ts'
import { creationOf, earlierLedger, reservationOf, type EarlierLedger } from './month-boundary.ts'
import type { Change, ChangeOutcome, Creation, Mutation, Outcome, PushedChange, PushOutcome } from './mutation.ts'
import { monthOfId, objectName, type Month } from '../object/partition.ts'
import type { Row, TableSchema } from '../object/schema.ts'

/** Less than the 30 s that a request has. */
const MUTATION_MS_MAX = 28_000

/** Called with the id of a record before the commit that may store it. @throws Problem when it is too late for that */
type Sending = (id: string) => void

/** The way of a change into the queue of its object, and of its outcome back, in the time that a request has. */
export class Writes<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #dependencies: CommitDependencies
  readonly #lookups: Lookups<R>
  readonly #group_commit: GroupCommit<TableObject<R>, R>

  constructor(schema: TableSchema<R>, dependencies: CommitDependencies, lookups: Lookups<R>) {
    this.#schema = schema
    this.#dependencies = dependencies
    this.#lookups = lookups
    this.#group_commit = new GroupCommit(
      (object, batch) => commitBatch(dependencies, object, batch),
      dependencies.clock,
      dependencies,
    )
  }

  async mutate(user_id: string, mutation: Mutation<R>): Promise<Outcome<R>> {
    return await this.#inTime((sending) => this.#mutate(user_id, mutation, sending))
  }

  async create(user_id: string, creation: Creation<R>): Promise<Outcome<R>> {
    const { id } = creation
    if (id === undefined) return await this.#inTime((sending) => this.#createNew(user_id, creation, sending))
    return await this.mutate(user_id, creationOf(id, creation))
  }

  async mutateAll(user_id: string, month: Month, mutations: readonly Mutation<R>[]): Promise<readonly Outcome<R>[]> {
    if (mutations.length === 0) return []
    try {
      const outcomes = await commitBatch(this.#dependencies, this.#objectOf(user_id, month), mutations)
      return outcomes.map((outcome) => decidedOutcome(outcome))
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }

  /** Carries out changes of one object as one unit in its queue. @throws Problem: then nothing is known of any of them */
  async mutateMany(
    user_id: string,
    month: Month,
    mutations: readonly Mutation<R>[],
    duration_ms_max: number,
  ): Promise<readonly Outcome<R>[]> {
    const outcomes = await this.#submitUnit(user_id, month, mutations, duration_ms_max)
    return outcomes.map((outcome) => ownOutcome(outcome))
  }

  async tryMany(user_id: string, month: Month, mutations: readonly Mutation<R>[]): Promise<readonly Outcome<R>[]> {
    try {
      const outcomes = await tryBatch(this.#dependencies, this.#objectOf(user_id, month), mutations)
      return outcomes.map((outcome) => ownOutcome(outcome))
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }

  /**
   * Commits what a client pushes to one object, as one unit in its queue.
   * @param duration_ms_max what is left of the request's time
   * @throws Problem: then nothing is decided about any of them
   */
  async push(
    user_id: string,
    month: Month,
    changes: readonly PushedChange<R>[],
    duration_ms_max: number,
  ): Promise<readonly PushOutcome<R>[]> {
    const outcomes = await this.#submitUnit(user_id, month, changes, duration_ms_max)
    return outcomes.map((outcome) => pushOutcome(outcome))
  }

  /** The outcome that the ledger of that month has for a keyed request; `undefined` when it has none. */
  async replayOf(
    user_id: string,
    month: Month,
    { request_hash, body_hash }: NonNullable<Mutation['idempotency']>,
  ): Promise<Outcome<R> | undefined> {
    const known = await this.#lookups.keyedRequest(user_id, month, request_hash)
    return known && replay(known.entry, body_hash, known.row)
  }

  async #mutate(user_id: string, mutation: Mutation<R>, sending: Sending): Promise<Outcome<R>> {
    const announced = this.#group_commit.announce(user_id)
    try {
      const located = await this.#lookups.locate(user_id, mutation.id)
      if (located) {
        sending(located.id)
        return await this.#submit(user_id, { ...mutation, id: located.id }, located.month, announced)
      }
      // No such record can exist, so there is nothing to prove: the decision over an absent one is final.
      const decision = mutation.decide(undefined, this.#dependencies.clock.nowMs())
      if (decision.kind === 'refuse') return { kind: 'refused', problem: decision.problem }
      return { kind: 'refused', problem: notATypeId(this.#schema) }
    } finally {
      announced()
    }
  }

  async #createNew(user_id: string, creation: Creation<R>, sending: Sending): Promise<Outcome<R>> {
    const announced = this.#group_commit.announce(user_id)
    try {
      const { clock, random } = this.#dependencies
      const now_ms = clock.nowMs()
      const proposed = creationOf(newId(this.#schema.id_prefix, now_ms, random), creation)
      const is_split = creation.idempotency !== undefined && this.#schema.partitioned_by === 'month'
      const other = is_split ? earlierLedger(now_ms) : undefined
      const earlier = other && (await this.#meetEarlierLedger(user_id, proposed, other, announced))
      const carryOut = async (mutation: Mutation<R>): Promise<Outcome<R>> => {
        sending(mutation.id)
        return await this.#submit(user_id, mutation, this.#home(mutation.id), announced)
      }
      let outcome = earlier ?? (await carryOut(proposed))
      let found_in = other && earlier ? other.month : this.#home(proposed.id)
      // The ledger of one month has reserved the key for an id of the next: there it is carried out, or was.
      while (outcome.kind === 'replayed' && this.#home(outcome.id) !== found_in) {
        found_in = this.#home(outcome.id)
        outcome = await carryOut(creationOf(outcome.id, creation))
      }
      return outcome
    } finally {
      announced()
    }
  }

  /**
   * What the month before knows of a keyed creation. While a first attempt may still be on its way there, the key is
   * reserved in its ledger: that attempt is found by then or, as the generation moves on, can land no more.
   * @returns undefined when nothing is known there, or nothing but the reservation just made
   */
  async #meetEarlierLedger(
    user_id: string,
    proposed: Mutation<R>,
    { month, may_still_grow }: EarlierLedger,
    announced: () => void,
  ): Promise<Outcome<R> | undefined> {
    if (!may_still_grow) return await this.replayOf(user_id, month, proposed.idempotency!)
    try {
      const outcome = await this.#submit(user_id, reservationOf(proposed), month, announced)
      return outcome.kind === 'kept' ? undefined : outcome
    } catch (error) {
      // Whatever became of the reservation, no record was made; with its key the request may be repeated.
      throw error instanceof Problem && error.members['outcome'] === 'unknown' ? storeAway(error) : error
    }
  }

  async #submit(user_id: string, mutation: Mutation<R>, month: Month, announced: () => void): Promise<Outcome<R>> {
    const object = this.#objectOf(user_id, month)
    announced()
    try {
      const [outcome] = await this.#group_commit.submit(user_id, object, [mutation])
      return decidedOutcome(outcome!)
    } catch (error) {
      const problem = asProblem(error, this.#dependencies.events)
      throw problem instanceof Problem && problem.members['outcome'] === 'unknown'
        ? withId(problem, this.#schema, mutation.id)
        : problem
    }
  }

  async #submitUnit(
    user_id: string,
    month: Month,
    changes: readonly Change<R>[],
    duration_ms_max: number,
  ): Promise<readonly ChangeOutcome<R>[]> {
    const object = this.#objectOf(user_id, month)
    try {
      const committed = () => this.#group_commit.submit(user_id, object, changes)
      return await withTimeLimit(this.#dependencies.clock, duration_ms_max, committed, outcomeUnknown)
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }

  /**
   * Carries out one mutation within the time that its request has. Aborting the request from outside could only say
   * that the outcome is unknown, not under which id to repeat it, or that nothing was sent at all.
   */
  async #inTime(carryOut: (sending: Sending) => Promise<Outcome<R>>): Promise<Outcome<R>> {
    let sent_id: string | undefined
    let is_over = false
    const sending: Sending = (id) => {
      // A caller who was answered that nothing was changed must not find a record later.
      if (is_over) throw storeAway()
      sent_id = id
    }
    const late = (): Error => {
      is_over = true
      return sent_id === undefined ? storeAway() : withId(outcomeUnknown(), this.#schema, sent_id)
    }
    const ended = (): Error | undefined => {
      // What is queued or sent answers for itself, and more exactly.
      if (sent_id !== undefined) return undefined
      is_over = true
      return processEnding()
    }
    const { clock, ending } = this.#dependencies
    return await untilEnding(ending, () => withTimeLimit(clock, MUTATION_MS_MAX, () => carryOut(sending), late), ended)
  }

  #objectOf(user_id: string, month: Month): TableObject<R> {
    return { schema: this.#schema, month, name: objectName(this.#schema, user_id, month) }
  }

  /** The month that an id of this system belongs to. */
  #home(id: string): Month {
    return monthOfId(this.#schema, id)!
  }
}

/** The outcome, if the record's own decision made it. @throws Problem when it is that this release may not write */
function decidedOutcome<R extends Row>(outcome: ChangeOutcome<R>): Outcome<R> {
  const own = ownOutcome(outcome)
  if (own.kind === 'refused' && own.problem.kind === 'unavailable') throw own.problem
  return own
}

function ownOutcome<R extends Row>(outcome: ChangeOutcome<R>): Outcome<R> {
  if (outcome.kind === 'pushed') throw new Error('a mutation was answered as a pushed change')
  return outcome
}

function pushOutcome<R extends Row>(outcome: ChangeOutcome<R>): PushOutcome<R> {
  if (outcome.kind !== 'pushed') throw new Error('a pushed change was answered as a mutation')
  return outcome
}

function notATypeId(schema: TableSchema): Problem {
  return new Problem('invalid-input', `${schema.id_column} is not an id of this system.`, {
    errors: [{ path: schema.id_column, message: `must look like ${schema.id_prefix}_01h455vb4pex5vsknk084sn02q` }],
  })
}

/** Each waiting request learns which id it may safely repeat with. */
function withId(problem: Problem, schema: TableSchema, id: string): Problem {
  return new Problem(problem.kind, problem.message, {
    members: { ...problem.members, [schema.id_column]: id },
    retry_after_ms: problem.retry_after_ms,
    cause: problem,
  })
}
