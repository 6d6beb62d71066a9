import type { Clock } from '../../base/clock.ts'
import { withTimeLimit } from '../../base/timeout.ts'
import {
  type ClientStorage,
  type ClientStorages,
  type OpenOptions,
  type StorageContents,
  type StorageError,
} from '../storage.ts'
import { requireStorageName } from '../transactions/storage-name.ts'
import { factory, IndexedDbConnection } from './indexed-db-connection.ts'
import { asStorageError, storageError } from './indexed-db-requests.ts'
import { IndexedDbStorage } from './indexed-db-storage.ts'

/** Tells this app's databases from others of the same origin. */
const PREFIX = 'activation-manager/'
/** Opening and erasing always settle: another tab, or the browser itself, may let them wait for ever. */
const WAIT_MS_MAX = 10_000

/** Storages in IndexedDB, one database each. */
export function indexedDbStorages(clock: Clock): ClientStorages {
  return {
    open: async <Contents extends StorageContents>(name: string, options: OpenOptions) => {
      requireStorageName(name)
      const connection = new IndexedDbConnection(`${PREFIX}${name}`, { clock, ...options })
      const opened: ClientStorage = new IndexedDbStorage(name, connection, { clock, ...options })
      // It is opened, and refused when a later release wrote it.
      try {
        await opened.transact([], 'read', () => Promise.resolve())
      } catch (error) {
        connection.close()
        throw error
      }
      return opened as ClientStorage<Contents>
    },
    names: async () => {
      try {
        const databases = await withTimeLimit(
          clock,
          WAIT_MS_MAX,
          () => factory().databases(),
          () => storageError('timeout'),
        )
        return databases.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []))
      } catch (error) {
        throw asStorageError(error)
      }
    },
    erase: async (name) => {
      let is_blocked = false
      const erased = new Promise<void>((resolve, reject) => {
        const request = factory().deleteDatabase(`${PREFIX}${name}`)
        request.addEventListener('blocked', () => void (is_blocked = true))
        request.addEventListener('success', () => resolve())
        request.addEventListener('error', () => reject(asStorageError(request.error)))
      })
      const late = (): StorageError => storageError(is_blocked ? 'blocked' : 'timeout')
      await withTimeLimit(clock, WAIT_MS_MAX, () => erased, late)
    },
  }
}
