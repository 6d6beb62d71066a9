import type { Clock } from '../../base/clock.ts'
import { withTimeLimit } from '../../base/timeout.ts'
import type { ClientStorage, OpenOptions, WriteOptions } from '../storage.ts'
import { Transaction, type TransactionWork, waitedForSomethingElse } from '../transactions/transaction.ts'
import type { IndexedDbConnection } from './indexed-db-connection.ts'
import { OBJECT_STORE, readsOf, write } from './indexed-db-entries.ts'
import { asStorageError, isClosing, isInactive, storageError } from './indexed-db-requests.ts'

/** A frozen tab may hold the database; then others say so, and do not wait for ever. */
const TRANSACTION_MS_MAX = 20_000

/** One storage as a database. */
export class IndexedDbStorage implements ClientStorage {
  readonly name: string
  readonly #connection: IndexedDbConnection
  readonly #clock: Clock
  readonly #reader: number
  readonly #running = new Set<Promise<unknown>>()
  #is_closed = false

  constructor(name: string, connection: IndexedDbConnection, { clock, reader }: { clock: Clock } & OpenOptions) {
    this.name = name
    this.#connection = connection
    this.#clock = clock
    this.#reader = reader
  }

  async transact<Result>(
    stores: readonly string[],
    mode: 'read' | 'write',
    work: TransactionWork<Result>,
    { durability = 'relaxed' }: WriteOptions = {},
  ): Promise<Result> {
    if (this.#is_closed) throw storageError('closed')
    const options = { durability }
    const running = this.#begin(mode === 'write' ? 'readwrite' : 'readonly', options).then(async (begun) => {
      return await this.#run(begun, stores, work)
    })
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      throw asStorageError(error)
    } finally {
      this.#running.delete(running)
    }
  }

  async close(): Promise<void> {
    this.#is_closed = true
    await Promise.allSettled(this.#running)
    this.#connection.close()
  }

  /** A connection that is about to close cannot begin a transaction: the next one can. */
  async #begin(mode: IDBTransactionMode, options: IDBTransactionOptions): Promise<IDBTransaction> {
    const database = await this.#connection.database()
    try {
      return database.transaction(OBJECT_STORE, mode, options)
    } catch (error) {
      if (!isClosing(error)) throw error
      this.#connection.forget(database)
    }
    return (await this.#connection.database()).transaction(OBJECT_STORE, mode, options)
  }

  async #run<Result>(begun: IDBTransaction, stores: readonly string[], work: TransactionWork<Result>): Promise<Result> {
    const kept = begun.objectStore(OBJECT_STORE)
    const transaction = new Transaction(readsOf(kept))
    let is_committing = false
    const ended = new Promise<void>((resolve, reject) => {
      begun.addEventListener('complete', () => {
        if (is_committing) resolve()
        else reject(waitedForSomethingElse())
      })
      begun.addEventListener('abort', () => reject(begun.error ?? storageError('unavailable')))
    })
    const finish = async (): Promise<Result> => {
      const result = await transaction.run(stores, this.#reader, work)
      for (const [store, changes] of transaction.changes()) write(kept, store, changes)
      is_committing = true
      begun.commit()
      await ended
      return result
    }
    const finishing = finish()
    // An end that nobody asked for is the outcome, whatever the work still waits for.
    const outcome = Promise.race([finishing, ended.then(() => finishing)])
    try {
      return await withTimeLimit(
        this.#clock,
        TRANSACTION_MS_MAX,
        () => outcome,
        () => storageError('timeout'),
      )
    } catch (error) {
      transaction.end()
      abort(begun)
      throw isInactive(error) ? waitedForSomethingElse() : error
    }
  }
}

/** Ends a transaction without its changes, if it has not ended. */
function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch (error) {
    if (!isClosing(error)) throw error
  }
}
