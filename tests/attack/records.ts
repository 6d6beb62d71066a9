import { fc } from '#tests/support/seeds.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Operation } from './contract.ts'
import { type AttackedSystem, jsonBytes } from './harness.ts'
import type { KnownValues } from './values.ts'

/** Records that requests can be about, made over the API as a user would. */

type Kind = 'audience' | 'platform' | 'distribution'

const PREFIX: Readonly<Record<Kind, string>> = { audience: 'aud', platform: 'plat', distribution: 'dist' }

export const absentId = (kind: Kind): string => newId(PREFIX[kind], systemClock.nowMs(), systemRandom)

const TRADE_DESK = { platform_type: 'the_trade_desk', credentials: { api_key: 'good-key', account_id: 'abc1234' } }

/** What a body may have as `platform_type` and `credentials`, which only the words of the contract describe. */
export const ACCOUNTS: readonly Record<string, unknown>[] = [
  TRADE_DESK,
  { platform_type: 'meta', credentials: { access_token: 'bad-token-1', account_id: '1234567890' } },
  { platform_type: 'tiktok', credentials: { access_token: 'down-1', advertiser_id: '1234567890' } },
]

/** Of a device that has nothing yet. */
const newClientId = (): string => newId('cli', systemClock.nowMs(), systemRandom)

const GOOD_BODIES: Readonly<Record<string, unknown>> = {
  batchAudiences: { ids: ['aud_01h455vb4pex5vsknk084sn02q'], action: 'archive' },
  batchPlatforms: { ids: ['plat_01h455vb4pex5vsknk084sn02q'], action: 'delete' },
  saveAudience: { name: 'Weekend hikers' },
  patchAudience: { name: 'Hikers' },
  setAudienceStatus: { status: 'archived' },
  duplicateAudience: {},
  renameTag: { from: 'spring', to: 'autumn' },
  duplicatePlatform: { name: 'Our second seat' },
  savePlatform: { name: 'Our seat', ...TRADE_DESK },
  patchPlatform: { name: 'The seat' },
  setPlatformStatus: { status: 'pending' },
  replacePlatformCredentials: { credentials: TRADE_DESK.credentials },
  setDistributionStatus: { status: 'in_progress' },
}

export class Records {
  readonly #system: AttackedSystem
  readonly #user_id: string
  readonly #kept = new Map<Kind, string>()

  constructor(system: AttackedSystem, user_id: string) {
    this.#system = system
    this.#user_id = user_id
  }

  async call(method: string, target: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const authorization = `Bearer ${await this.#system.tokenOf(this.#user_id)}`
    const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const sent = { method, target, headers, body: body === undefined ? undefined : jsonBytes(body) }
    const { status, json = {}, bytes } = await this.#system.send(sent)
    if (status >= 300) throw new Error(`${method} ${target}: ${status} ${bytes.toString()}`)
    return json
  }

  async make(kind: Kind): Promise<string> {
    const bodies: Readonly<Record<Kind, () => Promise<unknown>>> = {
      audience: async () => ({ name: 'Weekend hikers', metadata: { tags: ['spring'] }, segments: [{ segment_id: 1 }] }),
      platform: async () => ({ name: 'Our seat', ...TRADE_DESK }),
      distribution: async () => ({
        audience_id: await this.some('audience'),
        platform_id: await this.some('platform'),
      }),
    }
    const json = await this.call('POST', `/api/${kind}s`, await bodies[kind]())
    const id = json[`${kind}_id`] as string
    this.#kept.set(kind, id)
    return id
  }

  /** One that was there a moment ago; not for what deletes it. */
  async some(kind: Kind): Promise<string> {
    return this.#kept.get(kind) ?? (await this.make(kind))
  }

  /** A body that must succeed on a subject of the operation; `undefined` where none is taken. */
  async goodBodyFor({ id, body }: Operation): Promise<unknown> {
    if (body === undefined) return undefined
    if (id === 'saveDistribution') {
      return { audience_id: await this.some('audience'), platform_id: await this.some('platform') }
    }
    if (id === 'pull') return { client_id: newClientId(), cursor: null }
    if (id === 'undo') return { at: isoTime(systemClock.nowMs()), dry_run: true }
    if (id === 'push') {
      const change = { op: 'create', kind: 'audience', id: absentId('audience'), value: { name: 'Weekend hikers' } }
      return { client_id: newClientId(), acked: 0, mutations: [{ seq: 1, mutation_id: newClientId(), ...change }] }
    }
    const good = GOOD_BODIES[id]
    if (good === undefined) throw new Error(`say what a good body of ${id} is`)
    return good
  }

  /** What an operation's path is about, for a request that must change nothing. */
  async bystanderOf(operation: Operation): Promise<string> {
    const kind = kindOf(operation)
    return kind === undefined ? 'me' : this.some(kind)
  }

  /** What an operation's path is about, in a state in which it can succeed. */
  async subjectOf(operation: Operation): Promise<string> {
    const { method, path } = operation
    const kind = kindOf(operation)
    if (kind === undefined) return 'me'
    if (method === 'GET') return this.some(kind)
    const made = await this.make(kind)
    this.#kept.delete(kind)
    if (path.endsWith('_id}/restore')) await this.call('DELETE', `/api/${kind}s/${made}`)
    return made
  }
}

function kindOf({ path }: Operation): Kind | undefined {
  return (['audience', 'platform', 'distribution'] as const).find((one) => path.includes(`{${one}_id}`))
}

/** Ids and cursors that a schema calls text, and the only user_id that a caller may name. */
export async function knownValues(
  records: Records,
  user_id: string,
  { with_absent }: { with_absent: boolean },
): Promise<KnownValues> {
  const [audience, platform] = [await records.some('audience'), await records.some('platform')]
  await records.make('audience')
  const { next_cursor } = await records.call('GET', '/api/audiences?limit=1')
  return {
    audience_id: fc.constantFrom(audience, audience, audience, with_absent ? absentId('audience') : audience),
    platform_id: fc.constantFrom(platform, platform, platform, with_absent ? absentId('platform') : platform),
    distribution_id: fc.constant(null).map(() => absentId('distribution')),
    cursor: fc.constant(next_cursor),
    user_id: fc.constant(user_id),
    client_id: fc.constant(null).map(newClientId),
  }
}
