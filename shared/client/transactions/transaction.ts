import {
  type KeyRange,
  META_STORE,
  MIN_READER_KEY,
  StorageError,
  type StorageKey,
  type StoredEntry,
  type StoreWriter,
} from '../storage.ts'
import { isObject } from '../../base/is-object.ts'
import { StoreChanges } from './changes.ts'
import { keyText } from './keys.ts'

/** What an adapter reads within one transaction. */
export interface EntryReads {
  get(store: string, key: StorageKey): Promise<object | undefined>
  getAll(store: string, range: KeyRange, limit: number | undefined): Promise<StoredEntry<object>[]>
  getKeys(store: string, range: KeyRange): Promise<StorageKey[]>
}

/** What `work` sees: its stores by name. The port's types say which entries each has. */
export type UntypedStores = Readonly<Record<string, StoreWriter<object>>>
export type TransactionWork<Result> = (stores: UntypedStores) => Promise<Result>

/**
 * Runs the work of one transaction and gathers its changes, which the adapter then makes, all or none. So work that
 * throws, or that loses its transaction, has changed nothing.
 */
export class Transaction {
  readonly #reads: EntryReads
  readonly #changes = new Map<string, StoreChanges>()
  #has_ended = false

  constructor(reads: EntryReads) {
    this.#reads = reads
  }

  /** @throws StorageError `newer-version` when this release may not read the storage; what the work throws */
  async run<Result>(stores: readonly string[], reader: number, work: TransactionWork<Result>): Promise<Result> {
    const seen = Object.fromEntries(stores.map((name) => [name, this.#storeOf(name)]))
    // Side by side: each wait for a browser's storage counts. What the work read counts for nothing when it is refused.
    const checked = this.#refuseNewerVersion(reader)
    const working = work(seen)
    try {
      const [result] = await Promise.all([working, checked])
      return result
    } catch (error) {
      await checked
      throw error
    } finally {
      this.end()
    }
  }

  /** From now on its stores refuse every call. */
  end(): void {
    this.#has_ended = true
  }

  /** What the work has changed, by store. */
  changes(): [store: string, changes: StoreChanges][] {
    return [...this.#changes].filter(([, { is_empty }]) => !is_empty)
  }

  async #refuseNewerVersion(reader: number): Promise<void> {
    const found = await this.#reads.get(META_STORE, MIN_READER_KEY)
    const min_reader = isObject(found) ? found['min_reader'] : undefined
    if (typeof min_reader === 'number' && min_reader > reader) {
      throw new StorageError('newer-version', 'A later release of this app wrote the local data. Load the app again.')
    }
  }

  #storeOf(store: string): StoreWriter<object> {
    const changes = new StoreChanges()
    this.#changes.set(store, changes)
    const reads = this.#reads
    return {
      get: async (key) => {
        this.#refuseAfterEnd()
        keyText(key)
        const change = changes.changeOf(key)
        return change === undefined ? await reads.get(store, key) : change.entry
      },
      getAll: async (range = {}, limit) => {
        this.#refuseAfterEnd()
        if (changes.is_empty) return await reads.getAll(store, range, limit)
        return changes.applyTo(await reads.getAll(store, range, undefined), range).slice(0, limit)
      },
      getKeys: async (range = {}) => {
        this.#refuseAfterEnd()
        const keys = await reads.getKeys(store, range)
        if (changes.is_empty) return keys
        return changes.applyTo(keys.map(keyAlone), range).map(({ key }) => key)
      },
      put: (key, entry) => {
        this.#refuseAfterEnd()
        changes.set(key, entry)
      },
      delete: (key) => {
        this.#refuseAfterEnd()
        changes.set(key, undefined)
      },
      clear: (range = {}) => {
        this.#refuseAfterEnd()
        changes.clear(range)
      },
    }
  }

  #refuseAfterEnd(): void {
    if (this.#has_ended) throw waitedForSomethingElse()
  }
}

const keyAlone = (key: StorageKey): StoredEntry<object> => ({ key, entry: {} })

/** A fault of the program: a browser has ended the transaction meanwhile, and nothing was kept. */
export function waitedForSomethingElse(): Error {
  return new Error('A transaction waited for something other than its stores.')
}
