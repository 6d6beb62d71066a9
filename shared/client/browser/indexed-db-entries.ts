import { isObject } from '../../base/is-object.ts'
import type { KeyRange, StorageKey, StoredEntry } from '../storage.ts'
import type { StoreChanges } from '../transactions/changes.ts'
import { compareKeys } from '../transactions/keys.ts'
import type { EntryReads } from '../transactions/transaction.ts'
import { outcomeOf, storageError } from './indexed-db-requests.ts'

/**
 * How entries lie in IndexedDB: all stores of a storage in one object store, as `{store, key, entry}`. So a new store
 * needs no new version of the database: version 1 is the only one, releases side by side never wait for each other.
 */
export const OBJECT_STORE = 'entries'
export const KEY_PATH = ['store', 'key']

interface Kept {
  readonly store: string
  readonly key: StorageKey
  readonly entry: object
}

export function readsOf(kept: IDBObjectStore): EntryReads {
  return {
    get: async (store, key) => {
      const found: unknown = await outcomeOf(kept.get([store, key as IDBValidKey]))
      return found === undefined ? undefined : keptEntry(found, store, key).entry
    },
    getAll: async (store, range, limit) => {
      const keys = keysOf(store, range)
      // IndexedDB takes a limit of 0 for none.
      if (keys === undefined || limit === 0) return []
      const found: unknown[] = await outcomeOf(kept.getAll(keys, limit))
      return found.map((value): StoredEntry<object> => {
        const { key, entry } = keptEntry(value, store)
        return { key, entry }
      })
    },
    getKeys: async (store, range) => {
      const keys = keysOf(store, range)
      if (keys === undefined) return []
      const found = await outcomeOf(kept.getAllKeys(keys))
      return found.map((whole) => (whole as [string, StorageKey])[1])
    },
  }
}

/** Asks for every change; the transaction says whether they were made. */
export function write(kept: IDBObjectStore, store: string, changes: StoreChanges): void {
  for (const range of changes.cleared) {
    const keys = keysOf(store, range)
    if (keys !== undefined) kept.delete(keys)
  }
  for (const { key, entry } of changes.entries) {
    if (entry === undefined) kept.delete([store, key as IDBValidKey])
    else kept.put({ store, key, entry } satisfies Kept)
  }
}

function keptEntry(value: unknown, store: string, key?: StorageKey): Kept {
  if (isKept(value)) return value
  throw storageError('corrupt-entry', key === undefined ? { store } : { store, key })
}

function isKept(value: unknown): value is Kept {
  return isObject(value) && isObject(value['entry'])
}

/** After every key of a store: a list comes after numbers and texts, and a list in a list after both of them in one. */
const LAST = [[]]

/** @returns `undefined` when no key can be in the range, for which IndexedDB would throw */
function keysOf(store: string, range: KeyRange): IDBKeyRange | undefined {
  const { at_least, above, at_most, below, beginning_with } = range
  if (beginning_with !== undefined) {
    return IDBKeyRange.bound([store, [...beginning_with]], [store, [...beginning_with, []]], false, true)
  }
  const lower = at_least ?? above
  const upper = at_most ?? below
  const is_lower_open = at_least === undefined && above !== undefined
  const is_upper_open = at_most === undefined && below !== undefined
  if (lower !== undefined && upper !== undefined) {
    const order = compareKeys(lower, upper)
    if (order > 0 || (order === 0 && (is_lower_open || is_upper_open))) return undefined
  }
  return IDBKeyRange.bound(
    lower === undefined ? [store] : [store, lower],
    [store, upper ?? LAST],
    is_lower_open,
    is_upper_open,
  )
}
