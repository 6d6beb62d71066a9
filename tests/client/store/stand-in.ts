import { isoTime } from '#shared/base/clock.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { ActivationClient } from '#shared/client/client.ts'
import type { ClientOptions, Session } from '#shared/client/client-types.ts'
import { MemoryBrowser, type MemoryBrowserOptions, type MemoryTab } from '#shared/client/memory/memory-browser.ts'
import type { PullBody, PushAnswerResult, PushBody, PushedMutation } from '#shared/client/store/answers.ts'
import type { JsonRecord, RecordNoun, ServerRow } from '#shared/client/store/entries.ts'
import { localKind, newRecord } from '#shared/client/store/kinds.ts'
import { json, problem } from '#tests/client/api/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

/** A request as the stand-in met it. */
export interface MetRequest {
  readonly path: string
  readonly user_id: string | undefined
  readonly body: unknown
  readonly at_ms: number
}

interface StoredRecord {
  readonly kind: RecordNoun
  readonly rev: number
  readonly client_id: string
  readonly row: ServerRow
}

interface UserRecords {
  rev: number
  /** The revision of the last time that the records were put back, and to which moment. */
  put_back?: { readonly rev: number; readonly to: string }
  readonly records: Map<string, StoredRecord>
  readonly ledger: Map<string, PushAnswerResult>
}

const DEPENDS = { status: 'invalid', problem: { code: 'depends-on', detail: 'It depends on another one.' } } as const

const PARTITIONS: Readonly<Record<RecordNoun, string>> = {
  audience: 'audiences/2025-05',
  platform: 'platforms',
  distribution: 'distributions/2025-05',
}

/** A service in a few lines, for what is about the device: it answers what a test wants, and when. */
export class StandInService {
  readonly clock: VirtualClock
  readonly met: MetRequest[] = []
  /** Answers in place of the service; undefined lets it answer itself. */
  instead: (request: MetRequest) => Response | Promise<Response> | undefined = () => undefined
  is_offline = false
  /** Of the flag. */
  is_on = true
  latency_ms = 0
  /** What the next pushes refuse, by the id of the record, with members of the problem. */
  readonly refused = new Map<string, JsonRecord>()
  unreadable: readonly string[] = []
  readonly #users = new Map<string, UserRecords>()

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  readonly fetch = async (url: string, { headers, body, signal }: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname
    const token = (headers as Record<string, string>)['Authorization']
    const user_id = token && userIn(token)
    const sent: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
    const request = { path, user_id, body: sent, at_ms: this.clock.monotonicMs() }
    if (this.is_offline) throw new TypeError('fetch failed')
    this.met.push(request)
    await this.clock.sleep(this.latency_ms, signal ?? undefined)
    if (signal?.aborted) throw new DOMException('stopped', 'AbortError')
    const other = await this.instead(request)
    if (other) return other
    if (path === '/api/flags') return json({ success: true, flags: { persistence_v2: this.is_on }, notice: null })
    if (user_id === undefined) return problem('unauthenticated', 401)
    if (path === '/api/sync/pull') return json(this.#pull(user_id, sent as PullBody))
    if (path === '/api/sync/push') return json({ success: true, results: this.#push(user_id, sent as PushBody) })
    return problem('not-found', 404)
  }

  /** Bodies of the pushes that brought changes, or of the pulls. */
  bodies<Body = PushBody>(path: 'push' | 'pull', user_id?: string): Body[] {
    const of_path = this.met.filter((one) => one.path === `/api/sync/${path}` && (!user_id || one.user_id === user_id))
    return of_path.map(({ body }) => body as Body)
  }

  record(user_id: string, id: string): ServerRow | undefined {
    return this.#user(user_id).records.get(id)?.row
  }

  records(user_id: string): readonly ServerRow[] {
    return [...this.#user(user_id).records.values()].map(({ row }) => row)
  }

  /** Carries out a push. */
  answersTo(user_id: string, body: PushBody): PushAnswerResult[] {
    return this.#push(user_id, body)
  }

  /** As another device does. */
  change(user_id: string, id: string, more: JsonRecord): void {
    const { kind, row } = this.#user(user_id).records.get(id)!
    this.#put(user_id, 'cli_other', kind, id, { ...row, ...more, version: row.version + 1 })
  }

  /** As after a restore of yesterday. @returns whether there was something */
  lose(user_id: string): boolean {
    const { records, ledger } = this.#user(user_id)
    const had_some = records.size > 0
    records.clear()
    ledger.clear()
    return had_some
  }

  /** @returns puts the records back to what they are now, as an operator does with a new epoch */
  keep(user_id: string): () => void {
    const kept = [...this.#user(user_id).records]
    const to = isoTime(this.clock.nowMs())
    return () => {
      const user = this.#user(user_id)
      user.records.clear()
      user.rev += 1000
      user.put_back = { rev: user.rev, to }
      for (const [id, { row, ...stored }] of kept) {
        user.records.set(id, { ...stored, row: { ...row, version: row.version + 1000 }, rev: user.rev })
      }
    }
  }

  #user(user_id: string): UserRecords {
    const known = this.#users.get(user_id)
    if (known) return known
    const user = { rev: 0, records: new Map<string, StoredRecord>(), ledger: new Map<string, PushAnswerResult>() }
    this.#users.set(user_id, user)
    return user
  }

  #pull(user_id: string, { cursor }: PullBody) {
    const { rev, records, put_back } = this.#user(user_id)
    const is_before = put_back && cursor !== null && Number(cursor) < put_back.rev
    const is_whole = is_before || cursor === null
    const partitions = Object.entries(PARTITIONS).flatMap(([kind, partition]) => {
      const rows = [...records.values()]
        .filter((one) => one.kind === kind && (is_whole ? !one.row.deleted : one.rev > Number(cursor)))
        .map(({ row }) => (row.deleted ? tombstoneOf(kind as RecordNoun, row) : row))
      if (is_before) return [{ partition, reset: true, put_back_to: put_back.to, rows, last: true }]
      return rows.length === 0 ? [] : [{ partition, reset: is_whole, rows, last: true }]
    })
    const { unreadable } = this
    return { success: true, partitions, cursor: String(rev), more: false, ...(unreadable.length > 0 && { unreadable }) }
  }

  #push(user_id: string, { client_id, mutations }: PushBody): PushAnswerResult[] {
    const { ledger } = this.#user(user_id)
    const refused = new Set<unknown>()
    return mutations.map((mutation) => {
      const value = (mutation['value'] ?? {}) as JsonRecord
      const is_tied = [mutation['id'], value['audience_id'], value['platform_id']].some((id) => refused.has(id))
      const key = `${client_id}/${mutation.seq}/${mutation.mutation_id}`
      const known = ledger.get(key)
      if (known) return known
      const judged = is_tied ? DEPENDS : this.#judge(user_id, client_id, mutation)
      const result = { seq: mutation.seq, ...judged }
      if (result.status === 'invalid' || result.status === 'conflict') refused.add(mutation['id'])
      if (result.status !== 'retry') ledger.set(key, result)
      return result
    })
  }

  #judge(user_id: string, client_id: string, mutation: PushedMutation): Omit<PushAnswerResult, 'seq'> {
    const change = mutation as PushedMutation & { kind: RecordNoun; id: string; op: string; base_version: number }
    const { kind, id, op, base_version } = change
    const refusal = this.refused.get(id)
    if (refusal) return { status: 'invalid', problem: { detail: 'It is refused.', ...refusal } }
    const stored = this.#user(user_id).records.get(id)
    const put = (row: ServerRow) => this.#put(user_id, client_id, kind, id, row)
    if (op === 'create') {
      const row = newRecord(kind, id, change['value'] as JsonRecord, user_id)
      if (!stored) return put({ ...row, version: 1 })
      const is_same = isSameJson({ ...stored.row, version: 0, updated_at: row['updated_at'] }, row)
      return is_same ? { status: 'duplicate', version: stored.row.version } : conflict([], stored.row)
    }
    if (!stored) return { status: 'invalid', problem: { detail: 'There is no such record.' } }
    const { row } = stored
    const next = { ...row, version: row.version + 1 }
    const is_foreign = row.version > base_version && stored.client_id !== client_id
    if (op === 'restore')
      return row.deleted ? put({ ...next, deleted: false }) : { status: 'applied', version: row.version }
    if (op === 'delete') return is_foreign ? conflict(['version'], row) : put({ ...next, deleted: true })
    if (row.deleted) return conflict(['deleted'], row)
    const set = change['set'] as JsonRecord
    const base = change['base'] as JsonRecord
    const fields = Object.keys(set).filter(
      (name) => name !== 'metadata' && !isSameJson(row[name], base[name]) && !isSameJson(row[name], set[name]),
    )
    if (fields.length > 0) return conflict(fields, row)
    const metadata = { ...(row['metadata'] as JsonRecord), ...(set['metadata'] as JsonRecord | undefined) }
    return put({ ...next, ...set, metadata })
  }

  #put(
    user_id: string,
    client_id: string,
    kind: RecordNoun,
    id: string,
    row: ServerRow,
  ): Omit<PushAnswerResult, 'seq'> {
    const user = this.#user(user_id)
    const updated_at = isoTime(this.clock.nowMs())
    user.records.set(id, { kind, rev: ++user.rev, client_id, row: { ...row, updated_at } })
    return { status: 'applied', version: row.version }
  }
}

function conflict(fields: readonly string[], row: ServerRow): Omit<PushAnswerResult, 'seq'> {
  const server = row.deleted ? tombstoneOf('audience', row) : row
  return { status: 'conflict', fields, server, problem: { detail: 'It was changed elsewhere.' } }
}

function tombstoneOf(kind: RecordNoun, row: ServerRow): ServerRow {
  const { id_column } = localKind(kind).kind
  return { [id_column]: row[id_column], version: row.version, deleted: true }
}

const ISSUER = 'https://issuer.test'

function userIn(bearer: string): string {
  const [, payload = ''] = bearer.split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub
}

function tokenOf(user_id: string): string {
  const payload = Buffer.from(JSON.stringify({ sub: user_id, iss: ISSUER })).toString('base64url')
  return `h.${payload}.s`
}

export function sessionOf(user_id: string, token: Session['token'] = () => Promise.resolve(tokenOf(user_id))): Session {
  return { identity: { issuer: ISSUER, user_id, owner: user_id }, token }
}

const STORES = ['meta', 'rows', 'staged', 'outbox', 'imports', 'quarantine', 'drafts', 'details', 'log', 'storages']

export interface OpenedTab extends MemoryTab {
  readonly client: ActivationClient
}

/** One browser on virtual time, and the service. */
export class Device {
  readonly clock: VirtualClock
  readonly service: StandInService
  readonly browser: MemoryBrowser
  readonly #tabs: ActivationClient[] = []

  constructor(options: Partial<MemoryBrowserOptions> = {}, service = new StandInService(new VirtualClock())) {
    this.service = service
    this.clock = service.clock
    this.browser = new MemoryBrowser({ clock: this.clock, random: seededRandom(1), ...options })
  }

  async open(session?: Session, more: Partial<ClientOptions> = {}): Promise<OpenedTab> {
    const tab = this.browser.openTab()
    const client = await ActivationClient.open({
      ports: tab.ports,
      api: { origins: 'https://api.test', fetch: this.service.fetch },
      app_version: 'test',
      ...(session && { session }),
      ...more,
    })
    this.#tabs.push(client)
    return { ...tab, client }
  }

  /** The browser clears the data of the site under all tabs. */
  async clear(): Promise<void> {
    const { ports } = this.browser.openTab()
    for (const name of await ports.storages.names()) {
      const storage = await ports.storages.open<Record<string, object>>(name, { reader: 99 })
      await storage.transact(STORES, 'write', async (stores) => {
        for (const store of STORES) stores[store]!.clear()
        await Promise.resolve()
      })
      await storage.close()
    }
  }

  /** Lets time pass. */
  async pass(duration_ms: number): Promise<void> {
    await this.clock.sleep(duration_ms)
  }

  /** Runs a test, and closes its tabs. */
  async play(work: () => Promise<void>): Promise<void> {
    await this.clock.run(async () => {
      await work()
      for (const client of this.#tabs) await client.close().catch(() => undefined)
    })
  }
}

export function played(work: (device: Device) => Promise<void>): () => Promise<void> {
  return async () => {
    const device = new Device()
    await device.play(async () => await work(device))
  }
}

export function names(client: ActivationClient): string[] {
  return client
    .list('audience')
    .map(({ record }) => String(record['name']))
    .toSorted()
}

/** Makes an audience. @returns its id */
export async function made(client: ActivationClient, name: string, more: JsonRecord = {}): Promise<string> {
  const outcome = await client.create('audience', { name, ...more })
  if (!outcome.ok) throw outcome.problem
  return outcome.id
}

export const SECOND_MS = 1000
