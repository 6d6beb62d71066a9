import { isoTime } from '#shared/base/clock.ts'
import type { Cell } from '#shared/parquet/schema.ts'
import { chainOf } from '#shared/table/object/row-history.ts'
import type { Row, StoredRow, TableSchema } from '#shared/table/object/schema.ts'

/** What the history of a row is about, as plain values. */
export function valuesOf({ history, columns }: TableSchema, row: Row): Record<string, unknown> {
  const kept = columns.filter(({ name }) => history!.columns.includes(name))
  return Object.fromEntries(kept.map(({ name, type }) => [name, plain(type, row[name] ?? null)]))
}

/** The values that a row had at a version which its history names; fields that are not known are absent. */
export function pastOf(schema: TableSchema, row: StoredRow, version: number): Record<string, unknown> {
  const values = valuesOf(schema, row)
  for (const entry of chainOf(row).entries) {
    if (entry.version <= version) break
    const kept = Object.entries(entry.before).filter(([name]) => schema.history!.columns.includes(name))
    Object.assign(values, Object.fromEntries(kept))
    for (const name of entry.omitted ?? []) delete values[name]
  }
  return values
}

function plain(type: string, cell: Cell): unknown {
  if (cell instanceof Uint8Array) return JSON.parse(Buffer.from(cell).toString('utf8'))
  return type === 'timestamp' && cell !== null ? isoTime(Number(cell)) : cell
}
