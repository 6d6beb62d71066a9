import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { ObjectListing, ObjectStore } from '../objects/object-store.ts'
import type { RowGroupCounter } from './read/aggregate.ts'
import type { Fold } from './read/fold.ts'
import type { TableEvents } from './events.ts'
import { namingObject } from './object/failures.ts'
import { LegacyIds } from './read/legacy-ids.ts'
import { Lookups, type Located } from './read/lookups.ts'
import type { Creation, Mutation, Outcome, PushedChange, PushOutcome } from './commit/mutation.ts'
import type { ClientLedgers } from './object/client-ledgers.ts'
import { objectName, type Month } from './object/partition.ts'
import { WritePacer } from './commit/write-pacer.ts'
import { SnapshotCache } from './object/snapshot-cache.ts'
import type { Row, StoredRow, TableSchema } from './object/schema.ts'
import { type MonthListing, UserObjects } from './read/user-objects.ts'
import { ChangeFeed, type FeedRequest, type ObjectChanges } from './read/change-feed.ts'
import {
  UserRows,
  type ListedRow,
  type RowsRequest,
  type SortedListedRow,
  type SortedRequest,
} from './read/user-rows.ts'
import { Writes } from './commit/writes.ts'

export interface TableDependencies {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
  /** What decoded partitions may take of this instance's memory. */
  readonly cache_bytes_max: number
  /** Aborts shortly before the process ends: changes that are not stored by then are answered as what they are. */
  readonly ending?: AbortSignal | undefined
}

/**
 * The records of one kind, of every user. Every failure is a `Problem`.
 *
 * Cost when this instance made or validated the last write: `get` one conditional GET; `mutate` one PUT shared by its
 * batch, or one conditional GET when nothing is to be written; `rows` one LIST and the objects that changed, or one
 * conditional GET where a user has a single object.
 */
export class Table<R extends Row = Row> {
  readonly schema: TableSchema<R>
  readonly legacy_ids: LegacyIds
  readonly #cache: SnapshotCache
  readonly #feed: ChangeFeed<R>
  readonly #objects: UserObjects
  readonly #lookups: Lookups<R>
  readonly #rows: UserRows<R>
  readonly #writes: Writes<R>

  constructor(schema: TableSchema<R>, dependencies: TableDependencies) {
    this.schema = schema
    this.#cache = new SnapshotCache(dependencies.store, { bytes_max: dependencies.cache_bytes_max })
    this.legacy_ids = new LegacyIds(dependencies.store)
    this.#objects = new UserObjects(schema, dependencies.store, this.#cache)
    this.#lookups = new Lookups(schema, { ...dependencies, cache: this.#cache, legacy_ids: this.legacy_ids })
    this.#rows = new UserRows(schema, this.#cache, this.#objects, this.#lookups)
    this.#feed = new ChangeFeed(schema, this.#cache, this.#objects, this.#lookups)
    const pacer = new WritePacer(dependencies.clock, dependencies.random)
    this.#writes = new Writes(schema, { ...dependencies, cache: this.#cache, pacer }, this.#lookups)
  }

  /** The record as it is now, deleted or not; `undefined` when the user has none of this id. */
  async get(user_id: string, id: string): Promise<StoredRow<R> | undefined> {
    return await this.#lookups.row(user_id, id)
  }

  /** Like `get`, for several records of a user as of one moment: one conditional GET for each object that holds some. */
  reader(user_id: string): (id: string) => Promise<StoredRow<R> | undefined> {
    return this.#lookups.reader(user_id)
  }

  /** Changes the record named by the mutation. */
  async mutate(user_id: string, mutation: Mutation<R>): Promise<Outcome<R>> {
    return await this.#writes.mutate(user_id, mutation)
  }

  /** Creates a record (or changes it, as the decision has it, when the client's id exists). */
  async create(user_id: string, creation: Creation<R>): Promise<Outcome<R>> {
    return await this.#writes.create(user_id, creation)
  }

  /**
   * Carries out changes of one object in one commit of their own, past the queue: for maintenance, which has them all at
   * hand. A change made meanwhile through the queue, or elsewhere, makes it decide again.
   * @returns the outcome of each, true of the stored object
   */
  async mutateAll(user_id: string, month: Month, mutations: readonly Mutation<R>[]): Promise<readonly Outcome<R>[]> {
    return await this.#writes.mutateAll(user_id, month, mutations)
  }

  /**
   * Carries out changes of one object together, as one unit in its queue, in one commit: for requests that change many
   * records. One PUT, or one conditional GET when nothing is to be written.
   * @param duration_ms_max what is left of the request's time
   * @returns the outcome of each, true of the stored object
   * @throws Problem: then nothing is known of any of them
   */
  async mutateMany(
    user_id: string,
    month: Month,
    mutations: readonly Mutation<R>[],
    duration_ms_max: number,
  ): Promise<readonly Outcome<R>[]> {
    return await this.#writes.mutateMany(user_id, month, mutations, duration_ms_max)
  }

  /** What `mutateMany` would come to on the object as it is now; nothing is written. One conditional GET. */
  async tryMany(user_id: string, month: Month, mutations: readonly Mutation<R>[]): Promise<readonly Outcome<R>[]> {
    return await this.#writes.tryMany(user_id, month, mutations)
  }

  /**
   * What became of a keyed request about this record that was carried out before, for what is better not done twice
   * and cannot wait for the commit to find out; `undefined` when there was none. One conditional GET.
   */
  async recall(
    user_id: string,
    id: string,
    idempotency: NonNullable<Mutation['idempotency']>,
  ): Promise<Outcome<R> | undefined> {
    const located = await this.#lookups.locate(user_id, id)
    return located && (await this.#writes.replayOf(user_id, located.month, idempotency))
  }

  /** Where records are or would be, in the order of their ids; undefined for an id that no record can have. */
  async locateAll(user_id: string, ids: readonly string[]): Promise<readonly (Located | undefined)[]> {
    return await this.#lookups.locateAll(user_id, ids)
  }

  /** What clients have pushed to an object, as it is now: one conditional GET. */
  async pushed(user_id: string, month: Month): Promise<{ clients: ClientLedgers; size_bytes: number }> {
    return await this.#lookups.pushed(user_id, month)
  }

  /** Bytes of an object as this instance has it; undefined when it has it not. */
  knownBytes(user_id: string, month: Month): number | undefined {
    return this.#cache.peek(objectName(this.schema, user_id, month))?.size_bytes
  }

  /**
   * Commits what a client pushes to one object, decided in its order, in one commit: one PUT, or one conditional GET
   * when nothing is to be written.
   * @param duration_ms_max what is left of the request's time
   * @throws Problem: then nothing is known of any of them, and the client may push them again
   */
  async push(
    user_id: string,
    month: Month,
    changes: readonly PushedChange<R>[],
    duration_ms_max: number,
  ): Promise<readonly PushOutcome<R>[]> {
    return await this.#writes.push(user_id, month, changes, duration_ms_max)
  }

  /** The user's objects, for `changed`: one LIST. */
  async listed(user_id: string): Promise<readonly MonthListing[]> {
    return await this.#feed.listed(user_id)
  }

  /** What has changed in the user's objects since positions in them: one LIST, and the objects that have changed. */
  changed(user_id: string, request: FeedRequest): AsyncGenerator<ObjectChanges<R>, void> {
    return this.#feed.changed(user_id, request)
  }

  /** The user's records, newest first, each read when it is asked for: memory stays near one of them. */
  rows(user_id: string, request: RowsRequest<R>): AsyncGenerator<ListedRow<R>, void> {
    return this.#rows.list(user_id, request)
  }

  /** The same in another order than by age: every object is looked into for its first rows. Cost as of `rows`. */
  sorted(user_id: string, request: SortedRequest<R>): AsyncGenerator<SortedListedRow<R>, void> {
    return this.#rows.sorted(user_id, request)
  }

  /** The same in batches: for exports, which may wait long for their reader. Between two batches nothing is held. */
  batches(user_id: string, request: Omit<RowsRequest<R>, 'after'>): AsyncGenerator<readonly R[], void> {
    return this.#rows.batches(user_id, request)
  }

  /**
   * A sum over all of the user's records, deleted ones too, for questions that differ from call to call; `count` is for
   * those that stay the same. Cost as of `rows`.
   */
  async fold<T>(user_id: string, fold: Fold<R, T>): Promise<T> {
    return await this.#rows.fold(user_id, fold)
  }

  /**
   * What `counter` makes of each row group of the user's records: from the columns it names alone, and of groups that
   * were counted before without looking again. Cost as of `rows`.
   * @param from months before it are left out
   * @param listed the user's objects, when they were just listed: then only those that changed cost a request
   */
  async count<T>(
    user_id: string,
    counter: RowGroupCounter<R, T>,
    { from = '', listed }: { from?: Month; listed?: readonly ObjectListing[] } = {},
  ): Promise<T[]> {
    return await this.#lookups.reading(async () => {
      const counts: T[] = []
      for await (const snapshot of this.#objects.snapshots(user_id, from, listed)) {
        for (const group of snapshot.file.groups) {
          counts.push(await namingObject(snapshot.name, () => counter.count(this.schema, group)))
        }
      }
      return counts
    })
  }
}
