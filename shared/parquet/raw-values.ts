import type { Compressors, ParquetParsers } from 'hyparquet'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * How bytes cross the border to the Parquet libraries: unconverted, so that what is read can be written again
 * unchanged. With the library's default parsers, µs and ns statistics are rounded to milliseconds and other readers'
 * filters then silently miss rows; and JSON would be parsed for rows nobody asked for.
 */
export const RAW_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => millis,
  timestampFromMicroseconds: (micros) => micros,
  timestampFromNanoseconds: (nanos) => nanos,
  dateFromDays: (days) => days,
  jsonFromBytes: (bytes) => bytes,
  // The library's own decoder takes a leading U+FEFF for a byte order mark and drops it.
  stringFromBytes: (bytes) => textDecoder.decode(bytes),
}

/** Statistics of byte arrays stay bytes: they may be truncated in the middle of a character. */
export const RAW_METADATA_PARSERS: Partial<ParquetParsers> = { ...RAW_PARSERS, stringFromBytes: (bytes) => bytes }

/** Level 1 is smaller and faster here than the pure-JavaScript snappy; DuckDB, pyarrow and BigQuery read it. */
const ZSTD_LEVEL = 1

export const WRITE_COMPRESSORS = {
  ZSTD: (input: Uint8Array): Uint8Array =>
    zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
}

/** What zlib asks for at least. */
const CHUNK_BYTES_MIN = 64

export const READ_COMPRESSORS: Compressors = {
  // A page in one piece, and a byte to see its end: put together from many, each page would leave twice its size behind for the collector.
  ZSTD: (input, output_bytes) => zstdDecompressSync(input, { chunkSize: Math.max(CHUNK_BYTES_MIN, output_bytes + 1) }),
}
