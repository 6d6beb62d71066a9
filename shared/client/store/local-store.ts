import { isObject } from '../../base/is-object.ts'
import { newId } from '../../base/ids.ts'
import type { Channel, ClientPorts, LifecycleEvent } from '../ports.ts'
import { type ClientStorage, StorageError, type StorageNotice, type StoreReader } from '../storage.ts'
import {
  type ClientEntry,
  type Identity,
  type JsonRecord,
  type LocalContents,
  type MigrationPlan,
  type OriginEntry,
  type OutboxEntry,
  READER,
  type RecordNoun,
  type SyncEntry,
} from './entries.ts'
import { LocalData } from './local-data.ts'
import { readSome, readStorage, type StoredState } from './read-storage.ts'
import type { ShownRecord } from './overlay.ts'
import { StorageCleared, StoreChanges } from './store-changes.ts'
import { newMutationId } from './mutation-id.ts'
import { throughPassingFailures } from './passing-failures.ts'

/** What a listener is told: the records that may show differently, and whether the outbox has changed. */
export interface StoreEvent {
  readonly records: ReadonlySet<string>
  readonly is_own: boolean
}

export interface LocalStoreOptions {
  /** Of the storage. */
  readonly name: string
  /** Null: a guest's. */
  readonly identity: Identity | null
  readonly ports: ClientPorts
  readonly onNotice?: (notice: StorageNotice | 'cleared') => void
}

type WrittenStore = 'rows' | 'staged' | 'outbox' | 'imports'

/**
 * The records of one account, or of a guest, on this device. Whatever a user does is kept here first; the sync takes it to
 * the server. Any tab may change it; all tabs show the same.
 */
export class LocalStore {
  readonly name: string
  readonly identity: Identity | null
  readonly #ports: ClientPorts
  readonly #onNotice: (notice: StorageNotice | 'cleared') => void
  readonly #listeners = new Set<(event: StoreEvent) => void>()
  readonly #data: LocalData
  #storage: ClientStorage<LocalContents> | undefined
  #channel: Channel | undefined
  #endListening: () => void = () => undefined
  #origin: OriginEntry | undefined
  #revision = -1
  #client_id: string | undefined
  #plan: MigrationPlan | undefined
  #reload: Promise<void> | undefined

  private constructor({ name, identity, ports, onNotice }: LocalStoreOptions) {
    this.name = name
    this.identity = identity
    this.#ports = ports
    this.#onNotice = onNotice ?? (() => undefined)
    this.#data = new LocalData(identity?.user_id ?? null)
  }

  /** @throws StorageError */
  static async open(options: LocalStoreOptions): Promise<LocalStore> {
    const store = new LocalStore(options)
    const { ports, name } = options
    store.#storage = await ports.storages.open<LocalContents>(name, {
      reader: READER,
      onNotice: (notice) => store.#noticed(notice),
    })
    store.#channel = ports.channels.open(name)
    store.#channel.subscribe((message) => store.#heard(message))
    store.#endListening = ports.lifecycle.subscribe((event) => store.#onLifecycle(event))
    await store.#load()
    return store
  }

  get data(): LocalData {
    return this.#data
  }

  /** Which client this is now; undefined before the storage was read. */
  get client_id(): string | undefined {
    return this.#client_id
  }

  /** A guest's records on their way into an account: then nothing here changes any more. */
  get plan(): MigrationPlan | undefined {
    return this.#plan
  }

  /** @returns ends the subscription */
  subscribe(onEvent: (event: StoreEvent) => void): () => void {
    this.#listeners.add(onEvent)
    return () => void this.#listeners.delete(onEvent)
  }

  get(noun: RecordNoun, id: string): ShownRecord | undefined {
    return this.#data.shown(noun, id)
  }

  list(noun: RecordNoun): readonly ShownRecord[] {
    return this.#data.list(noun)
  }

  /** Which client this is, and its changes in their order, as of one moment. */
  async outbox(): Promise<{ readonly client: ClientEntry; readonly outbox: readonly OutboxEntry[] }> {
    return await this.#whole(() =>
      this.storage.transact(['meta', 'outbox'], 'read', async ({ meta, outbox }) => {
        await this.#requireOrigin(meta)
        const client = (await meta.get('client')) as ClientEntry
        return { client, outbox: (await outbox.getAll()).map(({ entry }) => entry) }
      }),
    )
  }

  /** How far the storage is synced. */
  async synced(): Promise<SyncEntry> {
    return await this.#whole(() =>
      this.storage.transact(['meta'], 'read', async ({ meta }) => {
        await this.#requireOrigin(meta)
        return (await meta.get('sync')) as SyncEntry
      }),
    )
  }

  get storage(): ClientStorage<LocalContents> {
    if (!this.#storage) throw new StorageError('closed', 'The local data are not open.')
    return this.#storage
  }

  /**
   * Changes the storage in one transaction, then this tab's picture of it, then tells the other tabs.
   * @param work puts and deletes through `changes`; it may wait for nothing but reads
   * Where the browser has cleared the storage in between, what was not sent is put back first.
   * @throws StorageError
   */
  async write<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
  ): Promise<Result> {
    return await this.#whole(() => this.#write(stores, work))
  }

  /** Works on the storage, and once more where it was found to be cleared. */
  async #whole<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StorageCleared)) throw error
      await this.#load()
      return await work()
    }
  }

  /** @throws StorageCleared when it is not the storage that was read */
  async #requireOrigin(meta: StoreReader<LocalContents['meta']>): Promise<void> {
    const origin = (await meta.get('origin')) as OriginEntry | undefined
    if (origin?.storage_id !== this.#origin?.storage_id) throw new StorageCleared('the local data were cleared')
  }

  async #write<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
  ): Promise<Result> {
    let changes: StoreChanges | undefined
    const names = ['meta' as const, ...stores]
    const result = await this.storage.transact(
      names,
      'write',
      async (writers) => {
        changes = await StoreChanges.begin(writers, this.#origin)
        const done = await work(changes)
        changes.finish()
        return done
      },
      { durability: 'strict' },
    )
    this.#applied(changes!)
    return result
  }

  /** Reads the storage anew where another tab may have changed it without this one hearing. */
  async refresh(): Promise<void> {
    const revision = await this.storage.transact(['meta'], 'read', async ({ meta }) => await meta.get('revision'))
    const now = (revision as { revision?: number } | undefined)?.revision
    if (now !== this.#revision) await this.#load()
  }

  async close(): Promise<void> {
    this.#endListening()
    this.#channel?.close()
    await this.#storage?.close()
  }

  /** Tells the other tabs of this storage something. */
  post(message: JsonRecord): void {
    this.#channel?.post(message)
  }

  /** @returns ends the subscription */
  onMessage(onMessage: (message: unknown) => void): () => void {
    return this.#channel!.subscribe(onMessage)
  }

  #applied(changes: StoreChanges): void {
    if (changes.plan !== undefined) this.#plan = changes.plan
    this.#client_id = changes.client.client_id
    const is_behind = changes.revision_before !== this.#revision
    if (!is_behind) {
      changes.applyTo(this.#data)
      this.#revision = changes.revision
      this.#tell(true)
    }
    this.post({ type: 'changed', revision: changes.revision, ...changes.summary })
    // Another tab was between: what it did is read, and with it what was done here.
    if (is_behind) void this.#load().catch((error: unknown) => this.#failed(error))
  }

  #tell(is_own: boolean): void {
    const records = this.#data.takeChanged()
    for (const onEvent of this.#listeners) onEvent({ records, is_own })
  }

  #heard(message: unknown): void {
    if (!isObject(message) || message['type'] !== 'changed') return
    void this.#follow(message).catch((error: unknown) => this.#failed(error))
  }

  /** Reads what another tab has changed: what it names, where this tab has missed nothing before. */
  async #follow({ revision, rows, entries }: Readonly<Record<string, unknown>>): Promise<void> {
    if (revision === this.#revision) return
    const is_next = revision === this.#revision + 1
    const some = is_next ? await readSome(this.storage, rows, entries) : undefined
    if (!some || some.revision !== revision || this.#revision + 1 !== revision) return await this.#load()
    for (const { partition, id, entry } of some.rows) this.#data.putRow(partition, id, entry)
    for (const { seq, entry } of some.entries) {
      if (entry) this.#data.putEntry(entry)
      else this.#data.deleteEntry(seq)
    }
    this.#revision = some.revision
    this.#tell(false)
  }

  /** A page that was frozen, or in the back/forward cache, has missed what other tabs told. */
  #onLifecycle(event: LifecycleEvent): void {
    if (event !== 'visible' && event !== 'resume' && event !== 'page-restored') return
    void this.refresh().catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    // The next change, or the next look, reads it again.
    if (!(error instanceof StorageError)) throw error
    this.#onNotice('connection-lost')
  }

  #noticed(notice: StorageNotice): void {
    this.#onNotice(notice)
    if (notice !== 'connection-lost') return
    void throughPassingFailures(() => this.#load(), this.#ports).catch((error: unknown) => this.#failed(error))
  }

  /** Reads everything. One reading at a time; one that is asked for meanwhile comes after it. */
  async #load(): Promise<void> {
    const before = this.#reload
    const own = (async () => {
      await before
      const state = await readStorage(this.storage, this.#newOrigin())
      this.#take(state)
    })()
    this.#reload = own.catch(() => undefined)
    await own
  }

  #take(state: StoredState): void {
    const is_same = this.#origin?.storage_id === state.origin.storage_id
    // This tab has changed it since it was read.
    if (is_same && state.revision < this.#revision) return
    const is_cleared = this.#origin !== undefined && this.#origin.storage_id !== state.origin.storage_id
    const unsent = is_cleared ? this.#data.entries.filter(({ done }) => !done) : []
    const plan = is_cleared ? this.#plan : undefined
    this.#origin = state.origin
    this.#revision = state.revision
    this.#plan = state.plan
    this.#client_id = state.client.client_id
    this.#data.clear()
    for (const { partition, id, entry } of state.rows) this.#data.putRow(partition, id, entry)
    for (const entry of state.outbox) this.#data.putEntry(entry)
    this.#tell(false)
    if (!is_cleared) return
    this.#onNotice('cleared')
    if (unsent.length > 0 || plan) void this.#putBack(unsent, plan).catch((error: unknown) => this.#failed(error))
  }

  /** The browser has cleared the storage; what this tab still knows and the server does not is kept again. */
  async #putBack(unsent: readonly OutboxEntry[], plan: MigrationPlan | undefined): Promise<void> {
    await this.write(['outbox'], async (changes) => {
      if (plan) changes.putPlan(plan)
      for (const { seq: _, ...entry } of unsent)
        await changes.append({ ...entry, mutation_id: newMutationId(this.#ports) })
    })
  }

  #newOrigin() {
    const now_ms = Math.max(0, this.#ports.clock.nowMs())
    return {
      storage_id: newId('sto', now_ms, this.#ports.random),
      identity: this.identity,
      client_id: newId('cli', now_ms, this.#ports.random),
    }
  }
}
