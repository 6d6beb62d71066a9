import { decompress } from 'fzstd'

import { parsedJson } from '#shared/base/parsed-json.ts'
import { CorruptFile } from '#shared/parquet/corrupt-file.ts'
import { readExternalRows } from '#shared/parquet/external-rows.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { UnreadableFile, type FileRow } from './file-rows.ts'

/** Audiences of a Parquet file: of an export, or of DuckDB or pandas with the same columns. Loaded when somebody chooses such a file. */

const TYPES: ReadonlyMap<string, ColumnType> = new Map(AUDIENCES.columns.map(({ name, type }) => [name, type]))

/** Snappy is built into the reader; what this app and the service write is snappy and zstd. */
const COMPRESSORS = { ZSTD: (input: Uint8Array, bytes: number) => decompress(input, new Uint8Array(bytes)) }

/** @throws UnreadableFile */
export async function parquetAudiences(bytes: Uint8Array<ArrayBuffer>): Promise<readonly FileRow[]> {
  const slice = async (start: number, end?: number) => await Promise.resolve(bytes.slice(start, end).buffer)
  const rows: FileRow[] = []
  try {
    for await (const entry of readExternalRows({ byteLength: bytes.length, slice }, COMPRESSORS)) {
      const line = rows.length + 1
      rows.push({ line, source: entry.kind === 'row' ? sourceOf(entry.fields) : faultsOf(entry.faults) })
    }
  } catch (error) {
    if (!(error instanceof CorruptFile)) throw error
    if (error.message.includes('unsupported compression codec')) {
      throw new UnreadableFile('Its compression is not one that the app reads. Write it with snappy or zstd.')
    }
    throw new UnreadableFile('The Parquet in this file is cut off or damaged. Export it once more.')
  }
  const [first] = rows
  if (first && !('name' in first.source) && !('audience_id' in first.source)) {
    throw new UnreadableFile('It has no column “name”.')
  }
  return rows
}

function sourceOf(fields: Readonly<Record<string, unknown>>): FileRow['source'] {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, valueOf(TYPES.get(name), value)]))
}

/** A cell that cannot be read is no value of its column, and is refused by its name. */
function faultsOf(faults: ReadonlyMap<string, string>): FileRow['source'] {
  return Object.fromEntries([...faults].map(([path, fault]) => [path.split(/[.[]/, 1)[0]!, { unreadable: fault }]))
}

/** As JSON has it: pandas writes a size that is not known as NaN, and lists and objects as their text. */
function valueOf(type: ColumnType | undefined, value: unknown): unknown {
  if (typeof value === 'number' && Number.isNaN(value)) return null
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' && (type === 'json' || type === 'string_list')) return parsedJson(value) ?? value
  if (typeof value !== 'object' || value === null) return value
  return JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? Number(one) : one)))
}
