import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** A process that is measured from outside, and how it ends. */
export interface Measured {
  readonly child: ChildProcess
  readonly url: string
  end(): Promise<void>
}

const CLOCK_TICK_MS = 10

/** Starts a program of Node. @param urlOf where it answers, from a line that it prints */
export async function startProgram(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  urlOf: (line: Readonly<Record<string, unknown>>) => string | undefined,
): Promise<Measured> {
  const child = spawn(process.execPath, parameters, {
    env: { ...process.env, LOG_LEVEL: 'WARNING', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${parameters.join(' ')} ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (text) => {
      const found = text.startsWith('{') ? urlOf(JSON.parse(text) as Record<string, unknown>) : undefined
      if (found !== undefined) resolve(found)
    })
  })
  return { child, url, end: () => endOf(child) }
}

export async function endOf(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit')
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Processor time of a process and of all that it started, ended ones included, in milliseconds. From the table of Linux. */
export async function cpuMs(pid: number): Promise<number> {
  const own_ms = await ticksOf(pid)
  const children = await childrenOf(pid)
  const theirs_ms = await Promise.all(children.map(cpuMs))
  return theirs_ms.reduce((sum, one_ms) => sum + one_ms, own_ms)
}

async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // User and system time, then those of children that ended and were waited for.
  const times = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
  return times.reduce((sum, ticks) => sum + Number(ticks) * CLOCK_TICK_MS, 0)
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}
