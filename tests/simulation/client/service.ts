import { Pull } from '#functions/sync/pull/pull.ts'
import { Push } from '#functions/sync/push/push.ts'
import { recordMigration } from '#functions/sync/migration.ts'
import { isObject } from '#shared/base/is-object.ts'
import { Problem, PROBLEM_KINDS, PROBLEM_TITLES } from '#shared/base/problem.ts'
import { problemType } from '#shared/contract/problem-document.ts'
import { syncRoutes } from '#shared/contract/sync.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { Table } from '#shared/table/table.ts'
import { between, oneOf } from '../seeded-random.ts'
import type { AskedChange, ClientHistory } from './client-history.ts'
import type { Fate } from './themes.ts'
import { marksOf } from './truth.ts'

const FAULTS: readonly Fate[] = [
  'slow',
  'lost',
  'lost',
  'never_answered',
  'answer_lost',
  'answer_lost',
  'answer_cut',
  'arrives_late',
  'arrives_twice',
  'unavailable',
  'too_many',
  'another_answers',
]

const LATE_MS_MAX = 40_000
const SLOW_MS_MAX = 25_000
/** So small that a few records make several pages. */
const PAGE_BYTES = [1024, 1024, 3000, 1_000_000]
const ISSUER = 'https://issuer.example'
const HOUR_MS = 3_600_000

/** One request that a device has sent, for the invariants about requests. */
export interface SentRequest {
  readonly device: string
  readonly tab: string
  readonly what: 'pull' | 'push' | 'flags'
  readonly at_ms: number
}

/** The service, and the network between it and browsers. */
export class Service {
  readonly sent: SentRequest[] = []
  readonly tables
  is_switched_on = true
  readonly #history: ClientHistory
  readonly #push: Push
  readonly #pull: Pull
  readonly #fault_share: number
  readonly #page_bytes: number
  /** Users whose sign-in has ended. */
  readonly #ended = new Set<string>()
  readonly #users_by_client = new Map<string, string>()
  readonly #users_by_mark = new Map<string, string>()
  readonly #clients_by_mark = new Map<string, string>()
  /** Marks of changes that the service has decided. */
  readonly #decided = new Set<string>()

  constructor(history: ClientHistory) {
    this.#history = history
    const { clock, random, store } = history
    this.#fault_share = oneOf(random, [0, 0.1, 0.35])
    const page_bytes = oneOf(random, PAGE_BYTES)
    this.#page_bytes = history.theme?.page_bytes ?? page_bytes
    const ignore = (): void => undefined
    const events: TableEvents = { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore }
    const dependencies = { store, clock, random, events, cache_bytes_max: 1024 * 1024 }
    this.tables = {
      audiences: new Table(AUDIENCES, dependencies),
      platforms: new Table(PLATFORMS, dependencies),
      distributions: new Table(DISTRIBUTIONS, dependencies),
    }
    this.#pull = new Pull(this.tables)
    this.#push = new Push(this.tables, { clock, onFault: (error) => history.wrong(`a push met ${String(error)}`) })
  }

  /** The sign-in of a user: a token for an hour, while it has not ended. */
  token(user_id: string): string {
    if (this.#ended.has(user_id)) throw new Error('the sign-in has ended')
    const claims = { iss: ISSUER, sub: user_id, exp: this.#history.clock.nowMs() + HOUR_MS }
    return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.e30`
  }

  endSignIn(user_id: string): void {
    this.#ended.add(user_id)
  }

  signIn(user_id: string): void {
    this.#ended.delete(user_id)
  }

  /** `fetch` of one tab. */
  async fetch(from: { device: string; tab: string; is_online: boolean }, url: string, init: RequestInit) {
    const { clock, random } = this.#history
    const what = url.includes('/sync/pull') ? 'pull' : url.includes('/sync/push') ? 'push' : 'flags'
    this.sent.push({ device: from.device, tab: from.tab, what, at_ms: clock.monotonicMs() })
    this.#history.count(what)
    const fate = this.#fate(what)
    if (fate !== 'arrives') this.#history.count(`request ${fate}`)
    await clock.sleep(between(random, 5, 150))
    if (!from.is_online) throw new TypeError('offline')
    const arrive = () => this.#answer(what, init)
    const later = async () => {
      await clock.sleep(between(random, 0, LATE_MS_MAX))
      await arrive()
    }
    switch (fate) {
      case 'lost':
        throw new TypeError('the connection was reset')
      case 'never_answered':
        return await aborted(init.signal!)
      case 'arrives_late':
        this.#history.inBackground(later())
        throw new TypeError('the connection was reset')
      case 'unavailable':
        return this.#response(503, problemText(new Problem('unavailable', 'Not now.')), { 'Retry-After': '3' })
      case 'too_many':
        return this.#response(429, problemText(new Problem('too-many-requests', 'Too many.')), { 'Retry-After': '20' })
      case 'another_answers':
        return new Response('<html>Sign in to this network</html>', { headers: { 'Content-Type': 'text/html' } })
      case 'slow':
        await clock.sleep(between(random, 0, SLOW_MS_MAX))
        break
      case 'slowly_answered':
      case 'arrives':
      case 'answer_lost':
      case 'answer_cut':
      case 'arrives_twice':
        break
    }
    const response = await arrive()
    await clock.sleep(between(random, 5, 150))
    if (fate === 'slowly_answered') await clock.sleep(between(random, 0, SLOW_MS_MAX))
    if (fate === 'arrives_twice') this.#history.inBackground(later())
    if (fate === 'answer_lost' || !from.is_online) throw new TypeError('the connection was reset')
    if (fate !== 'answer_cut') return response
    const text = await response.text()
    return this.#response(response.status, text.slice(0, Math.floor(text.length / 2)))
  }

  #fate(what: SentRequest['what']): Fate {
    const { random, is_calm, theme } = this.#history
    if (is_calm) return 'arrives'
    const own = theme?.fates?.[what]
    if (own && random.uniform() < own.share) return oneOf(random, own.of)
    return random.uniform() < this.#fault_share ? oneOf(random, FAULTS) : 'arrives'
  }

  async #answer(what: 'pull' | 'push' | 'flags', init: RequestInit): Promise<Response> {
    const user_id = this.#userOf(init)
    try {
      if (what === 'flags') {
        const flags = { success: true, flags: { persistence_v2: this.is_switched_on }, notice: null }
        return this.#response(200, JSON.stringify(flags))
      }
      if (user_id === undefined) throw new Problem('unauthenticated', 'Sign in.')
      const sent: unknown = JSON.parse(init.body as string)
      return this.#response(
        200,
        what === 'pull' ? await this.#answerPull(user_id, sent) : await this.#answerPush(user_id, sent),
      )
    } catch (error) {
      if (!(error instanceof Problem) || error.kind === 'internal') throw error
      if (error.members['code'] === 'client_forked') this.#history.count('forks')
      return this.#response(PROBLEM_KINDS[error.kind].status, problemText(error))
    }
  }

  async #answerPull(user_id: string, sent: unknown): Promise<string> {
    const body = this.#read(syncRoutes.pull.body, sent)
    this.#noteClient(user_id, body.client_id)
    const { json } = await this.#pull.page(user_id, {
      cursor: body.cursor ?? null,
      limit_bytes: this.#page_bytes,
    })
    const answer = Buffer.concat(json).toString()
    if (answer.includes('"last":false')) this.#history.count('partitions of several pages')
    return answer
  }

  async #answerPush(user_id: string, sent: unknown): Promise<string> {
    const body = this.#read(syncRoutes.push.body, sent)
    this.#noteClient(user_id, body.client_id)
    const marks = body.mutations.map((mutation) => this.#noteMarks(user_id, body.client_id, mutation))
    this.#requireOrder(marks.flat())
    for (const [at, { value }] of body.mutations.entries()) this.#requireReferences(marks[at]!, marks.flat(), value)
    const results = await this.#push.results(user_id, body)
    for (const [at, { status }] of results.entries()) {
      if (status !== 'retry') for (const mark of marks[at]!) this.#decided.add(mark)
    }
    const { store, clock, random } = this.#history
    const ignore = (): void => undefined
    for (const { status } of results) this.#history.count(`change ${status}`)
    this.#history.note(
      `${user_id}'s ${body.client_id.slice(-4)} pushes #${body.mutations.map(({ seq }, at) => `${seq} ${results[at]?.status}`).join(', #')}`,
    )
    if (body.migration) {
      const { expected, found } = body.migration
      this.#history.count(found < expected ? 'migration told as failed' : 'migration told')
      await recordMigration(
        {
          store,
          clock,
          random,
          events: { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore },
          hashUser: (user) => user,
          onMigrated: ignore,
        },
        { user_id, client_id: body.client_id, migration: body.migration },
      )
    }
    return JSON.stringify({ success: true, results })
  }

  /** What the contract refuses, no client sends. */
  #read<Body>(
    schema: { safeParse(value: unknown): { success: true; data: Body } | { success: false; error: Error } },
    sent: unknown,
  ): Body {
    const read = schema.safeParse(sent)
    if (!read.success) {
      this.#history.wrong(`a client sends what the contract refuses: ${read.error.message}`)
      throw new Problem('invalid-input', 'That is no request.')
    }
    return read.data
  }

  /** A client is one user's, but for a guest whose profile was copied. */
  #noteClient(user_id: string, client_id: string): void {
    const known = this.#users_by_client.get(client_id)
    this.#users_by_client.set(client_id, user_id)
    if (known !== undefined && known !== user_id && !this.#history.has.copies) {
      this.#history.wrong(`${user_id} sends as a client of ${known}`)
    }
  }

  /** What is tied to an earlier change of the same device is not sent before that one is decided, or with it. */
  #requireOrder(sent: readonly string[]): void {
    const { asked, taken_up, has } = this.#history
    if (has.copies) return
    const before: AskedChange[] = []
    for (const change of asked.values()) {
      if (sent.includes(change.mark) && !taken_up.has(change.mark)) {
        const passed = before.find(({ device, user_id, record_id }) => {
          return device === change.device && user_id === change.user_id && record_id === change.record_id
        })
        if (passed) this.#history.wrong(`${change.mark} overtakes ${passed.mark}`)
      }
      const { mark, op, is_kept, excuse } = change
      const is_open = is_kept && !excuse && !this.#decided.has(mark) && !sent.includes(mark) && !taken_up.has(mark)
      if (is_open && (op === 'create' || op === 'patch')) before.push(change)
    }
  }

  /** What a new record refers to is sent before it, or with it. */
  #requireReferences([mark]: readonly string[], sent: readonly string[], value: unknown): void {
    const { asked, has, taken_up } = this.#history
    const change = mark === undefined ? undefined : asked.get(mark)
    if (!isObject(value) || !change || has.copies || taken_up.has(change.mark)) return
    const ids = [value['audience_id'], value['platform_id']]
    for (const other of asked.values()) {
      const is_named = other.op === 'create' && other.device === change.device && ids.includes(other.record_id)
      if (!is_named || !other.is_kept || other.excuse || sent.includes(other.mark)) continue
      if (!this.#decided.has(other.mark)) this.#history.wrong(`${change.mark} overtakes ${other.mark}`)
    }
  }

  #noteMarks(user_id: string, client_id: string, mutation: Readonly<Record<string, unknown>>): readonly string[] {
    const { value, set } = mutation
    const marks = [value, set].flatMap((part) => (isObject(part) ? marksOf(part) : []))
    for (const mark of marks) {
      {
        const change = this.#history.asked.get(mark)
        this.#requireOneName(change, client_id)
        const owner = change?.user_id ?? this.#users_by_mark.get(mark)
        if (owner !== undefined && owner !== user_id && !this.#goesTwice(change)) {
          this.#history.wrong(`${mark} of ${owner} is sent as ${user_id}'s`)
        }
        this.#users_by_mark.set(mark, user_id)
      }
    }
    return marks
  }

  /**
   * A guest's change goes into two accounts where the guest was copied, or where the browser cleared the data and a tab that
   * had not heard of the first account kept the guest's records again.
   */
  #goesTwice(change: AskedChange | undefined): boolean {
    const { has, cleared } = this.#history
    return change !== undefined && change.user_id === null && (has.copies || cleared.has(change.device))
  }

  /** A client takes another name only where its profile was copied or its storage cleared. */
  #requireOneName(change: AskedChange | undefined, client_id: string): void {
    const { has, cleared, taken_up } = this.#history
    // A guest's refused changes go on as the account's.
    if (!change || change.user_id === null || has.copies || cleared.has(change.device) || taken_up.has(change.mark))
      return
    const known = this.#clients_by_mark.get(change.mark)
    if (known !== undefined && known !== client_id) this.#history.wrong(`${change.mark} is sent under two names`)
    this.#clients_by_mark.set(change.mark, client_id)
  }

  #userOf({ headers }: RequestInit): string | undefined {
    const { Authorization: token } = headers as Record<string, string | undefined>
    if (token === undefined) return undefined
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string; exp: number }
    return claims.exp < this.#history.clock.nowMs() || this.#ended.has(claims.sub) ? undefined : claims.sub
  }

  #response(status: number, text: string, headers: Record<string, string> = {}): Response {
    const date = new Date(this.#history.clock.nowMs()).toUTCString()
    const type = status < 400 ? 'application/json' : 'application/problem+json'
    return new Response(text, { status, headers: { 'Content-Type': type, Date: date, ...headers } })
  }
}

export function identityOf(user_id: string) {
  return { issuer: ISSUER, user_id, owner: user_id }
}

function problemText({ kind, message, members }: Problem): string {
  const { status } = PROBLEM_KINDS[kind]
  const title = PROBLEM_TITLES[kind]
  return JSON.stringify({ type: problemType(kind), title, status, detail: message, success: false, ...members })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')), { once: true })
  })
}
