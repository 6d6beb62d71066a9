import type { SchemaElement } from 'hyparquet'
import type { Cell } from '../base/cell.ts'

export type { Cell } from '../base/cell.ts'

/**
 * Columns as plain data, and the Parquet schema made of them.
 *
 * Every column is OPTIONAL: schema evolution adds columns to files that lack them, and null stays null.
 */
export type ColumnType = 'string' | 'int64' | 'double' | 'boolean' | 'timestamp' | 'string_list' | 'json'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Keep min, max and null count per row group. Off for text and JSON: their statistics are never truncated. */
  readonly statistics?: boolean
}

const schemas_by_columns = new WeakMap<readonly Column[], readonly SchemaElement[]>()

/** The Parquet schema of `columns`, in their order, as every reader sees it: one for each list of columns. */
export function parquetSchemaOf(columns: readonly Column[]): readonly SchemaElement[] {
  const known = schemas_by_columns.get(columns)
  if (known !== undefined) return known
  const schema = schemaOf(columns.map(elementsOf))
  schemas_by_columns.set(columns, schema)
  return schema
}

function elementsOf({ name, type }: Column): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const
  switch (type) {
    case 'string':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }]
    case 'int64':
      return [{ ...optional, type: 'INT64' }]
    case 'double':
      return [{ ...optional, type: 'DOUBLE' }]
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }]
    case 'timestamp':
      // The converted type alone would be read as local time by some readers, the logical type alone not at all by old ones.
      return [
        {
          ...optional,
          type: 'INT64',
          converted_type: 'TIMESTAMP_MILLIS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
        },
      ]
    case 'json':
      // Without the converted type DuckDB reads a BLOB.
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } }]
    case 'string_list':
      return [
        { ...optional, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        {
          name: 'element',
          repetition_type: 'OPTIONAL',
          type: 'BYTE_ARRAY',
          converted_type: 'UTF8',
          logical_type: { type: 'STRING' },
        },
      ]
  }
}

const stored_schemas = new WeakMap<readonly SchemaElement[], SchemaElement[]>()

/** A schema as the writer is told it. */
export function storedSchemaOf(schema: readonly SchemaElement[]): SchemaElement[] {
  const known = stored_schemas.get(schema)
  if (known !== undefined) return known
  const stored = schema.map(asStored)
  stored_schemas.set(schema, stored)
  return stored
}

/** JSON is text already, and declared as JSON the library would stringify it again. */
function asStored(element: SchemaElement): SchemaElement {
  if (element.converted_type !== 'JSON') return element
  const { converted_type: _, logical_type: __, ...stored } = element
  return stored
}

/** The elements of each top-level column of a schema, by name, in file order. */
export type TopLevelColumns = ReadonlyMap<string, readonly SchemaElement[]>

/** Every commit asks several times, of the same schema as the one before: schemas never change. */
const columns_by_schema = new WeakMap<readonly SchemaElement[], TopLevelColumns>()

export function topLevelColumns(schema: readonly SchemaElement[]): TopLevelColumns {
  const known = columns_by_schema.get(schema)
  if (known !== undefined) return known
  const columns = new Map<string, readonly SchemaElement[]>()
  for (let at = 1; at < schema.length;) {
    const end = endOfSubtree(schema, at)
    columns.set(schema[at]!.name, schema.slice(at, end))
    at = end
  }
  columns_by_schema.set(schema, columns)
  return columns
}

function endOfSubtree(schema: readonly SchemaElement[], at: number): number {
  let end = at + 1
  for (let child = 0; child < (schema[at]!.num_children ?? 0); child++) end = endOfSubtree(schema, end)
  return end
}

/**
 * The schema to write into a file: its own columns first, in their order (a newer release may have added some that
 * this one does not know; they survive), then those of ours that it lacks. A file that has them all keeps its own.
 */
export function mergeSchemas(
  file_schema: readonly SchemaElement[],
  ours: readonly SchemaElement[],
): readonly SchemaElement[] {
  const own = topLevelColumns(file_schema)
  const added = [...topLevelColumns(ours)].filter(([name]) => !own.has(name)).map(([, elements]) => elements)
  if (added.length === 0) return file_schema
  return schemaOf([...own.values(), ...added])
}

/** A schema of top-level columns. */
export function schemaOf(columns: readonly (readonly SchemaElement[])[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flat()]
}

/** The cell as hyparquet-writer takes it. */
export function toParquet(type: ColumnType, cell: Cell): unknown {
  if (cell === null) return null
  if (type === 'int64' || type === 'timestamp') return BigInt(Number(cell))
  return cell
}

/** What the raw reader gave (see raw-values.ts) as a cell. */
export function fromParquet(type: ColumnType, raw: unknown): Cell {
  if (raw === null || raw === undefined) return null
  if (type === 'int64' || type === 'timestamp') return Number(raw)
  return raw as Cell
}
