import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import type { ObjectListing, ObjectStore } from '../objects/object-store.ts'
import { commitBatch, type Target } from './commit.ts'
import type { GroupCounter } from './counting.ts'
import { replay } from './evaluate.ts'
import type { TableEvents } from './events.ts'
import { asProblem, namingObject, outcomeUnknown, retryReads, storeAway } from './failures.ts'
import { GroupCommit } from './group-commit.ts'
import { LegacyIds } from './legacy-ids.ts'
import { scanSnapshot, wholeRows, type FoundRow, type Position, type ScanOptions } from './listing.ts'
import { creationOf, earlierLedger, reservationOf, type EarlierLedger } from './month-turn.ts'
import type { Creation, Mutation, Outcome } from './mutation.ts'
import { monthOfId, objectName, type Month } from './partition.ts'
import { SnapshotCache } from './snapshot-cache.ts'
import { findRow, rowAt, type Snapshot } from './snapshot.ts'
import { summaryColumns, type Row, type TableSchema } from './schema.ts'
import { PARTITIONS_SIDE_BY_SIDE, UserObjects } from './user-objects.ts'

export interface TableDependencies {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
  /** What decoded partitions may take of this instance's memory. */
  readonly cache_bytes_max: number
}

export interface PageRequest {
  /** Rows at most. */
  readonly limit: number
  readonly after: Position | undefined
  /** Whole rows rather than summaries. */
  readonly with_details: boolean
  /** Summary columns only may be asked of it. */
  readonly matches: ScanOptions['matches']
}

export interface Page {
  readonly rows: readonly Row[]
  /** Where the next page starts behind; absent on the last one. */
  readonly next: Position | undefined
}

/**
 * The records of one kind, of every user. Every failure is a `Problem`.
 *
 * Cost when this instance made or validated the last write: `get` one conditional GET; `mutate` one PUT shared by its
 * batch, or one conditional GET when nothing is to be written; `page` one LIST and the objects that changed, or one
 * conditional GET where a user has a single object.
 */
export class Table {
  readonly schema: TableSchema
  readonly legacy_ids: LegacyIds
  readonly #dependencies: TableDependencies
  readonly #cache: SnapshotCache
  readonly #objects: UserObjects
  readonly #group_commit: GroupCommit<Target>

  constructor(schema: TableSchema, dependencies: TableDependencies) {
    this.schema = schema
    this.#dependencies = dependencies
    this.#cache = new SnapshotCache(dependencies.store, { bytes_max: dependencies.cache_bytes_max })
    this.legacy_ids = new LegacyIds(dependencies.store)
    this.#objects = new UserObjects(schema, dependencies.store, this.#cache)
    this.#group_commit = new GroupCommit(
      (target, batch) => commitBatch({ ...dependencies, cache: this.#cache }, target, batch),
      dependencies.clock,
    )
  }

  /** The record as it is now, deleted or not; `undefined` when the user has none of this id. */
  async get(user_id: string, id: string): Promise<Row | undefined> {
    return await this.#reading(async () => {
      const located = await this.#locate(user_id, id)
      if (!located) return undefined
      const name = objectName(this.schema, user_id, located.month)
      const snapshot = await this.#cache.current(this.schema, name)
      return await namingObject(name, async () => {
        const place = await findRow(snapshot, this.schema, located.id)
        return place && rowAt(this.schema, await place.group.allColumns(), place.index)
      })
    })
  }

  /** Changes the record named by the mutation. */
  async mutate(user_id: string, mutation: Mutation): Promise<Outcome> {
    return await this.#inTime((sending) => this.#mutate(user_id, mutation, sending))
  }

  /** Creates a record (or changes it, as the decision has it, when the client's id exists). */
  async create(user_id: string, creation: Creation): Promise<Outcome> {
    const { id } = creation
    if (id === undefined) return await this.#inTime((sending) => this.#createNew(user_id, creation, sending))
    return await this.mutate(user_id, creationOf(id, creation))
  }

  async #mutate(user_id: string, mutation: Mutation, sending: Sending): Promise<Outcome> {
    const announced = this.#group_commit.announce(user_id)
    try {
      const located = await this.#reading(() => this.#locate(user_id, mutation.id))
      if (located) {
        sending(located.id)
        return await this.#submit(user_id, { ...mutation, id: located.id }, located.month, announced)
      }
      // No such record can exist, so there is nothing to prove: the decision over an absent one is final.
      const decision = mutation.decide(undefined, this.#dependencies.clock.now_ms())
      if (decision.kind === 'refuse') return { kind: 'refused', problem: decision.problem }
      return { kind: 'refused', problem: notATypeId(this.schema) }
    } finally {
      announced()
    }
  }

  async #createNew(user_id: string, creation: Creation, sending: Sending): Promise<Outcome> {
    const announced = this.#group_commit.announce(user_id)
    try {
      const { clock, random } = this.#dependencies
      const now_ms = clock.now_ms()
      const proposed = creationOf(newId(this.schema.id_prefix, now_ms, random), creation)
      const other = creation.idempotency && this.#earlierLedger(now_ms)
      const earlier = other && (await this.#meetEarlierLedger(user_id, proposed, other, announced))
      const carryOut = async (mutation: Mutation): Promise<Outcome> => {
        sending(mutation.id)
        return await this.#submit(user_id, mutation, this.#home(mutation.id), announced)
      }
      const outcome = earlier ?? (await carryOut(proposed))
      const found_in = other && earlier ? other.month : this.#home(proposed.id)
      if (outcome.kind !== 'replayed' || this.#home(outcome.id) === found_in) return outcome
      // The ledger of one month has reserved the key for an id of the next: there it is carried out, or was.
      return await carryOut(creationOf(outcome.id, creation))
    } finally {
      announced()
    }
  }

  /**
   * What became of a keyed request about this record that was carried out before, for what is better not done twice
   * and cannot wait for the commit to find out; `undefined` when there was none. One conditional GET.
   */
  async recall(
    user_id: string,
    id: string,
    idempotency: NonNullable<Mutation['idempotency']>,
  ): Promise<Outcome | undefined> {
    const located = await this.#reading(() => this.#locate(user_id, id))
    return located && (await this.#replayFrom(user_id, located.month, idempotency))
  }

  /**
   * Carries out changes of one object in one commit of their own, past the queue: for maintenance, which has them all at
   * hand. A change made meanwhile through the queue, or elsewhere, makes it decide anew.
   * @returns the outcome of each, true of the stored object
   */
  async mutateTogether(user_id: string, month: Month, mutations: readonly Mutation[]): Promise<readonly Outcome[]> {
    if (mutations.length === 0) return []
    const target: Target = { schema: this.schema, month, name: objectName(this.schema, user_id, month) }
    try {
      return await commitBatch({ ...this.#dependencies, cache: this.#cache }, target, mutations)
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }

  /** One page of the user's records, newest first. */
  async page(user_id: string, { limit, after, with_details, matches }: PageRequest): Promise<Page> {
    return await this.#reading(async () => {
      const found: FoundRow[] = []
      for await (const row of this.#scan(user_id, { columns: summaryColumns(this.schema), after, matches })) {
        found.push(row)
        if (found.length > limit) break
      }
      const rows = found.slice(0, limit)
      return {
        rows: with_details ? await wholeRows(this.schema, rows) : rows.map(({ row }) => row),
        next: found.length > limit ? rows.at(-1)?.position : undefined,
      }
    })
  }

  /** Every matching record whole, newest first, in lots: for exports. Memory stays near one lot. */
  async *lots(user_id: string, matches: ScanOptions['matches']): AsyncGenerator<readonly Row[]> {
    let after: Position | undefined
    do {
      const page: Page = await this.page(user_id, { limit: LOT_ROWS, after, with_details: true, matches })
      if (page.rows.length > 0) yield page.rows
      after = page.next
    } while (after)
  }

  /**
   * What `counter` makes of each row group of the user's records: from the columns it names alone, and of groups that
   * were counted before without looking again. Cost as of `page`.
   * @param from months before it are left out
   * @param listed the user's objects, when they were just listed: then only those that changed cost a request
   */
  async count<T>(
    user_id: string,
    counter: GroupCounter<T>,
    { from = '', listed }: { from?: Month; listed?: readonly ObjectListing[] } = {},
  ): Promise<T[]> {
    return await this.#reading(async () => {
      const counts: T[] = []
      for (const snapshot of await this.#objects.snapshots(user_id, from, listed)) {
        for (const group of snapshot.file.groups) {
          counts.push(await namingObject(snapshot.name, () => counter.count(this.schema, group)))
        }
      }
      return counts
    })
  }

  /** Every user who has objects of this table, with those objects, in order of their folders: one LIST. */
  async objectsByUser(): Promise<ReadonlyMap<string, readonly ObjectListing[]>> {
    return await this.#reading(() => this.#objects.byUser())
  }

  async *#scan(user_id: string, options: ScanOptions): AsyncGenerator<FoundRow> {
    if (this.schema.partitioned_by === 'user') {
      const snapshot = await this.#cache.current(this.schema, objectName(this.schema, user_id, ''))
      yield* this.#named(snapshot, scanSnapshot(this.schema, snapshot, options))
      return
    }
    const partitions = await this.#objects.behind(user_id, options.after)
    // The first page usually needs the newest month only; who reads on gets ever more months side by side.
    for (let at = 0, side_by_side = 1; at < partitions.length;) {
      const snapshots = await Promise.all(
        partitions.slice(at, at + side_by_side).map((listing) => this.#cache.listed(this.schema, listing)),
      )
      for (const snapshot of snapshots) yield* this.#named(snapshot, scanSnapshot(this.schema, snapshot, options))
      at += side_by_side
      side_by_side = Math.min(side_by_side * 2, PARTITIONS_SIDE_BY_SIDE)
    }
  }

  /** Passes rows on, naming the object if one of its groups turns out not to be readable. */
  async *#named(snapshot: Snapshot, rows: AsyncGenerator<FoundRow>): AsyncGenerator<FoundRow> {
    for (;;) {
      const next = await namingObject(snapshot.name, () => rows.next())
      if (next.done) return
      yield next.value
    }
  }

  async #locate(user_id: string, id: string): Promise<{ id: string; month: Month } | undefined> {
    const month = monthOfId(this.schema, id)
    if (month !== undefined) return { id, month }
    const entry = await this.legacy_ids.find(this.schema, user_id, id)
    return entry && { id: entry.id, month: this.schema.partitioned_by === 'user' ? '' : entry.month }
  }

  async #submit(user_id: string, mutation: Mutation, month: Month, announced: () => void): Promise<Outcome> {
    const target: Target = { schema: this.schema, month, name: objectName(this.schema, user_id, month) }
    announced()
    try {
      return await this.#group_commit.submit(user_id, target, mutation)
    } catch (error) {
      const problem = asProblem(error, this.#dependencies.events)
      throw problem instanceof Problem && problem.members['outcome'] === 'unknown'
        ? withId(problem, this.schema, mutation.id)
        : problem
    }
  }

  /**
   * Carries out one mutation within the time that its request has. Whoever gave the request up instead could only say
   * that the outcome is unknown, not under which id to repeat it, or that nothing was sent at all.
   */
  async #inTime(carryOut: (sending: Sending) => Promise<Outcome>): Promise<Outcome> {
    let sent_id: string | undefined
    const settled = new AbortController()
    const limit = new Promise<never>((_resolve, reject) => {
      void this.#dependencies.clock.sleep(MUTATION_MS_MAX, settled.signal).then(() => {
        if (settled.signal.aborted) return
        reject(sent_id === undefined ? storeAway() : withId(outcomeUnknown(), this.schema, sent_id))
      })
    })
    try {
      return await Promise.race([carryOut((id) => (sent_id = id)), limit])
    } finally {
      settled.abort(SETTLED)
    }
  }

  #earlierLedger(now_ms: number): EarlierLedger | undefined {
    return this.schema.partitioned_by === 'user' ? undefined : earlierLedger(now_ms)
  }

  /**
   * What the month before knows of a keyed creation. While a first attempt may still be on its way there, the key is
   * reserved in its ledger: that attempt is found by then or, as the generation moves on, can land no more.
   * @returns undefined when nothing is known there, or nothing but the reservation just made
   */
  async #meetEarlierLedger(
    user_id: string,
    proposed: Mutation,
    { month, may_still_grow }: EarlierLedger,
    announced: () => void,
  ): Promise<Outcome | undefined> {
    if (!may_still_grow) return await this.#replayFrom(user_id, month, proposed.idempotency!)
    try {
      const outcome = await this.#submit(user_id, reservationOf(proposed), month, announced)
      return outcome.kind === 'kept' ? undefined : outcome
    } catch (error) {
      // Whatever became of the reservation, no record was made; with its key the request may be repeated.
      throw error instanceof Problem && error.members['outcome'] === 'unknown' ? storeAway(error) : error
    }
  }

  /** The month that a new id belongs to. */
  #home(id: string): Month {
    return monthOfId(this.schema, id)!
  }

  async #replayFrom(
    user_id: string,
    month: Month,
    { request_hash, body_hash }: NonNullable<Mutation['idempotency']>,
  ): Promise<Outcome | undefined> {
    return await this.#reading(async () => {
      const name = objectName(this.schema, user_id, month)
      const snapshot = await this.#cache.current(this.schema, name)
      const entry = snapshot.footer.ledger.with([], this.#dependencies.clock.now_ms()).find(request_hash)
      if (!entry) return undefined
      return await namingObject(name, async () => {
        const place = await findRow(snapshot, this.schema, entry.id)
        return replay(entry, body_hash, place && rowAt(this.schema, await place.group.allColumns(), place.index))
      })
    })
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await retryReads(this.#dependencies, read)
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }
}

/** Told the id of the record once a commit may follow. */
type Sending = (id: string) => void

/** Without a reason of ours, every abort would make an exception with a stack. */
const SETTLED = 'settled'

const LOT_ROWS = 256
/** Less than the 30 s that a request has. */
const MUTATION_MS_MAX = 28_000

function notATypeId(schema: TableSchema): Problem {
  return new Problem('invalid-input', `${schema.id_column} is not an id of this system.`, {
    errors: [{ path: schema.id_column, message: `must look like ${schema.id_prefix}_01h455vb4pex5vsknk084sn02q` }],
  })
}

/** Each waiting request learns which id it may safely repeat with. */
function withId(problem: Problem, schema: TableSchema, id: string): Problem {
  return new Problem(problem.kind, problem.message, {
    members: { ...problem.members, [schema.id_column]: id },
    ...(problem.retry_after_ms === undefined ? {} : { retry_after_ms: problem.retry_after_ms }),
    cause: problem,
  })
}
