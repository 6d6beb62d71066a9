import { isObject } from '../../base/is-object.ts'
import { parsedJson } from '../../base/parsed-json.ts'
import type { KeyRange, StorageKey } from '../storage.ts'
import { StoreChanges } from '../transactions/changes.ts'
import type { TransactionChanges } from '../transactions/table-database.ts'

/** A transaction as one line of JSON: `[["notes", {"clear": [range], "put": [[key, entry]], "delete": [key]}]]`. */
export function lineOf(changes: TransactionChanges): string {
  const told = changes.map(([store, made]) => {
    const entries = [...made.entries]
    return [
      store,
      {
        clear: made.cleared,
        put: entries.flatMap(({ key, entry }) => (entry === undefined ? [] : [[key, entry]])),
        delete: entries.flatMap(({ key, entry }) => (entry === undefined ? [key] : [])),
      },
    ]
  })
  return `${JSON.stringify(told)}\n`
}

/** @returns `undefined` when `line` is no transaction */
export function changesOf(line: string): TransactionChanges | undefined {
  const told = parsedJson(line)
  if (!Array.isArray(told)) return undefined
  const changes = told.map(storeChangesOf)
  return changes.every((made) => made !== undefined) ? changes : undefined
}

function storeChangesOf(told: unknown): TransactionChanges[number] | undefined {
  if (!Array.isArray(told)) return undefined
  const [store, made] = told as readonly unknown[]
  if (typeof store !== 'string' || !isObject(made)) return undefined
  const { clear, put, delete: deleted } = made
  if (!Array.isArray(clear) || !Array.isArray(put) || !Array.isArray(deleted)) return undefined
  const changes = new StoreChanges()
  for (const range of clear as readonly KeyRange[]) changes.clear(range)
  for (const [key, entry] of put as readonly (readonly [StorageKey, object])[]) changes.set(key, entry)
  for (const key of deleted as readonly StorageKey[]) changes.set(key, undefined)
  return [store, changes]
}
