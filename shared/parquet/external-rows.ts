import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers } from 'hyparquet'

import { CorruptFile } from './corrupt-file.ts'
import type { ExactDecimal } from './exact-decimal.ts'
import { externalSchema, type ExternalSchema } from './external-schema.ts'
import { conversionOf, type OnFault } from './external-values.ts'
import type { RoundedFloat } from './rounded-float.ts'
import { RAW_METADATA_PARSERS } from './raw-values.ts'

/**
 * Parquet files that somebody else wrote (pandas, pyarrow, DuckDB, Spark), read row by row: whatever columns, types,
 * nesting and compression they have. Our own objects are read by `file.ts`, which knows their columns.
 */

/** Access to a file by ranges of bytes. */
export interface ExternalFile {
  readonly byteLength: number
  slice: (start: number, end?: number) => Promise<ArrayBuffer>
}

/**
 * A row by column name: null, booleans, numbers, bigints (64-bit integers), `ExactDecimal` (fractions of decimals that no
 * number spells), `RoundedFloat` (large integers in small floats), strings (also for JSON columns, unparsed), `Date` for dates and timestamps (to the millisecond), bytes,
 * and lists and objects of these for nested columns. Members of structs that are null are absent.
 */
export type ExternalRow = Readonly<Record<string, ExternalValue>>
type ExternalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | ExactDecimal
  | RoundedFloat
  | Date
  | Uint8Array
  | object

/** A row, or why it is unreadable: the first fault of each column. */
export type ExternalEntry =
  | { readonly kind: 'row'; readonly fields: ExternalRow }
  | { readonly kind: 'bad'; readonly faults: ReadonlyMap<string, string> }

/** A row group is held decoded while its rows are handed out. */
const GROUP_BYTES_MAX = 512 * 1024 * 1024
/** Most footers fit; reading more would read small files twice. */
const FOOTER_FETCH_BYTES = 64 * 1024

/** The nanoseconds of old timestamps as they are. */
const PARSERS: Partial<ParquetParsers> = { timestampFromNanoseconds: (nanos) => nanos }

/**
 * The rows of a file in their order, one row group in memory at a time.
 * @param compressors by which pages are taken apart; snappy is built into the reader
 * @throws CorruptFile when the file, or what is left of it, cannot be read; rows before the fault were handed out
 */
export async function* readExternalRows(file: ExternalFile, compressors: Compressors): AsyncGenerator<ExternalEntry> {
  const metadata = await explained('the footer cannot be read', () =>
    parquetMetadataAsync(asBuffer(file), {
      parsers: RAW_METADATA_PARSERS,
      geoparquet: false,
      initialFetchSize: FOOTER_FETCH_BYTES,
    }),
  )
  const schema = externalSchema(metadata)
  const toEntry = rowConversion(schema)
  let first_row = 0
  for (const [at, group] of metadata.row_groups.entries()) {
    const end_row = first_row + Number(group.num_rows)
    if (Number(group.total_byte_size) > GROUP_BYTES_MAX) {
      throw new CorruptFile(`row group ${at + 1} takes more than ${GROUP_BYTES_MAX} bytes: write smaller row groups`)
    }
    if (end_row > first_row) {
      const stored = await readStored(file, schema.bare, { at, first_row, end_row, compressors })
      // One row after the other: a value that a dictionary has once may be in every row.
      for (const row of stored) yield toEntry(row)
    }
    first_row = end_row
  }
}

function rowConversion({ columns }: ExternalSchema): (stored: Readonly<Record<string, unknown>>) => ExternalEntry {
  const conversions = columns.map((column) => ({ ...column, convert: conversionOf(column) }))
  return (stored) => {
    const faults = new Map<string, string>()
    const onFault: OnFault = (path, message) => void (faults.has(path) || faults.set(path, message))
    const fields = conversions.map(({ name, key, convert }) => [name, convert(stored[key], onFault)] as const)
    if (faults.size > 0) return { kind: 'bad', faults }
    return { kind: 'row', fields: Object.fromEntries(fields) as ExternalRow }
  }
}

/** @param metadata the bare one of `externalSchema` */
async function readStored(
  file: ExternalFile,
  metadata: FileMetaData,
  { at, first_row, end_row, compressors }: { at: number; first_row: number; end_row: number; compressors: Compressors },
): Promise<Readonly<Record<string, unknown>>[]> {
  return await explained(`row group ${at + 1} cannot be read`, () =>
    parquetReadObjects({
      file: asBuffer(file),
      metadata,
      rowStart: first_row,
      rowEnd: end_row,
      compressors,
      parsers: PARSERS,
      utf8: false,
      geoparquet: false,
    }),
  )
}

/** A damaged footer may name any range. */
function asBuffer(file: ExternalFile): AsyncBuffer {
  return {
    byteLength: file.byteLength,
    slice: (start, end = file.byteLength) => {
      if (!(start >= 0 && start <= end && end <= file.byteLength)) throw new Error('a range lies outside the file')
      return file.slice(start, end)
    },
  }
}

async function explained<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new CorruptFile(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
