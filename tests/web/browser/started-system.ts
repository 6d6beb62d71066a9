import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { freePort } from '#tests/support/ports.ts'

/** The system as somebody starts and ends it who read nothing but the README: `npm start`, and Ctrl+C. */
export class StartedSystem {
  readonly url: string
  readonly #environment: NodeJS.ProcessEnv
  #child: ChildProcess | undefined
  #printed = ''

  private constructor(port: number, data_dir: string) {
    this.url = `http://localhost:${port}`
    this.#environment = { ...process.env, PORT: String(port), DATA_DIR: data_dir }
  }

  /** @param data_dir outlives the end of the system */
  static async on(data_dir: string): Promise<StartedSystem> {
    return new StartedSystem(await freePort(), data_dir)
  }

  /** @returns what it had printed when it was ready */
  async start(): Promise<string> {
    // A group of its own: the terminal sends Ctrl+C to npm and to what npm has started.
    const child = spawn('npm', ['start'], {
      cwd: PROJECT_ROOT,
      env: this.#environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    this.#printed = ''
    return await new Promise<string>((resolve, reject) => {
      child.on('exit', () => reject(new Error(`the system ended:\n${this.#printed}`)))
      child.stdout.on('data', (chunk: Buffer) => {
        this.#printed += chunk.toString()
        if (/^ready /m.test(this.#printed)) resolve(this.#printed)
      })
    })
  }

  async end(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    process.kill(-child.pid, 'SIGINT')
    await ended
  }
}
