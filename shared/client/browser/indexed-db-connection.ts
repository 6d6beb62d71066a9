import type { Clock } from '../../base/clock.ts'
import { withTimeLimit } from '../../base/timeout.ts'
import type { OpenOptions } from '../storage.ts'
import { KEY_PATH, OBJECT_STORE } from './indexed-db-entries.ts'
import { asStorageError, storageError } from './indexed-db-requests.ts'

/** The only version that ever was; a database with a higher one belongs to a later release. */
const VERSION = 1
const OPEN_MS_MAX = 10_000

/** The origin's databases. @throws StorageError `unavailable` where the browser has none, or refuses them */
export function factory(): IDBFactory {
  try {
    // Without it in an old private window; a getter that throws where storage is forbidden.
    if (globalThis.indexedDB !== undefined) return globalThis.indexedDB
  } catch (error) {
    throw storageError('unavailable', { cause: error })
  }
  throw storageError('unavailable')
}

/**
 * The connection to one database, opened when it is needed. The browser may close it at any time (it cleared the data, or
 * stopped the process behind them, as WebKit does under a tab in the background), and another tab may ask for it in order to
 * erase the database. It is then forgotten, and opened again for the next transaction.
 */
export class IndexedDbConnection {
  readonly #name: string
  readonly #clock: Clock
  readonly #onNotice: OpenOptions['onNotice']
  #opening: Promise<IDBDatabase> | undefined
  #current: IDBDatabase | undefined
  #end: 'closed' | 'erased' | undefined

  constructor(name: string, { clock, onNotice }: { clock: Clock } & OpenOptions) {
    this.#name = name
    this.#clock = clock
    this.#onNotice = onNotice
  }

  /** @throws StorageError */
  async database(): Promise<IDBDatabase> {
    if (this.#end !== undefined) throw storageError('closed')
    const opening = (this.#opening ??= this.#open())
    try {
      return await opening
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined
      throw error
    }
  }

  /** The next transaction opens another one. */
  forget(database: IDBDatabase): void {
    database.close()
    if (this.#current !== database) return
    this.#current = undefined
    this.#opening = undefined
  }

  /** For good. One that is still being opened is closed as soon as it is open. */
  close(): void {
    this.#end ??= 'closed'
    if (this.#current !== undefined) this.forget(this.#current)
  }

  async #open(): Promise<IDBDatabase> {
    const request = factory().open(this.#name, VERSION)
    let is_late = false
    const opened = new Promise<IDBDatabase>((resolve, reject) => {
      request.addEventListener('upgradeneeded', () => {
        request.result.createObjectStore(OBJECT_STORE, { keyPath: KEY_PATH })
      })
      request.addEventListener('blocked', () => this.#onNotice?.('blocked'))
      request.addEventListener('error', () => reject(asStorageError(request.error)))
      request.addEventListener('success', () => {
        const database = request.result
        // Left open it would keep other tabs from erasing it.
        if (is_late || this.#end !== undefined) {
          database.close()
          return reject(storageError('closed'))
        }
        this.#own(database)
        resolve(database)
      })
    })
    const late = () => {
      is_late = true
      return storageError('timeout')
    }
    return await withTimeLimit(this.#clock, OPEN_MS_MAX, () => opened, late)
  }

  #own(database: IDBDatabase): void {
    this.#current = database
    database.addEventListener('close', () => {
      this.forget(database)
      this.#onNotice?.('connection-lost')
    })
    database.addEventListener('versionchange', ({ newVersion }) => {
      this.forget(database)
      // Erased: to open it again would make it again, empty.
      if (newVersion === null) this.#end ??= 'erased'
      this.#onNotice?.('given-up')
    })
  }
}
