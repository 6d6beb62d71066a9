import type { ParquetParsers } from 'hyparquet'

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
