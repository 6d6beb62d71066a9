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

/** Rows of a run at most: no more than a short page may leave. */
const RUN_ROWS = 16

/**
 * Where the matching rows of a snapshot are, newest first, in runs of one group each: a row alone would pass through
 * several generators, which costs more than to find it. Groups are opened only when their newest row can be the next:
 * from a large cold object only the groups that the page needs are fetched. Of an opened group only the places of its
 * matching rows are kept: however many groups overlap in time, their rows are never decoded together.
 */
export async function* scanSnapshot<R extends Row>(
  schema: TableSchema<R>,
  snapshot: Snapshot,
  { after, filter, decode }: ScanOptions<R>,
): AsyncGenerator<readonly FoundRow[]> {
  const names = [...new Set<string>([...filter.columns, 'created_at', schema.id_column])]
  const unopened = snapshot.file.groups
    .map((group) => ({ group, created_ms: createdBoundsMs(group) }))
    .filter(({ created_ms }) => !after || created_ms.min <= after.created_at_ms)
    .toSorted((a, b) => a.created_ms.max - b.created_ms.max)
  const open: OpenGroup[] = []

  for (;;) {
    let newest = newestOf(open)
    for (let next = unopened.at(-1); next; next = unopened.at(-1)) {
      if (newest && newest.newest!.created_at_ms > next.created_ms.max) break
      unopened.pop()
      const found = matchingRows(schema, next.group, await decode(next.group, names), { after, filter })
      if (found.newest) open.push(found)
      newest = newestOf(open)
    }
    if (!newest) return
    const others = open.filter((found) => found !== newest)
    yield takeRun(newest, newestOf(others)?.newest, unopened.at(-1)?.created_ms.max)
    if (!newest.newest) open.splice(open.indexOf(newest), 1)
  }
}

/**
 * Takes the newest rows of a group as far as they come before all of the other groups.
 * @param next the newest row of the other open ones @param unopened_ms creation of the newest that the others can have
 */
function takeRun(
  found: OpenGroup,
  next: Position | undefined,
  unopened_ms: number | undefined = -Infinity,
): readonly FoundRow[] {
  const run = [found.take()]
  for (let position = found.newest; position && run.length < RUN_ROWS; position = found.newest) {
    if (position.created_at_ms <= unopened_ms) break
    if (next && comparePositions(next, position) < 0) break
    run.push(found.take())
  }
  return run
}

function newestOf(open: readonly OpenGroup[]): OpenGroup | undefined {
  let newest: OpenGroup | undefined
  for (const found of open) {
    if (!newest || comparePositions(found.newest!, newest.newest!) < 0) newest = found
  }
  return newest
}

/**
 * The matching rows of a group that were not taken yet. Most of a large group's never are, so only numbers are kept of
 * them, and of the decoded columns the two that positions are made of.
 */
class OpenGroup {
  readonly #group: RowGroup
  readonly #positions: Positions
  readonly #indexes: number[]
  /** Where the newest one is; undefined when all were taken. */
  newest: Position | undefined

  /** @param indexes oldest first */
  constructor(group: RowGroup, positions: Positions, indexes: number[]) {
    this.#group = group
    this.#positions = positions
    this.#indexes = indexes
    this.newest = this.#next()
  }

  take(): FoundRow {
    const found = { place: { group: this.#group, index: this.#indexes.pop()! }, position: this.newest! }
    this.newest = this.#next()
    return found
  }

  #next(): Position | undefined {
    const index = this.#indexes.at(-1)
    return index === undefined ? undefined : positionAt(this.#positions, index)
  }
}

/** The columns that rows are in order by. */
interface Positions {
  readonly created: readonly unknown[]
  readonly ids: readonly unknown[]
}

function positionAt({ created, ids }: Positions, index: number): Position {
  return { created_at_ms: Number(created[index]), id: String(ids[index]) }
}

/** The matching rows of one group behind `after`, oldest first as the group has them. */
function matchingRows<R extends Row>(
  schema: TableSchema<R>,
  group: RowGroup,
  values: ColumnValues,
  { after, filter }: Pick<ScanOptions<R>, 'after' | 'filter'>,
): OpenGroup {
  const types = new Map<string, ColumnType>(schema.columns.map((column) => [column.name, column.type]))
  const positions = { created: values.get('created_at')!, ids: values.get(schema.id_column)! }
  const indexes: number[] = []
  let at = 0
  const cell: CellReader<R> = <Name extends ColumnName<R>>(name: Name) => {
    const column = values.get(name)
    if (!column) throw new Error(`the filter does not name the column ${name}`)
    return fromParquet(types.get(name)!, column[at]) as R[Name]
  }
  for (; at < group.row_count; at++) {
    if (after && comparePositions(positionAt(positions, at), after) <= 0) continue
    if (filter.matches(cell)) indexes.push(at)
  }
  return new OpenGroup(group, positions, indexes)
}
