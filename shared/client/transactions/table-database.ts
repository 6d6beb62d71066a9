import type { Clock } from '../../base/clock.ts'
import {
  type ClientStorage,
  type OpenOptions,
  type StorageContents,
  StorageError,
  type StorageNotice,
  type WriteOptions,
} from '../storage.ts'
import type { StoreChanges } from './changes.ts'
import { EntryTable } from './entry-table.ts'
import { type EntryReads, Transaction, type TransactionWork, waitedForSomethingElse } from './transaction.ts'

/** The changes of one transaction, by store. */
export type TransactionChanges = readonly (readonly [store: string, changes: StoreChanges])[]

export interface TableDatabaseOptions {
  readonly clock: Clock
  /** Keeps what a transaction changes, before anybody sees it. @throws StorageError, and nothing is changed */
  readonly keep?: (changes: TransactionChanges, tables: ReadonlyMap<string, EntryTable>) => Promise<void>
  /** Called when somebody has closed it. */
  readonly onClose?: () => Promise<void>
}

/**
 * A storage whose entries lie in memory: of tests, and of the file adapter. One transaction runs at a time. It ends as a
 * browser's does, when its work waits for something else, so that such a fault shows in tests without a browser.
 */
export class TableDatabase {
  readonly #options: TableDatabaseOptions
  readonly #tables = new Map<string, EntryTable>()
  readonly #opened = new Set<TableStorage>()
  #last: Promise<unknown> = Promise.resolve()
  #is_erased = false

  constructor(options: TableDatabaseOptions) {
    this.#options = options
  }

  /**
   * @param ended aborts when the tab that opened it is gone, as by a crash: what it had not kept yet is lost
   * @throws StorageError `newer-version`
   */
  async open<Contents extends StorageContents>(
    name: string,
    options: OpenOptions,
    ended?: AbortSignal,
  ): Promise<ClientStorage<Contents>> {
    const close = async (): Promise<void> => {
      this.#opened.delete(storage)
      await this.#options.onClose?.()
    }
    const storage: TableStorage = new TableStorage(name, this, options, { close, ended })
    await storage.transact([], 'read', () => Promise.resolve())
    this.#opened.add(storage)
    const opened: ClientStorage = storage
    return opened as ClientStorage<Contents>
  }

  get is_open(): boolean {
    return this.#opened.size > 0
  }

  /** Tells everyone who has it open. */
  tell(notice: StorageNotice): void {
    for (const { onNotice } of this.#opened) onNotice?.(notice)
  }

  /** Everyone who has it open loses it, after the transactions that run or wait. */
  async erase(): Promise<void> {
    await this.#inOrder(() => {
      this.#is_erased = true
      this.tell('given-up')
      return Promise.resolve()
    })
  }

  /** Waits for the transactions that run or wait. */
  async settle(): Promise<void> {
    await this.#inOrder(() => Promise.resolve())
  }

  async transact<Result>(
    { stores, is_write, reader, ended }: TransactionOptions,
    work: TransactionWork<Result>,
  ): Promise<Result> {
    return await this.#inOrder(async () => {
      if (this.#is_erased) throw new StorageError('closed', 'The local data were erased.')
      const watch = new IdleWatch(this.#options.clock)
      const transaction = new Transaction(this.#reads(watch))
      const result = await watch.untilIdle(transaction.run(stores, reader, work), () => transaction.end())
      if (ended?.aborted) throw new StorageError('closed', 'The tab that opened the local data is gone.')
      const changes = is_write ? transaction.changes() : []
      if (changes.length === 0) return result
      await this.#options.keep?.(changes, this.#tables)
      this.load(changes)
      return result
    })
  }

  /** Takes over what was kept before. */
  load(changes: TransactionChanges): void {
    for (const [store, made] of changes) this.#table(store).apply(made)
  }

  #table(store: string): EntryTable {
    const known = this.#tables.get(store)
    if (known !== undefined) return known
    const table = new EntryTable()
    this.#tables.set(store, table)
    return table
  }

  #reads(watch: IdleWatch): EntryReads {
    return {
      get: (store, key) => watch.read(() => this.#table(store).get(key)),
      getAll: (store, range, limit) => watch.read(() => this.#table(store).getAll(range, limit)),
      getKeys: (store, range) =>
        watch.read(() =>
          this.#table(store)
            .getAll(range)
            .map(({ key }) => key),
        ),
    }
  }

  async #inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work)
    this.#last = result.catch(() => undefined)
    return await result
  }
}

interface TransactionOptions {
  readonly stores: readonly string[]
  readonly is_write: boolean
  readonly reader: number
  readonly ended: AbortSignal | undefined
}

class TableStorage implements ClientStorage {
  readonly name: string
  readonly onNotice: OpenOptions['onNotice']
  readonly #database: TableDatabase
  readonly #reader: number
  readonly #life: { readonly close: () => Promise<void>; readonly ended: AbortSignal | undefined }
  #is_closed = false

  constructor(
    name: string,
    database: TableDatabase,
    { reader, onNotice }: OpenOptions,
    life: { readonly close: () => Promise<void>; readonly ended: AbortSignal | undefined },
  ) {
    this.name = name
    this.#database = database
    this.#reader = reader
    this.onNotice = onNotice
    this.#life = life
  }

  async transact<Result>(
    stores: readonly string[],
    mode: 'read' | 'write',
    work: TransactionWork<Result>,
    _options?: WriteOptions,
  ): Promise<Result> {
    if (this.#is_closed) throw new StorageError('closed', 'The local data were closed.')
    const { ended } = this.#life
    return await this.#database.transact({ stores, is_write: mode === 'write', reader: this.#reader, ended }, work)
  }

  async close(): Promise<void> {
    this.#is_closed = true
    await this.#database.settle()
    await this.#life.close()
  }
}

/** Ends a transaction when no read of it is open and none follows: as a browser does. */
class IdleWatch {
  readonly #clock: Clock
  readonly #idle = Promise.withResolvers<never>()
  #reads = 0

  constructor(clock: Clock) {
    this.#clock = clock
    // Nobody may be waiting for it any more.
    this.#idle.promise.catch(() => undefined)
  }

  async read<T>(read: () => T): Promise<T> {
    const at = ++this.#reads
    const value = await Promise.resolve().then(read)
    void this.#clock.turn().then(() => {
      if (at === this.#reads) this.#idle.reject(waitedForSomethingElse())
    })
    return value
  }

  async untilIdle<T>(work: Promise<T>, onIdle: () => void): Promise<T> {
    this.#idle.promise.catch(onIdle)
    return await Promise.race([work, this.#idle.promise])
  }
}
