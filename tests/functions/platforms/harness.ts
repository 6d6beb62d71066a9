import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { createPlatformsApp } from '#functions/platforms/index.ts'
import { type AdPlatformsStandIn, startAdPlatforms } from '#infra/stand-ins/ad-platforms/server.ts'
import { type Gcs, startGcs } from '#infra/stand-ins/gcs/server.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { type Kms, startKms } from '#infra/stand-ins/kms/server.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { BUCKET, createClient, environmentOf, listening, type Reply } from '#tests/functions/audiences/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

export const PATH = '/api/platforms'

/** The platforms function as it runs: real clients against the stand-ins of storage, keys and ad platforms. */
export interface RunningPlatforms {
  readonly url: string
  readonly gcs: Gcs
  readonly kms: Kms
  readonly ad_platforms: AdPlatformsStandIn
  readonly data_dir: string
  /** Objects lie here as plain files. */
  readonly bucket_dir: string
  readonly lines: LogEntry[]
  /** What an instance is started with. */
  readonly environment: Readonly<Record<string, string>>
  /** Calls as `demo_user`. */
  readonly call: CallPlatforms
  token(user_id: string, claims?: Record<string, unknown>): Promise<string>
  as(user_id: string): { call: CallPlatforms }
  /** One more instance over the same bucket and key. */
  anotherInstance(): Promise<{ call: CallPlatforms }>
  /** Requests that bucket and key saw while `work` ran. */
  counted<T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }>
}

/** Reads, writes and lists of the bucket; calls to the key. */
export interface Cost {
  readonly reads: number
  readonly writes: number
  readonly lists: number
  readonly keys: number
}

export interface PlatformJson {
  readonly platform_id: string
  readonly version: number
  readonly status: string
  readonly created_at: string
  readonly updated_at: string
  readonly [field: string]: unknown
}

export interface PlatformReply extends Omit<Reply, 'body'> {
  readonly body: {
    readonly platform_id: string
    readonly platform: PlatformJson
    readonly platforms: readonly PlatformJson[]
    readonly errors: readonly { path: string; message: string }[]
    readonly detail: string
    readonly next_cursor: string | null
    readonly [member: string]: unknown
  }
}

export type CallPlatforms = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<PlatformReply>

/** The function over an empty bucket and a fresh key, gone when the test is. */
export async function platformsInTest({ clock = systemClock }: { clock?: Clock } = {}): Promise<RunningPlatforms> {
  const data_dir = await mkdtemp(join(tmpdir(), 'platforms-'))
  const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: false, clock })
  const kms = await startKms({ data_dir })
  const ad_platforms = await startAdPlatforms()
  const servers: Server[] = []
  const listen = (server: Server): Promise<string> => {
    servers.push(server)
    return listening(server)
  }
  const issuer_server = createServer()
  const issuer_url = await listen(issuer_server)
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app', clock })
  issuer_server.on('request', issuer.listener)
  onTestFinished(async () => {
    for (const server of servers) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    await Promise.all([gcs.close(), kms.close(), ad_platforms.close()])
    await rm(data_dir, { recursive: true, force: true })
  })

  const lines: LogEntry[] = []
  const log = { write: (entry: LogEntry) => void lines.push(entry), flush: async () => undefined }
  const environment = {
    ...environmentOf({ issuer_url, gcs_url: gcs.url }),
    KMS_KEY: kms.key_name,
    KMS_API_ENDPOINT: kms.url,
    ...ad_platforms.environment,
  }
  const start = () => listen(createFunctionServer(createPlatformsApp(environment, { log, clock })))
  const clientOf = (url: string, user_id: string) => {
    const { call }: { call: unknown } = createClient(url, () => issuer.sign({ sub: user_id }), clock)
    return { call: call as CallPlatforms }
  }
  const url = await start()
  return {
    url,
    gcs,
    kms,
    ad_platforms,
    data_dir,
    bucket_dir: join(data_dir, 'buckets', BUCKET),
    lines,
    environment,
    call: clientOf(url, 'demo_user').call,
    token: (user_id, claims = {}) => issuer.sign({ sub: user_id, ...claims }),
    as: (user_id) => clientOf(url, user_id),
    anotherInstance: async () => clientOf(await start(), 'demo_user'),
    async counted(work) {
      gcs.operations.reset()
      kms.operations.reset()
      const result = await work()
      const { read: reads, write: writes, list: lists } = gcs.operations.counts()
      const { encrypt, decrypt, get } = kms.operations.counts()
      return { result, cost: { reads, writes, lists, keys: encrypt + decrypt + get } }
    },
  }
}

/** Chosen so that the stand-in of The Trade Desk accepts it, and that a search finds it nowhere else. */
export const SECRET = 'good-Zq7vLx93TtdTokenThatMustNotLeak'

/** A platform as the app of the old system saved it, its secret as it is. */
export function aPlatform(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    platform_type: 'the_trade_desk',
    name: 'My Trade Desk Account',
    credentials: { api_key: SECRET, account_id: 'advertiser-1234' },
    settings: { default_match_rate: 0.7, auto_refresh: true, refresh_frequency: 'weekly' },
    ...more,
  }
}

export async function saved(
  { call }: { call: CallPlatforms },
  more: Record<string, unknown> = {},
): Promise<PlatformJson> {
  const { status, body, text } = await call('POST', PATH, aPlatform(more))
  if (status !== 201) throw new Error(`not saved: ${status} ${text}`)
  return body.platform
}

/** A platform whose test succeeded. */
export async function connected(running: { call: CallPlatforms }): Promise<PlatformJson> {
  const { platform_id } = await saved(running)
  await running.call('POST', `${PATH}/${platform_id}/test`)
  const { body } = await running.call('GET', `${PATH}/${platform_id}`)
  if (body.platform.status !== 'connected') throw new Error(`not connected: ${JSON.stringify(body)}`)
  return body.platform
}
