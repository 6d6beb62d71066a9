import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import type { FunctionName } from '#shared/contract/functions.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { BUCKET, createClient, environmentOf, listening, type Client } from './harness.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { Processes as ChildProcesses, type Started } from '#tests/faults/child-process.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

const GCS_MAIN = join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts')
const mainOf = (name: FunctionName) => join(PROJECT_ROOT, `functions/${name}/index.ts`)

export interface Server extends Started {
  readonly client: Client
}

/** A stand-in process on a folder, and as many server processes over it as the test starts. */
export interface Processes {
  readonly bucket_dir: string
  readonly gcs: Started
  /** @param name of the function; audiences without it */
  startServer(name?: FunctionName): Promise<Server>
  /** The stand-in again, on its folder and port, after it ended. */
  restartGcs(): Promise<Started>
}

/** All of it is gone when the test is. */
export async function startProcesses(): Promise<Processes> {
  const data_dir = await mkdtemp(join(tmpdir(), 'audiences-processes-'))
  const processes = new ChildProcesses()
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  onTestFinished(async () => {
    await processes.end()
    issuer_server.closeAllConnections()
    issuer_server.close()
    await rm(data_dir, { recursive: true, force: true })
  })
  await shareIssuerKey(data_dir)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)

  const startGcs = (port: string) => {
    const parameters = [GCS_MAIN, '--data', data_dir, '--bucket', BUCKET, '--no-fsync', '--port', port]
    return processes.start([process.execPath, ...parameters], {}, ({ url }) => url as string | undefined)
  }
  const gcs = await startGcs('0')
  return {
    bucket_dir: join(data_dir, 'buckets', BUCKET),
    gcs,
    restartGcs: () => startGcs(new URL(gcs.url).port),
    async startServer(name = 'audiences') {
      const env = { ...environmentOf({ issuer_url, gcs_url: gcs.url }), PORT: '0' }
      const server = await processes.start([process.execPath, mainOf(name)], env, ({ message, port }) =>
        message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
      )
      return { ...server, client: createClient(server.url, () => issuer.sign({ sub: 'demo_user' })) }
    },
  }
}
