import type { Cell, HistoryRules, SystemCells } from '../../base/cell.ts'
import type { Column } from '../../parquet/schema.ts'

/**
 * What the table needs to know of a record kind, as plain data. `shared/records` has one for each kind.
 *
 * Every table has the columns of `SYSTEM_COLUMNS`; the table itself stamps all but `created_at` and `deleted`, and the
 * column `history`.
 */
export interface TableSchema<R extends Row = Row> {
  /** Never there: it tells the compiler which rows the table has. */
  readonly types?: { readonly row: R }
  /** First component of every object name, and the first part of its file name: `audiences`. */
  readonly name: string
  /** TypeID prefix without the underscore: `aud`. */
  readonly id_prefix: string
  readonly id_column: string
  /** `month`: one object per UTC month of created_at; `user`: a single object. */
  readonly partitioned_by: 'month' | 'user'
  /** In file order, those that listings want first and side by side. */
  readonly columns: readonly Column[]
  /** Columns that only whole records need; listings never decode them. */
  readonly detail_columns: readonly string[]
  /** What of its rows is kept when it changes; without it nothing is. */
  readonly history?: HistoryRules
}

export const SYSTEM_COLUMNS = [
  { name: 'created_at', type: 'timestamp', statistics: true },
  { name: 'updated_at', type: 'timestamp', statistics: true },
  { name: 'version', type: 'int64', statistics: true },
  { name: 'rev', type: 'int64', statistics: true },
  { name: 'deleted', type: 'boolean', statistics: true },
  { name: 'client_id', type: 'string' },
  { name: 'updated_by', type: 'string' },
] as const satisfies readonly Column[]

/** One record as the table handles it: a cell per column of the schema. JSON cells are UTF-8 text. */
export type Row = Readonly<Record<string, Cell>>

/** A whole row as an object has it, stamped by the table. */
export type StoredRow<R extends Row = Row> = R & SystemCells

/** A row to be stored: what the table does not stamp is in it. */
export type UnstampedRow<R extends Row = Row> = R & Pick<SystemCells, 'created_at' | 'deleted'>

/** The columns of a row, by name. */
export type ColumnName<R extends Row> = keyof R & string

const summaries = new WeakMap<TableSchema, readonly string[]>()

/** One list for each schema. */
export function summaryColumns(schema: TableSchema): readonly string[] {
  const known = summaries.get(schema)
  if (known !== undefined) return known
  const names = schema.columns.map(({ name }) => name).filter((name) => !schema.detail_columns.includes(name))
  summaries.set(schema, names)
  return names
}
