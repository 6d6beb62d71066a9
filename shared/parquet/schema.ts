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

/** The Parquet schema of `columns`, in their order, as every reader sees it. */
export function parquetSchemaOf(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)]
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

/** An element as the writer is told it: JSON is text already, and declared as JSON the library would stringify it again. */
export function asStored(element: SchemaElement): SchemaElement {
  if (element.converted_type !== 'JSON') return element
  const { converted_type: _, logical_type: __, ...stored } = element
  return stored
}

/** The elements of each top-level column of a schema, by name, in file order. */
export function topLevelColumns(schema: readonly SchemaElement[]): Map<string, SchemaElement[]> {
  const columns = new Map<string, SchemaElement[]>()
  for (let at = 1; at < schema.length;) {
    const end = endOfSubtree(schema, at)
    columns.set(schema[at]!.name, schema.slice(at, end))
    at = end
  }
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
  const merged = topLevelColumns(file_schema)
  const own = merged.size
  for (const [name, elements] of topLevelColumns(ours)) if (!merged.has(name)) merged.set(name, elements)
  if (merged.size === own) return file_schema
  return [{ name: 'root', num_children: merged.size }, ...[...merged.values()].flat()]
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
