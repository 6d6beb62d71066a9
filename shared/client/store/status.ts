import type { StorageState } from './storage-state.ts'
import type { SyncerState } from './syncer-state.ts'

/** What the sync tells the user. */
export interface SyncStatus extends SyncerState {
  readonly mode: 'guest' | 'account'
  /** Whether this tab is the one that exchanges with the server. `alone`: the browser has no locks, so each tab does. */
  readonly leader: 'this' | 'other' | 'alone'
  /** Changes that the server has not answered. */
  readonly pending: number
  readonly conflicts: number
  readonly invalid: number
  /** Changes that cannot be read. */
  readonly quarantined: number
  /** `cleared`: by the browser; what this device has of the account is fetched again. */
  readonly storage: StorageState | 'cleared'
  /** A guest's records are on their way into this account, or into the one of another tab. */
  readonly is_migrating: boolean
  /** A guest's records wait: they move into this account when the operator has sync on. */
  readonly is_guest_waiting: boolean
  /** The page has come back, and looks whether its data are still what it shows. */
  readonly is_checking: boolean
  /** Another tab of this browser has another account now: this one takes no more changes and sends none. */
  readonly elsewhere: 'signed-in' | 'signed-out' | null
}
