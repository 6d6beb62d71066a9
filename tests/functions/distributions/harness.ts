import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { createAudiencesApp } from '#functions/audiences/index.ts'
import { createDistributionsApp } from '#functions/distributions/index.ts'
import { createInsightsApp } from '#functions/insights/index.ts'
import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { isoTime, systemClock, type Clock } from '#shared/base/clock.ts'
import { idTimeMs, newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { FunctionFactory } from '#shared/http/server/function-app.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { type PlatformRecord, PLATFORMS } from '#shared/records/platform.ts'
import { cellsOf, rowOf } from '#shared/records/record-rows.ts'
import { fromRow } from '#shared/records/rows.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import {
  BUCKET,
  anAudience,
  createClient,
  environmentOf,
  listening,
  type Client,
  type Reply,
} from '#tests/functions/audiences/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { WRITER } from '#tests/table/notes.ts'

/** Everything around distributions as it runs: the real Google client against the stand-in, real tokens, real HTTP. */
export interface Running {
  readonly gcs: Gcs
  /** Objects lie here as plain files. */
  readonly bucket_dir: string
  readonly lines: LogEntry[]
  /** One more instance of a function over the same bucket; closed with the rest. */
  instance(factory: FunctionFactory): Promise<{ url: string; as(user_id: string): Client; asOperator(): Client }>
  /** Each function's first instance, called as `demo_user`. */
  readonly audiences: Client
  readonly distributions: Client
  readonly insights: Client
  tokenOf(user_id: string): Promise<string>
  as(user_id: string): Pick<Running, 'audiences' | 'distributions' | 'insights'>
  /** One run of the first instance of maintenance. */
  dispatch(): Promise<Reply>
  /** A platform as it lies in the bucket; `undefined` values of `more` are left out. */
  platform(more?: Record<string, unknown>, user_id?: string): Promise<string>
  storedPlatform(id: string, user_id?: string): Promise<Record<string, unknown>>
  /** A table over the same bucket, without an instance around it. */
  table<R extends Row>(kind: TableSchema<R>): Table<R>
  counted<T>(work: () => Promise<T>): Promise<{ result: T; reads: number; writes: number; lists: number }>
}

export const DEMO = 'demo_user'
const MAINTENANCE_URL = 'http://maintenance.test'
const OPERATOR = 'scheduler@example.com'

/** @param settings further ones for every function */
export async function runningInTest({
  clock = systemClock,
  settings = {},
}: { clock?: Clock; settings?: Readonly<Record<string, string>> } = {}): Promise<Running> {
  const data_dir = await mkdtemp(join(tmpdir(), 'distributions-'))
  const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: false, clock })
  const servers: Server[] = []
  const listen = (server: Server) => {
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
    await gcs.close()
    await rm(data_dir, { recursive: true, force: true })
  })

  const lines: LogEntry[] = []
  const log = { write: (entry: LogEntry) => void lines.push(entry), flush: async () => undefined }
  const environment = {
    ...environmentOf({ issuer_url, gcs_url: gcs.url }),
    FUNCTION_URL: MAINTENANCE_URL,
    OPERATOR_ACCOUNTS: OPERATOR,
    KMS_KEY: LOCAL_KEY,
    ...settings,
  }
  const operator = { sub: 'scheduler', email: OPERATOR, email_verified: true, aud: MAINTENANCE_URL }
  const instance: Running['instance'] = async (factory) => {
    const url = await listen(createFunctionServer(factory(environment, { log, clock })))
    return {
      url,
      as: (user_id) => createClient(url, () => issuer.sign({ sub: user_id }), clock),
      asOperator: () => createClient(url, () => issuer.sign(operator), clock),
    }
  }
  const [audiences, distributions, insights, maintenance] = await Promise.all([
    instance(createAudiencesApp),
    instance(createDistributionsApp),
    instance(createInsightsApp),
    instance(createMaintenanceApp),
  ])
  const as = (user_id: string) => ({
    audiences: audiences.as(user_id),
    distributions: distributions.as(user_id),
    insights: insights.as(user_id),
  })
  const dispatcher = maintenance.asOperator()
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock })
  const events = logTableEvents({ write: () => undefined }, (user_id) => user_id)
  const table = <R extends Row>(kind: TableSchema<R>) =>
    new Table(kind, { store, clock, random: systemRandom, events, cache_bytes_max: 64 * 1024 * 1024 })
  const platforms = table(PLATFORMS)

  return {
    gcs,
    bucket_dir: join(data_dir, 'buckets', BUCKET),
    lines,
    instance,
    ...as(DEMO),
    tokenOf: (user_id) => issuer.sign({ sub: user_id }),
    as,
    table,
    dispatch: () => dispatcher.call('POST', DISPATCH),
    async platform(more = {}, user_id = DEMO) {
      const id = (more['platform_id'] as string | undefined) ?? newId('plat', clock.nowMs(), systemRandom)
      const outcome = await platforms.create(user_id, {
        id,
        writer: WRITER,
        size_bytes: 0,
        decide: (_, current) => ({
          kind: 'write',
          status: 200,
          row: { ...(current ?? rowOf(PLATFORMS, aPlatform(id, clock))), ...cellsOf(PLATFORMS, more) },
        }),
      })
      if (outcome.kind !== 'written') throw new Error(`the platform is ${outcome.kind}`)
      return id
    },
    storedPlatform: async (id, user_id = DEMO) => fromRow(PLATFORMS.columns, (await platforms.get(user_id, id))!),
    async counted(work) {
      gcs.operations.reset()
      const result = await work()
      const { read, write, list } = gcs.operations.counts()
      return { result, reads: read, writes: write, lists: list }
    },
  }
}

function aPlatform(platform_id: string, clock: Clock): Partial<PlatformRecord> {
  return {
    platform_id,
    created_at: isoTime(idTimeMs('plat', platform_id) ?? clock.nowMs()),
    deleted: false,
    platform_type: 'the_trade_desk',
    name: 'Our Trade Desk seat',
    status: 'connected',
    settings: { default_match_rate: 0.7 },
    metadata: {},
    last_sync_at: null,
  }
}

export const DISPATCH = '/api/maintenance/dispatch'
export const PATH = '/api/distributions'

export interface DistributionJson {
  readonly distribution_id: string
  readonly status: string
  readonly version: number
  readonly [field: string]: unknown
}

export function distributionOf(reply: Reply): DistributionJson {
  if (reply.status >= 300) throw new Error(`${reply.status} ${reply.text}`)
  return reply.body['distribution'] as DistributionJson
}

/** An audience and a platform to distribute to. */
export async function aPair(running: Running, user_id = DEMO): Promise<{ audience_id: string; platform_id: string }> {
  const { body, status, text } = await running.as(user_id).audiences.call('POST', '/api/audiences', anAudience())
  if (status !== 201) throw new Error(text)
  return { audience_id: body.audience_id, platform_id: await running.platform({}, user_id) }
}

export async function created(client: Client, sent: Record<string, unknown>): Promise<DistributionJson> {
  return distributionOf(await client.call('POST', PATH, sent))
}

/** Reports each status in turn; the distribution as the last one left it. */
export async function reported(
  client: Client,
  { distribution_id }: DistributionJson,
  ...reports: (string | Record<string, unknown>)[]
): Promise<DistributionJson> {
  let last: DistributionJson | undefined
  for (const report of reports) {
    const body = typeof report === 'string' ? { status: report } : report
    last = distributionOf(await client.call('PUT', `${PATH}/${distribution_id}/status`, body))
  }
  return last!
}

/** Rows as they would be had they been created over the API, without a request for each. */
export async function storeMany(running: Running, rows: readonly Record<string, unknown>[], user_id = DEMO) {
  const table = running.table(DISTRIBUTIONS)
  await Promise.all(
    rows.map(async (more) => {
      const id = newId('dist', Date.parse(String(more['created_at'])), systemRandom)
      const record = { ...DISTRIBUTIONS.defaults, attempts: [], deleted: false, ...more, distribution_id: id }
      const row = rowOf(DISTRIBUTIONS, record)
      const outcome = await table.mutate(user_id, {
        id,
        writer: WRITER,
        size_bytes: 0,
        decide: () => ({ kind: 'write', row, status: 201 }),
      })
      if (outcome.kind !== 'written') throw new Error(outcome.kind)
    }),
  )
}
