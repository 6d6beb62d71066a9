import type { QuarantinedEntry } from './entries.ts'
import type { LocalStore } from './local-store.ts'

/** A change that could not be read, with the key to discard it by. */
export interface QuarantinedChange extends QuarantinedEntry {
  readonly key: string
}

type QuarantineStore = Pick<LocalStore, 'read' | 'write' | 'reload'>

/** Changes that could not be read: they wait here, and never stop the others. */
export class Quarantine {
  readonly #store: QuarantineStore

  constructor(store: QuarantineStore) {
    this.#store = store
  }

  /** @throws StorageError */
  async list(): Promise<readonly QuarantinedChange[]> {
    const stored = await this.#store.read(['quarantine'], async ({ quarantine }) => await quarantine.getAll())
    return stored.map(({ key, entry }) => ({ ...entry, key: String(key) }))
  }

  /** @throws StorageError */
  async discard(key: string): Promise<void> {
    await this.#store.write(['quarantine'], async (changes) => {
      changes.quarantine.delete(key)
      changes.show()
      await Promise.resolve()
    })
    await this.#store.reload()
  }
}
