import { fromParquet, type ColumnType } from '../../parquet/schema.ts'
import type { RowGroup } from '../../parquet/row-group.ts'
import type { CellReader } from './listing.ts'
import type { ColumnName, Row, TableSchema } from '../object/schema.ts'

/**
 * Counts rows without building them. Groups never change, so each is counted once in an instance, and after a save only
 * the group that it touched is counted again.
 */
export class RowGroupCounter<R extends Row, T> {
  readonly #columns: readonly ColumnName<R>[]
  readonly #start: () => T
  readonly #add: (sum: T, cell: CellReader<R>) => void
  readonly #known = new WeakMap<RowGroup, T>()

  /**
   * @param columns all that `add` looks at
   * @param start an empty sum
   * @param add takes one row into a sum
   */
  constructor(columns: readonly ColumnName<R>[], start: () => T, add: (sum: T, cell: CellReader<R>) => void) {
    this.#columns = columns
    this.#start = start
    this.#add = add
  }

  /** The sum over one group: shared by all who ask, so not to be changed. */
  async count(schema: TableSchema<R>, group: RowGroup): Promise<T> {
    const known = this.#known.get(group)
    if (known !== undefined) return known
    const sum = this.#start()
    const types = new Map<string, ColumnType>(schema.columns.map(({ name, type }) => [name, type]))
    const values = await group.columns(this.#columns)
    for (let row = 0; row < group.row_count; row++) {
      this.#add(sum, <Name extends ColumnName<R>>(name: Name) => {
        return fromParquet(types.get(name)!, values.get(name)![row]) as R[Name]
      })
    }
    this.#known.set(group, sum)
    return sum
  }
}
