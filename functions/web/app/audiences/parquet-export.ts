import type { Cell } from '#shared/base/cell.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { exportedColumns } from '#shared/records/decisions.ts'
import { plainFile } from '#shared/parquet/plain-file.ts'
import type { Audience } from '../store/records.ts'

/** Audiences of this device as a Parquet file with the columns of the service's own exports. Loaded when somebody asks for one. */
export function exportedParquet(records: readonly Audience[]): Uint8Array<ArrayBuffer> {
  const columns = exportedColumns(AUDIENCES)
  const rows = records.map((record: Readonly<Record<string, unknown>>) =>
    columns.map(({ name, type }) => cellOf(type, record[name])),
  )
  return plainFile(columns, rows)
}

const encoder = new TextEncoder()

function cellOf(type: ColumnType, value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (type === 'json') return encoder.encode(JSON.stringify(value))
  return type === 'timestamp' && typeof value === 'string' ? Date.parse(value) : (value as Cell)
}
