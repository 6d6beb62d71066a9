import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { startAdPlatforms } from '#infra/stand-ins/ad-platforms/server.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { startKms } from '#infra/stand-ins/kms/server.ts'
import { FUNCTION_NAMES, type FunctionName } from '#shared/contract/functions.ts'
import type { Random } from '#shared/base/random.ts'
import { Processes, type Started } from '#tests/faults/child-process.ts'
import { NETWORK_FAULTS, randomPlan, startFaultProxy } from '#tests/faults/fault-proxy.ts'
import { HEAP_OF_INSTANCE } from '#tests/faults/small-instance.ts'
import { BUCKET, type Client, createClient, environmentOf, listening } from '#tests/functions/audiences/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { Edge } from './edge.ts'
import type { Sample } from './growth.ts'

const GCS_MAIN = join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts')
const OPERATOR = 'operator@example.com'
/** Small, so that it is full long before the end: what grows after that is no cache. */
const CACHE_BYTES = 16 * 1024 * 1024
/** Functions that also have an instance that is killed; of every function one instance is left alone and measured. */
const KILLED: readonly FunctionName[] = ['audiences', 'platforms', 'distributions', 'sync', 'maintenance']

/** One in so many exchanges with the store meets a fault of the network. */
const STORE_FAULT_ONE_IN = 80
const ANSWER_LOST_ONE_IN = 60
const RULES = {
  rules: [
    { fault: 'unavailable', probability: 0.005 },
    { fault: 'rate_limited', operations: ['write'], probability: 0.005 },
    { fault: 'unavailable_after_commit', operations: ['write'], probability: 0.005 },
    { fault: 'late_landing', operations: ['write'], delay_ms: 2000, probability: 0.003 },
  ],
}

export interface SoakInstance extends Started {
  readonly name: FunctionName
  /** Another starts in its place when it is killed. */
  readonly is_killed: boolean
}

/** All functions as they are deployed, each in processes of its own, over one bucket, behind one origin. */
export interface SoakSystem {
  readonly data_dir: string
  readonly edge: Edge
  readonly bucket: string
  /** Settings for operator commands. */
  readonly operator_environment: Readonly<Record<string, string>>
  readonly issuer_url: string
  instances(): readonly SoakInstance[]
  /** The newest log lines of every process that ran, by a name of each. */
  logs(): ReadonlyMap<string, readonly object[]>
  tokenOf(user_id: string): Promise<string>
  as(user_id: string): Client
  asOperator(): Client
  /** `kill -9` of an instance or of the store, and another in its place. @returns what it was */
  strike(random: Random): Promise<string>
  /** No more faults from now on. */
  heal(): Promise<void>
  /** How many faults struck between functions and store. */
  strikes(): number
  close(): Promise<void>
}

export async function startSoakSystem(random: Random): Promise<SoakSystem> {
  const data_dir = await mkdtemp(join(tmpdir(), 'soak-'))
  const processes = new Processes()
  const closing: (() => Promise<void>)[] = [() => rm(data_dir, { recursive: true, force: true })]
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end()
  }
  try {
    return await start({ data_dir, processes, closing, close, random })
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  readonly data_dir: string
  readonly processes: Processes
  readonly closing: (() => Promise<void>)[]
  readonly close: () => Promise<void>
  readonly random: Random
}

async function start({ data_dir, processes, closing, close, random }: Parts): Promise<SoakSystem> {
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  closing.push(async () => {
    issuer_server.closeAllConnections()
    await new Promise((resolve) => issuer_server.close(resolve))
  })
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)
  const kms = await startKms({ data_dir })
  closing.push(() => kms.close())
  const ad_platforms = await startAdPlatforms()
  closing.push(() => ad_platforms.close())
  const edge = await Edge.start(random)
  closing.push(() => edge.close())
  closing.push(() => processes.end())

  const logs = new Map<string, readonly object[]>()
  let has_faults = true
  const startGcs = async (port: string) => {
    const parameters = [
      GCS_MAIN,
      '--data',
      data_dir,
      '--bucket',
      BUCKET,
      '--no-fsync',
      '--no-versioning',
      '--port',
      port,
    ]
    const started = await processes.start([process.execPath, ...parameters], {}, ({ url }) => url as string | undefined)
    logs.set(`store-${logs.size}`, started.lines)
    if (has_faults) await control(started.url, RULES)
    return started
  }
  let gcs = await startGcs('0')
  const proxy = await startFaultProxy(gcs)
  closing.push(() => proxy.close())
  proxy.plan = randomPlan(random, STORE_FAULT_ONE_IN, NETWORK_FAULTS)
  kms.faults.add({ fault: 'unavailable', probability: 0.02 })
  kms.faults.add({ fault: 'lost_answer', probability: 0.02 })
  edge.lost_one_in = ANSWER_LOST_ONE_IN

  const app_dir = join(data_dir, 'app')
  await mkdir(join(app_dir, 'assets'), { recursive: true })
  await writeFile(join(app_dir, 'index.html'), '<!doctype html><title>Activation Manager</title>')
  const bundles = await bundleFunctions({
    project_root: PROJECT_ROOT,
    out_dir: join(data_dir, 'functions'),
    names: FUNCTION_NAMES,
  })
  const keys = { KMS_KEY: kms.key_name, KMS_API_ENDPOINT: kms.url }
  const environment = {
    ...environmentOf({ issuer_url, gcs_url: proxy.url }),
    ...keys,
    ...ad_platforms.environment,
    ASSETS_BUCKET: BUCKET,
    APP_DIR: app_dir,
    CACHE_BYTES: String(CACHE_BYTES),
    FUNCTION_URL: edge.url,
    // Instances that start after a kill find compiled what the first ones compiled.
    NODE_COMPILE_CACHE: join(data_dir, 'compiled'),
    NODE_PATH: join(PROJECT_ROOT, 'node_modules'),
    OPERATOR_ACCOUNTS: OPERATOR,
    PORT: '0',
  }
  const instances = new Set<SoakInstance>()
  const startInstance = async (name: FunctionName, is_killed: boolean): Promise<void> => {
    const { path } = bundles.find((bundle) => bundle.name === name)!
    const command = [process.execPath, ...HEAP_OF_INSTANCE, path]
    const started = await processes.start(command, environment, ({ message, port }) =>
      message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
    )
    logs.set(`${name}-${logs.size}`, started.lines)
    instances.add({ ...started, name, is_killed })
    edge.add(name, started.url)
  }
  const kept = FUNCTION_NAMES.map((name) => startInstance(name, false))
  await Promise.all([...kept, ...KILLED.map((name) => startInstance(name, true))])

  const strikeInstance = async (instance: SoakInstance) => {
    const { name, url, process, ended } = instance
    process.kill('SIGKILL')
    instances.delete(instance)
    edge.remove(name, url)
    await ended
    await startInstance(name, true)
  }
  const operator = { sub: 'scheduler', email: OPERATOR, email_verified: true, aud: edge.url }
  return {
    data_dir,
    edge,
    bucket: BUCKET,
    operator_environment: { GCS_BUCKET: BUCKET, STORAGE_API_ENDPOINT: proxy.url, ...keys },
    issuer_url,
    instances: () => [...instances],
    logs: () => logs,
    tokenOf: (sub) => issuer.sign({ sub }),
    as: (sub) => createClient(edge.url, () => issuer.sign({ sub })),
    asOperator: () => createClient(edge.url, () => issuer.sign(operator)),
    async strike(chance) {
      const candidates = [...instances].filter(({ is_killed }) => is_killed)
      const at = Math.floor(chance.uniform() * (candidates.length + 1))
      const instance = candidates[at]
      if (instance) {
        await strikeInstance(instance)
        return instance.name
      }
      gcs.process.kill('SIGKILL')
      await gcs.ended
      gcs = await startGcs(new URL(gcs.url).port)
      return 'store'
    },
    async heal() {
      has_faults = false
      proxy.heal()
      kms.faults.reset()
      edge.lost_one_in = 0
      await control(gcs.url, { rules: [] })
    },
    strikes: () => proxy.strikes(),
    close,
  }
}

async function control(gcs_url: string, body: unknown): Promise<void> {
  const response = await fetch(`${gcs_url}/_faults`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the store refused its faults: ${await response.text()}`)
}

/** As Linux tells of the process. */
export async function measured({ process }: Started): Promise<Sample> {
  const status = await readFile(`/proc/${process.pid}/status`, 'utf8')
  const fds = await readdir(`/proc/${process.pid}/fd`)
  return { rss_mib: Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024), fds: fds.length }
}
