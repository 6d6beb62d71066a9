import type { Answer } from '../http/call.ts'
import { streamFile } from '../parquet/file.ts'
import { encodeRowGroup, type RowGroup } from '../parquet/row-group.ts'
import { parquetSchemaOf, toParquet } from '../parquet/schema.ts'
import { BYTE_ORDER_MARK, csvCell } from '../records/csv.ts'
import { exportedColumns, presentRecord } from '../records/decisions.ts'
import { asJsonText, jsonOf, JsonText } from '../records/json-text.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'

/** A download of records, streamed batch by batch, in one of the formats that the import reads back. */
export interface ExportOptions<K extends RecordKind> {
  readonly kind: K
  readonly format: ExportFormat
  /** CSV only: the file begins with a byte order mark. */
  readonly has_bom?: boolean
  /** Of the file, without its extension. */
  readonly name: string
  readonly user_id: string
  /** Rows with the exported columns. The next batch is read when the one before has left. */
  readonly batches: AsyncGenerator<readonly RowOf<K>[], void>
}

export type ExportFormat = 'json' | 'csv' | 'parquet'

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
}

/** The first batch is read before there is an answer: an unavailable store is a 503, not a broken file. */
export async function exportFile<K extends RecordKind>(options: ExportOptions<K>): Promise<Answer> {
  const { format, batches } = options
  const first = await batches.next()
  return {
    status: 200,
    headers: {
      'Content-Type': CONTENT_TYPES[format],
      'Content-Disposition': attachment(`${options.name}.${format}`),
      'Cache-Control': 'no-store',
    },
    stream: contentOf({ ...options, batches: resume(first, batches) }),
  }
}

async function* resume<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  if (first.done) return
  yield first.value
  yield* rest
}

function contentOf<K extends RecordKind>(options: ExportOptions<K>): AsyncGenerator<Uint8Array> {
  switch (options.format) {
    case 'json':
      return inPieces(jsonContent(options))
    case 'csv':
      return inPieces(csvContent(options))
    case 'parquet':
      return parquetContent(options)
  }
}

/** One text for each row, and what stands around them. */
async function* jsonContent<K extends RecordKind>({
  kind,
  user_id,
  batches,
}: ExportOptions<K>): AsyncGenerator<string> {
  let before = `{"${kind.name}":[\n`
  for await (const rows of batches) {
    for (const row of rows) {
      yield before + jsonOf(presentRecord(kind, user_id, row, asJsonText))
      before = ',\n'
    }
  }
  yield before === ',\n' ? '\n]}\n' : `${before}]}\n`
}

async function* csvContent<K extends RecordKind>(options: ExportOptions<K>): AsyncGenerator<string> {
  const { kind, user_id, batches, has_bom = false } = options
  const names = exportedColumns(kind).map(({ name }) => name)
  yield `${has_bom ? BYTE_ORDER_MARK : ''}${names.join(',')}\r\n`
  for await (const rows of batches) {
    for (const row of rows) {
      const record = presentRecord(kind, user_id, row, asJsonText)
      const cells = names.map((name) => {
        const value = record[name]
        return csvCell(value instanceof JsonText ? value.text : value)
      })
      yield `${cells.join(',')}\r\n`
    }
  }
}

/** Each batch is a row group, which is as large as a writer of Parquet must hold. */
async function* parquetContent<K extends RecordKind>({ kind, batches }: ExportOptions<K>): AsyncGenerator<Uint8Array> {
  const columns = exportedColumns(kind)
  const schema = parquetSchemaOf(columns)
  async function* groups(): AsyncGenerator<RowGroup> {
    for await (const rows of batches) {
      const values = new Map(
        columns.map(({ name, type }) => [name, rows.map((row) => toParquet(type, row[name] ?? null))]),
      )
      yield encodeRowGroup(schema, values, { statistics: new Set() })
    }
  }
  yield* streamFile(schema, groups())
}

/** Characters that leave together. */
const PIECE_CHARACTERS = 64 * 1024

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let piece = ''
  for await (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARACTERS) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece)
}

/** Both spellings of the file name: the plain one for old clients, the extended one for everything else (RFC 6266). */
function attachment(file_name: string): string {
  // What would leave the download folder, break a line or show another ending becomes an underscore in both.
  const safe = file_name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\:*?"<>|]/gu, '_')
  const ascii = safe.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll('%', '_')
  const extended = encodeURIComponent(safe).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`
}
