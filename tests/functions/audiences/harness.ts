import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createAudiencesApp } from '#functions/audiences/index.ts'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import type { Clock } from '#shared/base/clock.ts'
import { systemClock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { FieldError } from '#shared/base/problem.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

export const BUCKET = 'activation-test'
/** Secret under which the logs hash user ids here. */
const USER_HASH_SALT = 'a salt for tests only'

/** The audiences function as it runs: the real Google client against the stand-in, a real issuer, real HTTP. */
export interface RunningAudiences {
  readonly url: string
  readonly gcs: Gcs
  /** Objects lie here as plain files. */
  readonly bucket_dir: string
  readonly lines: LogEntry[]
  /** One more instance of the function over the same bucket, called as `demo_user`; closed with the rest. */
  anotherInstance(options?: InstanceOptions): Promise<Client>
  /** Calls the first instance as `demo_user`, or as another user. */
  readonly call: Call
  as(user_id: string): Client
  token(user_id: string, claims?: Record<string, unknown>): Promise<string>
  /** Requests that the bucket saw while `work` ran. */
  counted<T>(work: () => Promise<T>): Promise<{ result: T; reads: number; writes: number; lists: number }>
  close(): Promise<void>
}

export interface InstanceOptions {
  clock?: Clock
  random?: Random
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the answer; an empty object when it has none. */
  readonly body: AnswerBody
  readonly text: string
}

/** What an answer may have, as the tests look into it; a member that it lacks is `undefined` all the same. */
export interface AnswerBody {
  readonly success: boolean
  readonly audience_id: string
  readonly audience: AudienceJson
  readonly audiences: readonly AudienceJson[]
  readonly count: number
  readonly next_cursor: string | null
  readonly versions: readonly Record<string, unknown>[]
  readonly message: string
  readonly type: string
  readonly status: number
  readonly detail: string
  readonly errors: readonly FieldError[]
  readonly [member: string]: unknown
}

export interface AudienceJson {
  readonly audience_id: string
  readonly user_id: string
  readonly created_at: string
  readonly updated_at: string
  readonly version: number
  readonly status: string
  readonly name: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

export type Call = (
  method: string,
  path: string,
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>

export interface Client {
  readonly call: Call
}

/** A stand-in, an issuer and one instance. Whoever starts it closes it. */
export async function startAudiences(options: InstanceOptions & { fsync?: boolean } = {}): Promise<RunningAudiences> {
  const { clock = systemClock } = options
  const data_dir = await mkdtemp(join(tmpdir(), 'audiences-'))
  const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: options.fsync ?? false, clock })
  const servers: Server[] = []
  const listen = async (server: Server): Promise<string> => {
    servers.push(server)
    return listening(server)
  }
  const issuer_server = createServer()
  const issuer_url = await listen(issuer_server)
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app', clock })
  issuer_server.on('request', issuer.listener)

  const lines: LogEntry[] = []
  const log = { write: (entry: LogEntry) => void lines.push(entry), flush: async () => undefined }
  const environment = environmentOf({ issuer_url, gcs_url: gcs.url })
  const token: RunningAudiences['token'] = (user_id, claims = {}) => issuer.sign({ sub: user_id, ...claims })
  const startInstance = (instance: InstanceOptions) =>
    listen(createFunctionServer(createAudiencesApp(environment, { log, clock, ...instance })))
  const clientOf = (url: string, user_id: string) => createClient(url, () => token(user_id), clock)

  const url = await startInstance(options.random ? { random: options.random } : {})
  return {
    url,
    gcs,
    bucket_dir: join(data_dir, 'buckets', BUCKET),
    lines,
    anotherInstance: async (instance = {}) => clientOf(await startInstance(instance), 'demo_user'),
    call: clientOf(url, 'demo_user').call,
    as: (user_id) => clientOf(url, user_id),
    token,
    async counted(work) {
      gcs.operations.reset()
      const result = await work()
      const { read, write, list } = gcs.operations.counts()
      return { result, reads: read, writes: write, lists: list }
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      await gcs.close()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

/** What an instance of the function is started with. */
export function environmentOf({ issuer_url, gcs_url }: { issuer_url: string; gcs_url: string }) {
  return {
    OIDC_ISSUERS: JSON.stringify([{ issuer: issuer_url, audiences: ['app'] }]),
    USER_HASH_SALT,
    GCS_BUCKET: BUCKET,
    STORAGE_API_ENDPOINT: gcs_url,
  }
}

/** Resolves with the address of `server` once it listens. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const TOKEN_USED_MS = 30 * 60 * 1000

/** Calls one instance as one user, whose token is made anew before it expires. */
export function createClient(url: string, makeToken: () => Promise<string>, clock: Clock = systemClock): Client {
  let signed: { token: Promise<string>; at_ms: number } | undefined
  const tokenNow = (): Promise<string> => {
    const now_ms = clock.nowMs()
    if (!signed || Math.abs(now_ms - signed.at_ms) > TOKEN_USED_MS) signed = { token: makeToken(), at_ms: now_ms }
    return signed.token
  }
  return {
    call: async (method, path, body, headers = {}) => {
      const sends = body !== undefined
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await tokenNow()}`,
          ...(sends ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(sends ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
      })
      return replyOf(response)
    },
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response
  const text = await response.text()
  const is_json = /json/.test(headers.get('content-type') ?? '') && text !== ''
  return { status, headers, text, body: (is_json ? JSON.parse(text) : {}) as AnswerBody }
}

/** An audience as the app of the old system saved it. */
export function anAudience(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Eco-conscious millennials',
    description: 'Natural language description',
    data_type: 'first_party',
    original_query: 'Find environmentally conscious millennials in urban areas',
    selected_variables: ['ENV_AWARE', 'AGE_25_40'],
    variable_details: [
      {
        code: 'ENV_AWARE',
        description: 'Environmental awareness',
        relevance_score: 0.95,
        type: 'demographic',
        category: 'Values',
      },
    ],
    segments: [
      {
        segment_id: 0,
        name: 'Urban greens',
        size: 125_000,
        size_percentage: 8.2,
        characteristics: { income: 'high' },
        prizm_segments: ['PRIZM1', 'PRIZM2'],
      },
      {
        segment_id: 1,
        name: 'Suburban savers',
        size: 175_000,
        size_percentage: 9.1,
        characteristics: {},
        prizm_segments: [],
      },
    ],
    total_audience_size: 300_000,
    metadata: { tags: ['spring'], campaign_id: 'c1' },
    ...more,
  }
}

/** Saves an audience that must be accepted, and returns it. */
export async function saved(client: Client, more: Record<string, unknown> = {}): Promise<AudienceJson> {
  const { status, body, text } = await client.call('POST', '/api/audiences', anAudience(more))
  if (status !== 201) throw new Error(`not created: ${status} ${text}`)
  return body.audience
}

/** Every audience of the user, archived ones too, page by page. */
export async function everyAudience(client: Client, view: 'summary' | 'full' = 'summary'): Promise<AudienceJson[]> {
  const all: AudienceJson[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { status, body, text } = await client.call('GET', `/api/audiences?status=all&limit=200&view=${view}${after}`)
    if (status !== 200) throw new Error(`not listed: ${status} ${text}`)
    all.push(...body.audiences)
    cursor = body.next_cursor
  }
  return all
}
