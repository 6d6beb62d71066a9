import { isoTime } from '../../base/clock.ts'
import { isObject } from '../../base/is-object.ts'
import { newId } from '../../base/ids.ts'
import type { Channel, ClientPorts, LifecycleEvent } from '../ports.ts'
import { type ClientStorage, StorageError, type StorageNotice, type WriteOptions } from '../storage.ts'
import {
  type ClientEntry,
  type Identity,
  type JsonRecord,
  type LocalContents,
  type MigrationPlan,
  type OriginEntry,
  type OutboxEntry,
  READER,
  type SyncEntry,
} from './entries.ts'
import { isSameIdentity } from './identity.ts'
import { LocalData } from './local-data.ts'
import type { LocalStoreOptions, StoreEvent, StoreNotice } from './local-store-types.ts'
import { keepAgain, LostChanges } from './lost-changes.ts'
import { throughPassingFailures } from './passing-failures.ts'
import { type NewOrigin, readSome, readStorage, type StoredFacts, type StoredState } from './read-storage.ts'
import { type StorageState, storageStateOf } from './storage-state.ts'
import { type Readers, StorageCleared, StoreChanges, type WrittenStore } from './store-changes.ts'

/**
 * The records of one account, or of a guest, on this device. Whatever a user does is kept here first; the sync takes it to
 * the server. Any tab may change it; all tabs show the same.
 */
export class LocalStore {
  readonly name: string
  readonly identity: Identity | null
  readonly #also_of: Identity | undefined
  readonly #ports: ClientPorts
  readonly #onNotice: (notice: StoreNotice) => void
  readonly #claim: () => Promise<void>
  readonly #onState: (state: StorageState) => void
  readonly #listeners = new Set<(event: StoreEvent) => void>()
  #data: LocalData
  #storage: ClientStorage<LocalContents> | undefined
  #channel: Channel | undefined
  #endListening: () => void = () => undefined
  #facts: StoredFacts | undefined
  #reload: Promise<void> | undefined
  readonly #lost = new LostChanges()

  private constructor({ name, identity, also_of, ports, onNotice, claim, onState }: LocalStoreOptions) {
    this.name = name
    this.identity = identity
    this.#also_of = also_of
    this.#ports = ports
    this.#onNotice = onNotice ?? (() => undefined)
    this.#claim = claim ?? (() => Promise.resolve())
    this.#onState = onState ?? (() => undefined)
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
    try {
      await store.#load()
    } catch (error) {
      await store.close()
      throw error
    }
    return store
  }

  get data(): LocalData {
    return this.#data
  }

  /** Which client this is now; undefined before the storage was read. */
  get client_id(): string | undefined {
    return this.#facts?.client.client_id
  }

  /** A guest's records on their way into an account: then nothing here changes any more. */
  get plan(): MigrationPlan | undefined {
    return this.#facts?.plan
  }

  /** When this device had everything last, as far as that was noted; ISO 8601. */
  get pulled_at(): string | null {
    return this.#facts?.sync.pulled_at ?? null
  }

  /** New ids of records, by the old ones. */
  get renamed(): Readonly<Record<string, string>> {
    return this.#facts?.renamed ?? {}
  }

  /** Which transaction this tab has seen last. */
  get revision(): number {
    return this.#facts?.revision ?? -1
  }

  /** How many changes could not be read. */
  get quarantined(): number {
    return this.#facts?.quarantined ?? 0
  }

  /** Changes that the server does not have yet, those included that wait for the user. */
  get unsent(): readonly OutboxEntry[] {
    const kept = this.#data.entries.filter(({ done }) => !done)
    const known = new Set(kept.map(({ mutation_id }) => mutation_id))
    return [...kept, ...this.#lost.entries.filter(({ mutation_id }) => !known.has(mutation_id))]
  }

  /** @returns ends the subscription */
  subscribe(onEvent: (event: StoreEvent) => void): () => void {
    this.#listeners.add(onEvent)
    return () => void this.#listeners.delete(onEvent)
  }

  /** Which client this is, and its changes in their order, as of one moment. */
  async outbox(): Promise<{ readonly client: ClientEntry; readonly outbox: readonly OutboxEntry[] }> {
    return await this.read(['outbox'], async ({ meta, outbox }) => ({
      client: (await meta.get('client')) as ClientEntry,
      outbox: (await outbox.getAll()).map(({ entry }) => entry),
    }))
  }

  /** How far the storage is synced. */
  async synced(): Promise<SyncEntry> {
    return await this.read([], async ({ meta }) => (await meta.get('sync')) as SyncEntry)
  }

  get storage(): ClientStorage<LocalContents> {
    if (!this.#storage) throw new StorageError('closed', 'The local data are not open.')
    return this.#storage
  }

  /**
   * Reads as of one moment. Where the browser has cleared the storage, or an entry cannot be read, that is mended first.
   * @throws StorageError
   */
  async read<Name extends WrittenStore, Result>(
    stores: readonly Name[],
    work: (stores: Readers<Name>) => Promise<Result>,
  ): Promise<Result> {
    return await this.#mended(async () => {
      return await this.storage.transact(['meta' as const, ...stores], 'read', async (readers) => {
        const origin = (await (readers as Readers<never>).meta.get('origin')) as OriginEntry | undefined
        this.#requireOrigin(origin)
        return await work(readers)
      })
    })
  }

  /**
   * Changes the storage in one transaction, then this tab's picture of it, then tells the other tabs. Where the browser has
   * cleared the storage in between, what was not sent is put back first.
   * @param work puts and deletes through `changes`; it may wait for nothing but reads
   * @param durability without it strict: it outlives a loss of power
   * @throws StorageError
   */
  async write<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
    { durability = 'strict' }: WriteOptions = {},
  ): Promise<Result> {
    const { result, changes } = await this.#mended(async () => await this.#transact(stores, work, { durability }))
    await this.#applied(changes)
    return result
  }

  async #transact<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
    options: WriteOptions = { durability: 'strict' },
  ): Promise<{ readonly result: Result; readonly changes: StoreChanges }> {
    return await this.storage.transact(
      ['meta' as const, ...stores],
      'write',
      async (writers) => {
        const changes = await StoreChanges.begin(writers, this.#facts?.origin)
        const result = await work(changes)
        changes.finish()
        return { result, changes }
      },
      options,
    )
  }

  async #mended<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      if (this.#lost.is_due && (await this.#putBack())) await this.#load()
      const result = await work().catch(async (error: unknown) => {
        const is_corrupt = error instanceof StorageError && error.kind === 'corrupt-entry'
        if (!(error instanceof StorageCleared) && !is_corrupt) throw error
        await this.#load()
        return await work()
      })
      this.#onState('ok')
      return result
    } catch (error) {
      const failure = error instanceof StorageCleared ? new StorageError('unavailable', error.message) : error
      if (failure instanceof StorageError) this.#onState(storageStateOf(failure))
      throw failure
    }
  }

  /** Reads the storage where another tab may have changed it without this one hearing. @throws StorageError */
  async refresh(): Promise<void> {
    const revision = await this.read([], async ({ meta }) => await meta.get('revision'))
    const { revision: now } = revision as { readonly revision: number }
    if (now !== this.revision) await this.#load()
  }

  /** Reads everything. @throws StorageError */
  async reload(): Promise<void> {
    await this.#load()
  }

  /** Whether there is room: writes what is there already. */
  async probe(): Promise<void> {
    await this.write([], async (changes) => changes.putSync(await changes.sync())).catch(() => undefined)
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

  async #applied(changes: StoreChanges): Promise<void> {
    const { client, revision, revision_before, is_shown } = changes
    const is_behind = revision_before !== this.revision
    if (!is_behind) {
      const { plan = this.plan, renamed = this.renamed } = changes
      this.#facts = {
        ...this.#facts!,
        ...(changes.synced && { sync: changes.synced }),
        client,
        revision,
        plan,
        renamed,
      }
      changes.applyTo(this.#data)
      if (is_shown) this.#tell(true)
    }
    if (is_shown) this.post({ type: 'changed', revision, ...changes.summary })
    // Another tab was between: what it did is read, and with it what was done here.
    if (is_behind) await this.#load().catch((error: unknown) => this.#failed(error))
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
    if (revision === this.revision) return
    const is_next = revision === this.revision + 1
    const some = is_next ? await readSome(this.storage, rows, entries).catch(() => undefined) : undefined
    const is_same = some?.origin.storage_id === this.#facts?.origin.storage_id
    if (!some || !is_same || some.revision !== revision || this.revision + 1 !== revision) return await this.#load()
    const { rows: _rows, entries: _entries, ...facts } = some
    for (const { partition, id, entry } of some.rows) this.#data.putRow(partition, id, entry)
    for (const { seq, entry } of some.entries) {
      if (entry) this.#data.putEntry(entry)
      else this.#data.deleteEntry(seq)
    }
    this.#facts = facts
    this.#tell(false)
  }

  /** A page that was frozen, or in the back/forward cache, has missed what other tabs told. */
  #onLifecycle(event: LifecycleEvent): void {
    if (event !== 'visible' && event !== 'resume' && event !== 'page-restored') return
    void this.refresh().catch((error: unknown) => this.#failed(error))
  }

  /** The next access, or the next look, reads it again. */
  #failed(error: unknown): void {
    if (!(error instanceof StorageError)) throw error
    if (error.kind !== 'closed') this.#onState(storageStateOf(error))
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
      let state = await readStorage(this.storage, this.#newOrigin())
      this.#requireIdentity(state)
      if (this.#facts && this.#facts.origin.storage_id !== state.origin.storage_id) {
        // From here on what users do goes into the new storage, after what they did before.
        this.#lost.note(this.unsent)
        this.#facts = { ...state, revision: -1, plan: this.plan }
        this.#onNotice('cleared')
        if (await this.#putBack()) state = await readStorage(this.storage, this.#newOrigin())
      }
      this.#take(state)
    })()
    this.#reload = own.catch(() => undefined)
    await own
  }

  #take(state: StoredState): void {
    const { data, ...facts } = state
    // This tab has changed it since it was read.
    if (this.#facts?.origin.storage_id === facts.origin.storage_id && facts.revision < this.revision) return
    this.#facts = facts
    data.replace(this.#data)
    this.#data = data
    this.#tell(false)
  }

  /** What was not sent is kept again. @returns false where that failed: the next access tries it again */
  async #putBack(): Promise<boolean> {
    const { plan } = this
    try {
      const is_news = await this.#lost.keepAgain((lost) =>
        throughPassingFailures(async () => {
          await this.#claim()
          const { changes } = await this.#transact(['outbox'], (made) => keepAgain(made, lost, plan))
          if (changes.is_shown) this.post({ type: 'changed', revision: changes.revision })
        }, this.#ports),
      )
      if (is_news) this.#onNotice('kept-again')
      return true
    } catch (error) {
      // Cleared once more, or full.
      if (!(error instanceof StorageCleared)) this.#failed(error)
      return false
    }
  }

  #requireOrigin(origin: OriginEntry | undefined): void {
    if (origin?.storage_id !== this.#facts?.origin.storage_id) throw new StorageCleared()
  }

  /** Another account never opens it. */
  #requireIdentity({ origin }: StoredFacts): void {
    const is_own = isSameIdentity(origin.identity, this.identity)
    if (is_own || (this.#also_of && isSameIdentity(origin.identity, this.#also_of))) return
    throw new StorageError('unavailable', 'These local data belong to another account.')
  }

  #newOrigin(): NewOrigin {
    const now_ms = Math.max(0, this.#ports.clock.nowMs())
    return {
      storage_id: newId('sto', now_ms, this.#ports.random),
      identity: this.identity,
      client_id: newId('cli', now_ms, this.#ports.random),
      at: isoTime(now_ms),
    }
  }
}
