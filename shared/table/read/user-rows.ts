import type { ObjectListing } from '../../objects/object-store.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { DecodedColumns } from '../object/decoded-columns.ts'
import { namingObject } from '../object/failures.ts'
import { objectName } from '../object/partition.ts'
import { detached, memoryBytes } from '../object/row-memory.ts'
import { summaryColumns, type Row, type TableSchema } from '../object/schema.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import { findRow, rowAt, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import { addGroup, type Fold } from './fold.ts'
import { scanSnapshot, type Position, type RowFilter } from './listing.ts'
import { KeptRows } from './kept-rows.ts'
import type { Lookups } from './lookups.ts'
import { FirstRows, sortedColumns, sortedRows, type RowOrder, type SortedPosition } from './sorted-listing.ts'
import { isBehind, type MonthListing, type UserObjects } from './user-objects.ts'

export interface RowsRequest<R extends Row = Row> {
  /** Start behind this position; without one at the newest record. */
  readonly after?: Position | undefined
  /** Columns that the rows shall have. Summary columns stay decoded in this instance, details do not. */
  readonly columns: readonly string[]
  readonly filter: RowFilter<R>
}

export interface ListedRow<R extends Row = Row> {
  readonly row: R
  /** Where a later request can go on behind. */
  readonly position: Position
}

export interface SortedRequest<R extends Row = Row> extends Pick<RowsRequest<R>, 'columns' | 'filter'> {
  readonly order: RowOrder<R>
  /** Start behind this position; without one at the first record. */
  readonly after?: SortedPosition | undefined
  /** Rows to look for at a time: as many as the caller most likely takes. */
  readonly rows_wanted: number
}

export interface SortedListedRow<R extends Row = Row> {
  readonly row: R
  readonly position: SortedPosition
}

/** Of a batch, by whatever is reached first. */
const BATCH_ROWS = 256
const BATCH_BYTES = 1024 * 1024
/** Of the groups with details that one listing has decoded: neighbours in a group are decoded once. */
const DETAIL_BYTES_MAX = 4 * 1024 * 1024

/** Reads the records of a user in order. */
export class UserRows<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #cache: SnapshotCache
  readonly #objects: UserObjects
  readonly #lookups: Lookups<R>
  readonly #summaries = new KeptRows<R>()

  constructor(schema: TableSchema<R>, cache: SnapshotCache, objects: UserObjects, lookups: Lookups<R>) {
    this.#schema = schema
    this.#cache = cache
    this.#objects = objects
    this.#lookups = lookups
  }

  /**
   * Matching rows newest first. A row is decoded when it is asked for. A read that fails in passing is repeated from
   * behind the last row, so no row comes twice.
   * @param listed the user's objects, when they were just listed
   * @throws Problem
   */
  async *list(
    user_id: string,
    request: RowsRequest<R>,
    listed?: readonly MonthListing[],
  ): AsyncGenerator<ListedRow<R>, void> {
    let { after } = request
    let runs: AsyncGenerator<readonly ListedRow<R>[], void> | undefined
    const nextRun = async (): Promise<IteratorResult<readonly ListedRow<R>[], void>> => {
      runs ??= this.#open(user_id, { ...request, after }, listed)
      try {
        return await runs.next()
      } catch (error) {
        // A generator that has thrown is over, and an object may have changed since it was listed.
        runs = listed = undefined
        throw error
      }
    }
    for (;;) {
      const next = await this.#lookups.reading(nextRun)
      if (next.done) return
      for (const found of next.value) {
        yield found
        after = found.position
      }
    }
  }

  /**
   * Matching rows newest first, in batches of a few hundred rows or 1 MiB in memory, and of one row at least. Between two
   * batches only the names and generations of the objects are held: who takes a batch may be slow.
   */
  async *batches(user_id: string, request: Omit<RowsRequest<R>, 'after'>): AsyncGenerator<readonly R[], void> {
    const listed = this.#isByMonth()
      ? await this.#lookups.reading(() => this.#objects.behind(user_id, undefined))
      : undefined
    let after: Position | undefined
    for (let is_last = false; !is_last;) {
      const batch: R[] = []
      let bytes = 0
      is_last = true
      for await (const { row, position } of this.list(user_id, { ...request, after }, listed)) {
        const held = detached(row)
        bytes += memoryBytes(held)
        batch.push(held)
        after = position
        is_last = batch.length < BATCH_ROWS && bytes < BATCH_BYTES
        if (!is_last) break
      }
      if (batch.length > 0) yield batch
    }
  }

  /**
   * Matching rows in an order. Every object is looked into for the next few rows, by the columns of the order and the
   * filter alone; of these few the rows are decoded when they are asked for. A row that is changed meanwhile may come
   * again or not at all.
   * @throws Problem
   */
  async *sorted(user_id: string, request: SortedRequest<R>): AsyncGenerator<SortedListedRow<R>, void> {
    const { columns, rows_wanted } = request
    const rowIn = this.#rowMaker(columns)
    const readRow = this.#rowReader(columns)
    for (let { after } = request; ;) {
      const first = await this.#lookups.reading(() => this.#firstRows(user_id, { ...request, after }))
      for (const found of first) {
        const row = await this.#lookups.reading(async () => {
          const place = await this.#placeOf(found)
          return place && rowIn(await namingObject(found.object.name, () => readRow(place.group)), place.index)
        })
        if (row) yield { row, position: found.position }
      }
      if (first.length < rows_wanted) return
      after = first.at(-1)!.position
    }
  }

  /** Where the first matching rows behind a position lie. Of objects nothing is held, as they may be large. */
  async #firstRows(
    user_id: string,
    { order, filter, after, rows_wanted }: SortedRequest<R>,
  ): Promise<readonly Found[]> {
    const names = sortedColumns(this.#schema, order, filter)
    const first = new FirstRows<Found>(order, rows_wanted)
    for await (const { name, generation, size_bytes, file } of this.#objects.snapshots(user_id, '')) {
      const object = { name, generation, size_bytes }
      for (const [group_index, group] of file.groups.entries()) {
        const values = await namingObject(name, () => this.#columns(group, names))
        for (const { index, position } of sortedRows(this.#schema, group, values, { order, filter, after })) {
          if (!first.add({ object, group_index, index, position })) break
        }
      }
    }
    return first.rows
  }

  /** Where a row is that was found a moment ago; undefined when it was deleted since. */
  async #placeOf({ object, group_index, index, position }: Found): Promise<RowPlace | undefined> {
    const snapshot = await this.#cache.listed(this.#schema, object)
    if (snapshot.generation === object.generation) return { group: snapshot.file.groups[group_index]!, index }
    return await namingObject(object.name, async () => {
      const place = await findRow(snapshot, this.#schema, position.id)
      const is_deleted = place && (await this.#columns(place.group, ['deleted'])).get('deleted')![place.index]
      return is_deleted === true ? undefined : place
    })
  }

  /**
   * A sum over all rows, in no order that is promised. Columns stay decoded in this instance as those of a listing do.
   * @throws Problem
   */
  async fold<T>(user_id: string, fold: Fold<R, T>): Promise<T> {
    return await this.#lookups.reading(async () => {
      const sum = fold.start()
      for await (const { name, file } of this.#objects.snapshots(user_id, '')) {
        for (const group of file.groups) {
          const values = await namingObject(name, () => this.#columns(group, fold.columns))
          addGroup(this.#schema, values, group.row_count, fold, sum)
        }
      }
      return sum
    })
  }

  async *#open(
    user_id: string,
    { after, columns, filter }: RowsRequest<R>,
    listed: readonly MonthListing[] | undefined,
  ): AsyncGenerator<readonly ListedRow<R>[], void> {
    const rowIn = this.#rowMaker(columns)
    const readRow = this.#rowReader(columns)
    const decode = (group: RowGroup, wanted: readonly string[]) => this.#columns(group, wanted)
    for await (const snapshot of this.#snapshots(user_id, after, listed)) {
      const found = scanSnapshot(this.#schema, snapshot, { after, filter, decode })
      for (;;) {
        const next = await namingObject(snapshot.name, () => found.next())
        if (next.done) break
        const values = await namingObject(snapshot.name, () => readRow(next.value[0]!.place.group))
        yield next.value.map(({ place, position }) => ({ row: rowIn(values, place.index), position }))
      }
    }
  }

  /** Makes rows of decoded columns. Those of summaries are kept beside their columns, as pages are asked for again and again. */
  #rowMaker(columns: readonly string[]): (values: ColumnValues, index: number) => R {
    const names = new Set(columns)
    const make = (values: ColumnValues, index: number) => rowAt(this.#schema, values, index, names)
    const is_summary = columns === summaryColumns(this.#schema)
    return is_summary ? (values, index) => this.#summaries.of(values, index, make) : make
  }

  /** Columns of a group. Where its bytes are not here, one request fetches all that a listing may want. */
  async #columns(group: RowGroup, wanted: readonly string[]): Promise<ColumnValues> {
    return await this.#cache.columns(group, group.is_whole ? wanted : summaryColumns(this.#schema))
  }

  /** Decodes the columns of rows: summaries for all listings of this instance, details for this one. */
  #rowReader(columns: readonly string[]): (group: RowGroup) => Promise<ColumnValues> {
    const { detail_columns } = this.#schema
    const has_details = columns.some((name) => detail_columns.includes(name))
    const decoded = has_details ? new DecodedColumns(DETAIL_BYTES_MAX) : undefined
    // Neighbours in a group that is too large to be kept are decoded once all the same.
    let last: { readonly group: RowGroup; readonly values: ColumnValues } | undefined
    return async (group) => {
      if (last?.group !== group) {
        last = undefined
        last = { group, values: await (decoded ? decoded.of(group, columns) : this.#cache.columns(group, columns)) }
      }
      return last.values
    }
  }

  async *#snapshots(
    user_id: string,
    after: Position | undefined,
    listed: readonly MonthListing[] | undefined,
  ): AsyncGenerator<Snapshot> {
    if (!this.#isByMonth()) {
      yield await this.#cache.current(this.#schema, objectName(this.#schema, user_id, ''))
      return
    }
    const behind = listed?.filter(({ month }) => isBehind(month, after)) ?? (await this.#objects.behind(user_id, after))
    yield* this.#objects.inOrder(behind)
  }

  #isByMonth(): boolean {
    return this.#schema.partitioned_by === 'month'
  }
}

/** Where a row of an order lies: in which object as it was listed, and where in it. */
interface Found {
  readonly object: ObjectListing
  readonly group_index: number
  readonly index: number
  readonly position: SortedPosition
}
