/**
 * The append-only log whose lines are the commits. **A change is committed when its line is on disk**, and not before;
 * everything else on disk (object-files.ts) can be brought in line with it by recovery.
 *
 * A line is `<crc32c of the JSON, 8 hex digits> <JSON>\n`. A kill can only tear the last line, which then was never
 * acknowledged, and is cut off. A damaged line with whole ones after it is not a torn write but a damaged disk or an
 * edit: opening refuses, since guessing would lose acknowledged writes.
 */
import fs, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32c } from '#shared/base/crc32c.ts'
import type { JournalRecord } from './catalog.ts'

interface Waiting {
  line: string
  resolve: () => void
  reject: (error: unknown) => void
}

export class Journal {
  readonly #file: FileHandle
  readonly #syncBefore: () => Promise<void>
  readonly #fsync: boolean
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(file: FileHandle, fsync: boolean, syncBefore: () => Promise<void>) {
    this.#file = file
    this.#fsync = fsync
    this.#syncBefore = syncBefore
  }

  /** The records in `file_path`; none when there is no such file. */
  static async read(file_path: string): Promise<JournalRecord[]> {
    const text = await fs.readFile(file_path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const lines = text.split('\n')
    // What follows the last newline is the torn line, or nothing.
    const torn_line_number = lines.length
    const records: JournalRecord[] = []
    for (const [index, line] of lines.slice(0, -1).entries()) {
      const json = line.slice(9)
      if (line.slice(0, 8) === checksum(json)) records.push(JSON.parse(json) as JournalRecord)
      else if (index + 2 < torn_line_number) throw new Error(`${file_path} is damaged at line ${index + 1}`)
    }
    return records
  }

  /**
   * Replaces the file by `records` and opens it for appending.
   * @param syncBefore awaited once per batch of lines before they are written: makes durable what they speak of
   */
  static async rewrite(
    file_path: string,
    records: Iterable<JournalRecord>,
    options: { fsync: boolean; syncBefore: () => Promise<void> },
  ): Promise<Journal> {
    const temporary_path = `${file_path}.new`
    const lines: string[] = []
    for (const record of records) lines.push(lineOf(record))
    const file = await fs.open(temporary_path, 'w')
    await file.writeFile(lines.join(''))
    if (options.fsync) await file.datasync()
    await fs.rename(temporary_path, file_path)
    if (options.fsync) await syncFolder(path.dirname(file_path))
    return new Journal(file, options.fsync, options.syncBefore)
  }

  /** Resolves when the record is on disk. Appends that come while another is being written share one fsync. */
  append(record: JournalRecord): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: lineOf(record), resolve, reject })
      this.#writing ??= this.#writeWaiting()
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        if (this.#failure) throw this.#failure
        await this.#syncBefore()
        await this.#file.appendFile(batch.map(({ line }) => line).join(''))
        if (this.#fsync) await this.#file.datasync()
        for (const { resolve } of batch) resolve()
      } catch (error) {
        // Part of the batch may be on disk: only a restart can tell, so nothing more is written over it.
        this.#failure ??= new Error('The journal cannot be written', { cause: error })
        for (const { reject } of batch) reject(this.#failure)
      }
    }
    this.#writing = undefined
  }
}

function lineOf(record: JournalRecord): string {
  const json = JSON.stringify(record)
  return `${checksum(json)} ${json}\n`
}

function checksum(json: string): string {
  return crc32c(Buffer.from(json)).toString(16).padStart(8, '0')
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
