import type { Compressors } from 'hyparquet'
import { brotliDecompressSync, constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Compression by Node. A browser has others: whatever it reads and writes goes without this file. */

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

/** Of files that somebody else wrote. Snappy is built into the reader. */
export const EXTERNAL_COMPRESSORS: Compressors = {
  ...READ_COMPRESSORS,
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
}
