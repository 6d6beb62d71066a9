import type { Clock } from '../../base/clock.ts'
import type { ClientStorages, StorageNotice } from '../storage.ts'
import { requireStorageName } from '../transactions/storage-name.ts'
import { TableDatabase, type TransactionChanges } from '../transactions/table-database.ts'

export interface MemoryStoragesOptions {
  readonly clock: Clock
  /** Called before each change is kept; it may also delay it. @throws StorageError for a change that shall fail, as on a full disk */
  readonly onCommit?: (name: string, changes: TransactionChanges) => void | Promise<void>
}

/** The storages of one browser, in memory. */
export class MemoryStorages {
  readonly #options: MemoryStoragesOptions
  readonly #databases = new Map<string, TableDatabase>()

  constructor(options: MemoryStoragesOptions) {
    this.#options = options
  }

  /** @param ended aborts when the tab is gone: what it has not kept yet is lost */
  forTab(ended?: AbortSignal): ClientStorages {
    return {
      open: async (name, options) => {
        requireStorageName(name)
        return await this.#database(name).open(name, options, ended)
      },
      names: () => Promise.resolve([...this.#databases.keys()]),
      erase: async (name) => {
        const database = this.#databases.get(name)
        this.#databases.delete(name)
        await database?.erase()
      },
    }
  }

  /** Plays what happens to an open storage by itself. */
  tell(name: string, notice: StorageNotice): void {
    this.#databases.get(name)?.tell(notice)
  }

  #database(name: string): TableDatabase {
    const known = this.#databases.get(name)
    if (known !== undefined) return known
    const { clock, onCommit } = this.#options
    const keep = async (changes: TransactionChanges): Promise<void> => await onCommit?.(name, changes)
    const database = new TableDatabase({ clock, keep })
    this.#databases.set(name, database)
    return database
  }
}
