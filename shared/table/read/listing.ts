import { fromParquet, type ColumnType } from '../../parquet/schema.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { createdBoundsMs, type RowPlace, type Snapshot } from '../object/snapshot.ts'
import type { ColumnName, Row, TableSchema } from '../object/schema.ts'

/**
 * Finding rows newest first, by (created_at, id) descending. Both are fixed at creation, so a position stays where it
 * is whatever is written meanwhile: no row is seen twice, none that was there is skipped.
 */
export interface Position {
  readonly created_at_ms: number
  readonly id: string
}

/** Looks at one row without building it: `cell('status')`. */
export type CellReader<R extends Row = Row> = <Name extends ColumnName<R>>(column: Name) => R[Name]

/** Which rows a listing has. */
export interface RowFilter<R extends Row = Row> {
  /** All that `matches` looks at: nothing else of a row is decoded to find out. */
  readonly columns: readonly ColumnName<R>[]
  readonly matches: (cell: CellReader<R>) => boolean
}

/** Negative when `a` comes before `b`, newest first. */
export function comparePositions(a: Position, b: Position): number {
  if (a.created_at_ms !== b.created_at_ms) return b.created_at_ms - a.created_at_ms
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

export interface FoundRow {
  readonly place: RowPlace
  readonly position: Position
}

export interface ScanOptions<R extends Row = Row> {
  /** Start behind this position. */
  readonly after: Position | undefined
  readonly filter: RowFilter<R>
  /** Decodes columns of a group, or has them. */
  readonly decode: (group: RowGroup, names: readonly string[]) => Promise<ColumnValues>
}

/**
 * Where the matching rows of a snapshot are, newest first. Groups are opened only when their newest row can be the next:
 * from a large cold object only the groups that the page needs are fetched. Of an opened group only the places of its
 * matching rows are kept: however many groups overlap in time, their rows are never decoded together.
 */
export async function* scanSnapshot<R extends Row>(
  schema: TableSchema<R>,
  snapshot: Snapshot,
  { after, filter, decode }: ScanOptions<R>,
): AsyncGenerator<FoundRow> {
  const names = [...new Set<string>([...filter.columns, 'created_at', schema.id_column])]
  const unopened = snapshot.file.groups
    .map((group) => ({ group, created_ms: createdBoundsMs(group) }))
    .filter(({ created_ms }) => !after || created_ms.min <= after.created_at_ms)
    .toSorted((a, b) => a.created_ms.max - b.created_ms.max)
  const open: FoundRow[][] = []

  for (;;) {
    let newest = newestOf(open)
    for (let next = unopened.at(-1); next; next = unopened.at(-1)) {
      if (newest && newest.at(-1)!.position.created_at_ms > next.created_ms.max) break
      unopened.pop()
      const found = matchingRows(schema, next.group, await decode(next.group, names), { after, filter })
      if (found.length > 0) open.push(found)
      newest = newestOf(open)
    }
    if (!newest) return
    yield newest.pop()!
    if (newest.length === 0) open.splice(open.indexOf(newest), 1)
  }
}

function newestOf(open: readonly FoundRow[][]): FoundRow[] | undefined {
  let newest: FoundRow[] | undefined
  for (const found of open) {
    if (!newest || comparePositions(found.at(-1)!.position, newest.at(-1)!.position) < 0) newest = found
  }
  return newest
}

/** The matching rows of one group behind `after`, oldest first as the group has them. */
function matchingRows<R extends Row>(
  schema: TableSchema<R>,
  group: RowGroup,
  values: ColumnValues,
  { after, filter }: Pick<ScanOptions<R>, 'after' | 'filter'>,
): FoundRow[] {
  const types = new Map<string, ColumnType>(schema.columns.map((column) => [column.name, column.type]))
  const created = values.get('created_at')!
  const ids = values.get(schema.id_column)!
  const found: FoundRow[] = []
  for (let index = 0; index < group.row_count; index++) {
    const position = { created_at_ms: Number(created[index]), id: String(ids[index]) }
    if (after && comparePositions(position, after) <= 0) continue
    const cell: CellReader<R> = <Name extends ColumnName<R>>(name: Name) => {
      const column = values.get(name)
      if (!column) throw new Error(`the filter does not name the column ${name}`)
      const type = types.get(name)
      return (type ? fromParquet(type, column[index]) : null) as R[Name]
    }
    if (filter.matches(cell)) found.push({ place: { group, index }, position })
  }
  return found
}
