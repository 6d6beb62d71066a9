/**
 * The append-only log whose lines are the commits. **A change is committed when its line is on disk**, and not before;
 * everything else on disk (object-files.ts) can be brought in line with it by recovery.
 *
 * A line is `<crc32c of the JSON, 8 hex digits> <JSON>\n`. A kill can only tear the last line, which then was never
 * acknowledged, and is cut off. Lines that found no room on the disk are removed immediately, and appending goes on when
 * there is room again. A damaged line with whole ones after it is not a torn write but a damaged disk or an edit:
 * opening refuses, since guessing would lose acknowledged writes.
 */
import fs, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32c } from '#shared/base/crc32c.ts'
import { OperatorError } from '../../command/operator-error.ts'
import type { JournalRecord } from './catalog.ts'
import { isOutOfSpace, writeWithin, type DiskSpace } from './disk-space.ts'

interface Waiting {
  line: string
  resolve: () => void
  reject: (error: unknown) => void
}

export interface JournalOptions {
  fsync: boolean
  space: DiskSpace
  /** Awaited once per batch of lines before they are written: makes durable what they speak of. */
  syncBefore: () => Promise<void>
}

export class Journal {
  readonly #file: FileHandle
  readonly #options: JournalOptions
  /** Up to here every line is whole and committed. */
  #size_bytes: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(file: FileHandle, size_bytes: number, options: JournalOptions) {
    this.#file = file
    this.#size_bytes = size_bytes
    this.#options = options
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
      else if (index + 2 < torn_line_number) throw damaged(file_path, index + 1)
    }
    return records
  }

  /** Replaces the file by `records` and opens it for appending. When there is no room, the file stays as it was. */
  static async rewrite(file_path: string, records: Iterable<JournalRecord>, options: JournalOptions): Promise<Journal> {
    const temporary_path = `${file_path}.new`
    const lines: string[] = []
    for (const record of records) lines.push(lineOf(record))
    const bytes = Buffer.from(lines.join(''))
    const file = await fs.open(temporary_path, 'w')
    try {
      await file.writeFile(bytes)
      if (options.fsync) await file.datasync()
      await fs.rename(temporary_path, file_path)
      if (options.fsync) await syncFolder(path.dirname(file_path))
    } catch (error) {
      await file.close()
      await fs.rm(temporary_path, { force: true })
      throw error
    }
    return new Journal(file, bytes.length, options)
  }

  /** Set once the file cannot be trusted any more: every append fails from then on, and only a restart can find out why. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /**
   * Resolves when the record is on disk. Appends that come while another is being written share one fsync.
   * @throws what kept the line from being written; without a `failure`, no trace of it is left
   */
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
        await this.#options.syncBefore()
        await this.#writeLines(Buffer.from(batch.map(({ line }) => line).join('')))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const reason = await this.#takeBack(error)
        for (const { reject } of batch) reject(reason)
      }
    }
    this.#writing = undefined
  }

  async #writeLines(lines: Buffer): Promise<void> {
    await writeWithin(this.#options.space, lines, async (bytes) => {
      for (let at = 0; at < bytes.length;) {
        at += (await this.#file.write(bytes, at, bytes.length - at, this.#size_bytes + at)).bytesWritten
      }
    })
    if (this.#options.fsync) await this.#file.datasync()
    this.#size_bytes += lines.length
  }

  /** Cuts off what a full disk let through. After any other failure part of the batch may stay: nothing follows it. */
  async #takeBack(error: unknown): Promise<unknown> {
    if (this.#failure) return this.#failure
    try {
      if (!isOutOfSpace(error)) throw error
      await this.#file.truncate(this.#size_bytes)
      if (this.#options.fsync) await this.#file.datasync()
      return error
    } catch (cause) {
      return (this.#failure = new Error('The journal cannot be written', { cause }))
    }
  }
}

function damaged(file_path: string, line_number: number): OperatorError {
  return new OperatorError(
    `${file_path} is damaged at line ${line_number}. Restore the data folder from a copy, or start with another folder.`,
  )
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
