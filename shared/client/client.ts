import { isoTime } from '../base/clock.ts'
import { DAY_MS } from '../base/durations.ts'
import { type Api, type ApiOptions, createApi } from './api/api.ts'
import type { ClientPorts } from './ports.ts'
import { StorageError, type StorageNotice } from './storage.ts'
import { Account } from './store/account.ts'
import { dataFileOf, type DataFile, recordsIn } from './store/data-file.ts'
import { Directory, isSameIdentity } from './store/directory.ts'
import type { RecordEdit } from './store/edits.ts'
import type { Identity, JsonRecord, LogEntry, OutboxEntry, RecordNoun } from './store/entries.ts'
import type { ShownRecord } from './store/overlay.ts'
import type { Exchange } from './store/sender.ts'
import { isTokenOf, syncServerOf } from './store/server-of.ts'
import { type SyncStatus, statusInWords } from './store/status.ts'
import { SyncSwitch } from './store/switch.ts'
import { Telemetry } from './store/telemetry.ts'
import { type ChangeOutcome, UserChanges } from './store/user-changes.ts'

/**
 * The client of Activation Manager, for any page and for Node: typed calls, and the user's records on this device. What a
 * user does is kept here first and sent when the service can be reached.
 */

/** A sign-in. */
export interface Session {
  readonly identity: Identity
  /** The user's ID token; asked for each request. One that rejects is a sign-in that has ended. */
  readonly token: NonNullable<ApiOptions['token']>
}

export interface ClientOptions {
  readonly ports: ClientPorts
  readonly api: Pick<ApiOptions, 'origins' | 'fetch'>
  /** Of the page or program, with its build: `1.4.0+5f3c2a`. */
  readonly app_version: string
  /** Without it a guest's. */
  readonly session?: Session
  /** How long the page took to show something, once it is known, in milliseconds. */
  readonly loadMs?: () => number | undefined
}

/** Records that may show differently now, by `kind:id`; `all`: another account, or the status. */
export type ClientEvent = { readonly records: ReadonlySet<string> } | { readonly all: true }

/** A record of an earlier local store. */
export interface EarlierRecord {
  readonly noun: RecordNoun
  /** What it was known by there. */
  readonly key: string
  readonly value: JsonRecord
}

const MOVED_KEPT_MS = 30 * DAY_MS

export class ActivationClient {
  readonly #options: ClientOptions
  readonly #directory: Directory
  readonly #telemetry: Telemetry
  readonly #switch: SyncSwitch
  readonly #listeners = new Set<(event: ClientEvent) => void>()
  #session: Session | undefined
  #api: Api
  #account: Account | undefined
  #changes: UserChanges | undefined
  #storage_state: SyncStatus['storage'] = 'ok'

  private constructor(options: ClientOptions, directory: Directory) {
    this.#options = options
    this.#directory = directory
    this.#telemetry = new Telemetry(options.app_version, options.loadMs)
    this.#switch = new SyncSwitch(options.ports.clock)
    this.#api = this.#apiOf(undefined, { is_named: true })
  }

  /** Opens this device's records of the signed-in user, or of the guest. @throws StorageError */
  static async open(options: ClientOptions): Promise<ActivationClient> {
    const client = new ActivationClient(options, await Directory.open(options.ports))
    await client.#eraseMoved()
    await client.#switchTo(options.session)
    return client
  }

  /** Calls of the service that need a connection: credentials, connection tests, insights, history. */
  get api(): Api {
    return this.#api
  }

  /** Whose records these are; null of a guest. */
  get identity(): Identity | null {
    return this.#open.identity
  }

  get status(): SyncStatus {
    return { ...this.#open.status, storage: this.#storage_state }
  }

  get statusInWords(): string {
    return statusInWords(this.status)
  }

  /** What the sync did last, oldest first, at most 200 lines. */
  get log(): readonly LogEntry[] {
    return this.#open.log.lines
  }

  /** Changes that wait for the user, in their order. */
  get aside(): readonly OutboxEntry[] {
    return this.#open.store.data.entries.filter(({ aside }) => aside)
  }

  /** @returns ends the subscription */
  subscribe(onEvent: (event: ClientEvent) => void): () => void {
    this.#listeners.add(onEvent)
    return () => void this.#listeners.delete(onEvent)
  }

  /** A record as this device has it, deleted or not. */
  get(noun: RecordNoun, id: string): ShownRecord | undefined {
    return this.#open.get(noun, id)
  }

  /** Every record of a kind that is not deleted, in no order. The same list until one of them changes. */
  list(noun: RecordNoun): readonly ShownRecord[] {
    return this.#open.list(noun)
  }

  /** What a user does to records; see `UserChanges`. */
  async create(noun: RecordNoun, value: JsonRecord, id?: string): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.create(noun, value, id))
  }

  async change(noun: RecordNoun, id: string, edit: RecordEdit): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.change(noun, id, edit))
  }

  async delete(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.delete(noun, id))
  }

  async restore(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.restore(noun, id))
  }

  async retry(seq: number): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.retry(seq))
  }

  async resolve(seq: number, whose: 'mine' | 'theirs'): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.resolve(seq, whose))
  }

  async discard(seq: number): Promise<ChangeOutcome> {
    return await this.#kept((changes) => changes.discard(seq))
  }

  /** An id for a new record. */
  newId(noun: RecordNoun): string {
    return this.#changes!.newId(noun)
  }

  /** Exchanges with the service now. @returns what came of it, where this tab does it */
  async syncNow(): Promise<Exchange | undefined> {
    return await this.#open.syncer?.syncNow()
  }

  /**
   * Opens the account of a sign-in. The sync of another account ends before that, and its records stay closed. A guest's
   * records move into the account; until they are there they are shown from here.
   */
  async signIn(session: Session): Promise<void> {
    const { identity, syncer } = this.#open
    if (!identity || !isSameIdentity(identity, session.identity)) return await this.#switchTo(session)
    this.#session = session
    syncer?.hurry()
  }

  /**
   * Closes the account and goes on as a guest.
   * @param unsent what becomes of changes that the service does not have yet: they stay on this device for the next sign-in,
   * or are erased with everything else of the account
   */
  async signOut({ unsent = 'keep' }: { readonly unsent?: 'keep' | 'erase' } = {}): Promise<void> {
    const { store } = this.#open
    await this.#switchTo(undefined)
    if (unsent === 'erase' && store.identity) await this.#directory.erase(store.name)
  }

  /** Everything on this device, as a file that this client reads again. */
  downloadData(): DataFile {
    const unsent = this.#open.store.data.entries.filter(({ done }) => !done)
    const recordsOf = (noun: RecordNoun) => this.list(noun).map(({ record }) => record)
    return dataFileOf(recordsOf, unsent, isoTime(this.#options.ports.clock.nowMs()))
  }

  /** Makes the records of such a file that are not here. @returns how many were made, were here, and were refused */
  async uploadData(file: unknown): Promise<{ made: number; known: number; refused: number }> {
    const counts = { made: 0, known: 0, refused: 0 }
    for (const { noun, id, value } of recordsIn(file)) {
      const is_known = id !== undefined && this.get(noun, id) !== undefined
      if (is_known) counts.known++
      else if ((await this.create(noun, value, id)).ok) counts.made++
      else counts.refused++
    }
    return counts
  }

  /**
   * Takes in the records of an earlier local store, each once, however often this is done; those of a guest go into the
   * account with the rest.
   * @param source names the earlier store
   */
  async importLocal(
    source: string,
    records: AsyncIterable<EarlierRecord>,
  ): Promise<{ made: number; known: number; refused: number }> {
    const counts = { made: 0, known: 0, refused: 0 }
    for await (const { noun, key, value } of records) {
      const outcome = await this.#kept((changes) => changes.takeIn([source, key], noun, value))
      if (!outcome.ok) counts.refused++
      else if (outcome.seq === null) counts.known++
      else counts.made++
    }
    return counts
  }

  /** Notes an error of the page for the operator. @param name of its class, as `TypeError`: nothing that a user wrote */
  noteError(name: string): void {
    this.#telemetry.noteError(name)
  }

  async close(): Promise<void> {
    await this.#closeAccount()
    await this.#directory.close()
  }

  get #open(): Account {
    if (!this.#account) throw new StorageError('closed', 'The client is closed.')
    return this.#account
  }

  async #switchTo(session: Session | undefined): Promise<void> {
    const { ports } = this.#options
    await this.#closeAccount()
    this.#session = session
    this.#api = this.#apiOf(session?.identity, { is_named: true })
    const account = await Account.open({
      identity: session?.identity ?? null,
      ports,
      directory: this.#directory,
      onChange: (records) => this.#tell(records ? { records } : { all: true }),
      onNotice: (notice) => this.#noticed(notice),
    })
    this.#account = account
    this.#changes = new UserChanges({ store: account.store, ports, serverNowMs: () => this.#api.time.nowMs() })
    if (session) {
      const server = syncServerOf(this.#apiOf(session.identity, { is_named: false }))
      await account.connect({
        server,
        isOn: () => this.#switch.ask(this.#api),
        telemetry: (store) => this.#telemetry.take(store, this.#switch.is_on),
      })
    }
    this.#tell({ all: true })
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

  /** A change that could not be kept is told before anything is lost. */
  async #kept(work: (changes: UserChanges) => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    if (!this.#changes) throw new StorageError('closed', 'The client is closed.')
    const outcome = await work(this.#changes)
    if (outcome.ok) {
      this.#storageIsNow('ok')
      void this.#options.ports.storage_facts.persist()
    } else if (outcome.problem instanceof StorageError) {
      this.#storageIsNow(stateOf(outcome.problem))
    }
    return outcome
  }

  #storageIsNow(state: SyncStatus['storage']): void {
    if (state === this.#storage_state) return
    this.#storage_state = state
    this.#tell({ all: true })
  }

  #noticed(notice: StorageNotice | 'cleared'): void {
    if (notice === 'blocked') this.#storage_state = 'blocked'
    if (notice === 'cleared') {
      this.#storage_state = 'cleared'
      this.#account?.log.write('problem', 'The browser has cleared the data of this site; they are fetched again')
    }
    this.#tell({ all: true })
  }

  async #closeAccount(): Promise<void> {
    const account = this.#account
    this.#account = undefined
    this.#changes = undefined
    await account?.close()
  }

  /** Guests whose records have been in an account for a month are erased. */
  async #eraseMoved(): Promise<void> {
    const now_ms = this.#options.ports.clock.nowMs()
    for (const { storage, role } of await this.#directory.all()) {
      if (role.kind === 'moved' && now_ms - role.at_ms > MOVED_KEPT_MS) await this.#directory.erase(storage)
    }
  }

  #tell(event: ClientEvent): void {
    for (const onEvent of this.#listeners) onEvent(event)
  }
}

function stateOf({ kind }: StorageError): SyncStatus['storage'] {
  return kind === 'full' || kind === 'newer-version' || kind === 'blocked' ? kind : 'unavailable'
}
