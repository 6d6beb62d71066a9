import { Problem } from '../../base/problem.ts'
import { NO_OBJECT } from '../../objects/object-store.ts'
import { DecodedColumns } from '../object/decoded-columns.ts'
import { namingObject } from '../object/failures.ts'
import type { Month } from '../object/partition.ts'
import { detached, memoryBytes } from '../object/row-memory.ts'
import { SYSTEM_COLUMNS, type Row, type StoredRow, type TableSchema } from '../object/schema.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import { greatestRev, rowAt, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import type { Lookups } from './lookups.ts'
import { fetchedTogether, type MonthListing, type UserObjects } from './user-objects.ts'

/**
 * What has changed in a user's objects since a position in each of them. Rows come by (rev, id): commits give both, so no
 * clock decides what is sent. While an object is read whole, everything up to the revision at which that began counts as
 * of that revision: it comes by id, which is nearly the order in which it is stored, so each row group is decoded once.
 */
export interface FeedPosition {
  readonly epoch: string
  /** Everything up to this revision is known, but for an open page. */
  readonly rev: number
  /** Generation of the object that the position was made from. */
  readonly generation: string
  /** While a page is open: of the rows of revision `rev` only those up to this id are known. */
  readonly after_id?: string | undefined
  /** While an object is read whole over several pages: its revision when that began. */
  readonly start_rev?: number | undefined
}

/** What has become of one object since its position. */
export type ObjectChanges<R extends Row> =
  | ChangedObject<R>
  /** Nothing removes an object: it was lost. */
  | { readonly kind: 'gone'; readonly month: Month }
  /** Damaged, or its store does not answer: its position stays. */
  | { readonly kind: 'unreadable'; readonly month: Month }

export interface FeedRequest {
  readonly positions: ReadonlyMap<Month, FeedPosition>
  /** What the rows shall have, besides the id and what every row has. */
  readonly columns: readonly string[]
  /** The user's objects, when they are being listed already. */
  readonly listed?: Promise<readonly MonthListing[]> | undefined
}

export class ChangeFeed<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #cache: SnapshotCache
  readonly #objects: UserObjects
  readonly #lookups: Lookups<R>

  constructor(schema: TableSchema<R>, cache: SnapshotCache, objects: UserObjects, lookups: Lookups<R>) {
    this.#schema = schema
    this.#cache = cache
    this.#objects = objects
    this.#lookups = lookups
  }

  /** The user's objects, newest month first: one LIST. @throws Problem */
  async listed(user_id: string): Promise<readonly MonthListing[]> {
    return await this.#lookups.reading(() => this.#objects.behind(user_id, undefined))
  }

  /**
   * The objects whose generation is not that of their position, or that have an open page, newest month first; before
   * them those that are gone. One LIST; objects are fetched when they are asked for, then ever more of them together.
   * @throws Problem
   */
  async *changed(user_id: string, { positions, columns, listed }: FeedRequest): AsyncGenerator<ObjectChanges<R>, void> {
    const listings = await (listed ?? this.listed(user_id))
    const months = new Set(listings.map(({ month }) => month))
    for (const month of positions.keys()) if (!months.has(month)) yield { kind: 'gone', month }
    const names = [...new Set([this.#schema.id_column, ...SYSTEM_COLUMNS.map(({ name }) => name), ...columns])]
    const changed = listings.filter(({ month, generation }) => {
      const position = positions.get(month)
      return position?.generation !== generation || position.after_id !== undefined
    })
    for (const some of fetchedTogether(changed)) {
      // What cannot be fetched is tried again when it is opened.
      if (some.length > 1) await Promise.allSettled(some.map((listing) => this.#cache.listed(this.#schema, listing)))
      for (const listing of some) {
        const { month } = listing
        const position = positions.get(month)
        const object = await this.#open(user_id, listing, position, names)
        if (object) yield object
        else if (position) yield { kind: 'gone', month }
      }
    }
  }

  /** @returns undefined when it was removed since it was listed */
  async #open(
    user_id: string,
    listing: MonthListing,
    position: FeedPosition | undefined,
    names: readonly string[],
  ): Promise<ObjectChanges<R> | undefined> {
    const { month } = listing
    let listed: MonthListing | undefined = listing
    const open = async (): Promise<ChangedObject<R> | undefined> => {
      listed ??= (await this.#objects.behind(user_id, undefined)).find((other) => other.month === month)
      if (!listed) return undefined
      const { name } = listed
      const snapshot = this.#cache.listed(this.#schema, listed)
      // If this fails, the next attempt must not ask for a generation that may be gone.
      listed = undefined
      const opened = await snapshot
      if (opened.generation === NO_OBJECT) return undefined
      return await namingObject(name, () => this.#openSnapshot(month, opened, position, names))
    }
    try {
      return await this.#lookups.reading(open)
    } catch (error) {
      if (error instanceof Problem && error.kind === 'unavailable') return { kind: 'unreadable', month }
      throw error
    }
  }

  async #openSnapshot(
    month: Month,
    snapshot: Snapshot,
    position: FeedPosition | undefined,
    names: readonly string[],
  ): Promise<ChangedObject<R>> {
    const start = startIn(snapshot, position)
    const places = await this.#placesSince(snapshot, start)
    const reader = new RowReader(this.#schema, places, names)
    const first = await reader.chunk(0)
    const readOn = (at: number) => this.#lookups.reading(() => namingObject(snapshot.name, () => reader.chunk(at)))
    const { id_column } = this.#schema
    return new ChangedObject(month, snapshot, start, { id_column, count: places.length, first, readOn })
  }

  /** Where the changed rows are, in the order of the feed: ids and revisions of all groups that can have some. */
  async #placesSince(snapshot: Snapshot, start: Start): Promise<readonly ChangedPlace[]> {
    const { id_column } = this.#schema
    const places: ChangedPlace[] = []
    const groups = snapshot.file.groups.filter((group) => orderedRev(greatestRev(group), start) >= start.rev)
    for (let at = 0; at < groups.length; at += GROUPS_SIDE_BY_SIDE) {
      const some = groups.slice(at, at + GROUPS_SIDE_BY_SIDE)
      const decoded = await Promise.all(some.map((group) => this.#cache.columns(group, ['rev', 'deleted', id_column])))
      for (const [n, group] of some.entries()) {
        const values = decoded[n]!
        const revs = values.get('rev')!
        const ids = values.get(id_column)!
        const deleted = values.get('deleted')!
        for (let index = 0; index < group.row_count; index++) {
          const place = { group, index, rev: orderedRev(Number(revs[index]), start), id: String(ids[index]) }
          if (isBehind(place, start) && !(deleted[index] === true && place.rev <= start.tombstones_after))
            places.push(place)
        }
      }
    }
    return places.sort((a, b) => a.rev - b.rev || (a.id < b.id ? -1 : 1))
  }
}

/** One object that has changed. Its rows come by (rev, id). */
export class ChangedObject<R extends Row> {
  readonly kind = 'changed'
  readonly month: Month
  /** What was known of it counts for nothing: it comes whole, without tombstones from before. */
  readonly is_reset: boolean
  /**
   * The position is behind commits that are not there any more, because the object was put back: of what was done after
   * this moment some is lost. Undefined when nothing of what was known is.
   */
  readonly put_back_to_ms: number | undefined
  readonly #snapshot: Snapshot
  readonly #start: Start
  readonly #rows: OpenRows<R>
  #is_cut = false

  constructor(month: Month, snapshot: Snapshot, start: Start, rows: OpenRows<R>) {
    this.month = month
    this.is_reset = start.is_reset
    this.put_back_to_ms = start.put_back_to_ms
    this.#snapshot = snapshot
    this.#start = start
    this.#rows = rows
  }

  /** Whether the rows ended early, because the object changed or the store did not answer. */
  get is_cut(): boolean {
    return this.#is_cut
  }

  /** The changed rows, a few hundred of them in memory at a time. */
  async *rows(): AsyncGenerator<StoredRow<R>, void> {
    const { count, first, readOn } = this.#rows
    yield* first
    try {
      for (let at = first.length; at < count;) {
        const chunk = await readOn(at)
        yield* chunk
        at += chunk.length
      }
    } catch (error) {
      if (!(error instanceof Problem && error.kind === 'unavailable')) throw error
      this.#is_cut = true
    }
  }

  /** Where to go on. @param last the last row taken, of an object that is not read to its end */
  position(last?: StoredRow<R>): FeedPosition {
    const { generation, footer } = this.#snapshot
    const { epoch } = footer
    if (!last) return { epoch, rev: footer.rev, generation }
    const after_id = String(last[this.#rows.id_column])
    return { epoch, rev: orderedRev(last.rev, this.#start), generation, after_id, start_rev: this.#start.start_rev }
  }
}

/** Where reading begins in a snapshot. */
interface Start {
  readonly is_reset: boolean
  readonly rev: number
  readonly after_id: string | undefined
  readonly start_rev: number | undefined
  /** Tombstones up to this revision are left out: of a record that was never sent nobody needs to know its end. */
  readonly tombstones_after: number
  readonly put_back_to_ms?: number | undefined
}

/** What of the position still holds: it says nothing of another epoch, nor of what was purged after it. */
function startIn({ generation, footer }: Snapshot, position: FeedPosition | undefined): Start {
  if (!position || position.epoch !== footer.epoch || !isOfThePast(position, footer.rev, generation))
    return { ...whole(footer), put_back_to_ms: position && commonMs(footer, position) }
  if (knownRev(position) < footer.floor) return whole(footer)
  const { rev, after_id, start_rev } = position
  return { is_reset: false, rev, after_id, start_rev, tombstones_after: start_rev ?? -1 }
}

function whole({ rev }: Snapshot['footer']): Start {
  return { is_reset: true, rev: 0, after_id: undefined, start_rev: rev, tombstones_after: rev }
}

/**
 * An object that was put back from outside has a revision that it had before, in another generation. While an object is
 * read whole, what it was when that began is known to have been.
 */
function isOfThePast(position: FeedPosition, rev_now: number, generation_now: string): boolean {
  const known_rev = greatestKnownRev(position)
  return known_rev < rev_now || (known_rev === rev_now && position.generation === generation_now)
}

function greatestKnownRev({ rev, start_rev = 0 }: FeedPosition): number {
  return Math.max(rev, start_rev)
}

/** When the last commit was made that the position is behind and the object has; undefined when it has all of them. */
function commonMs(
  { epoch, past_epochs, rev: rev_now, commits }: Snapshot['footer'],
  position: FeedPosition,
): number | undefined {
  const known_rev = greatestKnownRev(position)
  if (position.epoch === epoch) {
    // Of the same revision there was another commit.
    return commits.at(known_rev > rev_now ? -1 : -2)?.time_ms ?? 0
  }
  const past = past_epochs.find((one) => one.epoch === position.epoch)
  if (!past) return 0
  return known_rev > past.rev ? past.time_ms : undefined
}

/**
 * The revision from which no deletion was missed. While an object is read whole that is the one where it began; of an
 * open page, a tombstone of its own revision may lie behind it.
 */
function knownRev({ rev, after_id, start_rev }: FeedPosition): number {
  if (start_rev !== undefined) return start_rev
  return after_id === undefined ? rev : rev - 1
}

/** The revision that a row counts as of. */
function orderedRev(rev: number, { start_rev = 0 }: Pick<Start, 'start_rev'>): number {
  return Math.max(rev, start_rev)
}

interface ChangedPlace extends RowPlace {
  /** As of `orderedRev`. */
  readonly rev: number
  readonly id: string
}

function isBehind({ rev, id }: ChangedPlace, { rev: known_rev, after_id }: Start): boolean {
  return rev > known_rev || (rev === known_rev && after_id !== undefined && id > after_id)
}

interface OpenRows<R extends Row> {
  readonly id_column: string
  readonly count: number
  readonly first: readonly StoredRow<R>[]
  readonly readOn: (at: number) => Promise<readonly StoredRow<R>[]>
}

/** Rows decoded together: few of an object's first ones, because a page may end there, then ever more. */
const FIRST_CHUNK_ROWS = 32
const CHUNK_ROWS_MAX = 512
/** Of a chunk; it has half as many rows as long as they are too large. */
const CHUNK_BYTES = 8 * 1024 * 1024
/** Of the groups whose columns are kept while an object is read: neighbours in a group are decoded once. */
const DECODED_BYTES_MAX = 8 * 1024 * 1024
/** Groups whose ids are fetched simultaneously, where an object is opened by ranges. */
const GROUPS_SIDE_BY_SIDE = 8

/** Decodes rows in the order of their places, each group of a chunk once. */
class RowReader<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #places: readonly ChangedPlace[]
  readonly #names: ReadonlySet<string>
  readonly #decoded = new DecodedColumns(DECODED_BYTES_MAX)
  #rows_max = FIRST_CHUNK_ROWS

  constructor(schema: TableSchema<R>, places: readonly ChangedPlace[], names: readonly string[]) {
    this.#schema = schema
    this.#places = places
    this.#names = new Set(names)
  }

  /** The rows from `at` on: some, when there are any. */
  async chunk(at: number, rows_max = this.#rows_max): Promise<readonly StoredRow<R>[]> {
    const places = this.#places.slice(at, at + rows_max)
    const rows = new Map<ChangedPlace, StoredRow<R>>()
    let bytes = 0
    for (const [group, its_places] of Map.groupBy(places, ({ group }) => group)) {
      const values = await this.#decoded.of(group, [...this.#names])
      for (const place of its_places) {
        const row = detached(rowAt(this.#schema, values, place.index, this.#names)) as StoredRow<R>
        bytes += memoryBytes(row)
        rows.set(place, row)
      }
      if (bytes > CHUNK_BYTES && places.length > 1) return await this.chunk(at, Math.ceil(places.length / 2))
    }
    const fitting = Math.floor((CHUNK_BYTES * places.length) / Math.max(bytes, 1))
    this.#rows_max = Math.max(1, Math.min(CHUNK_ROWS_MAX, places.length * 2, fitting))
    return places.map((place) => rows.get(place)!)
  }
}
