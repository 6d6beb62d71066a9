import { isObject } from '../../base/is-object.ts'
import type { KeyRange, StorageKey, StoredEntry } from '../storage.ts'
import type { StoreChanges } from './changes.ts'
import { compareKeys, isInRange, keyText } from './keys.ts'

/** The entries of one store in memory, in order of their keys. */
export class EntryTable {
  readonly #entries = new Map<string, StoredEntry<object>>()
  #sorted: readonly StoredEntry<object>[] | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: StorageKey): object | undefined {
    return this.#entries.get(keyText(key))?.entry
  }

  getAll(range: KeyRange, limit?: number): StoredEntry<object>[] {
    this.#sorted ??= [...this.#entries.values()].toSorted((one, other) => compareKeys(one.key, other.key))
    return this.#sorted.filter(({ key }) => isInRange(key, range)).slice(0, limit)
  }

  apply(changes: StoreChanges): void {
    this.#sorted = undefined
    for (const range of changes.cleared) {
      for (const [text, { key }] of this.#entries) if (isInRange(key, range)) this.#entries.delete(text)
    }
    for (const { key, entry } of changes.entries) {
      if (entry === undefined) this.#entries.delete(keyText(key))
      else this.#entries.set(keyText(key), { key, entry: frozenCopy(entry) })
    }
  }
}

/** An entry as it is kept: JSON, which nobody can change. */
function frozenCopy(entry: object): object {
  return frozen(JSON.parse(JSON.stringify(entry)) as object)
}

function frozen(value: object): object {
  for (const member of Object.values(value) as unknown[]) {
    if (isObject(member) || Array.isArray(member)) frozen(member)
  }
  return Object.freeze(value)
}
