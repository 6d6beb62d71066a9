import { isoTime } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import { type Api, createApi } from './api/api.ts'
import type { ClientEvent, ClientOptions, EarlierRecord, Session, Unsent } from './client-types.ts'
import type { Channel } from './ports.ts'
import { StorageError } from './storage.ts'
import { Account, closed, NO_ACCOUNT, NO_DRAFTS, NO_QUARANTINE, NO_RECORDS } from './store/account.ts'
import { dataFileOf, type DataFile, newIn, takenIn, type TakenIn } from './store/data-file.ts'
import type { DetailsOutcome } from './store/details.ts'
import { Directory } from './store/directory.ts'
import type { Drafts } from './store/drafts.ts'
import type { RecordEdit } from './store/edits.ts'
import type { Identity, JsonRecord, LogEntry, OutboxEntry, RecordNoun } from './store/entries.ts'
import { isSameIdentity } from './store/identity.ts'
import { localKind } from './store/kinds.ts'
import type { StoreNotice } from './store/local-store-types.ts'
import type { ShownRecord } from './store/overlay.ts'
import type { Quarantine } from './store/quarantine.ts'
import type { Exchange } from './store/sender.ts'
import { isTokenOf, syncServerOf } from './store/server-of.ts'
import type { SyncStatus } from './store/status.ts'
import type { StorageState } from './store/storage-state.ts'
import { SyncSwitch } from './store/switch.ts'
import { Telemetry } from './store/telemetry.ts'
import { type ChangeOutcome, type UserChange, UserChanges } from './store/user-changes.ts'

type OnPrepared = (client: ActivationClient) => Promise<void>

/** For any page and for Node: typed calls, and the user's records on this device, where all that users do is kept first. */
export class ActivationClient {
  readonly #options: ClientOptions
  readonly #directory: Directory
  readonly #telemetry: Telemetry
  readonly #listeners = new Set<(event: ClientEvent) => void>()
  readonly #tabs: Channel
  readonly #endListening: () => void
  #session: Session | undefined
  #api: Api
  #account: Account | undefined
  #user_changes: UserChanges | undefined
  #storage_state: StorageState = 'ok'
  /** The browser has cleared the data, and when this device had everything last before that. */
  #cleared: { readonly synced_at: string | null } | undefined
  #elsewhere: SyncStatus['elsewhere'] = null
  #last_switch: Promise<unknown> = Promise.resolve()

  private constructor(options: ClientOptions, directory: Directory) {
    this.#options = options
    this.#directory = directory
    this.#session = options.session
    this.#telemetry = new Telemetry(options.app_version, options.loadMs)
    this.#api = this.#apiOf(undefined, { is_named: true })
    this.#tabs = options.ports.channels.open('am_accounts')
    this.#tabs.subscribe(() => void this.#lookElsewhere())
    this.#endListening = options.ports.lifecycle.subscribe((event) => {
      if (event === 'page-restored' || event === 'resume') void this.#lookElsewhere()
      const is_seen = event === 'visible' || event === 'focus'
      if (is_seen && this.#storage_state !== 'ok') void this.#account?.store.probe()
    })
  }

  /**
   * Opens this device's records of the signed-in user, or of the guest. @throws StorageError
   * @param onPrepared for a page that shows something before: its client has no records yet and takes no changes
   */
  static async open(options: ClientOptions, onPrepared?: OnPrepared): Promise<ActivationClient> {
    const client = new ActivationClient(options, await Directory.open(options.ports))
    try {
      await client.#inOrder(async () => {
        await onPrepared?.(client)
        await client.#directory.eraseMoved()
        await client.#switchTo(options.session)
        if (options.session) await client.#tellElsewhere(options.session.identity)
      })
      return client
    } catch (error) {
      await client.close()
      throw error
    }
  }

  /** Calls of the service that need a connection: credentials, connection tests, insights, history. */
  get api(): Api {
    return this.#api
  }

  /** Whose records these are; null of a guest, and while another account is being opened. */
  get identity(): Identity | null {
    return this.#account?.identity ?? null
  }

  /** Each change of what tabs show raises it; -1 while an account is being opened. */
  get revision(): number {
    return this.#account?.store.revision ?? -1
  }

  /** Names this device in records and in their history; null while another account is being opened. */
  get client_id(): string | null {
    return this.#account?.store.client_id ?? null
  }

  get status(): SyncStatus {
    const status = this.#account?.status ?? { ...NO_ACCOUNT, mode: this.#session ? 'account' : 'guest' }
    if (this.#cleared && status.synced_at !== this.#cleared.synced_at) this.#cleared = undefined
    const storage = this.#storage_state === 'ok' && this.#cleared ? 'cleared' : this.#storage_state
    return { ...status, storage, elsewhere: this.#elsewhere }
  }

  /** What the sync did last, oldest first, at most 200 lines. */
  get log(): readonly LogEntry[] {
    return this.#account?.log.lines ?? []
  }

  /** Changes that wait for the user, in their order. */
  get aside(): readonly OutboxEntry[] {
    return this.#account?.store.data.entries.filter(({ aside }) => aside) ?? []
  }

  /** What the service does not have yet. */
  get unsent(): Unsent {
    const entries = this.#account?.unsent ?? []
    return { count: entries.length, aside: entries.filter(({ aside }) => aside).length }
  }

  /** Drafts of forms. While another account is being opened their calls are refused as `closed`. */
  get drafts(): Drafts {
    return this.#account?.drafts ?? NO_DRAFTS
  }

  /** Changes that cannot be read. While another account is being opened its calls are refused as `closed`. */
  get quarantine(): Quarantine {
    return this.#account?.quarantine ?? NO_QUARANTINE
  }

  /** @returns ends the subscription */
  subscribe(onEvent: (event: ClientEvent) => void): () => void {
    this.#listeners.add(onEvent)
    return () => void this.#listeners.delete(onEvent)
  }

  /** A record as this device has it, deleted or not. An old id of a record that had to take another one finds it, too. */
  get(noun: RecordNoun, id: string): ShownRecord | undefined {
    return this.#account?.get(noun, id)
  }

  /** What was handed over by a distribution, and its attempts. Offline those that were seen last. */
  async details(distribution_id: string): Promise<DetailsOutcome> {
    return await this.#open.details.of(this.#open.idNow(distribution_id), this.#api)
  }

  /** Every record of a kind that is not deleted, in no order. The same list until one of them changes. */
  list(noun: RecordNoun): readonly ShownRecord[] {
    return this.#account?.list(noun) ?? NO_RECORDS
  }

  /** What a user does to records; see `UserChanges`. */
  async create(noun: RecordNoun, value: JsonRecord, id?: string): Promise<ChangeOutcome> {
    return await this.#changes.make({ op: 'create', noun, value, id })
  }

  async change(noun: RecordNoun, id: string, edit: RecordEdit): Promise<ChangeOutcome> {
    return await this.#changes.make({ op: 'change', noun, id, edit })
  }

  async delete(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#changes.make({ op: 'delete', noun, id })
  }

  async restore(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#changes.make({ op: 'restore', noun, id })
  }

  /** Changes of different records in one transaction: many times as fast as one by one. @returns how each ended */
  async changeAll(asked: readonly UserChange[]): Promise<readonly ChangeOutcome[]> {
    return await this.#changes.makeAll(asked)
  }

  async retry(seq: number): Promise<ChangeOutcome> {
    return await this.#changes.retry(seq)
  }

  async correct(seq: number, edit: RecordEdit): Promise<ChangeOutcome> {
    return await this.#changes.correct(seq, edit)
  }

  async resolve(seq: number, whose: 'mine' | 'theirs'): Promise<ChangeOutcome> {
    return await this.#changes.resolve(seq, whose)
  }

  async discard(seq: number): Promise<ChangeOutcome> {
    return await this.#changes.discard(seq)
  }

  /** An id for a new record. */
  newId(noun: RecordNoun): string {
    return newId(localKind(noun).kind.id_prefix, Math.floor(this.#api.time.nowMs()), this.#options.ports.random)
  }

  /** Exchanges with the service now. @returns what came of it, where this tab does it */
  async syncNow(): Promise<Exchange | undefined> {
    return await this.#open.syncer?.syncNow()
  }

  /** Opens the account of a sign-in; the sync of another one ends before. A guest's records move into it, and are shown. */
  async signIn(session: Session): Promise<void> {
    await this.#inOrder(async () => {
      const is_same = this.#account && isSameIdentity(this.#account.identity, session.identity)
      if (is_same && !this.#elsewhere) {
        this.#session = session
        this.#account!.syncer?.hurry()
      } else {
        await this.#switchTo(session)
      }
      await this.#tellElsewhere(session.identity)
    })
  }

  /**
   * Closes the account and goes on as a guest; other tabs hear of it.
   * @param unsent whether changes that the service does not have stay for the next sign-in, or all of the account is erased
   * @throws StorageError when something could not be erased; the account is closed all the same
   */
  async signOut({ unsent = 'keep' }: { readonly unsent?: 'keep' | 'erase' } = {}): Promise<void> {
    await this.#inOrder(async () => {
      const { identity } = this
      await this.#switchTo(undefined)
      await this.#tellElsewhere(null)
      if (unsent === 'erase' && identity) await this.#directory.eraseAllOf(identity)
    })
  }

  /** Everything on this device, as a file that this client reads again, and `npm run import`. */
  async downloadData(): Promise<DataFile> {
    const { unsent, quarantine } = this.#open
    const recordsOf = (noun: RecordNoun) => this.list(noun).map(({ record }) => record)
    const made_at = isoTime(this.#options.ports.clock.nowMs())
    return dataFileOf(recordsOf, { unsent, unreadable: await quarantine.list(), made_at })
  }

  /** Makes the records of such a file that are not here, and takes up the changes of the others that were not sent. */
  async uploadData(file: unknown): Promise<TakenIn> {
    const { records, edits, known } = newIn(file, (noun, id) => this.get(noun, id) !== undefined)
    let made = 0
    // A kind at a time: what refers to others comes after them.
    for (const some of Map.groupBy(records, ({ noun }) => noun).values())
      made += (await this.changeAll(some)).filter(({ ok }) => ok).length
    for (const entry of edits) await this.#changes.takeAgain(entry)
    return { made, known, refused: records.length - made }
  }

  /**
   * Takes in the records of an earlier local store, which `source` names, each once, however often this is done; those of a
   * guest go into the account with the rest.
   */
  async importLocal(source: string, records: AsyncIterable<EarlierRecord>): Promise<TakenIn> {
    return await takenIn(records, ({ noun, key, value }) => this.#changes.takeIn([source, noun, key], value))
  }

  /** Notes an error of the page for the operator. @param name of its class, as `TypeError`: nothing that a user wrote */
  noteError(name: string): void {
    this.#telemetry.noteError(name)
  }

  async close(): Promise<void> {
    await this.#inOrder(async () => {
      this.#endListening()
      this.#tabs.close()
      await this.#closeAccount()
      await this.#directory.close()
    })
  }

  get #open(): Account {
    if (!this.#account) throw closed()
    return this.#account
  }

  get #changes(): UserChanges {
    if (!this.#user_changes) throw closed()
    return this.#user_changes
  }

  /** Accounts are opened and closed one after the other. */
  async #inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last_switch.then(work, work)
    this.#last_switch = result.catch(() => undefined)
    return await result
  }

  async #switchTo(session: Session | undefined): Promise<void> {
    const { ports } = this.#options
    await this.#closeAccount()
    this.#session = session
    this.#storage_state = 'ok'
    this.#cleared = undefined
    this.#elsewhere = null
    this.#api = this.#apiOf(session?.identity, { is_named: true })
    const account = await Account.open({
      identity: session?.identity ?? null,
      ports,
      directory: this.#directory,
      onChange: (records) => this.#tell(records ? { records } : { all: true }),
      onNotice: (notice) => this.#noticed(notice),
      onState: (state) => this.#stateIs(state),
    })
    this.#account = account
    this.#user_changes = new UserChanges({
      account,
      ports,
      newId: (noun) => this.newId(noun),
      refusal: () => {
        if (this.#elsewhere) return new Problem('conflict', 'Another tab has signed in or out. Reload this one.')
        return this.#account === account ? undefined : closed()
      },
    })
    account.drafts.subscribe((drafts) => this.#tell({ drafts }))
    if (session) await this.#connect(account, session)
    this.#tell({ all: true })
  }

  async #connect(account: Account, { identity }: Session): Promise<void> {
    const sync_switch = new SyncSwitch(this.#options.ports.clock)
    await account.connect({
      server: syncServerOf(this.#apiOf(identity, { is_named: false })),
      isOn: () => sync_switch.ask(this.#api),
      telemetry: (store) => this.#telemetry.of(store, () => sync_switch.is_on),
      onFault: (error) => this.noteError(error instanceof Error ? error.name : typeof error),
    })
  }

  /** @param is_named whether requests name this device; those of the sync do so in their bodies */
  #apiOf(identity: Identity | undefined, { is_named }: { readonly is_named: boolean }): Api {
    const { ports, api } = this.#options
    return createApi({
      ...api,
      clock: ports.clock,
      random: ports.random,
      ...(identity && { token: (asked) => this.#tokenOf(identity, asked) }),
      ...(is_named && { clientId: () => this.#account?.store.client_id }),
    })
  }

  /** Never the token of another user: what this device has of one is nobody else's. */
  async #tokenOf(identity: Identity, asked: Parameters<Session['token']>[0]): Promise<string> {
    const token = await this.#session?.token(asked)
    if (token === undefined || !isTokenOf(token, identity)) throw new Error('there is no sign-in of this user')
    return token
  }

  /** A storage that is full, or fails, is told before anything is lost. */
  #stateIs(state: StorageState): void {
    const is_news = state !== this.#storage_state
    this.#storage_state = state
    if (is_news) this.#tell({ all: true })
  }

  #noticed(notice: StoreNotice): void {
    if (notice === 'blocked') this.#storage_state = 'blocked'
    if (notice === 'given-up') this.#storage_state = 'unavailable'
    if (notice === 'cleared') this.#cleared = { synced_at: this.#account?.status.synced_at ?? null }
    this.#account?.noticed(notice)
    this.#tell({ all: true })
  }

  /** Other tabs look whose records they show. */
  async #tellElsewhere(identity: Identity | null): Promise<void> {
    await this.#directory.setCurrent(identity)
    this.#tabs.post({ type: 'account' })
  }

  /** Another tab may have signed in or out: then this one takes no more changes, and sends none. */
  async #lookElsewhere(): Promise<void> {
    await this.#inOrder(async () => {
      const account = this.#account
      const current = await this.#directory.current()
      if (!account || current === undefined) return
      const is_same = isSameIdentity(account.identity, current)
      if (is_same && this.#elsewhere) return await this.#switchTo(this.#session)
      if (is_same || this.#elsewhere) return
      this.#elsewhere = current ? 'signed-in' : 'signed-out'
      this.#tell({ all: true })
      await account.stop()
    }).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error
    })
  }

  async #closeAccount(): Promise<void> {
    const account = this.#account
    this.#account = undefined
    await account?.close()
  }

  #tell(event: ClientEvent): void {
    for (const onEvent of this.#listeners) onEvent(event)
  }
}
