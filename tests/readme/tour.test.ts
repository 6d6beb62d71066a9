import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** What the reader does next: start the server, end it gently or not, or type a block of commands. */
interface Step {
  readonly do: 'start' | 'stop' | 'kill' | 'type'
  readonly commands: string
}

test('the tour in the README works word for word', { timeout: 120_000 }, async () => {
  const port = await freePort()
  const folder = await projectCopy()
  const server = new Server(folder, port)
  const shell = new Shell(folder)
  onTestFinished(async () => {
    await server.end('SIGKILL')
    await shell.end()
    await rm(folder, { recursive: true, force: true })
  })
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const typed: string[] = []
  for (const step of stepsOf(readme.replaceAll('localhost:8080', `localhost:${port}`))) {
    if (step.do === 'start') await server.start()
    else if (step.do === 'stop') await server.end('SIGTERM')
    else if (step.do === 'kill') await server.end('SIGKILL')
    else typed.push(await shell.type(step.commands))
  }

  const [saved, listed, repeated, exported, handed_over, after_kill, duckdb, imported, old_ids] = typed
  expect(typed).toHaveLength(9)
  expect(saved).toContain('"message":"Audience saved"')
  expect(listed).toMatch(/"message":"Audience is archived".*"count":0,.*"name":"Green city people"/s)
  expect(repeated).toMatch(/Idempotency-Replayed: true.*"status":412.*"path":"nmae"/s)
  expect(exported).toMatch(/^audience_id,.*Green city people/s)
  expect(handed_over).toMatch(/"ok":true.*"average_match_rate":0\.7.*no stored object has the key/s)
  expect(after_kill).toContain('"name":"Green city people"')
  expect(duckdb).toMatch(/demo_user.*Green city people.*active/s)
  expect(imported).toMatch(/written[^]*unchanged/)
  expect(old_ids).toContain('"name":"Archived later"')
})

/** The blocks of the tour in order, `npm start` and the invisible marks included. */
function stepsOf(readme: string): Step[] {
  const tour = /## A five-minute tour\n([^]*?)\n## /.exec(readme)![1]!
  const found = tour.matchAll(/<!-- tour: (stop|kill) -->|```sh\n([^]*?)```/g)
  return Array.from(found, ([, mark, commands = '']): Step => {
    if (mark !== undefined) return { do: mark as 'stop' | 'kill', commands }
    return commands.trim() === 'npm start' ? { do: 'start', commands } : { do: 'type', commands }
  })
}

/** The files a clone has, where `.data` is nobody's but this test's. */
async function projectCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tour-'))
  for (const name of ['functions', 'shared', 'infra', 'tests', 'package.json']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

class Server {
  readonly #folder: string
  readonly #port: number
  #child: ChildProcess | undefined

  constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  /** The command behind `npm start`, without npm in between, so that signals reach the server itself. */
  async start(): Promise<void> {
    const { scripts } = JSON.parse(await readFile(join(this.#folder, 'package.json'), 'utf8')) as {
      scripts: { start: string }
    }
    const [, ...parameters] = scripts.start.split(' ')
    const child = spawn(process.execPath, parameters, {
      cwd: this.#folder,
      env: { ...process.env, PORT: String(this.#port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      let printed = ''
      child.on('exit', () => reject(new Error(`the server ended:\n${printed}`)))
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
        if (/^ready /m.test(printed)) resolve()
      })
    })
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
}

/** One shell for the whole tour, since later blocks use what earlier ones set. A failing command ends it. */
class Shell {
  readonly #child
  #output = ''

  constructor(folder: string) {
    this.#child = spawn('bash', ['-e', '-o', 'pipefail'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    }
  }

  async type(commands: string): Promise<string> {
    const done = `done-${this.#output.length}`
    this.#output = ''
    this.#child.stdin.write(`${commands}\necho ${done}\n`)
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.#output.includes(done) && this.#child.exitCode === null) return
        this.#child.stdout.off('data', look)
        resolve()
      }
      this.#child.stdout.on('data', look)
      this.#child.on('exit', look)
    })
    if (this.#child.exitCode !== null) throw new Error(`a command of the tour failed:\n${commands}\n${this.#output}`)
    return this.#output
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('no port was assigned')
  return address.port
}
