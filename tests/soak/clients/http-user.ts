import { isoTime, systemClock } from '#shared/base/clock.ts'
import type { Change } from '#tests/faults/checker.ts'
import { type Client, everyAudience, type Reply } from '#tests/functions/audiences/harness.ts'
import { aPlatform } from '#tests/functions/platforms/harness.ts'
import { between, oneOf } from '#tests/simulation/seeded-random.ts'
import { repeated, sent } from './repeated.ts'
import type { Site } from './site.ts'

const OPERATIONS = 30
const RECORDS_MAX = 10
const PATH = '/api/audiences'
const PAUSE_MS_MAX = 400
const SCHEDULED_AFTER_MS = 4000

/** Views that anybody may look at, at any time. */
const SIGHTS = [
  '/',
  '/api/flags',
  '/api/insights/audiences',
  '/api/insights/distributions',
  '/api/users/me/summary',
  '/api/platforms',
  '/api/tags',
  '/api/audiences?q=m1&sort=name',
]

/** A person at work: saves, changes, deletes and looks; at the end everything they were told is shown and exported. */
export async function httpUser(site: Site, user_id: string): Promise<void> {
  const { system, ledger, random, ending } = site
  const client = system.as(user_id)
  const work = new Work(site, user_id, client)
  const working = async () => {
    for (let done = 0; done < OPERATIONS && !ending.aborted; done++) {
      await work.step()
      await systemClock.sleep(between(random, 0, PAUSE_MS_MAX), ending)
    }
  }
  await Promise.all([working(), distribute(site, user_id, client, work)])
  ledger.checkShown(user_id, 'the list', await shown(client))
  ledger.checkShown(user_id, 'the export', await exported(client))
  site.count('users')
}

class Work {
  readonly #site: Site
  readonly #user_id: string
  readonly #client: Client
  readonly #ids: string[] = []
  readonly #kept = new Set<string>()
  readonly #versions = new Map<string, number>()

  constructor(site: Site, user_id: string, client: Client) {
    this.#site = site
    this.#user_id = user_id
    this.#client = client
  }

  async step(): Promise<void> {
    const { random } = this.#site
    const chance = random.uniform()
    if (this.#ids.length === 0 || (chance < 0.3 && this.#ids.length < RECORDS_MAX)) return void (await this.#create())
    if (chance < 0.75) return await this.#patch(oneOf(random, this.#ids))
    const id = oneOf(random, this.#ids)
    if (chance < 0.8 && !this.#kept.has(id)) return await this.#delete(id)
    await this.#look(oneOf(random, SIGHTS))
  }

  /** A record that nobody deletes, for what refers to it. @returns its id */
  createKept(): Promise<string> {
    return this.#create({ is_kept: true })
  }

  async #create({ is_kept = false } = {}): Promise<string> {
    const { ledger } = this.#site
    const mark = ledger.newMark()
    const change = ledger.begin('create', this.#user_id, mark)
    const body = { name: mark, metadata: { [mark]: 1 } }
    const reply = await repeated(() => this.#client.call('POST', PATH, body, { 'idempotency-key': mark }))
    this.#learn(change, reply, [201])
    const { audience_id } = reply.body
    change.audience_id = audience_id
    if (is_kept) this.#kept.add(audience_id)
    this.#ids.push(audience_id)
    this.#versions.set(audience_id, 1)
    return audience_id
  }

  async #patch(id: string): Promise<void> {
    const { ledger, random } = this.#site
    const mark = ledger.newMark()
    const version = this.#versions.get(id)
    const is_conditional = version !== undefined && random.uniform() < 0.3
    const headers: Record<string, string> = is_conditional ? { 'if-match': `"${version}"` } : {}
    const change = ledger.begin('patch', this.#user_id, mark, id)
    const reply = await sent(() => this.#client.call('PATCH', `${PATH}/${id}`, { metadata: { [mark]: 1 } }, headers))
    this.#learn(change, reply, [200, ...(is_conditional ? [412] : [])])
    if (reply?.status === 200) this.#versions.set(id, reply.body.audience.version)
    // What was made without an answer has made a version that nobody knows here.
    else this.#versions.delete(id)
  }

  async #delete(id: string): Promise<void> {
    const { ledger } = this.#site
    const change = ledger.begin('delete', this.#user_id, ledger.newMark(), id)
    this.#ids.splice(this.#ids.indexOf(id), 1)
    const reply = await sent(() => this.#client.call('DELETE', `${PATH}/${id}`))
    this.#learn(change, reply, [204])
  }

  async #look(path: string): Promise<void> {
    const reply = await sent(() => this.#client.call('GET', path))
    this.#expect(reply, `GET ${path}`, [200])
    this.#site.count('views')
  }

  #learn(change: Change, reply: Reply | undefined, expected: readonly number[]): void {
    this.#site.count('changes')
    this.#expect(reply, `${change.mark} (${change.kind})`, expected)
    if (reply === undefined || reply.body['outcome'] === 'unknown') return
    if (reply.status < 300) change.result = 'acknowledged'
    else if (reply.status === 503 || reply.status === 429) change.result = 'unmade'
    else if (reply.status < 500) change.result = 'refused'
  }

  #expect(reply: Reply | undefined, what: string, expected: readonly number[]): void {
    if (!reply || [...expected, 429, 503].includes(reply.status)) return
    this.#site.ledger.report(`${what} of ${this.#user_id} was answered ${reply.status} ${reply.text}`)
  }
}

/** A platform, its test, and two distributions to it: one now, one that maintenance has to begin. */
async function distribute(site: Site, user_id: string, client: Client, work: Work): Promise<void> {
  const { distributions, ledger } = site
  const expected: { distribution_id: string; due_ms: number | undefined }[] = []
  distributions.set(user_id, expected)
  const made = async (path: string, key: string, body: unknown): Promise<Reply | undefined> => {
    const reply = await repeated(() => client.call('POST', path, body, { 'idempotency-key': `${user_id}-${key}` }))
    if (reply.status === 201) return reply
    ledger.report(`${key} of ${user_id} was answered ${reply.status} ${reply.text}`)
    return undefined
  }
  const audience_id = await work.createKept()
  const platform_id = (await made('/api/platforms', 'platform', aPlatform()))?.body['platform_id']
  if (typeof platform_id !== 'string') return
  await repeated(() => client.call('POST', `/api/platforms/${platform_id}/test`))
  for (const is_scheduled of [false, true]) {
    const due_ms = is_scheduled ? systemClock.nowMs() + SCHEDULED_AFTER_MS : undefined
    const schedule = due_ms === undefined ? {} : { scheduled_at: isoTime(due_ms) }
    const key = is_scheduled ? 'scheduled-distribution' : 'distribution'
    const reply = await made('/api/distributions', key, { audience_id, platform_id, ...schedule })
    if (reply) expected.push({ distribution_id: String(reply.body['distribution_id']), due_ms })
    site.count('distributions')
  }
}

/** Marks by record, from pages. */
export async function shown(client: Client): Promise<Map<string, readonly string[]>> {
  const patient: Client = { call: (...call) => repeated(() => client.call(...call)) }
  const audiences = await everyAudience(patient, 'full')
  return new Map(audiences.map(({ audience_id, metadata }) => [audience_id, Object.keys(metadata)]))
}

/** Marks by record, from a file. */
async function exported(client: Client): Promise<Map<string, readonly string[]>> {
  const { body } = await repeated(() => client.call('GET', `${PATH}/export?format=json&status=all`))
  return new Map(body.audiences.map(({ audience_id, metadata }) => [audience_id, Object.keys(metadata)]))
}
