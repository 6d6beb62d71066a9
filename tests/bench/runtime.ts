import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuMs } from './cpu/processes.ts'
import { buildApp, removeStaleApp } from '#infra/local/app-build.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** As many connections as requests are under way; those of one crowd are there for the next, as those of a load balancer are. */
const agent = new Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000 })

async function packageJson(): Promise<{ scripts: { start: string } }> {
  return JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
}

export interface Runtime {
  readonly url: string
  readonly storage_url: string
  /** Processor time of the process so far. */
  cpuMs(): Promise<number>
  tokenOf(user_id: string): Promise<string>
  /** As the user `bench`. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>
  storage(method: string, path: string): Promise<unknown>
  /** Most that the process ever held. */
  memoryMb(): Promise<number>
}

export async function withRuntime(use: (runtime: Runtime) => Promise<void>): Promise<void> {
  // A build beside it would be measured, too.
  if (removeStaleApp() && !(await buildApp((text) => process.stderr.write(text)))) throw new Error('there is no app')
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
    const tokenOf: Runtime['tokenOf'] = async (user_id) =>
      ((await send('POST', `${url}/local/token`, { user_id }, {})).body as { id_token: string }).id_token
    const headers = { authorization: `Bearer ${await tokenOf('bench')}` }
    await use({
      url,
      storage_url,
      tokenOf,
      cpuMs: () => cpuMs(child.pid!),
      call: (method, path, body) => send(method, `${url}${path}`, body, headers),
      storage: async (method, path) => (await send(method, `${storage_url}${path}`, undefined, {})).body,
      memoryMb: async () => {
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

export interface Sent {
  readonly status: number
  /** The answer's JSON. */
  readonly body: unknown
  readonly headers: IncomingHttpHeaders
}

/** One request with a JSON body, on connections that are kept. */
export function send(
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Sent> {
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
        const { statusCode: status = 0, headers: answered } = response
        const is_json = /json/.test(answered['content-type'] ?? '') && answer !== ''
        if (answer !== '' && !is_json) return reject(new Error(`${method} ${url} was answered ${status}: ${answer}`))
        resolve({ status, body: is_json ? (JSON.parse(answer) as unknown) : undefined, headers: answered })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** Lets the process end: idle connections would keep it. */
export function closeConnections(): void {
  agent.destroy()
}
