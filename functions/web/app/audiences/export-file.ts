import { BYTE_ORDER_MARK, csvCell } from '#shared/records/csv.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { exportedColumns } from '#shared/records/decisions.ts'
import type { Audience } from '../store/records.ts'

/**
 * Audiences of this device as files: with the columns, names and guards of the service's own exports, and with what has not been
 * sent yet. The import reads them back.
 */

export type Format = TextFormat | 'parquet'
type TextFormat = 'csv' | 'json'

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv;charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
}

export async function exportedFile(
  format: Format,
  records: readonly Audience[],
): Promise<string | Uint8Array<ArrayBuffer>> {
  if (format !== 'parquet') return exportedText(format, records)
  const { exportedParquet } = await import('./parquet-export.ts')
  return exportedParquet(records)
}

export function exportedText(format: TextFormat, records: readonly Audience[]): string {
  return format === 'csv' ? csvOf(records) : jsonOf(records)
}

/** One audience in a line. */
function jsonOf(records: readonly Audience[]): string {
  const names = columnNames()
  const lines = records.map((record) =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, cellOf(record, name)]))),
  )
  return lines.length === 0 ? '{"audiences":[\n]}\n' : `{"audiences":[\n${lines.join(',\n')}\n]}\n`
}

/** Excel reads it as UTF-8 by its first character. */
function csvOf(records: readonly Audience[]): string {
  const names = columnNames()
  const lines = records.map((record) => names.map((name) => csvCell(cellOf(record, name))).join(','))
  return `${BYTE_ORDER_MARK}${[names.join(','), ...lines].join('\r\n')}\r\n`
}

function columnNames(): readonly string[] {
  return exportedColumns(AUDIENCES).map(({ name }) => name)
}

function cellOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return record[name] ?? null
}

/** What no folder takes becomes an underscore. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\:*?"<>|]/gu
const NAME_LENGTH_MAX = 80

/** `Weekend trail runners.csv`, `audiences 2026-11-28.json`. @param day ISO 8601 */
export function fileNameOf(records: readonly Audience[], day: string, extension: string): string {
  const [only] = records
  const name = records.length === 1 && only ? only.name : `audiences ${day}`
  const safe = name.replaceAll(UNSAFE, '_').slice(0, NAME_LENGTH_MAX).toWellFormed().trim()
  return `${safe.replace(/^\.+/, '_') || 'audience'}.${extension}`
}
