import { access, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import {
  type ClientStorage,
  type ClientStorages,
  type OpenOptions,
  type StorageContents,
  StorageError,
} from '../storage.ts'
import { requireStorageName } from '../transactions/storage-name.ts'
import { TableDatabase } from '../transactions/table-database.ts'
import { ChangeLog } from './change-log.ts'
import { codeOf, fileError } from './file-errors.ts'
import { lockFile } from './file-lock.ts'

const ENDING = '.jsonl'

/** A storage that is open, so that this process owns its file. */
interface OwnedFile {
  readonly database: TableDatabase
  readonly is_torn: boolean
  release(): Promise<void>
}

/**
 * Storages as files of a folder, each owned by one process while it is open. All of its entries lie in memory too, and
 * every write is strict.
 */
export class FileStorages implements ClientStorages {
  readonly #folder: string
  readonly #ports: { readonly clock: Clock; readonly random: Random }
  readonly #owned = new Map<string, OwnedFile>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string, ports: { readonly clock: Clock; readonly random: Random }) {
    this.#folder = folder
    this.#ports = ports
  }

  async open<Contents extends StorageContents>(name: string, options: OpenOptions): Promise<ClientStorage<Contents>> {
    requireStorageName(name)
    return await this.#inOrder(async () => {
      const file = this.#owned.get(name) ?? (await this.#own(name))
      try {
        const storage = await file.database.open<Contents>(name, options)
        if (file.is_torn) options.onNotice?.('torn-write-dropped')
        return storage
      } finally {
        await this.#releaseUnused(name)
      }
    })
  }

  async names(): Promise<string[]> {
    try {
      const files = await readdir(this.#folder)
      return files.flatMap((file) => (file.endsWith(ENDING) ? [file.slice(0, -ENDING.length)] : []))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw fileError(error)
    }
  }

  async erase(name: string): Promise<void> {
    requireStorageName(name)
    await this.#inOrder(async () => {
      const file = this.#owned.get(name) ?? (await this.#ownExisting(name))
      if (file === undefined) return
      await file.database.erase()
      this.#owned.delete(name)
      await rm(this.#path(name), { force: true })
      await file.release()
    })
  }

  #path(name: string): string {
    return join(this.#folder, `${name}${ENDING}`)
  }

  async #own(name: string): Promise<OwnedFile> {
    await mkdir(this.#folder, { recursive: true })
    const unlock = await lockFile(this.#path(name), this.#ports.random)
    try {
      const { log, changes, is_torn } = await ChangeLog.open(this.#path(name))
      const database = new TableDatabase({
        clock: this.#ports.clock,
        keep: (made, tables) => log.append(made, tables),
        onClose: () => this.#inOrder(() => this.#releaseUnused(name)),
      })
      for (const made of changes) database.load(made)
      const release = async (): Promise<void> => {
        await log.close()
        await unlock()
      }
      const file = { database, is_torn, release }
      this.#owned.set(name, file)
      return file
    } catch (error) {
      await unlock()
      throw error
    }
  }

  /** In order to erase it. @throws StorageError `blocked` when another process has it open */
  async #ownExisting(name: string): Promise<OwnedFile | undefined> {
    try {
      await access(this.#path(name))
      return await this.#own(name)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error instanceof StorageError && error.kind === 'unavailable'
        ? new StorageError('blocked', error.message, { cause: error })
        : error
    }
  }

  async #releaseUnused(name: string): Promise<void> {
    const file = this.#owned.get(name)
    if (file === undefined || file.database.is_open) return
    this.#owned.delete(name)
    await file.release()
  }

  /** Opening, closing and erasing happen one after the other. */
  async #inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work)
    this.#last = result.catch(() => undefined)
    try {
      return await result
    } catch (error) {
      throw fileError(error)
    }
  }
}
