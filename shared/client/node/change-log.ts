import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

import { StorageError } from '../storage.ts'
import { StoreChanges } from '../transactions/changes.ts'
import type { EntryTable } from '../transactions/entry-table.ts'
import type { TransactionChanges } from '../transactions/table-database.ts'
import { changesOf, lineOf } from './change-lines.ts'
import { fileError } from './file-errors.ts'

/** A smaller file is not worth the work. */
const COMPACTED_FROM_BYTES = 256 * 1024
/** How much a file grows before its entries are written as they are. */
const GROWTH_MAX = 4
const ENTRIES_PER_LINE = 500

type Tables = ReadonlyMap<string, EntryTable>

/**
 * The file of one storage: one transaction a line, and the disk is waited for before a write counts. A process that is
 * killed in the middle of a line leaves it torn: it was never acknowledged, and is dropped at the next start.
 */
export class ChangeLog {
  readonly #path: string
  #file: FileHandle
  #size_bytes: number
  /** When it was last written as a whole. */
  #compact_bytes: number
  /** What lies in the file is not known any more, after a failure that could not be taken back. */
  #is_broken = false

  private constructor(path: string, file: FileHandle, size_bytes: number) {
    this.#path = path
    this.#file = file
    this.#size_bytes = size_bytes
    this.#compact_bytes = size_bytes
  }

  /**
   * @returns the log, the transactions in it in order, and whether a torn write was dropped
   * @throws StorageError
   */
  static async open(path: string): Promise<{ log: ChangeLog; changes: TransactionChanges[]; is_torn: boolean }> {
    const file = await open(path, 'a+')
    try {
      const bytes = await readFile(path)
      const { changes, whole_bytes } = wholeTransactions(path, bytes)
      const is_torn = whole_bytes < bytes.length
      if (is_torn) await file.truncate(whole_bytes)
      await file.sync()
      await syncFolder(path)
      return { log: new ChangeLog(path, file, whole_bytes), changes, is_torn }
    } catch (error) {
      await file.close()
      throw fileError(error)
    }
  }

  /** @throws StorageError; the file is then as it was */
  async append(changes: TransactionChanges, tables: Tables): Promise<void> {
    if (this.#is_broken) throw new StorageError('unavailable', 'The file of the local data can no longer be written.')
    if (this.#size_bytes >= Math.max(COMPACTED_FROM_BYTES, GROWTH_MAX * this.#compact_bytes))
      await this.#compact(tables)
    const bytes = Buffer.from(lineOf(changes))
    try {
      await this.#file.appendFile(bytes)
      await this.#file.sync()
    } catch (error) {
      await this.#takeBack()
      throw fileError(error)
    }
    this.#size_bytes += bytes.length
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #takeBack(): Promise<void> {
    try {
      await this.#file.truncate(this.#size_bytes)
      await this.#file.sync()
    } catch {
      this.#is_broken = true
    }
  }

  /** Writes the entries as they are into a new file, which then takes the place of this one. It fails without harm. */
  async #compact(tables: Tables): Promise<void> {
    const new_path = `${this.#path}.new`
    try {
      const { file, size_bytes } = await writeAll(new_path, tables)
      const former = this.#file
      await rename(new_path, this.#path)
      // From here on the new file is the one that counts.
      this.#file = file
      this.#size_bytes = size_bytes
      await former.close()
      await syncFolder(this.#path)
    } catch {
      // The file that is there is whole, and goes on.
      await rm(new_path, { force: true }).catch(() => undefined)
    }
    this.#compact_bytes = this.#size_bytes
  }
}

async function writeAll(path: string, tables: Tables): Promise<{ file: FileHandle; size_bytes: number }> {
  await rm(path, { force: true })
  const file = await open(path, 'ax+')
  try {
    let size_bytes = 0
    for (const line of linesOf(tables)) {
      const bytes = Buffer.from(line)
      await file.appendFile(bytes)
      size_bytes += bytes.length
    }
    await file.sync()
    return { file, size_bytes }
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * The transactions of a file, and how many bytes they take.
 * @throws StorageError `corrupt-entry` for a line that was whole once
 */
function wholeTransactions(path: string, bytes: Buffer): { changes: TransactionChanges[]; whole_bytes: number } {
  const changes: TransactionChanges[] = []
  let whole_bytes = 0
  for (;;) {
    const end = bytes.indexOf('\n', whole_bytes)
    if (end === -1) return { changes, whole_bytes }
    const made = changesOf(bytes.toString('utf8', whole_bytes, end))
    if (made === undefined) {
      // Without power the disk may have kept the end of the last line, and not its middle.
      if (end === bytes.length - 1) return { changes, whole_bytes }
      throw new StorageError('corrupt-entry', `Line ${changes.length + 1} of ${path} is damaged.`)
    }
    changes.push(made)
    whole_bytes = end + 1
  }
}

function* linesOf(tables: Tables): Generator<string> {
  for (const [store, table] of tables) {
    const entries = table.getAll({})
    for (let at = 0; at < entries.length; at += ENTRIES_PER_LINE) {
      const changes = new StoreChanges()
      for (const { key, entry } of entries.slice(at, at + ENTRIES_PER_LINE)) changes.set(key, entry)
      yield lineOf([[store, changes]])
    }
  }
}

/** Names in a folder are kept when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
