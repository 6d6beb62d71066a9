import type { Generation } from '../../objects/object-store.ts'
import { NO_OBJECT } from '../../objects/object-store.ts'
import { parseFile, type ParquetFile } from '../../parquet/file.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { fromParquet, parquetSchemaOf, type Cell } from '../../parquet/schema.ts'
import { decodeFooter, newFooter, type Footer } from './footer.ts'
import type { Row, StoredRow, TableSchema } from './schema.ts'

/**
 * One generation of one partition object. Immutable: a commit makes a new snapshot that shares the row groups it did
 * not touch. An object that does not exist is a snapshot too, without groups, of generation `NO_OBJECT`.
 */
export interface Snapshot {
  readonly name: string
  readonly generation: Generation
  readonly size_bytes: number
  readonly file: Pick<ParquetFile, 'schema' | 'groups'>
  readonly footer: Footer
  /** False when only the footer was fetched and the groups come by range: such a snapshot cannot be rewritten. */
  readonly whole: boolean
}

/** Where a row lies inside a snapshot. */
export interface RowPlace {
  readonly group: RowGroup
  readonly index: number
}

export function absentSnapshot(schema: TableSchema, name: string): Snapshot {
  return {
    name,
    generation: NO_OBJECT,
    size_bytes: 0,
    file: { schema: parquetSchemaOf(schema.columns), groups: [] },
    footer: newFooter(name, ''),
    whole: true,
  }
}

/** @throws CorruptFile */
export function wholeSnapshot(name: string, generation: Generation, bytes: Uint8Array): Snapshot {
  return snapshotOf(name, generation, bytes.length, parseFile(bytes), true)
}

/** @throws CorruptFile */
export function snapshotOf(
  name: string,
  generation: Generation,
  size_bytes: number,
  file: ParquetFile,
  whole: boolean,
): Snapshot {
  return { name, generation, size_bytes, file, footer: decodeFooter(file.key_values, name), whole }
}

export function rowCount(snapshot: Snapshot): number {
  return snapshot.file.groups.reduce((sum, group) => sum + group.row_count, 0)
}

/** Finds a record by its id, decoding the id column of only those groups whose statistics allow it. */
export async function findRow(snapshot: Snapshot, schema: TableSchema, id: string): Promise<RowPlace | undefined> {
  for (const group of snapshot.file.groups) {
    const bounds = stringBounds(group, schema.id_column)
    if (bounds && (id < bounds.min || id > bounds.max)) continue
    const index = (await indexOf(group, schema.id_column)).get(id)
    if (index !== undefined) return { group, index }
  }
  return undefined
}

const indexes = new WeakMap<RowGroup, ReadonlyMap<unknown, number>>()

/** Ids of a group to their rows: built once, since groups never change. Old ids carry no time to tell groups apart. */
async function indexOf(group: RowGroup, id_column: string): Promise<ReadonlyMap<unknown, number>> {
  const known = indexes.get(group)
  if (known) return known
  const ids = (await group.columns([id_column])).get(id_column)!
  const index = new Map(ids.map((id, at) => [id, at]))
  indexes.set(group, index)
  return index
}

/** The row at `index` of decoded columns: every column of `names`, null where the file lacks it. */
export function rowAt<R extends Row>(schema: TableSchema<R>, values: ColumnValues, index: number): StoredRow<R>
export function rowAt<R extends Row>(
  schema: TableSchema<R>,
  values: ColumnValues,
  index: number,
  names: ReadonlySet<string> | undefined,
): R
export function rowAt<R extends Row>(
  schema: TableSchema<R>,
  values: ColumnValues,
  index: number,
  names?: ReadonlySet<string>,
): R {
  const row: Record<string, Cell> = {}
  for (const { name, type } of schema.columns) {
    if (!names || names.has(name)) row[name] = fromParquet(type, values.get(name)?.[index])
  }
  return row as R
}

/** Least and greatest value of a string column as the group's statistics tell, if they do. */
function stringBounds(group: RowGroup, column: string): { min: string; max: string } | undefined {
  const statistics = statisticsOf(group, column)
  if (statistics?.min_value === undefined || statistics.max_value === undefined) return undefined
  return { min: textOf(statistics.min_value), max: textOf(statistics.max_value) }
}

/** Least and greatest creation time in a group, in milliseconds; unbounded when the statistics do not tell. */
export function createdBoundsMs(group: RowGroup): { min: number; max: number } {
  const statistics = statisticsOf(group, 'created_at')
  return {
    min: statistics?.min_value === undefined ? -Infinity : Number(statistics.min_value),
    max: statistics?.max_value === undefined ? Infinity : Number(statistics.max_value),
  }
}

/** Greatest revision of a row in a group; unbounded when the statistics do not tell. */
export function greatestRev(group: RowGroup): number {
  const statistics = statisticsOf(group, 'rev')
  return statistics?.max_value === undefined ? Infinity : Number(statistics.max_value)
}

function statisticsOf(group: RowGroup, column: string) {
  return group.metadata.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column)?.meta_data?.statistics
}

/** Statistics that were read are bytes, those just made are strings. */
function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}
