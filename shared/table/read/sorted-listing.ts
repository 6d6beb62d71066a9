import { fromParquet, type ColumnType } from '../../parquet/schema.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import type { ColumnName, Row, TableSchema } from '../object/schema.ts'
import type { CellReader, RowFilter } from './listing.ts'

/** What rows are compared by: text by its UTF-16 units. Null comes last, whichever way the order runs. */
export type SortKey = string | number | null

/** An order of rows by something that may change. Rows that are equal in it come newest first, by their ids. */
export interface RowOrder<R extends Row = Row> {
  /** No two orders have the same name. */
  readonly name: string
  readonly is_descending: boolean
  /** All that `keyOf` looks at. */
  readonly columns: readonly ColumnName<R>[]
  readonly keyOf: (cell: CellReader<R>) => SortKey
}

/** Where a row stands in an order, as it is now. */
export interface SortedPosition {
  readonly key: SortKey
  readonly id: string
}

/** A matching row of a group. */
export interface SortedRow {
  readonly index: number
  readonly position: SortedPosition
}

/** Negative when `a` comes before `b`. */
export function compareSorted(
  { is_descending }: Pick<RowOrder, 'is_descending'>,
  a: SortedPosition,
  b: SortedPosition,
): number {
  if (a.key !== b.key) {
    if (a.key === null) return 1
    if (b.key === null) return -1
    return a.key < b.key === is_descending ? 1 : -1
  }
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

/** The columns that finding rows of an order takes. */
export function sortedColumns<R extends Row>(
  schema: TableSchema<R>,
  order: RowOrder<R>,
  filter: RowFilter<R>,
): string[] {
  return [...new Set<string>([...order.columns, ...filter.columns, schema.id_column])]
}

/** Rows of groups in their orders. Groups never change, so each is sorted once for each order. */
const orders = new WeakMap<RowGroup, Map<string, Uint32Array>>()

/** The matching rows of a group in an order, from behind a position: found one by one, as they are asked for. */
export function* sortedRows<R extends Row>(
  schema: TableSchema<R>,
  group: RowGroup,
  values: ColumnValues,
  { order, filter, after }: { order: RowOrder<R>; filter: RowFilter<R>; after: SortedPosition | undefined },
): Generator<SortedRow, void> {
  const types = new Map<string, ColumnType>(schema.columns.map(({ name, type }) => [name, type]))
  const ids = values.get(schema.id_column)!
  let at = 0
  const cell: CellReader<R> = <Name extends ColumnName<R>>(name: Name) => {
    return fromParquet(types.get(name)!, values.get(name)![at]) as R[Name]
  }
  const positionOf = (index: number): SortedPosition => {
    at = index
    return { key: order.keyOf(cell), id: String(ids[index]) }
  }
  const sorted = orderOf(group, order, positionOf)
  for (
    let n = after ? firstBehind(sorted, (index) => compareSorted(order, positionOf(index), after) > 0) : 0;
    n < sorted.length;
    n++
  ) {
    const index = sorted[n]!
    at = index
    if (filter.matches(cell)) yield { index, position: positionOf(index) }
  }
}

function orderOf<R extends Row>(
  group: RowGroup,
  order: RowOrder<R>,
  positionOf: (index: number) => SortedPosition,
): Uint32Array {
  const known = orders.get(group) ?? new Map<string, Uint32Array>()
  orders.set(group, known)
  let sorted = known.get(order.name)
  if (sorted === undefined) {
    const positions = Array.from({ length: group.row_count }, (_, index) => positionOf(index))
    sorted = Uint32Array.from(positions.keys()).sort((a, b) => compareSorted(order, positions[a]!, positions[b]!))
    known.set(order.name, sorted)
  }
  return sorted
}

/** The first place of a sorted list from which on `isBehind` holds. */
function firstBehind(sorted: Uint32Array, isBehind: (index: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBehind(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** The first of many rows in an order, of which a few are kept. */
export class FirstRows<Found extends { readonly position: SortedPosition }> {
  readonly #order: Pick<RowOrder, 'is_descending'>
  readonly #count_max: number
  readonly #rows: Found[] = []

  constructor(order: Pick<RowOrder, 'is_descending'>, count_max: number) {
    this.#order = order
    this.#count_max = count_max
  }

  /** In the order. */
  get rows(): readonly Found[] {
    return this.#rows
  }

  /** @returns false when enough come before it: those behind it need not be looked at */
  add(found: Found): boolean {
    let at = this.#rows.length
    while (at > 0 && compareSorted(this.#order, found.position, this.#rows[at - 1]!.position) < 0) at--
    if (at >= this.#count_max) return false
    this.#rows.splice(at, 0, found)
    if (this.#rows.length > this.#count_max) this.#rows.pop()
    return true
  }
}
