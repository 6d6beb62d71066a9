import { isoTime } from '../../base/clock.ts'
import type { ClientPorts } from '../ports.ts'
import type { StorageNotice } from '../storage.ts'
import type { SyncServer } from './answers.ts'
import type { Directory, DirectoryEntry, StorageRole } from './directory.ts'
import { isSameIdentity } from './directory.ts'
import type { Identity, JsonRecord, RecordNoun } from './entries.ts'
import { idOfRow } from './kinds.ts'
import { LocalStore } from './local-store.ts'
import { LogBook } from './log-book.ts'
import { GuestMigration, planMigration } from './migration.ts'
import type { ShownRecord } from './overlay.ts'
import { type Exchange, Sender } from './sender.ts'
import type { SyncStatus } from './status.ts'
import { Syncer } from './syncer.ts'

/** What is told of an open account: records that may show differently; undefined: its status. */
export type OnAccountChange = (records: ReadonlySet<string> | undefined) => void

export interface AccountOptions {
  /** Null: the guest's. */
  readonly identity: Identity | null
  readonly ports: ClientPorts
  readonly directory: Directory
  readonly onChange: OnAccountChange
  readonly onNotice: (notice: StorageNotice | 'cleared') => void
}

/** How an account reaches the service. */
export interface Connection {
  readonly server: SyncServer
  /** Whether the operator has sync on. */
  readonly isOn: () => Promise<boolean>
  readonly telemetry: (store: LocalStore) => JsonRecord
}

/** One account, or the guest, as it is open in this tab: its records, its sync, and a guest who is moving in. */
export class Account {
  readonly store: LocalStore
  readonly log: LogBook
  readonly #options: AccountOptions
  #syncer: Syncer | undefined
  #guest: { readonly store: LocalStore; readonly migration: GuestMigration } | undefined

  private constructor(options: AccountOptions, store: LocalStore) {
    this.#options = options
    this.store = store
    const { clock } = options.ports
    this.log = new LogBook(
      () => store.storage,
      () => isoTime(clock.nowMs()),
    )
  }

  /** @throws StorageError */
  static async open(options: AccountOptions): Promise<Account> {
    const { identity, ports, directory, onChange } = options
    const name = await directory.storageOf(identity)
    const role: StorageRole = identity ? { kind: 'account', identity } : { kind: 'guest' }
    const store = await LocalStore.open({ name, identity, ports, onNotice: noticesOf(options, name, role) })
    const account = new Account(options, store)
    await account.log.open()
    store.subscribe(({ records }) => onChange(records))
    return account
  }

  get identity(): Identity | null {
    return this.store.identity
  }

  get syncer(): Syncer | undefined {
    return this.#syncer
  }

  /** But for what only the client as a whole knows. */
  get status(): Omit<SyncStatus, 'storage'> {
    const { pending, conflicts, invalid } = this.store.data.counts
    const state = this.#syncer?.state
    return {
      mode: this.identity ? 'account' : 'guest',
      is_online: state?.is_online,
      is_syncing: state?.is_syncing ?? false,
      leader: state?.leader ?? 'this',
      needs_sign_in: state?.needs_sign_in ?? false,
      is_switched_off: state?.is_switched_off ?? false,
      synced_at: state?.synced_at ?? null,
      pending: pending + (this.#guest?.store.data.counts.pending ?? 0),
      conflicts,
      invalid,
      is_stuck: state?.is_stuck ?? false,
      is_migrating: this.#guest !== undefined,
    }
  }

  get(noun: RecordNoun, id: string): ShownRecord | undefined {
    const guest = this.#guest?.store
    return this.store.data.shown(noun, id) ?? guest?.data.shown(noun, guest.plan?.renamed[id] ?? id)
  }

  /** Every record of a kind that is not deleted; those of a guest who is moving in among them. */
  list(noun: RecordNoun): readonly ShownRecord[] {
    const own = this.store.data.list(noun)
    const guest = this.#guest?.store
    if (!guest) return own
    const moving = guest.data.list(noun).filter(({ record }) => !this.store.data.shown(noun, idOfRow(noun, record)))
    return [...own, ...moving]
  }

  /** Begins to exchange with the service, and takes in the guest of this browser. */
  async connect({ server, isOn, telemetry }: Connection): Promise<void> {
    const { ports, onChange } = this.#options
    const { clock, random } = ports
    const senderOf = (store: LocalStore) =>
      new Sender({ store, server, clock, random, telemetry: () => telemetry(store) })
    await this.#planGuest()
    await this.#openGuest(senderOf)
    this.#syncer = new Syncer({
      store: this.store,
      sender: senderOf(this.store),
      ports,
      log: this.log,
      isOn,
      before: (signal) => this.#migrate(signal),
      onState: () => onChange(undefined),
    })
    this.#syncer.start()
  }

  async close(): Promise<void> {
    await this.#syncer?.stop()
    await this.#guest?.store.close()
    await this.store.close()
  }

  /** A guest who has something takes it into the account. */
  async #planGuest(): Promise<void> {
    const { directory, ports, identity } = this.#options
    const guest = (await directory.all()).find(({ role }) => role.kind === 'guest')
    if (!guest) return
    const store = await this.#openGuestStore(guest)
    if (store.data.entries.length > 0) {
      const { into } = await planMigration(store, identity!, ports)
      await directory.setRole(guest.storage, { kind: 'moving', into })
    }
    await store.close()
  }

  async #openGuest(senderOf: (store: LocalStore) => Sender): Promise<void> {
    const { directory, ports, identity, onChange } = this.#options
    const moving = (await directory.all()).find(
      ({ role }) => role.kind === 'moving' && isSameIdentity(role.into, identity!),
    )
    if (!moving) return
    const store = await this.#openGuestStore(moving)
    await planMigration(store, identity!, ports)
    store.subscribe(({ records }) => onChange(records))
    const { clock, random } = ports
    const migration = new GuestMigration({
      guest: store,
      account: this.store,
      guest_sender: senderOf(store),
      account_sender: senderOf(this.store),
      clock,
      random,
    })
    this.#guest = { store, migration }
  }

  async #openGuestStore({ storage, role }: DirectoryEntry): Promise<LocalStore> {
    const { ports } = this.#options
    const onNotice = noticesOf(this.#options, storage, role)
    return await LocalStore.open({ name: storage, identity: null, ports, onNotice })
  }

  /** Takes the guest's records along, as far as it gets. */
  async #migrate(signal: AbortSignal): Promise<Exchange | undefined> {
    const { directory, ports, identity, onChange } = this.#options
    while (this.#guest && !signal.aborted) {
      const { store, migration } = this.#guest
      const exchange = await migration.step(signal)
      if (exchange && exchange.kind !== 'done') return exchange
      if (exchange) continue
      this.#guest = undefined
      await directory.setRole(store.name, { kind: 'moved', into: identity!, at_ms: ports.clock.nowMs() })
      await store.close()
      this.log.write('info', 'Your guest data are in this account')
      onChange(undefined)
    }
    return undefined
  }
}

/** A storage that the browser has cleared keeps its role. */
function noticesOf(
  { directory, onNotice }: AccountOptions,
  storage: string,
  role: StorageRole,
): AccountOptions['onNotice'] {
  return (notice) => {
    // Where that fails, too, this tab still has everything, and says that the data were cleared.
    if (notice === 'cleared') void directory.keepRole(storage, role).catch(() => undefined)
    onNotice(notice)
  }
}
