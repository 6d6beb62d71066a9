import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { BUCKET, createClient, environmentOf, listening, type Client } from './harness.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { DATE_ENVIRONMENT } from '#tests/support/clock.ts'

const GCS_MAIN = join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts')
const AUDIENCES_MAIN = join(PROJECT_ROOT, 'functions/audiences/index.ts')

/** A process of its own, as it is deployed, and how it ended. */
export interface Running {
  readonly url: string
  readonly process: ChildProcess
  /** Resolves with exit code and signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>
  /** What it wrote on standard output so far, line by line. */
  readonly lines: readonly Record<string, unknown>[]
}

export interface Server extends Running {
  readonly client: Client
}

/** A stand-in process on a folder, and as many server processes over it as the test starts. */
export interface Processes {
  readonly bucket_dir: string
  readonly gcs: Running
  startServer(): Promise<Server>
  /** The stand-in again, on its folder and port, after it ended. */
  restartGcs(): Promise<Running>
}

/** All of it is gone when the test is. */
export async function startProcesses(): Promise<Processes> {
  const data_dir = await mkdtemp(join(tmpdir(), 'audiences-processes-'))
  const children: ChildProcess[] = []
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  onTestFinished(async () => {
    const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    const ends = living.map((child) => once(child, 'exit'))
    for (const child of living) child.kill('SIGKILL')
    await Promise.all(ends)
    issuer_server.closeAllConnections()
    issuer_server.close()
    await rm(data_dir, { recursive: true, force: true })
  })
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)

  /** Starts a process and waits for the line that says where it listens. */
  const start = async (
    parameters: readonly string[],
    env: Record<string, string>,
    urlOf: (line: Record<string, unknown>) => string | undefined,
  ): Promise<Running> => {
    const child = spawn(process.execPath, parameters, {
      env: { ...DATE_ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const lines: Record<string, unknown>[] = []
    const url = await new Promise<string>((found, reject) => {
      void ended.then(([code]) => reject(new Error(`it ended with ${code} before it listened`)))
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as Record<string, unknown>
        lines.push(line)
        const address = urlOf(line)
        if (address !== undefined) found(address)
      })
    })
    return { url, process: child, ended, lines }
  }
  const startGcs = (port: string) => {
    const parameters = [GCS_MAIN, '--data', data_dir, '--bucket', BUCKET, '--no-fsync', '--port', port]
    return start(parameters, {}, ({ url }) => url as string | undefined)
  }
  const gcs = await startGcs('0')
  return {
    bucket_dir: join(data_dir, 'buckets', BUCKET),
    gcs,
    restartGcs: () => startGcs(new URL(gcs.url).port),
    async startServer() {
      const env = { ...environmentOf({ issuer_url, gcs_url: gcs.url }), PORT: '0' }
      const server = await start([AUDIENCES_MAIN], env, ({ message, port }) =>
        message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
      )
      return { ...server, client: createClient(server.url, () => issuer.sign({ sub: 'demo_user' })) }
    },
  }
}
