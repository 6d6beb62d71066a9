import type { Answer } from '#shared/http/call.ts'
import { encodeRowGroup, type RowGroup } from '#shared/parquet/row-group.ts'
import { parquetSchemaOf, toParquet } from '#shared/parquet/schema.ts'
import { streamFile } from '#shared/parquet/file.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { BYTE_ORDER_MARK, csvCell } from '#shared/records/csv.ts'
import { presentRecord } from '#shared/records/decisions.ts'

/** A download of audiences, streamed batch by batch, in one of the formats that the import reads back. */
export interface ExportOptions {
  readonly format: 'json' | 'csv' | 'parquet'
  /** CSV only: the file begins with a byte order mark. */
  readonly has_bom?: boolean
  /** Of the file, without its extension. */
  readonly name: string
  readonly user_id: string
  readonly batches: AsyncIterable<readonly AudienceRow[]>
}

const FORMATS = {
  json: { content_type: 'application/json; charset=utf-8', content: jsonContent },
  csv: { content_type: 'text/csv; charset=utf-8; header=present', content: csvContent },
  parquet: { content_type: 'application/vnd.apache.parquet', content: parquetContent },
} as const

export function exportFile(options: ExportOptions): Answer {
  const { content_type, content } = FORMATS[options.format]
  return {
    status: 200,
    headers: {
      'Content-Type': content_type,
      'Content-Disposition': attachment(`${options.name}.${options.format}`),
      'Cache-Control': 'no-store',
    },
    stream: content(options),
  }
}

/** Columns of the record as answers show them, without the user's own id: a file is its owner's. */
const COLUMNS = AUDIENCES.columns.filter(({ name }) => name !== 'rev' && name !== 'segment_count')

const encoder = new TextEncoder()

async function* jsonContent({ user_id, batches }: ExportOptions): AsyncGenerator<Uint8Array> {
  let before = '{"audiences":[\n'
  for await (const rows of batches) {
    const lines = rows.map((row) => JSON.stringify(presentRecord(AUDIENCES, user_id, row)))
    yield encoder.encode(before + lines.join(',\n'))
    before = ',\n'
  }
  yield encoder.encode(before === ',\n' ? '\n]}\n' : `${before}]}\n`)
}

async function* csvContent({ user_id, batches, has_bom = false }: ExportOptions): AsyncGenerator<Uint8Array> {
  yield encoder.encode(`${has_bom ? BYTE_ORDER_MARK : ''}${COLUMNS.map(({ name }) => name).join(',')}\r\n`)
  for await (const rows of batches) {
    const lines = rows.map((row) => {
      const record = presentRecord(AUDIENCES, user_id, row)
      return `${COLUMNS.map(({ name }) => csvCell(record[name])).join(',')}\r\n`
    })
    yield encoder.encode(lines.join(''))
  }
}

async function* parquetContent({ batches }: ExportOptions): AsyncGenerator<Uint8Array> {
  const schema = parquetSchemaOf(COLUMNS)
  async function* groups(): AsyncGenerator<RowGroup> {
    for await (const rows of batches) {
      const values = new Map(
        COLUMNS.map(({ name, type }) => [name, rows.map((row) => toParquet(type, row[name] ?? null))]),
      )
      yield encodeRowGroup(schema, values, { statistics: new Set() })
    }
  }
  yield* streamFile(schema, groups())
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
