import { fromParquet, type ColumnType } from '../../parquet/schema.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { createdBoundsMs, rowAt, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import type { ColumnName, Row, TableSchema } from '../object/schema.ts'

/**
 * Reading rows newest first, by (created_at, id) descending. Both are fixed at creation, so a position stays where it
 * is whatever is written meanwhile: no row is seen twice, none that was there is skipped.
 */
export interface Position {
  readonly created_at_ms: number
  readonly id: string
}

/** Looks at one row without building it: `cell('status')`. */
export type CellReader<R extends Row = Row> = <Name extends ColumnName<R>>(column: Name) => R[Name]

/** Negative when `a` comes before `b`, newest first. */
export function comparePositions(a: Position, b: Position): number {
  if (a.created_at_ms !== b.created_at_ms) return b.created_at_ms - a.created_at_ms
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

export interface FoundRow<R extends Row = Row> {
  readonly place: RowPlace
  readonly position: Position
  readonly row: R
}

export interface ScanOptions<R extends Row = Row> {
  /** Columns to decode: what `matches` looks at and what the rows shall have. */
  readonly columns: readonly string[]
  /** Start behind this position. */
  readonly after: Position | undefined
  matches: (cell: CellReader<R>) => boolean
}

/**
 * The matching rows of a snapshot, newest first. Groups are opened only when their newest row can be the next: from a
 * large cold object only the groups that the page needs are fetched.
 */
export async function* scanSnapshot<R extends Row>(
  schema: TableSchema<R>,
  snapshot: Snapshot,
  { columns, after, matches }: ScanOptions<R>,
): AsyncGenerator<FoundRow<R>> {
  const types = new Map<string, ColumnType>(schema.columns.map((column) => [column.name, column.type]))
  const names = new Set<string>([...columns, 'created_at', schema.id_column])
  const unopened = snapshot.file.groups
    .map((group) => ({ group, created_ms: createdBoundsMs(group) }))
    .filter(({ created_ms }) => !after || created_ms.min <= after.created_at_ms)
    .toSorted((a, b) => a.created_ms.max - b.created_ms.max)
  const open: GroupReader[] = []

  for (;;) {
    let newest = newestOf(open)
    for (let next = unopened.at(-1); next; next = unopened.at(-1)) {
      if (newest && newest.position!.created_at_ms > next.created_ms.max) break
      unopened.pop()
      const reader = new GroupReader(next.group, await next.group.columns([...names]), schema.id_column)
      reader.skipTo(after)
      if (reader.position) open.push(reader)
      newest = newestOf(open)
    }
    if (!newest) return
    const { group, values, index } = newest
    const position = newest.position!
    newest.advance()
    if (!newest.position) open.splice(open.indexOf(newest), 1)

    const cell: CellReader<R> = <Name extends ColumnName<R>>(name: Name) => {
      const type = types.get(name)
      return (type ? fromParquet(type, values.get(name)?.[index]) : null) as R[Name]
    }
    if (matches(cell)) yield { place: { group, index }, position, row: rowAt(schema, values, index, names) }
  }
}

function newestOf(readers: readonly GroupReader[]): GroupReader | undefined {
  let newest: GroupReader | undefined
  for (const reader of readers) {
    if (!newest || comparePositions(reader.position!, newest.position!) < 0) newest = reader
  }
  return newest
}

/** Walks the rows of one group from its newest (last) to its oldest. */
class GroupReader {
  readonly group: RowGroup
  readonly values: ColumnValues
  readonly #created: readonly unknown[]
  readonly #ids: readonly unknown[]
  index: number
  position: Position | undefined

  constructor(group: RowGroup, values: ColumnValues, id_column: string) {
    this.group = group
    this.values = values
    this.#created = values.get('created_at')!
    this.#ids = values.get(id_column)!
    this.index = group.row_count
    this.advance()
  }

  advance(): void {
    this.index--
    this.position =
      this.index < 0
        ? undefined
        : { created_at_ms: Number(this.#created[this.index]), id: String(this.#ids[this.index]) }
  }

  skipTo(after: Position | undefined): void {
    while (after && this.position && comparePositions(this.position, after) <= 0) this.advance()
  }
}

/** Rows whole, details included, decoding each group once. */
export async function wholeRows<R extends Row>(schema: TableSchema<R>, found: readonly FoundRow<R>[]): Promise<R[]> {
  const decoded = new Map<RowGroup, ColumnValues>()
  const rows: R[] = []
  for (const { place } of found) {
    let values = decoded.get(place.group)
    if (!values) decoded.set(place.group, (values = await place.group.allColumns()))
    rows.push(rowAt(schema, values, place.index))
  }
  return rows
}
