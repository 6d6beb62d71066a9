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

export function exportedText(format: TextFormat, records: Iterable<Audience>): string {
  return [...exportedPieces(format, records)].join('')
}

/** The same piece by piece, an audience each: of ten thousand the page answers in between. */
export function exportedPieces(format: TextFormat, records: Iterable<Audience>): Generator<string, undefined> {
  return format === 'csv' ? csvPieces(records) : jsonPieces(records)
}

/** One audience in a line. */
function* jsonPieces(records: Iterable<Audience>): Generator<string, undefined> {
  const names = columnNames()
  yield '{"audiences":['
  let before = '\n'
  for (const record of records) {
    yield before + JSON.stringify(Object.fromEntries(names.map((name) => [name, cellOf(record, name)])))
    before = ',\n'
  }
  yield '\n]}\n'
}

/** Excel reads it as UTF-8 by its first character. */
function* csvPieces(records: Iterable<Audience>): Generator<string, undefined> {
  const names = columnNames()
  yield `${BYTE_ORDER_MARK}${names.join(',')}\r\n`
  for (const record of records) yield `${names.map((name) => csvCell(cellOf(record, name))).join(',')}\r\n`
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
