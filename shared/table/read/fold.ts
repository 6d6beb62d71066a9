import { fromParquet, type ColumnType } from '../../parquet/schema.ts'
import type { ColumnValues } from '../../parquet/row-group.ts'
import type { ColumnName, Row, TableSchema } from '../object/schema.ts'
import type { CellReader } from './listing.ts'

/** A sum over all records of a user, made without building rows. */
export interface Fold<R extends Row, T> {
  /** All that `add` looks at. */
  readonly columns: readonly ColumnName<R>[]
  /** An empty sum; asked again when a read that failed in passing is repeated. */
  readonly start: () => T
  /** Takes one row into a sum. */
  readonly add: (sum: T, cell: CellReader<R>) => void
}

/** Takes the rows of one group into a sum, in the order of the group. */
export function addGroup<R extends Row, T>(
  schema: TableSchema<R>,
  values: ColumnValues,
  row_count: number,
  { columns, add }: Fold<R, T>,
  sum: T,
): void {
  const types = new Map<string, ColumnType>(schema.columns.map(({ name, type }) => [name, type]))
  const cells = new Map(columns.map((name) => [name, { type: types.get(name)!, values: values.get(name)! }]))
  let at = 0
  const cell: CellReader<R> = <Name extends ColumnName<R>>(name: Name) => {
    const column = cells.get(name)
    if (!column) throw new Error(`the fold does not name the column ${name}`)
    return fromParquet(column.type, column.values[at]) as R[Name]
  }
  for (; at < row_count; at++) add(sum, cell)
}
