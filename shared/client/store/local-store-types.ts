import type { ClientPorts } from '../ports.ts'
import type { StorageNotice } from '../storage.ts'
import type { Identity } from './entries.ts'
import type { StorageState } from './storage-state.ts'

/** What a listener is told: the records that may show differently. */
export interface StoreEvent {
  readonly records: ReadonlySet<string>
  readonly is_own: boolean
}

/**
 * What happens to the storage of an account by itself. `cleared`: the browser did. `kept-again`: what was not sent is in the
 * new storage, and the next start finds it.
 */
export type StoreNotice = StorageNotice | 'cleared' | 'kept-again'

export interface LocalStoreOptions {
  /** Of the storage. */
  readonly name: string
  /** Null: a guest's. */
  readonly identity: Identity | null
  /** Whose storage it may be as well: one that is on its way into this account. */
  readonly also_of?: Identity
  readonly ports: ClientPorts
  readonly onNotice?: (notice: StoreNotice) => void
  /** Notes whose storage this is once more: where the browser has cleared it, that may be gone with it. */
  readonly claim?: () => Promise<void>
  /** Called with how each access to the storage went. */
  readonly onState?: (state: StorageState) => void
}
