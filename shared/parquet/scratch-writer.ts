import { ByteWriter } from 'hyparquet-writer'

/** Holds what most groups and footers have. */
const SCRATCH_BYTES = 64 * 1024
/** A larger one is not kept. */
const KEPT_BYTES_MAX = 1024 * 1024

let scratch: ByteWriter | undefined

/**
 * The bytes that `write` writes, copied out of a writer that is used again: a new one has to grow by doubling, and leaves
 * each size behind for the collector.
 * @param write synchronous; after it the writer is another one's
 */
export function copyOfWritten(write: (writer: ByteWriter) => void): Buffer<ArrayBuffer> {
  const writer = scratch ?? new ByteWriter(SCRATCH_BYTES)
  // Writing within `write` takes another one.
  scratch = undefined
  write(writer)
  const written = writer.getBytes()
  // None of the pool: what is kept of a small piece would keep a whole block.
  const bytes = Buffer.allocUnsafeSlow(written.length)
  bytes.set(written)
  if (writer.buffer.byteLength <= KEPT_BYTES_MAX) {
    writer.offset = 0
    writer.index = 0
    scratch = writer
  }
  return bytes
}
