import type { KeyRange, StorageKey, StoredEntry } from '../storage.ts'
import { compareKeys, isInRange, keyText } from './keys.ts'

/** One key that a transaction changes: its new entry, or `undefined` when it deletes it. */
export interface EntryChange {
  readonly key: StorageKey
  readonly entry: object | undefined
}

/**
 * What a transaction changes in one store, until it ends: first the ranges are cleared, then the entries are written. An
 * entry that was put before a range with its key was cleared is gone from here, so this order gives the same outcome as
 * the order of the calls.
 */
export class StoreChanges {
  readonly cleared: KeyRange[] = []
  readonly #entries = new Map<string, EntryChange>()

  get entries(): IterableIterator<EntryChange> {
    return this.#entries.values()
  }

  get is_empty(): boolean {
    return this.cleared.length === 0 && this.#entries.size === 0
  }

  set(key: StorageKey, entry: object | undefined): void {
    this.#entries.set(keyText(key), { key, entry })
  }

  clear(range: KeyRange): void {
    for (const [text, { key }] of this.#entries) if (isInRange(key, range)) this.#entries.delete(text)
    this.cleared.push(range)
  }

  /** What has become of `key`; `undefined` when this transaction did not touch it. */
  changeOf(key: StorageKey): EntryChange | undefined {
    const change = this.#entries.get(keyText(key))
    return change ?? (this.#isCleared(key) ? { key, entry: undefined } : undefined)
  }

  /** The entries that are stored in `range`, as this transaction leaves them. */
  applyTo(stored: readonly StoredEntry<object>[], range: KeyRange): StoredEntry<object>[] {
    const left = stored.filter(({ key }) => this.changeOf(key) === undefined)
    for (const { key, entry } of this.entries) {
      if (entry !== undefined && isInRange(key, range)) left.push({ key, entry })
    }
    return left.toSorted((one, other) => compareKeys(one.key, other.key))
  }

  #isCleared(key: StorageKey): boolean {
    return this.cleared.some((range) => isInRange(key, range))
  }
}
