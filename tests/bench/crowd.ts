/**
 * A crowd of strangers: a hundred users of whom the service knows nothing save ten audiences each, all simultaneously. Once by
 * `npm start` on a fresh folder, three crowds after each other; once by the deployed function, with its store in another process where a
 * write takes 100 ms.
 */
import { startDeployed } from './cpu/deployed.ts'
import { cpuMs } from './cpu/processes.ts'
import { printRow, seconds } from './figures.ts'
import { closeConnections, send, withRuntime } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const USERS = 100
const SAVES_EACH = 10
const CROWDS = 3
const PUT_MS = 100

interface Service {
  readonly url: string
  readonly store_url: string
  readonly cpuMs: () => Promise<number>
  tokenOf(user_id: string): Promise<string>
}

await withRuntime(async ({ url, storage_url, tokenOf, cpuMs: cpuOfAll }) => {
  await meetCrowds('npm start on a fresh folder', '≤ 3 s', { url, store_url: storage_url, tokenOf, cpuMs: cpuOfAll })
})

const deployed = await startDeployed(['audiences'])
try {
  const { store, tokenOf } = deployed
  const [{ url, child }] = deployed.functions as [(typeof deployed.functions)[0]]
  await send('POST', `${store.url}/_faults`, { latency: { write_ms: PUT_MS } }, {})
  const service = { url, store_url: store.url, tokenOf, cpuMs: () => cpuMs(child.pid!) }
  await meetCrowds(`deployed, a PUT of ${PUT_MS} ms`, '≤ 1.5 s, ≤ 150 PUTs', service)
} finally {
  await deployed.end()
}
closeConnections()

async function meetCrowds(where: string, wanted: string, service: Service): Promise<void> {
  printRow(`${USERS * SAVES_EACH} saves by ${USERS} users, ${where}`, ['first', 'last', 'PUTs', 'CPU', 'wanted'])
  for (let crowd = 1; crowd <= CROWDS; crowd++) {
    const users = Array.from({ length: USERS }, (_, at) => `stranger_${crowd}_${at}`)
    const tokens = await Promise.all(users.map((user_id) => service.tokenOf(user_id)))
    await send('DELETE', `${service.store_url}/_operations`, undefined, {})
    const cpu_ms = await service.cpuMs()
    const begun_ms = performance.now()
    const ended_ms = await Promise.all(
      Array.from({ length: USERS * SAVES_EACH }, async (_, at) => {
        const authorization = `Bearer ${tokens[at % USERS]}`
        const { status } = await send('POST', `${service.url}/api/audiences`, sampleAudience(at), { authorization })
        if (status !== 201) throw new Error(`a save was answered ${status}`)
        return performance.now() - begun_ms
      }),
    )
    const { write } = (await send('GET', `${service.store_url}/_operations`, undefined, {})).body as { write: number }
    printRow(`  crowd ${crowd}`, [
      seconds(Math.min(...ended_ms)),
      seconds(Math.max(...ended_ms)),
      String(write),
      seconds((await service.cpuMs()) - cpu_ms),
      crowd === 1 ? wanted : '',
    ])
  }
}
