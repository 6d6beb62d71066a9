import type { ObjectListing, ObjectStore } from '../../objects/object-store.ts'
import type { Position } from './listing.ts'
import { monthOf, monthOfObject, objectName, userPrefix, type Month } from '../object/partition.ts'
import type { TableSchema } from '../object/schema.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import type { Snapshot } from '../object/snapshot.ts'

/** Fetched simultaneously. */
export const PARTITIONS_SIDE_BY_SIDE = 8

/** Which objects a table has of one user. */
export class UserObjects {
  readonly #schema: TableSchema
  readonly #store: ObjectStore
  readonly #cache: SnapshotCache

  constructor(schema: TableSchema, store: ObjectStore, cache: SnapshotCache) {
    this.#schema = schema
    this.#store = store
    this.#cache = cache
  }

  /** The user's partition objects that can have rows behind `after`, newest month first: one LIST. */
  async behind(user_id: string, after: Position | undefined): Promise<readonly (ObjectListing & { month: Month })[]> {
    const listings = await this.#store.list(userPrefix(this.#schema, user_id))
    return listings
      .flatMap((listing) => {
        const month = monthOfObject(this.#schema, user_id, listing.name)
        const is_behind = month !== undefined && (!after || month <= monthOf(after.created_at_ms))
        return is_behind ? [{ ...listing, month }] : []
      })
      .toSorted((a, b) => (a.month > b.month ? -1 : 1))
  }

  /**
   * What is in the user's objects: one LIST, or one conditional GET where a user has a single object.
   * @param from months before it are left out
   * @param listed the objects, when they were just listed
   */
  async snapshots(user_id: string, from: Month, listed?: readonly ObjectListing[]): Promise<readonly Snapshot[]> {
    if (!listed && this.#schema.partitioned_by === 'user') {
      return [await this.#cache.current(this.#schema, objectName(this.#schema, user_id, ''))]
    }
    const objects = listed ?? (await this.behind(user_id, undefined)).filter(({ month }) => month >= from)
    const snapshots: Snapshot[] = []
    for (let at = 0; at < objects.length; at += PARTITIONS_SIDE_BY_SIDE) {
      const some = objects.slice(at, at + PARTITIONS_SIDE_BY_SIDE)
      snapshots.push(...(await Promise.all(some.map((listing) => this.#cache.listed(this.#schema, listing)))))
    }
    return snapshots
  }
}
