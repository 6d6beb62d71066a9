import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { systemClock } from '#shared/base/clock.ts'
import { BUCKET, createClient, environmentOf, listening, type Client } from '#tests/functions/audiences/harness.ts'
import { Processes, type Started } from './child-process.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

const GCS_MAIN = join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts')
const CLOCKED_MAIN = new URL('audiences-process.ts', import.meta.url).pathname

const FIRST_REQUESTS: Readonly<Record<'audiences' | 'sync', Parameters<Client['call']>>> = {
  audiences: ['GET', '/api/audiences'],
  sync: ['POST', '/api/sync/pull', { client_id: 'cli_01h455vb4pex5vsknk084sn02q' }],
}

/** Functions in processes of their own, a faulty network, and the stand-in in another process behind it. */
export interface System {
  readonly data_dir: string
  readonly proxy: FaultProxy
  /** The stand-in as it runs now. */
  gcs(): Started
  /** The stand-in again, on its folder and port, after it ended. */
  restartGcs(): Promise<Started>
  /** An ID token that is valid whatever a clock says. */
  tokenOf(user_id: string): Promise<string>
  /** An instance of a function behind the proxy. */
  startFunction(how?: FunctionOptions): Promise<Instance>
}

export interface FunctionOptions {
  /** Audiences without it; sync only bundled. */
  readonly name?: 'audiences' | 'sync'
  /** The file that is deployed, rather than the one whose clock can be set. */
  readonly bundled?: boolean
  /** How many times faster than the day its clock runs; not for the bundled one. */
  readonly clock_factor?: number
  /** Options of Node itself. */
  readonly node_options?: readonly string[]
  /** Reaches the stand-in directly. */
  readonly without_proxy?: boolean
}

export interface Instance extends Started {
  as(user_id: string): Client
  /** Lets its wall clock jump; resolves once it has. */
  stepClock(duration_ms: number): Promise<void>
}

/** All of it is gone when the test is. */
export async function startSystem(): Promise<System> {
  const data_dir = await mkdtemp(join(tmpdir(), 'faults-'))
  const processes = new Processes()
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)

  const startGcs = (port: string) => {
    const parameters = [GCS_MAIN, '--data', data_dir, '--bucket', BUCKET, '--no-fsync', '--port', port]
    return processes.start([process.execPath, ...parameters], {}, ({ url }) => url as string | undefined)
  }
  let gcs = await startGcs('0')
  const proxy = await startFaultProxy(gcs)
  onTestFinished(async () => {
    await processes.end()
    await proxy.close()
    issuer_server.closeAllConnections()
    issuer_server.close()
    await rm(data_dir, { recursive: true, force: true })
  })

  const bundles = new Map<string, Promise<string>>()
  const bundlePath = (name: 'audiences' | 'sync'): Promise<string> => {
    const out_dir = join(data_dir, 'functions')
    const bundle =
      bundles.get(name) ??
      bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names: [name] }).then(([bundled]) => bundled!.path)
    bundles.set(name, bundle)
    return bundle
  }

  /** Valid whatever a clock says within years of now. */
  const tokenOf = (sub: string) => {
    const year_s = 365 * 24 * 60 * 60
    return issuer.sign({ sub, iat: 0, exp: Math.floor(systemClock.nowMs() / 1000) + 2 * year_s })
  }

  return {
    data_dir,
    proxy,
    tokenOf,
    gcs: () => gcs,
    restartGcs: async () => (gcs = await startGcs(new URL(gcs.url).port)),
    async startFunction({
      name = 'audiences',
      bundled = false,
      clock_factor = 1,
      node_options = [],
      without_proxy = false,
    } = {}) {
      const env = {
        ...environmentOf({ issuer_url, gcs_url: without_proxy ? gcs.url : proxy.url }),
        PORT: '0',
        NODE_PATH: join(PROJECT_ROOT, 'node_modules'),
        CLOCK_FACTOR: String(clock_factor),
      }
      const main = bundled ? await bundlePath(name) : CLOCKED_MAIN
      const started = await processes.start([process.execPath, ...node_options, main], env, ({ message, port }) =>
        message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
      )
      const clients = new Map<string, Client>()
      const as = (user_id: string): Client => {
        const client = clients.get(user_id) ?? createClient(started.url, () => tokenOf(user_id))
        clients.set(user_id, client)
        return client
      }
      // The first request loads the issuer's keys and much code; on a fast clock that alone may be too slow.
      while ((await as('nobody').call(...FIRST_REQUESTS[name])).status !== 200);
      return {
        ...started,
        as,
        async stepClock(step_ms) {
          const stepped = once(started.process, 'message')
          started.process.send({ step_ms })
          await stepped
        },
      }
    },
  }
}
