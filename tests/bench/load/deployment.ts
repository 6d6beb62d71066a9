import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'

import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { BUCKET, environmentOf, listening } from '#tests/functions/audiences/harness.ts'
import { send, type Sent } from '../runtime.ts'
import { startLatentStore, type LatentStore } from './latent-store.ts'

const FUNCTIONS_DIR = join(import.meta.dirname, '../../../functions')

/** Functions as processes of their own over one bucket, whose latencies can be set. */
export interface Deployment {
  readonly store: LatentStore
  /** 429 for a change of a name within a second of the last one. */
  limitWrites(): void
  /** Of the audiences function, or of another one that needs no further settings. */
  startInstance(name?: 'audiences' | 'sync'): Promise<Instance>
  /** Ids of all audiences in the bucket, read from its files past everything else; one that is there twice, twice. */
  storedIds(): Promise<string[]>
  storedBytes(): Promise<number>
}

export interface Instance {
  call(user_id: string, method: string, path: string, body?: unknown): Promise<Sent>
  /** Most that the process ever held, and the CPU time it has taken. */
  usage(): Promise<{ memory_mb: number; cpu_ms: number }>
}

export async function withDeployment<T>(use: (deployment: Deployment) => Promise<T>): Promise<T> {
  const data_dir = await mkdtemp(join(tmpdir(), 'load-'))
  const gcs = await startGcs({ data_dir, buckets: [BUCKET], fsync: false, versioning: false })
  const store = await startLatentStore(gcs.url)
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (user_id: string): Promise<string> => {
    const token = tokens.get(user_id) ?? issuer.sign({ sub: user_id })
    tokens.set(user_id, token)
    return token
  }
  const children: ChildProcess[] = []
  try {
    return await use({
      store,
      limitWrites: () => gcs.faults.set({ rate_limit: true }),
      startInstance: async (name = 'audiences') => {
        const env = { ...process.env, ...environmentOf({ issuer_url, gcs_url: store.url }), PORT: '0' }
        const main = join(FUNCTIONS_DIR, name, 'index.ts')
        const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
        children.push(child)
        const url = await urlOf(child)
        return {
          call: async (user_id, method, path, body) =>
            send(method, `${url}${path}`, body, { authorization: `Bearer ${await tokenOf(user_id)}` }),
          usage: () => usageOf(child.pid!),
        }
      },
      storedIds: () => storedIds(join(data_dir, 'buckets', BUCKET)),
      storedBytes: () => storedBytes(join(data_dir, 'buckets', BUCKET)),
    })
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    store.close()
    await gcs.close()
    issuer_server.closeAllConnections()
    issuer_server.close()
    await rm(data_dir, { recursive: true, force: true })
  }
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the function ended with ${code} before it listened`)))
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const { message, port } = JSON.parse(text) as { message?: string; port?: number }
      if (message === 'listening') resolve(`http://127.0.0.1:${port}`)
    })
  })
}

const CLOCK_TICK_MS = 10

/** From the process table of Linux. */
async function usageOf(pid: number): Promise<{ memory_mb: number; cpu_ms: number }> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user_ticks, system_ticks] = [Number(fields[11]), Number(fields[12])]
  return {
    memory_mb: Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024,
    cpu_ms: (user_ticks + system_ticks) * CLOCK_TICK_MS,
  }
}

async function storedIds(bucket_dir: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { name, bytes } of storedObjects(bucket_dir)) {
    for (const group of wholeSnapshot(name, 'stored', bytes).file.groups) {
      ids.push(...((await group.columns([AUDIENCES.id_column])).get(AUDIENCES.id_column) as string[]))
    }
  }
  return ids
}

async function storedBytes(bucket_dir: string): Promise<number> {
  let total = 0
  for await (const { bytes } of storedObjects(bucket_dir)) total += bytes.length
  return total
}

async function* storedObjects(bucket_dir: string): AsyncGenerator<{ name: string; bytes: Buffer }> {
  const entries = await readdir(join(bucket_dir, AUDIENCES.name), { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    yield { name: relative(bucket_dir, path), bytes: await readFile(path) }
  }
}
