import { open } from 'node:fs/promises'

import { readExternalRows } from '#shared/parquet/external-rows.ts'
import { EXTERNAL_COMPRESSORS } from '#shared/parquet/node-compressors.ts'
import { unreadable, type SourceEntry } from './reader.ts'

/** Rows of a Parquet file, one row group in memory at a time. */
export async function* readParquet(path: string): AsyncGenerator<SourceEntry> {
  const handle = await open(path).catch((error: unknown) => {
    throw unreadable(error)
  })
  try {
    const { size } = await handle.stat()
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length) throw new Error('the file ended early')
      return bytes.buffer
    }
    let number = 0
    for await (const entry of readExternalRows({ byteLength: size, slice }, EXTERNAL_COMPRESSORS)) {
      number++
      if (entry.kind === 'row') yield { ...entry, number }
      else yield { kind: 'bad', number, reason: reasonOf(entry.faults) }
    }
  } catch (error) {
    throw unreadable(error)
  } finally {
    await handle.close()
  }
}

const FAULTS_SHOWN = 10

function reasonOf(faults: ReadonlyMap<string, string>): string {
  const shown = [...faults].slice(0, FAULTS_SHOWN).map(([path, message]) => `${path} ${message}`)
  const more = faults.size > FAULTS_SHOWN ? `; and ${faults.size - FAULTS_SHOWN} more` : ''
  return shown.join('; ') + more
}
