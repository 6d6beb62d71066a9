import type { ObjectListing, ObjectStore } from '../../objects/object-store.ts'
import type { Position } from './listing.ts'
import { monthOf, monthOfObject, objectName, userPrefix, type Month } from '../object/partition.ts'
import type { TableSchema } from '../object/schema.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import type { Snapshot } from '../object/snapshot.ts'

/** Fetched simultaneously. */
const PARTITIONS_SIDE_BY_SIDE = 8
/** Of the objects fetched simultaneously, unless the first of them alone has more. */
const SIDE_BY_SIDE_BYTES = 8 * 1024 * 1024

export type MonthListing = ObjectListing & { readonly month: Month }

/** Whether the object of a month can have rows behind a position. */
export function isBehind(month: Month, after: Position | undefined): boolean {
  return !after || month <= monthOf(after.created_at_ms)
}

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
  async behind(user_id: string, after: Position | undefined): Promise<readonly MonthListing[]> {
    const listings = await this.#store.list(userPrefix(this.#schema, user_id))
    const behind = listings.flatMap((listing) => {
      const month = monthOfObject(this.#schema, user_id, listing.name)
      return month !== undefined && isBehind(month, after) ? [{ ...listing, month }] : []
    })
    // A listing is in the order of its names, and those of a user's objects are in the order of their months.
    return behind.toReversed()
  }

  /**
   * The snapshots of listed objects in their order, a few of them in memory together.
   * @param side_by_side objects to fetch first: the first page usually needs the newest month only, and a caller that
   * reads on gets ever more of them
   */
  async *inOrder(listings: readonly ObjectListing[], side_by_side = 1): AsyncGenerator<Snapshot, void> {
    for (const some of fetchedTogether(listings, side_by_side)) {
      yield* await Promise.all(some.map((listing) => this.#cache.listed(this.#schema, listing)))
    }
  }

  /**
   * What is in the user's objects: one LIST, or one conditional GET where a user has a single object.
   * @param from months before it are left out
   * @param listed the objects, when they were just listed
   */
  async *snapshots(user_id: string, from: Month, listed?: readonly ObjectListing[]): AsyncGenerator<Snapshot, void> {
    if (!listed && this.#schema.partitioned_by === 'user') {
      yield await this.#cache.current(this.#schema, objectName(this.#schema, user_id, ''))
      return
    }
    const objects = listed ?? (await this.behind(user_id, undefined)).filter(({ month }) => month >= from)
    yield* this.inOrder(objects, PARTITIONS_SIDE_BY_SIDE)
  }
}

/** Listed objects in groups to be fetched simultaneously, ever larger ones. @param count objects of the first group */
export function* fetchedTogether<L extends ObjectListing>(
  listings: readonly L[],
  count = 1,
): Generator<readonly L[], void> {
  for (let at = 0; at < listings.length; count = Math.min(count * 2, PARTITIONS_SIDE_BY_SIDE)) {
    const some = firstOf(listings.slice(at, at + count))
    yield some
    at += some.length
  }
}

/** Those that have room together. */
function firstOf<L extends ObjectListing>(listings: readonly L[]): readonly L[] {
  let bytes = 0
  const beyond = listings.findIndex(({ size_bytes }, at) => (bytes += size_bytes) > SIDE_BY_SIDE_BYTES && at > 0)
  return beyond < 0 ? listings : listings.slice(0, beyond)
}
