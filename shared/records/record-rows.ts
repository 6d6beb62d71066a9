import type { ColumnOf, RecordKind, RecordOf, RowOf } from './record-kind.ts'
import { fromRow, toRow, type Cell } from './rows.ts'

/** Rows to records and back, for one kind, whose types the compiler knows. */

/** The cells of all columns of the kind; a field the record lacks is null. */
export function rowOf<K extends RecordKind>(kind: K, record: Partial<RecordOf<K>>): RowOf<K> {
  return toRow(kind.columns, record) as RowOf<K>
}

/** The cells of those columns that `values` has. */
export function cellsOf<K extends RecordKind>(kind: K, values: Partial<RecordOf<K>>): Readonly<Record<string, Cell>> {
  return toRow(
    kind.columns.filter(({ name }) => Object.hasOwn(values, name)),
    values,
  )
}

/** The record of a row. */
export function recordOf<K extends RecordKind>(kind: K, row: RowOf<K>): RecordOf<K> {
  return fromRow(kind.columns, row)
}

/** The values of some columns of a row. */
export function valuesOf<K extends RecordKind, Name extends ColumnOf<K>>(
  kind: K,
  row: Pick<RowOf<K>, Name>,
  names: readonly Name[],
): Pick<RecordOf<K>, Name> {
  const wanted: readonly string[] = names
  return fromRow(
    kind.columns.filter(({ name }) => wanted.includes(name)),
    row,
  ) as Pick<RecordOf<K>, Name>
}
