import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'

/** A process of the system under test, which says on a line of JSON where it listens. */
export interface Started {
  readonly url: string
  readonly process: ChildProcess
  /** Resolves with exit code and signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>
  /** What it wrote on standard output last, line by line. */
  readonly lines: readonly Record<string, unknown>[]
}

/** A process that runs for an hour writes more than one wants to keep. */
const LINES_MAX = 1000

/** Processes that end together, however the test that started them ends. */
export class Processes {
  readonly #children = new Set<ChildProcess>()

  /**
   * Starts a process and waits for the line with its address.
   * @param urlOf the address in a line of its output, if it is that line
   * @throws when it ends first
   */
  async start(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    urlOf: (line: Record<string, unknown>) => string | undefined,
  ): Promise<Started> {
    const [program = '', ...parameters] = command
    const child = spawn(program, parameters, {
      env: { ...CHILD_ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.#children.add(child)
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    void ended.then(() => this.#children.delete(child))
    const lines: Record<string, unknown>[] = []
    const url = await new Promise<string>((found, reject) => {
      void ended.then(([code, signal]) => reject(new Error(`it ended with ${code ?? signal} before it listened`)))
      createInterface({ input: child.stdout! }).on('line', (text) => {
        const line = lineOf(text)
        lines.push(line)
        if (lines.length > LINES_MAX) lines.shift()
        const address = urlOf(line)
        if (address !== undefined) found(address)
      })
    })
    return { url, process: child, ended, lines }
  }

  /** `kill -9` for those that still live. */
  async end(): Promise<void> {
    const living = [...this.#children]
    const ends = living.map((child) => once(child, 'exit'))
    for (const child of living) child.kill('SIGKILL')
    await Promise.all(ends)
  }
}

/** The local runtime also writes lines for people. */
function lineOf(text: string): Record<string, unknown> {
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text }
}
