/**
 * Saves through our own server beside saves through the framework's, whose wrapper runs each request in a domain and so
 * turns on async hooks for the whole process: CPU time, a warm burst, and one save after another.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'

import { figuresOf, ms, printRow, timed } from './figures.ts'
import type { ServerName } from './framework-server.ts'
import { closeConnections, send } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const BURST_SAVES = 1000
const BURSTS = 3
const LONE_SAVES = 300

interface Measured {
  readonly cpu_s: number
  readonly saves_per_s: number
  readonly lone_p50_ms: number
}

async function measure(server: ServerName): Promise<Measured> {
  const child = fork(new URL('framework-process.ts', import.meta.url), [server])
  const [{ url, token }] = (await once(child, 'message')) as [{ url: string; token: string }]
  const headers = { authorization: `Bearer ${token}` }
  let saved = 0
  const save = async (): Promise<void> => {
    const { status } = await send('POST', `${url}/api/audiences`, sampleAudience(saved++), headers)
    if (status !== 201) throw new Error(`a save was answered ${status}`)
  }
  const burst = () => Promise.all(Array.from({ length: BURST_SAVES }, save))
  const cpuSeconds = async (): Promise<number> => {
    child.send('cpu')
    const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
    return (cpu.user + cpu.system) / 1e6
  }

  await burst()
  const cpu_before_s = await cpuSeconds()
  const started_ms = performance.now()
  for (let count = 0; count < BURSTS; count++) await burst()
  const elapsed_s = (performance.now() - started_ms) / 1000
  const cpu_used_s = (await cpuSeconds()) - cpu_before_s
  const lone = figuresOf(await timed(LONE_SAVES, save))
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
  return { cpu_s: cpu_used_s, saves_per_s: (BURSTS * BURST_SAVES) / elapsed_s, lone_p50_ms: lone.p50 }
}

const framework = await measure('framework')
const ours = await measure('ours')
closeConnections()

const row = (what: string, figure: (measured: Measured) => number, print: (value: number) => string): void => {
  const [before, after] = [figure(framework), figure(ours)]
  printRow(what, [print(before), print(after), `${(after / before).toFixed(2)} ×`])
}
printRow('', ["framework's", 'ours', 'ratio'])
row(
  `CPU of ${BURSTS * BURST_SAVES} saves in bursts`,
  ({ cpu_s }) => cpu_s,
  (value) => `${value.toFixed(1)} s`,
)
row(
  'saves per second, warm burst',
  ({ saves_per_s }) => saves_per_s,
  (value) => value.toFixed(0),
)
row('one save after another, p50', ({ lone_p50_ms }) => lone_p50_ms, ms)
