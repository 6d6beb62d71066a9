import { isoTime } from '../../base/clock.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import type { SyncServer } from './answers.ts'
import { Details } from './details.ts'
import type { Directory } from './directory.ts'
import { Drafts } from './drafts.ts'
import type { Identity, OutboxEntry, RecordNoun } from './entries.ts'
import { idOfRow } from './kinds.ts'
import { LocalStore } from './local-store.ts'
import type { StoreNotice } from './local-store-types.ts'
import { LogBook } from './log-book.ts'
import { MovingGuests } from './moving-guests.ts'
import type { ShownRecord } from './overlay.ts'
import { Quarantine } from './quarantine.ts'
import { keepReserve } from './reserve.ts'
import { Sender } from './sender.ts'
import type { SyncStatus } from './status.ts'
import type { StorageState } from './storage-state.ts'
import { Syncer } from './syncer.ts'
import { NOTHING_KNOWN } from './syncer-state.ts'
import type { Telling } from './telemetry.ts'

/** What subscribers of an open account hear: records that may show differently; undefined: its status. */
export type OnAccountChange = (records: ReadonlySet<string> | undefined) => void

export interface AccountOptions {
  /** Null: the guest's. */
  readonly identity: Identity | null
  readonly ports: ClientPorts
  readonly directory: Directory
  readonly onChange: OnAccountChange
  readonly onNotice: (notice: StoreNotice) => void
  readonly onState: (state: StorageState) => void
}

/** How an account reaches the service. */
export interface Connection {
  readonly server: SyncServer
  /** Whether the operator has sync on. */
  readonly isOn: () => Promise<boolean>
  readonly telemetry: (store: LocalStore) => Telling
  readonly onFault: (error: unknown) => void
}

/** What only the client as a whole knows. */
type ClientsOwn = 'storage' | 'elsewhere'

/** While one account is closed and the next is not open yet. */
export const NO_ACCOUNT: Account['status'] = {
  ...NOTHING_KNOWN,
  mode: 'guest',
  leader: 'other',
  pending: 0,
  conflicts: 0,
  invalid: 0,
  quarantined: 0,
  is_migrating: false,
  is_guest_waiting: false,
  is_checking: true,
}

export const NO_RECORDS: readonly ShownRecord[] = []

export const closed = () => new StorageError('closed', 'No account is open.')

const refused = () => Promise.reject(closed())
const nothing = () => undefined
const NO_STORE = { read: refused, write: refused, reload: refused, post: nothing, onMessage: () => nothing }

/** They refuse every call: a page that asks for them while it hears of a change of accounts gets a rejection, and no exception. */
export const NO_DRAFTS = new Drafts(NO_STORE, { nowMs: () => 0 })
export const NO_QUARANTINE = new Quarantine(NO_STORE)

/** One account, or the guest, as it is open in this tab: its records, its sync, and guests who are moving in. */
export class Account {
  readonly store: LocalStore
  readonly log: LogBook
  readonly drafts: Drafts
  readonly details: Details
  readonly quarantine: Quarantine
  readonly #options: AccountOptions
  readonly #endListening: () => void
  /** As they were given out last while a guest moved in. */
  readonly #lists = new Map<RecordNoun, readonly ShownRecord[]>()
  #syncer: Syncer | undefined
  #guests: MovingGuests | undefined
  #is_checking = false

  private constructor(options: AccountOptions, store: LocalStore) {
    const { ports, onChange } = options
    this.#options = options
    this.store = store
    this.drafts = new Drafts(store, ports.clock)
    this.details = new Details(store)
    this.quarantine = new Quarantine(store)
    this.log = new LogBook(
      () => store.storage,
      () => isoTime(ports.clock.nowMs()),
    )
    store.subscribe(({ records }) => onChange(records))
    this.#endListening = ports.lifecycle.subscribe((event) => {
      if (event === 'page-restored' || event === 'resume') void this.#check()
    })
  }

  /** @throws StorageError */
  static async open(options: AccountOptions): Promise<Account> {
    const { identity, directory } = options
    for (;;) {
      const name = await directory.storageOf(identity)
      const store = await Account.#openStore(options, name)
      const { plan } = store
      if (identity || !plan) {
        const account = new Account(options, store)
        await account.log.open().catch(() => undefined)
        void keepReserve(store)
        return account
      }
      // Its records are on their way into an account, although that was cut off before it was noted: this guest is a new one.
      await store.close()
      await directory.setRole(name, { kind: 'moving', into: plan.into })
    }
  }

  static async #openStore({ identity, ports, directory, onNotice, onState }: AccountOptions, name: string) {
    const role = identity ? ({ kind: 'account', identity } as const) : ({ kind: 'guest' } as const)
    const claim = async () => await directory.claim(name, role)
    return await LocalStore.open({ name, identity, ports, claim, onNotice, onState })
  }

  get identity(): Identity | null {
    return this.store.identity
  }

  get syncer(): Syncer | undefined {
    return this.#syncer
  }

  /** Changes that the service does not have yet, those included that wait for the user. */
  get unsent(): readonly OutboxEntry[] {
    return [...this.store.unsent, ...(this.#guests?.unsent ?? [])]
  }

  get status(): Omit<SyncStatus, ClientsOwn> {
    const { data, plan, pulled_at, quarantined } = this.store
    const { pending, conflicts, invalid } = data.counts
    const state = this.#syncer?.state ?? { ...NOTHING_KNOWN, synced_at: pulled_at, leader: 'this' as const }
    return {
      ...state,
      mode: this.identity ? 'account' : 'guest',
      pending: pending + (this.#guests?.pending ?? 0),
      conflicts,
      invalid,
      quarantined,
      is_migrating: this.#guests?.is_moving ?? plan !== undefined,
      is_guest_waiting: this.#guests?.is_waiting ?? false,
      is_checking: this.#is_checking,
    }
  }

  /** The id that a record has now: another one where the service did not take the first. */
  idNow(id: string): string {
    let now = id
    for (let next: string | undefined = id; next !== undefined; next = this.#renamed(now)) now = next
    return now
  }

  get(noun: RecordNoun, id: string): ShownRecord | undefined {
    const now = this.idNow(id)
    return this.#isOwn(noun, now) ? this.store.data.shown(noun, now) : this.#guests?.shown(noun, now)
  }

  /**
   * Every record of a kind that is not deleted; those of a guest who is moving in among them. The same list until one of
   * them changes.
   */
  list(noun: RecordNoun): readonly ShownRecord[] {
    const own = this.store.data.list(noun)
    if (!this.#guests?.is_moving) return own
    const isOwn = ({ record }: ShownRecord) => this.#isOwn(noun, idOfRow(noun, record))
    const list = [...own.filter(isOwn), ...this.#guests.list(noun).filter((shown) => !isOwn(shown))]
    const last = this.#lists.get(noun)
    if (last?.length === list.length && list.every((shown, at) => shown === last[at])) return last
    this.#lists.set(noun, list)
    return list
  }

  /** Whether a record is shown as a guest has it who is moving in: then it is not to be changed here yet. */
  isMoving(noun: RecordNoun, id: string): boolean {
    return !this.#isOwn(noun, id) && this.#guests?.shown(noun, id) !== undefined
  }

  /** Begins to exchange with the service, and takes in the guests of this browser. */
  async connect({ server, isOn, telemetry, onFault }: Connection): Promise<void> {
    const { directory, ports, onChange, onNotice, onState } = this.#options
    const { clock, random } = ports
    const senderOf = (store: LocalStore) => new Sender({ store, server, clock, random, telemetry: telemetry(store) })
    const guests = new MovingGuests({
      account: this.store,
      directory,
      ports,
      senderOf,
      isOn,
      onChange,
      onNotice,
      onState,
      onMoved: () => this.log.write('info', 'Your guest data are in this account'),
    })
    this.#guests = guests
    await guests.begin()
    this.#syncer = new Syncer({
      store: this.store,
      sender: senderOf(this.store),
      ports,
      log: this.log,
      isOn,
      first: guests,
      onState: () => onChange(undefined),
      onFault,
    })
    this.#syncer.start()
  }

  /** The log of this account says it; what the browser has cleared is fetched again. */
  noticed(notice: StoreNotice): void {
    if (notice === 'cleared') {
      this.log.write('problem', 'The browser has cleared the data of this site; they are fetched again')
      this.syncer?.hurry()
    }
    if (notice === 'kept-again') this.log.write('info', 'What was not sent is kept again')
  }

  /** Ends the exchange that is under way, and begins no other. */
  async stop(): Promise<void> {
    await this.#syncer?.stop()
  }

  async close(): Promise<void> {
    this.#endListening()
    await this.stop()
    await this.#guests?.close()
    await this.store.close()
  }

  /** Whether a record is shown as this account has it, not as a guest who is moving in. */
  #isOwn(noun: RecordNoun, id: string): boolean {
    const { data } = this.store
    const shown = data.shown(noun, id)
    if (!shown) return false
    return data.entriesOf(noun, id).length > 0 || !this.#guests?.isAhead(noun, id, shown.record.version)
  }

  #renamed(id: string): string | undefined {
    return this.store.renamed[id] ?? this.#guests?.renamed[id]
  }

  /** A page that comes back says that all is saved only when it has looked. */
  async #check(): Promise<void> {
    const { onChange } = this.#options
    this.#is_checking = true
    onChange(undefined)
    try {
      await this.store.refresh()
    } catch (error) {
      // How the storage is was told with the access.
      if (!(error instanceof StorageError)) throw error
    } finally {
      this.#is_checking = false
      onChange(undefined)
    }
  }
}
