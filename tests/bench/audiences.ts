/**
 * The whole system as `npm start` runs it, in a process of its own: a thousand saves at once, then 10 000 audiences of
 * one user in one month and over two years. Times are what a client sees over HTTP.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { figuresOf, ms, printRow, timed } from './figures.ts'
import { sampleAudience } from './sample-audience.ts'

const COUNT = 10_000
const PROJECT_ROOT = join(import.meta.dirname, '../..')
const MONTH_MS = 30 * 24 * 3600 * 1000
const agent = new Agent({ keepAlive: true, maxSockets: 1000 })

await thousandAtOnce()
await tenThousand('in one month', 0.9 * MONTH_MS)
await tenThousand('over 24 months', 24 * MONTH_MS)
agent.destroy()

async function thousandAtOnce(): Promise<void> {
  await withRuntime(async ({ call, storage }) => {
    await call('POST', '/api/audiences', sampleAudience(0))
    await storage('DELETE', '/_operations')
    const start_ms = performance.now()
    const bodies = Array.from({ length: 1000 }, (_, number) => sampleAudience(number + 1))
    const statuses = await Promise.all(bodies.map((body) => call('POST', '/api/audiences', body)))
    const all_ms = performance.now() - start_ms
    const { write } = (await storage('GET', '/_operations')) as { write: number }
    const saved = statuses.filter(({ status }) => status === 201).length
    printRow('1000 saves at once', [`${saved} saved`, `${write} PUTs`, ms(all_ms)])
  })
}

async function tenThousand(title: string, spread_ms: number): Promise<void> {
  await withRuntime(async ({ call, memory_mb }) => {
    const end_ms = Math.floor((Date.now() - MONTH_MS) / MONTH_MS) * MONTH_MS
    const ids: string[] = []
    for (let from = 0; from < COUNT; from += 500) {
      const lot = Array.from({ length: 500 }, (_, i) => from + i)
      const saved = await Promise.all(
        lot.map((number) => {
          const audience_id = newId('aud', Math.floor(end_ms - (number * spread_ms) / COUNT), systemRandom)
          ids.push(audience_id)
          return call('POST', '/api/audiences', { audience_id, ...sampleAudience(number) })
        }),
      )
      if (saved.some(({ status }) => status !== 201)) throw new Error('a save failed')
    }
    const some = (run: number): string => ids[(run * 7919) % COUNT]!
    console.log(`\n${COUNT} audiences of one user, ${title}`)
    printRow('', ['p50', 'p99', 'max'])
    const row = async (what: string, runs: number, work: (run: number) => Promise<unknown>): Promise<void> => {
      await timed(5, work)
      const { p50, p99, max } = figuresOf(await timed(runs, (run) => work(run + 5)))
      printRow(what, [ms(p50), ms(p99), ms(max)])
    }
    await row('first page of 50', 200, () => call('GET', '/api/audiences'))
    await row('first page of 50, full', 50, () => call('GET', '/api/audiences?view=full'))
    await row('get by id', 300, (run) => call('GET', `/api/audiences/${some(run)}`))
    await row('one more save', 100, (run) =>
      call('POST', '/api/audiences', {
        audience_id: newId('aud', end_ms + run, systemRandom),
        ...sampleAudience(COUNT + run),
      }),
    )
    await row('update', 100, (run) => call('PATCH', `/api/audiences/${some(run)}`, { name: `Renamed ${run}` }))
    await row('archive', 100, (run) => call('PUT', `/api/audiences/${some(run + 500)}/status`, { status: 'archived' }))
    await row('search that finds nothing', 20, () => call('GET', '/api/audiences?q=nowhere'))
    printRow('memory of the process', [`${(await memory_mb()).toFixed(0)} MB`, '(peak)', ''])
  })
}

async function packageJson(): Promise<{ scripts: { start: string } }> {
  return JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
}

interface Runtime {
  call(method: string, path: string, body?: unknown): Promise<{ status: number }>
  storage(method: string, path: string): Promise<unknown>
  /** Most that the process ever held. */
  memory_mb(): Promise<number>
}

async function withRuntime(use: (runtime: Runtime) => Promise<void>): Promise<void> {
  const data_dir = await mkdtemp(join(tmpdir(), 'bench-'))
  // As `npm start` does it, without npm in between: signals and memory are those of the process itself.
  const { start } = (await packageJson()).scripts
  const [, ...parameters] = start.split(' ')
  const child = spawn(process.execPath, [...parameters, '--data', data_dir, '--port', '0'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, LOG_LEVEL: 'WARNING' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  try {
    const printed = await new Promise<string>((resolve) => {
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (/^ready /m.test(text)) resolve(text)
      })
    })
    const url = /^ready (\S+)/m.exec(printed)![1]!
    const storage_url = /storage\s+(\S+)/.exec(printed)![1]!
    const issued = (await send('POST', `${url}/local/token`, { user_id: 'bench' }, {})).body as { id_token: string }
    const headers = { authorization: `Bearer ${issued.id_token}` }
    await use({
      call: (method, path, body) => send(method, `${url}${path}`, body, headers),
      storage: async (method, path) => (await send(method, `${storage_url}${path}`, undefined, {})).body,
      memory_mb: async () => {
        const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
        return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024
      },
    })
  } finally {
    child.kill('SIGTERM')
    await exited
    await rm(data_dir, { recursive: true, force: true })
  }
}

function send(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const sent =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const outgoing = request(url, { method, agent, headers: { ...headers, ...sent } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, body: answer === '' ? undefined : (JSON.parse(answer) as unknown) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}
