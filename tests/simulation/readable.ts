import { CorruptFile } from '#shared/parquet/corrupt-file.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'

/** Whether this release could read an object of this name and these bytes. */
export function isReadable(name: string, bytes: Uint8Array): boolean {
  try {
    wholeSnapshot(name, 'live', bytes)
    return true
  } catch (error) {
    if (error instanceof CorruptFile) return false
    throw error
  }
}
