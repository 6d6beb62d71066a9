import type { ColumnValues } from '../../parquet/row-group.ts'
import type { Row } from '../object/schema.ts'

/** About a megabyte: a row has the cells of its columns, which are in memory anyway. */
const ROWS_KEPT = 2000

/**
 * Rows that were made of decoded columns. Groups never change, so a row that is asked for again is the same object, and
 * who makes something of it can keep that beside it. They go with their columns; and all of them when there are too many.
 */
export class KeptRows<R extends Row> {
  #rows = new WeakMap<ColumnValues, (R | undefined)[]>()
  #count = 0

  of(values: ColumnValues, index: number, make: (values: ColumnValues, index: number) => R): R {
    let rows = this.#rows.get(values)
    const known = rows?.[index]
    if (known) return known
    if (this.#count >= ROWS_KEPT) {
      this.#rows = new WeakMap()
      this.#count = 0
      rows = undefined
    }
    if (!rows) this.#rows.set(values, (rows = []))
    this.#count++
    return (rows[index] = make(values, index))
  }
}
