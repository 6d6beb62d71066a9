import type { StoreReader, StoreWriter } from '../storage.ts'
import type {
  ClientEntry,
  LocalContents,
  MetaEntries,
  MigrationPlan,
  OriginEntry,
  OutboxEntry,
  RecordNoun,
  RowBlock,
  RowEntry,
  StagedEntry,
  StagedRow,
  SyncEntry,
} from './entries.ts'
import { rowsOfEntry } from './known-row.ts'
import type { LocalData } from './local-data.ts'

/** The stores of one transaction. */
export type Writers = { readonly meta: StoreWriter<LocalContents['meta']> } & {
  readonly [Name in WrittenStore]?: StoreWriter<LocalContents[Name]>
}

/** The stores of one reading. */
export type Readers<Name extends WrittenStore> = { readonly meta: StoreReader<LocalContents['meta']> } & {
  readonly [N in Name]: StoreReader<LocalContents[N]>
}

export type WrittenStore = 'rows' | 'staged' | 'outbox' | 'imports' | 'quarantine' | 'drafts' | 'details'

/** The browser has cleared the storage since it was read. */
export class StorageCleared extends Error {
  override readonly name = 'StorageCleared'

  constructor() {
    super('The local data were cleared.')
  }
}

/** A record of an earlier local store. */
export type ImportKey = readonly [source: string, noun: RecordNoun, key: string]

/** Rows in one entry, a quarter of a megabyte of large ones. */
const BLOCK_ROWS = 64

/** What one message to other tabs may name one by one. */
const NAMED_MAX = 500

/** The changes of one transaction: put into the storage, and remembered for this tab's picture of it and for other tabs. */
export class StoreChanges {
  readonly revision_before: number
  readonly #writers: Writers
  #client: ClientEntry
  #plan: MigrationPlan | undefined
  #sync: SyncEntry | undefined
  #renamed: Readonly<Record<string, string>> | undefined
  readonly #effects: ((data: LocalData) => void)[] = []
  readonly #rows: (readonly [partition: string, id: string])[] = []
  readonly #partitions: string[] = []
  readonly #entries: number[] = []
  #is_shown = false

  private constructor(writers: Writers, client: ClientEntry, revision: number) {
    this.#writers = writers
    this.#client = client
    this.revision_before = revision
  }

  /** @throws StorageCleared when it is not the storage that was read */
  static async begin(writers: Writers, origin: OriginEntry | undefined): Promise<StoreChanges> {
    const { meta } = writers
    const [stored, client, counted] = await Promise.all([
      meta.get('origin') as Promise<OriginEntry | undefined>,
      meta.get('client') as Promise<ClientEntry>,
      meta.get('revision') as Promise<MetaEntries['revision']>,
    ])
    if (!stored || stored.storage_id !== origin?.storage_id) throw new StorageCleared()
    const { revision } = counted
    return new StoreChanges(writers, client, revision)
  }

  /** As it is in the storage. */
  get client(): ClientEntry {
    return this.#client
  }

  get plan(): MigrationPlan | undefined {
    return this.#plan
  }

  get revision(): number {
    return this.#is_shown ? this.revision_before + 1 : this.revision_before
  }

  /** What other tabs are to read; undefined where that is everything. */
  get summary(): { rows?: readonly (readonly [string, string])[]; entries?: readonly number[] } {
    const is_named = this.#partitions.length === 0 && this.#rows.length + this.#entries.length <= NAMED_MAX
    return is_named ? { rows: this.#rows, entries: this.#entries } : {}
  }

  /** Undefined while this transaction does not change how far the storage is synced. */
  get synced(): SyncEntry | undefined {
    return this.#sync
  }

  async sync(): Promise<SyncEntry> {
    return (await this.#writers.meta.get('sync')) as SyncEntry
  }

  putSync(entry: SyncEntry): void {
    this.#sync = entry
    this.#writers.meta.put('sync', entry)
  }

  putClient(entry: ClientEntry): void {
    this.#client = entry
    this.#writers.meta.put('client', entry)
  }

  async storedPlan(): Promise<MigrationPlan | undefined> {
    return (await this.#writers.meta.get('plan')) as MigrationPlan | undefined
  }

  putPlan(plan: MigrationPlan): void {
    this.#plan = plan
    this.#is_shown = true
    this.#writers.meta.put('plan', plan)
  }

  async keepReserve(textOf: () => string): Promise<void> {
    const known = await this.#writers.meta.getKeys({ at_least: 'reserve', at_most: 'reserve' })
    if (known.length === 0) this.#writers.meta.put('reserve', { text: textOf() })
  }

  /** Only deletes. */
  giveRoom(): void {
    this.#writers.meta.delete('reserve')
    this.details.clear()
  }

  /** Notes that a change comes here from another storage. @returns false when it came before, whatever became of it */
  async adopts(mutation_id: string): Promise<boolean> {
    const { mutation_ids = [] } = ((await this.#writers.meta.get('adopted')) ?? {}) as Partial<MetaEntries['adopted']>
    if (mutation_ids.includes(mutation_id)) return false
    this.#writers.meta.put('adopted', { mutation_ids: [...mutation_ids, mutation_id] })
    return true
  }

  /** @param ids new ids of records, by the old ones */
  async rename(ids: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(ids).length === 0) return
    const known = ((await this.#writers.meta.get('renamed')) ?? { ids: {} }) as MetaEntries['renamed']
    const renamed = { ...known.ids, ...ids }
    this.#writers.meta.put('renamed', { ids: renamed })
    this.#renamed = renamed
    this.#is_shown = true
  }

  /** Undefined while this transaction renames nothing. */
  get renamed(): Readonly<Record<string, string>> | undefined {
    return this.#renamed
  }

  /** Every change in the storage, in its order. */
  async entries(): Promise<readonly OutboxEntry[]> {
    return (await this.#outbox.getAll()).map(({ entry }) => entry)
  }

  /** Keeps a new change, at the end. @returns its number */
  append(entry: Omit<OutboxEntry, 'seq' | 'done'>): Promise<number> {
    const seq = this.#client.last_seq + 1
    this.putClient({ ...this.#client, last_seq: seq })
    this.putEntry({ ...entry, seq })
    return Promise.resolve(seq)
  }

  /**
   * Notes that a record of an earlier store is taken in under this id.
   * @returns the id under which it was taken in before
   */
  async takeIn(from: ImportKey, id: string): Promise<string | undefined> {
    const imports = this.#writers.imports!
    const known = await imports.get(from)
    if (!known) imports.put(from, { id })
    return known?.id
  }

  get quarantine(): StoreWriter<LocalContents['quarantine']> {
    return this.#writers.quarantine!
  }

  get drafts(): StoreWriter<LocalContents['drafts']> {
    return this.#writers.drafts!
  }

  get details(): StoreWriter<LocalContents['details']> {
    return this.#writers.details!
  }

  /** Something that tabs show has changed beside rows and changes. */
  show(): void {
    this.#is_shown = true
  }

  get is_shown(): boolean {
    return this.#is_shown
  }

  putEntry(entry: OutboxEntry): void {
    this.#outbox.put(entry.seq, entry)
    this.#entries.push(entry.seq)
    this.#effect((data) => data.putEntry(entry))
  }

  deleteEntry(seq: number): void {
    this.#outbox.delete(seq)
    this.#entries.push(seq)
    this.#effect((data) => data.deleteEntry(seq))
  }

  async row(partition: string, id: string): Promise<RowEntry | undefined> {
    const entry = await this.#rowStore.get([partition, id])
    return entry ? (entry as RowEntry) : (await this.rows(partition)).get(id)
  }

  /** All rows of a partition, by their ids. */
  async rows(partition: string): Promise<ReadonlyMap<string, RowEntry>> {
    const stored = await this.#rowStore.getAll({ beginning_with: [partition] })
    return new Map(stored.flatMap(rowsOfEntry).map((row) => [row.id, row]))
  }

  putRow(partition: string, id: string, entry: RowEntry): void {
    this.#rowStore.put([partition, id], entry)
    this.#rows.push([partition, id])
    this.#effect((data) => data.putRow(partition, id, entry))
  }

  /** Keeps rows of a partition that came whole, after it was cleared. */
  putRows(partition: string, rows: readonly StagedRow[]): void {
    for (let at = 0; at < rows.length; at += BLOCK_ROWS) {
      this.#rowStore.put([partition, at], { rows: rows.slice(at, at + BLOCK_ROWS) })
    }
    this.#effect((data) => {
      for (const { id, ...entry } of rows) data.putRow(partition, id, entry)
    })
  }

  clearPartition(partition: string): void {
    this.#rowStore.clear({ beginning_with: [partition] })
    this.#partitions.push(partition)
    this.#effect((data) => data.clearPartition(partition))
  }

  async staged(partition: string): Promise<readonly StagedEntry[]> {
    return (await this.#stagedStore.getAll({ beginning_with: [partition] })).map(({ entry }) => entry)
  }

  putStaged(partition: string, page: number, entry: StagedEntry): void {
    this.#stagedStore.put([partition, page], entry)
  }

  clearStaged(partition?: string): void {
    this.#stagedStore.clear(partition === undefined ? undefined : { beginning_with: [partition] })
  }

  /** Counts the transaction, when it changes what tabs show. */
  finish(): void {
    if (this.#is_shown) this.#writers.meta.put('revision', { revision: this.revision })
  }

  applyTo(data: LocalData): void {
    for (const effect of this.#effects) effect(data)
  }

  get #outbox(): StoreWriter<OutboxEntry> {
    return this.#writers.outbox!
  }

  get #rowStore(): StoreWriter<RowBlock | RowEntry> {
    return this.#writers.rows!
  }

  get #stagedStore(): StoreWriter<StagedEntry> {
    return this.#writers.staged!
  }

  #effect(effect: (data: LocalData) => void): void {
    this.#is_shown = true
    this.#effects.push(effect)
  }
}
