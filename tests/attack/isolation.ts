import { isoTime, systemClock } from '#shared/base/clock.ts'
import { MINUTE_MS } from '#shared/base/durations.ts'
import { fc } from '#tests/support/seeds.ts'
import { type AttackedSystem, jsonBytes, type Received, type SentRequest } from './harness.ts'

/** One request of a user without ids: an index selects among that user's records, in the order of their creation. */
export interface Step {
  readonly method: string
  /** `{audience}` and so on stand for the id at the index; `{cursor}` and `{sync_cursor}` for the last page's. */
  readonly target: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly index: number
}

export type Kind = 'audience' | 'platform' | 'distribution'
export const KINDS: readonly Kind[] = ['audience', 'platform', 'distribution']

const step = (method: string, target: string, body?: unknown, headers?: Step['headers']) =>
  fc
    .nat(20)
    .map((index): Step => ({ method, target, index, ...(body !== undefined && { body }), ...(headers && { headers }) }))

const NAMES = ['Hikers', 'Gréen', '=1+1', 'secret of somebody', '🎉']
/** Both users choose among the same few keys. */
const KEYED = fc.nat(2).chain((key) => {
  return step('POST', '/api/audiences', { name: `keyed ${key}` }, { 'idempotency-key': `key-${key}` })
})

/** Both users' devices have the same client id, numbers and mutation ids. */
const CLIENT_ID = 'cli_01h455vb4pex5vsknk084sn02q'
/** Of July 2023, under which either user may make a record of their own. */
const OWN_ID = '01h455vb4pex5vsknk084sn02q'
const CHANGES: readonly Readonly<Record<string, unknown>>[] = [
  { op: 'create', kind: 'audience', id: `aud_${OWN_ID}`, value: { name: 'pushed', metadata: { tags: ['t'] } } },
  { op: 'create', kind: 'audience', id: '{audience}', value: { name: 'secret of ann', metadata: { tags: ['t'] } } },
  { op: 'patch', kind: 'audience', id: '{audience}', base_version: 1, set: { name: 'B' }, base: { name: 'Hikers' } },
  {
    op: 'patch',
    kind: 'audience',
    id: '{audience}',
    base_version: 1,
    set: { metadata: { tags: [] } },
    base: { metadata: { tags: ['t'] } },
  },
  { op: 'patch', kind: 'platform', id: '{platform}', base_version: 1, set: { name: 'B' }, base: { name: 'Seat' } },
  {
    op: 'create',
    kind: 'distribution',
    id: `dist_${OWN_ID}`,
    value: { audience_id: '{audience}', platform_id: '{platform}' },
  },
  { op: 'delete', kind: 'audience', id: '{audience}', base_version: 1 },
  { op: 'restore', kind: 'audience', id: '{audience}', base_version: 2 },
  { op: 'delete', kind: 'distribution', id: '{distribution}', base_version: 2 },
]
const PUSHED = fc
  .tuple(fc.array(fc.constantFrom(...CHANGES), { minLength: 1, maxLength: 4 }), fc.nat(6))
  .chain(([changes, before]) => {
    const mutations = changes.map((change, at) => {
      const seq = before + at + 1
      return { seq, mutation_id: `m${seq}`, ...change }
    })
    return step('POST', '/api/sync/push', { client_id: CLIENT_ID, acked: 0, mutations })
  })

/** Before anything that is done here. */
const AN_HOUR_AGO = isoTime(systemClock.nowMs() - 60 * MINUTE_MS)

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  PUSHED,
  step('POST', '/api/sync/pull', { client_id: CLIENT_ID, cursor: null }),
  step('POST', '/api/sync/pull', { client_id: CLIENT_ID, cursor: '{sync_cursor}', limit_bytes: 1024 }),
  fc.constantFrom(...NAMES).chain((name) => step('POST', '/api/audiences', { name, metadata: { tags: ['t'] } })),
  KEYED,
  step('POST', '/api/audiences', { audience_id: '{audience}', description: 'changed' }),
  step('PATCH', '/api/audiences/{audience}', { name: 'renamed' }),
  step('PATCH', '/api/audiences/{audience}', { name: 'renamed twice' }, { 'if-match': '"1"' }),
  step('PUT', '/api/audiences/{audience}/status', { status: 'archived' }),
  step('DELETE', '/api/audiences/{audience}'),
  step('POST', '/api/audiences/{audience}/restore'),
  step('GET', '/api/audiences/{audience}', undefined, { 'if-none-match': '"1"' }),
  step('GET', '/api/audiences/{audience}/export?format=csv'),
  step('GET', '/api/audiences/{audience}/distributions'),
  step('POST', '/api/audiences/{audience}/duplicate', {}),
  step('GET', '/api/audiences/{audience}/usage'),
  step('GET', '/api/audiences/{audience}/insights'),
  step('DELETE', '/api/audiences/{audience}?if_unused=true'),
  step('POST', '/api/platforms/{platform}/duplicate', {}),
  step('GET', '/api/platforms/{platform}/usage'),
  step('GET', '/api/audiences?status=all&view=full'),
  step('GET', '/api/audiences?limit=1'),
  step('GET', '/api/audiences?limit=2&cursor={cursor}'),
  step('GET', '/api/audiences?tag=t&q=secret'),
  step('GET', '/api/audiences?tag=t&tag=t&sort=-name&limit=2'),
  step('GET', '/api/audiences/export?format=json&status=all'),
  step('POST', '/api/platforms', {
    platform_type: 'the_trade_desk',
    name: 'Seat',
    credentials: { api_key: 'good-key', account_id: 'abc1234' },
  }),
  step('POST', '/api/platforms/{platform}/test'),
  step('GET', '/api/platforms'),
  step('POST', '/api/distributions', { audience_id: '{audience}', platform_id: '{platform}' }),
  step('PUT', '/api/distributions/{distribution}/status', { status: 'in_progress' }),
  step('PUT', '/api/distributions/{distribution}/status', {
    status: 'completed',
    match_results: { match_rate: 0.5, matched_records: 7 },
  }),
  step('GET', '/api/distributions/{distribution}'),
  step('GET', '/api/distributions?limit=1'),
  step('POST', '/api/audiences/batch', { ids: ['{audience}'], action: 'tag', tags: ['t'] }),
  step('POST', '/api/audiences/batch', { filter: {}, action: 'untag', tags: ['t'], dry_run: true }),
  step('POST', '/api/platforms/batch', { ids: ['{platform}'], action: 'tag', tags: ['t'] }),
  step('GET', '/api/tags'),
  step('POST', '/api/tags/rename', { from: 't', to: 'secret tag' }),
  step('POST', '/api/undo', { at: AN_HOUR_AGO }),
  step('POST', '/api/undo', { at: AN_HOUR_AGO, dry_run: true }),
  step('GET', '/api/users/me/summary'),
  step('GET', '/api/insights/audiences?months=1'),
  step('GET', '/api/insights/distributions?months=1'),
  step('GET', '/api/flags?client_id=cli_01h455vb4pex5vsknk084sn02q'),
)

const ID = /\b(aud|plat|dist)_[0-9a-z]{26}/g
const PREFIX: Readonly<Record<Kind, string>> = { audience: 'aud', platform: 'plat', distribution: 'dist' }
/** An id of nobody, from the same moment as a real one. */
const absentId = (kind: Kind) => `${PREFIX[kind]}_01m7zajkdjedrt01w53ma2w2xj`

/** One user of one system: remembers the ids it was given, and shows answers without what is random or of the moment. */
export class User {
  readonly #system: AttackedSystem
  readonly #user_id: string
  readonly #shown = new Map<string, string>()
  readonly ids: Record<Kind, string[]> = { audience: [], platform: [], distribution: [] }
  cursor = ''
  sync_cursor = ''

  constructor(system: AttackedSystem, user_id: string) {
    this.#system = system
    this.#user_id = user_id
  }

  /** Does a step with its own ids. */
  async do(step: Step): Promise<string> {
    return this.shown(await this.send(this.#filled(step)))
  }

  #filled(step: Step): Step {
    const own = (kind: Kind) => this.ids[kind][step.index % Math.max(1, this.ids[kind].length)] ?? absentId(kind)
    return filledWith(step, own, this)
  }

  async send({ method, target, body, headers }: Step): Promise<Received> {
    const authorization = `Bearer ${await this.#system.tokenOf(this.#user_id)}`
    const sent: SentRequest = {
      method,
      target,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : jsonBytes(body),
    }
    const answer = await this.#system.send(sent)
    this.#remember(answer)
    return answer
  }

  #remember({ status, json }: Received): void {
    for (const kind of KINDS) {
      const id = json?.[`${kind}_id`]
      if (status === 201 && typeof id === 'string') this.ids[kind].push(id)
    }
    const cursor = json?.['next_cursor']
    if (typeof cursor === 'string') this.cursor = cursor
    if (typeof json?.['cursor'] === 'string') this.sync_cursor = json['cursor']
  }

  /** Everything of an answer that does not differ between two runs of the same steps. */
  shown({ status, raw_headers, bytes }: Received): string {
    const headers = raw_headers.flatMap((name, index) => {
      const is_name = index % 2 === 0 && !/^(date|x-request-id|keep-alive|connection)$/i.test(name)
      return is_name ? `${name}: ${raw_headers[index + 1]}` : []
    })
    return (
      [status, ...headers, bytes.toString('utf8')]
        .join('\n')
        .replaceAll(/urn:request:[\w.:-]+/g, 'urn:request')
        .replaceAll(/"next_cursor":"([\w-]+)"/g, (_, cursor: string) => Buffer.from(cursor, 'base64url').toString())
        // It has epochs and generations, which are random.
        .replaceAll(/"cursor":"[\w-]+"/g, '"cursor"')
        .replaceAll(/\[\d{13},/g, '[time,')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
        .replaceAll(ID, (id) => this.#nameOf(id))
    )
  }

  #nameOf(id: string): string {
    const name = this.#shown.get(id) ?? `${id.split('_')[0]}#${this.#shown.size}`
    this.#shown.set(id, name)
    return name
  }
}

/** Where pages of a user's listing and of a device's pull ended. */
export type Cursors = Pick<User, 'cursor' | 'sync_cursor'>

/** A step with its places filled. */
export function filledWith(step: Step, idOf: (kind: Kind) => string, cursors: Cursors): Step {
  const fill = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: Kind | keyof Cursors) =>
      name === 'cursor' || name === 'sync_cursor' ? cursors[name] : idOf(name),
    )
  const body = step.body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(step.body))) as unknown }
  return { ...step, target: fill(step.target), ...body }
}
