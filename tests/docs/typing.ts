import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What it takes to type a guide's commands as its reader does. */

export const ROOT = join(import.meta.dirname, '../..')

/** The files a clone has, where `.data` is nobody's but this test's. */
export async function projectCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tour-'))
  for (const name of ['functions', 'shared', 'infra', 'tests', 'package.json']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

export class Server {
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
      // The tour has no use for the app, whose build takes seconds.
      env: { ...process.env, PORT: String(this.#port), APP_DIR: join(this.#folder, '.data') },
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

/** One shell for a whole guide, since later blocks use what earlier ones set. A failing command ends it. */
export class Shell {
  readonly #child
  #output = ''

  constructor(folder: string, environment: NodeJS.ProcessEnv = process.env) {
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe']
    this.#child = spawn('bash', ['-e', '-o', 'pipefail'], { cwd: folder, env: environment, stdio })
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
        this.#child.off('exit', look)
        resolve()
      }
      this.#child.stdout.on('data', look)
      this.#child.on('exit', look)
    })
    if (this.#child.exitCode !== null) throw new Error(`a command of the guide failed:\n${commands}\n${this.#output}`)
    return this.#output
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
