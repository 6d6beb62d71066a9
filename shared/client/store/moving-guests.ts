import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import type { Directory } from './directory.ts'
import { Drafts } from './drafts.ts'
import type { Identity, OutboxEntry, RecordNoun } from './entries.ts'
import { isSameIdentity } from './identity.ts'
import { LocalStore } from './local-store.ts'
import type { StoreNotice } from './local-store-types.ts'
import { GuestMigration, planMigration } from './migration.ts'
import { isOpen } from './outbox.ts'
import type { ShownRecord } from './overlay.ts'
import type { Exchange, Sender } from './sender.ts'
import type { StorageState } from './storage-state.ts'
import type { FirstWork } from './syncer.ts'

export interface MovingGuestsOptions {
  readonly account: LocalStore
  readonly directory: Directory
  readonly ports: ClientPorts
  readonly senderOf: (store: LocalStore) => Sender
  /** Whether the operator has sync on. */
  readonly isOn: () => Promise<boolean>
  readonly onChange: (records: ReadonlySet<string> | undefined) => void
  readonly onNotice: (notice: StoreNotice) => void
  readonly onState: (state: StorageState) => void
  /** Called when a guest's records have arrived. */
  readonly onMoved: () => void
}

/** The guests of this browser on their way into an account, one after the other; until they are there they are shown from here. */
export class MovingGuests implements FirstWork {
  readonly #options: MovingGuestsOptions
  readonly #identity: Identity
  #moving: { readonly store: LocalStore; readonly migration: GuestMigration } | undefined
  #is_waiting = false

  constructor(options: MovingGuestsOptions) {
    this.#options = options
    this.#identity = options.account.identity!
  }

  /** A guest's records wait until the operator has sync on: they are still the guest's. */
  get is_waiting(): boolean {
    return this.#is_waiting
  }

  get is_moving(): boolean {
    return this.#moving !== undefined
  }

  get unsent(): readonly OutboxEntry[] {
    return this.#moving?.store.unsent ?? []
  }

  get pending(): number {
    return this.#moving?.store.data.counts.pending ?? 0
  }

  get renamed(): Readonly<Record<string, string>> {
    return this.#moving?.store.renamed ?? {}
  }

  shown(noun: RecordNoun, id: string): ShownRecord | undefined {
    return this.#moving?.store.data.shown(noun, id)
  }

  list(noun: RecordNoun): readonly ShownRecord[] {
    return this.#moving?.store.data.list(noun) ?? []
  }

  /** Whether a record has changes of its guest that a row of this version does not show. */
  isAhead(noun: RecordNoun, id: string, version: number): boolean {
    const entries = this.#moving?.store.data.entriesOf(noun, id) ?? []
    return entries.some((entry) => isOpen(entry) || (entry.done && entry.done.version > version))
  }

  /** Writes the plans of guests who have something, and opens the first of those who move in here. */
  async begin(): Promise<void> {
    const { directory } = this.#options
    this.#is_waiting = false
    for (const { storage, role } of await directory.all()) {
      if (role.kind === 'guest') await this.#orSkip(() => this.#plan(storage))
    }
    await this.#openNext()
  }

  dueInMs(): number {
    return this.#moving?.migration.dueInMs() ?? Infinity
  }

  /** Takes the guests' records along, as far as it gets. */
  async run(signal: AbortSignal): Promise<Exchange | undefined> {
    const { onMoved } = this.#options
    if (this.#is_waiting) await this.begin()
    while (this.#moving && !signal.aborted) {
      const { store, migration } = this.#moving
      // The browser has cleared the guest's storage, and with it the plan.
      if (!store.plan) await this.#planInto(store)
      const exchange = await migration.step(signal)
      if (exchange && exchange.kind !== 'done') return exchange
      if (exchange) continue
      await this.#noteMoved(store)
      onMoved()
      await this.#openNext()
    }
    return undefined
  }

  async close(): Promise<void> {
    await this.#moving?.store.close()
    this.#moving = undefined
  }

  async #plan(storage: string): Promise<void> {
    const { directory, account, ports, isOn } = this.#options
    const store = await this.#openGuest(storage)
    try {
      const has_something = store.plan !== undefined || store.data.entries.length > 0
      if (has_something && !store.plan && !(await isOn())) {
        this.#is_waiting = true
        return
      }
      if (!store.plan) await new Drafts(account, ports.clock).takeIn(await new Drafts(store, ports.clock).list())
      if (!has_something) return
      const { into } = await planMigration(store, this.#identity, ports)
      await directory.setRole(storage, { kind: 'moving', into })
    } finally {
      await store.close()
    }
  }

  async #openNext(): Promise<void> {
    const { account, directory, onChange } = this.#options
    await this.close()
    for (const { storage, role } of await directory.all()) {
      const is_own = role.kind === 'moving' && isSameIdentity(role.into, this.#identity)
      if (is_own && storage !== account.name && !this.#moving) await this.#orSkip(() => this.#open(storage))
    }
    onChange(undefined)
  }

  async #open(storage: string): Promise<void> {
    const { account, ports, senderOf, onChange } = this.#options
    const store = await this.#openGuest(storage)
    await this.#planInto(store)
    if (store.plan?.state === 'done') {
      await this.#noteMoved(store)
      return await store.close()
    }
    const { clock, random } = ports
    const migration = new GuestMigration({
      guest: store,
      account,
      guest_sender: senderOf(store),
      account_sender: senderOf(account),
      clock,
      random,
    })
    this.#moving = { store, migration }
    store.subscribe(({ records, is_own }) => {
      // Another tab has brought them in.
      if (!is_own && store.plan?.state === 'done' && this.#moving?.store === store) void this.#arrived(store)
      else onChange(records)
    })
  }

  /** Another tab has told the account of the guest's records: they are read from there before they go here. */
  async #arrived(store: LocalStore): Promise<void> {
    await this.#orSkip(() => this.#options.account.refresh())
    if (this.#moving?.store === store) await this.#openNext()
  }

  async #planInto(store: LocalStore): Promise<void> {
    const { directory, ports } = this.#options
    await planMigration(store, this.#identity, ports)
    await directory.setRole(store.name, { kind: 'moving', into: this.#identity })
  }

  async #noteMoved({ name }: LocalStore): Promise<void> {
    const { directory, ports } = this.#options
    await directory.setRole(name, { kind: 'moved', into: this.#identity, at_ms: ports.clock.nowMs() })
  }

  /** Of a guest, or of an account of which this browser had two storages. */
  async #openGuest(name: string): Promise<LocalStore> {
    const { directory, ports, onNotice, onState } = this.#options
    const claim = async () => await directory.claim(name, { kind: 'moving', into: this.#identity })
    return await LocalStore.open({ name, identity: null, also_of: this.#identity, ports, claim, onNotice, onState })
  }

  /** A guest's storage that cannot be opened does not keep the account closed; it is tried again with the next sign-in. */
  async #orSkip(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
    }
  }
}
