import type { StorageError } from '../storage.ts'

/** How the last write to the storage went, and with that whether the next one will go. */
export type StorageState = 'ok' | 'full' | 'unavailable' | 'newer-version' | 'blocked'

export function storageStateOf({ kind }: StorageError): StorageState {
  return kind === 'full' || kind === 'newer-version' || kind === 'blocked' ? kind : 'unavailable'
}
