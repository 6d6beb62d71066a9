/**
 * Saves through our own server beside saves through the framework's, whose wrapper runs each request in a domain and so
 * turns on async hooks for the whole process (which here includes the stand-ins): one save after another, and bursts. The
 * two processes take turns, so that both see the same machine.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'

import { figuresOf, ms, printRow, timed } from './figures.ts'
import type { ServerName } from './framework-server.ts'
import { closeConnections, send } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const ROUNDS = 3
const LONE_SAVES = 300
const BURST_SAVES = 1000

type Running = Awaited<ReturnType<typeof startServer>>

/** A process with the function behind one of the two servers. */
async function startServer(server: ServerName) {
  const child = fork(new URL('framework-process.ts', import.meta.url), [server])
  const [{ url, tokens }] = (await once(child, 'message')) as [{ url: string; tokens: [string, string] }]
  let saved = 0
  const saveWith = (token: string) => async (): Promise<void> => {
    const headers = { authorization: `Bearer ${token}` }
    const { status } = await send('POST', `${url}/api/audiences`, sampleAudience(saved++), headers)
    if (status !== 201) throw new Error(`a save was answered ${status}`)
  }
  // Each kind of load has a user, and so an object, of its own.
  const [saveInBurst, saveAlone] = tokens.map(saveWith) as [() => Promise<void>, () => Promise<void>]
  return {
    burst: () => timed(1, () => Promise.all(Array.from({ length: BURST_SAVES }, saveInBurst))),
    oneByOne: () => timed(LONE_SAVES, saveAlone),
    async cpuSeconds(): Promise<number> {
      child.send('cpu')
      const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
      return (cpu.user + cpu.system) / 1e6
    },
    async close(): Promise<void> {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

interface Measured {
  cpu_s: number
  readonly durations_ms: number[]
}

/** What `work` costs at each server; they take turns. */
async function measure(servers: readonly Running[], work: (server: Running) => Promise<number[]>): Promise<Measured[]> {
  const all = servers.map((): Measured => ({ cpu_s: 0, durations_ms: [] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, server] of servers.entries()) {
      const before_s = await server.cpuSeconds()
      all[at]!.durations_ms.push(...(await work(server)))
      all[at]!.cpu_s += (await server.cpuSeconds()) - before_s
    }
  }
  return all
}

function row(what: string, measured: readonly Measured[], figure: (one: Measured) => number, unit: string): void {
  const [framework = NaN, ours = NaN] = measured.map(figure)
  const print = (value: number): string =>
    unit === 's' ? `${value.toFixed(1)} s` : unit === 'ms' ? ms(value) : value.toFixed(0)
  printRow(what, [print(framework), print(ours), `${(ours / framework).toFixed(2)} ×`])
}

const servers = [await startServer('framework'), await startServer('ours')]
for (const { burst } of servers) await burst()
const alone = await measure(servers, ({ oneByOne }) => oneByOne())
const bursts = await measure(servers, ({ burst }) => burst())
for (const { close } of servers) await close()
closeConnections()

printRow('', ["framework's", 'ours', 'ratio'])
row(`CPU of ${ROUNDS * LONE_SAVES} saves, one by one`, alone, ({ cpu_s }) => cpu_s, 's')
row('one by one, p50', alone, ({ durations_ms }) => figuresOf(durations_ms).p50, 'ms')
row(`CPU of ${ROUNDS * BURST_SAVES} saves in bursts`, bursts, ({ cpu_s }) => cpu_s, 's')
row(
  'saves per second, median burst',
  bursts,
  ({ durations_ms }) => (BURST_SAVES * 1000) / figuresOf(durations_ms).p50,
  '',
)
