/**
 * The port to local storage. A storage is one local database, of one origin, issuer, user and owner; it has named
 * stores, and each store has entries by key. One transaction spans several stores: all of its changes are there, or none.
 *
 * Upgrades are additive. A store needs no declaration, members of entries that a release does not know stay (who
 * changes an entry writes back what it read), and no database version is ever raised. A release whose entries an
 * earlier one must not touch says so in the entry `min_reader` of the store `meta` (`MIN_READER_KEY`).
 */

/** Numbers come before text, text before lists; text by its UTF-16 units, lists element by element. */
export type StorageKey = number | string | readonly (number | string)[]

/** Which entries each store holds, by the store's name. Entries are JSON objects. */
export type StorageContents = Readonly<Record<string, object>>

export type StoreName<Contents extends StorageContents> = Extract<keyof Contents, string>

/** The store in which each storage says what it is. */
export const META_STORE = 'meta'
export const MIN_READER_KEY = 'min_reader'
/** The entry of `MIN_READER_KEY`: releases with a lower `reader` number may neither read nor write the storage. */
export interface MinReader {
  readonly min_reader: number
}

/** Every storage of this browser, or of this folder. */
export interface ClientStorages {
  /**
   * Opens the storage `name`, and makes it if it is not there. It always settles. Names are those of files too: at most
   * 100 of `a-z`, `0-9`, `_` and `-`; who is behind one is told by its entries. A storage cannot be renamed: an entry
   * of another one says which role it has.
   * @throws StorageError
   */
  open<Contents extends StorageContents>(name: string, options: OpenOptions): Promise<ClientStorage<Contents>>
  /** The names of all storages, in no order. @throws StorageError */
  names(): Promise<string[]>
  /**
   * Removes a storage with all entries. A tab that has it open loses it (`closed`).
   * @throws StorageError `blocked` when another tab does not let it go in time
   */
  erase(name: string): Promise<void>
}

export interface OpenOptions {
  /** What this release can read: it refuses a storage whose `min_reader` is higher, also when that is raised later. */
  readonly reader: number
  readonly onNotice?: (notice: StorageNotice) => void
}

/** What happens to an open storage by itself. */
export type StorageNotice =
  /** The browser closed it, or cleared it: the next transaction opens it again, and perhaps finds it empty. */
  | 'connection-lost'
  /** Another tab erases it, so this one let it go. */
  | 'given-up'
  /** It waits for another tab that keeps the storage open. */
  | 'blocked'
  /** A write that was cut off, and never acknowledged, was found at its end and dropped. */
  | 'torn-write-dropped'

export interface ClientStorage<Contents extends StorageContents = StorageContents> {
  readonly name: string
  /**
   * Runs `work` on `stores`, and nobody else's writes to the storage in between. Changes are made when the work ends,
   * all of them or none; none when it throws. A write resolves when the changes are kept: they survive the end of the
   * tab or process, and with `durability: 'strict'` also a loss of power.
   *
   * The work may wait for nothing but the reads of its stores. A browser ends a transaction that waits for anything
   * else: it then fails as a whole.
   * @throws StorageError, or what the work throws
   */
  transact<Name extends StoreName<Contents>, Result>(
    stores: readonly Name[],
    mode: 'read',
    work: (stores: { readonly [N in Name]: StoreReader<Contents[N]> }) => Promise<Result>,
  ): Promise<Result>
  transact<Name extends StoreName<Contents>, Result>(
    stores: readonly Name[],
    mode: 'write',
    work: (stores: { readonly [N in Name]: StoreWriter<Contents[N]> }) => Promise<Result>,
    options?: WriteOptions,
  ): Promise<Result>
  /** Ends it: transactions that run are awaited, later ones fail with `closed`. */
  close(): Promise<void>
}

export interface WriteOptions {
  /** Without it `relaxed`. */
  readonly durability?: 'relaxed' | 'strict'
}

/** Which keys: at most one lower bound and one upper bound; an empty one is all of them. */
export interface KeyRange {
  readonly at_least?: StorageKey
  readonly above?: StorageKey
  readonly at_most?: StorageKey
  readonly below?: StorageKey
  /** Keys that are lists and begin with these elements; no bound beside it. */
  readonly beginning_with?: readonly (number | string)[]
}

export interface StoredEntry<Entry extends object> {
  readonly key: StorageKey
  readonly entry: Entry
}

/** Reads see what the same transaction has changed. What they return is shared: to change an entry, put another. */
export interface StoreReader<Entry extends object> {
  get(key: StorageKey): Promise<Entry | undefined>
  /** In order of their keys. @param limit entries at most */
  getAll(range?: KeyRange, limit?: number): Promise<StoredEntry<Entry>[]>
  /** Without reading the entries, so that one that cannot be read can be found. */
  getKeys(range?: KeyRange): Promise<StorageKey[]>
}

export interface StoreWriter<Entry extends object> extends StoreReader<Entry> {
  /** The entry must not be changed afterwards. */
  put(key: StorageKey, entry: Entry): void
  delete(key: StorageKey): void
  /** Deletes all entries, or those of the range. */
  clear(range?: KeyRange): void
}

/**
 * The kinds of failures, by what the caller should do. Nothing of the transaction was kept, except that after a
 * `timeout` it may have been, or may yet.
 * - `full`: there is no room. In a browser deleting still works; tell the user before anything is lost.
 * - `closed`: the storage was closed here or erased elsewhere.
 * - `unavailable`: there is no storage (a private window, a setting, another process owns the file), or it fails.
 * - `newer-version`: a later release wrote it, and this one cannot read it. It is unharmed; load the later release.
 * - `blocked`: another tab does not let it go.
 * - `corrupt-entry`: an entry cannot be read (`store` and `key` say which, where that is known).
 * - `timeout`: it did not answer in time.
 */
export type StorageErrorKind =
  | 'full'
  | 'closed'
  | 'unavailable'
  | 'newer-version'
  | 'blocked'
  | 'corrupt-entry'
  | 'timeout'

export interface StorageErrorOptions extends ErrorOptions {
  readonly store?: string
  readonly key?: StorageKey
}

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: StorageErrorKind
  readonly store: string | undefined
  readonly key: StorageKey | undefined

  constructor(kind: StorageErrorKind, message: string, { store, key, ...options }: StorageErrorOptions = {}) {
    super(message, options)
    this.kind = kind
    this.store = store
    this.key = key
  }
}
