/**
 * A crowd of strangers: a hundred users of whom the service knows nothing save ten audiences each, all simultaneously, four crowds after
 * each other: the first on new connections to a new process, two on kept ones, the last on new ones again. Once they meet the bare echo
 * of the functions framework, which tells what the same requests cost by themselves; once `npm start` on a fresh folder; once the deployed
 * function, with its store in another process where a write takes 100 ms. The crowd is played by this process, on the same processors:
 * its own processor time is printed, too.
 */
import { join } from 'node:path'

import { startDeployed } from './cpu/deployed.ts'
import { cpuMs, startProgram } from './cpu/processes.ts'
import { printRow, seconds } from './figures.ts'
import { closeConnections, send, withRuntime } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const USERS = 100
const SAVES_EACH = 10
const CROWDS = ['new connections', 'kept ones', 'kept ones', 'new connections'] as const
const PUT_MS = 100
/** As long as the tokens of the others. */
const TOKEN_LETTERS = 700

interface Service {
  readonly url: string
  readonly status: number
  /** Undefined: it stores nothing. */
  readonly store_url?: string
  readonly cpuMs: () => Promise<number>
  /** Of a store in a process of its own. */
  readonly storeCpuMs?: () => Promise<number>
  tokenOf(user_id: string): Promise<string>
}

const echo = await startProgram([join(import.meta.dirname, 'cpu/echo.ts')], {}, ({ url }) => String(url))
try {
  await meetCrowds('the bare echo', '', {
    url: echo.url,
    status: 200,
    cpuMs: () => cpuMs(echo.child.pid!),
    tokenOf: () => Promise.resolve('t'.repeat(TOKEN_LETTERS)),
  })
} finally {
  await echo.end()
}

await withRuntime(async ({ url, storage_url, tokenOf, cpuMs: cpuOfAll }) => {
  const service = { url, status: 201, store_url: storage_url, tokenOf, cpuMs: cpuOfAll }
  await meetCrowds('npm start on a fresh folder', '≤ 3 s', service)
})

const deployed = await startDeployed(['audiences'])
try {
  const { store, tokenOf } = deployed
  const [{ url, child }] = deployed.functions as [(typeof deployed.functions)[0]]
  await send('POST', `${store.url}/_faults`, { latency: { write_ms: PUT_MS } }, {})
  const service = {
    url,
    status: 201,
    store_url: store.url,
    tokenOf,
    cpuMs: () => cpuMs(child.pid!),
    storeCpuMs: () => cpuMs(store.child.pid!),
  }
  await meetCrowds(`deployed, a PUT of ${PUT_MS} ms`, '≤ 1.5 s, ≤ 150 PUTs', service)
} finally {
  await deployed.end()
}
closeConnections()

async function meetCrowds(where: string, wanted: string, service: Service): Promise<void> {
  const columns = ['first', 'last', 'PUTs', 'its CPU', "its store's", "the crowd's", 'wanted']
  printRow(`${USERS * SAVES_EACH} saves by ${USERS} users, ${where}`, columns)
  for (const [crowd, connections] of CROWDS.entries()) {
    if (connections === 'new connections') closeConnections()
    const users = Array.from({ length: USERS }, (_, at) => `stranger_${crowd}_${at}`)
    const tokens = await Promise.all(users.map((user_id) => service.tokenOf(user_id)))
    if (service.store_url) await send('DELETE', `${service.store_url}/_operations`, undefined, {})
    const [cpu_ms, store_cpu_ms = 0, own_cpu] = [
      await service.cpuMs(),
      await service.storeCpuMs?.(),
      process.cpuUsage(),
    ]
    const begun_ms = performance.now()
    const ended_ms = await Promise.all(
      Array.from({ length: USERS * SAVES_EACH }, async (_, at) => {
        const authorization = `Bearer ${tokens[at % USERS]}`
        const { status } = await send('POST', `${service.url}/api/audiences`, sampleAudience(at), { authorization })
        if (status !== service.status) throw new Error(`a save was answered ${status}`)
        return performance.now() - begun_ms
      }),
    )
    const { user, system } = process.cpuUsage(own_cpu)
    printRow(`  crowd ${crowd + 1}, ${connections}`, [
      seconds(Math.min(...ended_ms)),
      seconds(Math.max(...ended_ms)),
      service.store_url ? String(await writesIn(service.store_url)) : '',
      seconds((await service.cpuMs()) - cpu_ms),
      service.storeCpuMs ? seconds((await service.storeCpuMs()) - store_cpu_ms) : '',
      seconds((user + system) / 1000),
      crowd === 0 ? wanted : '',
    ])
  }
}

async function writesIn(store_url: string): Promise<number> {
  const { write } = (await send('GET', `${store_url}/_operations`, undefined, {})).body as { write: number }
  return write
}
