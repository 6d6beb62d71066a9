import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { figuresOf, megabytes, ms, printRow, seconds, type Figures } from '../figures.ts'
import { predictBurst, type BurstPrediction } from '../model/contention.ts'
import { sampleAudience } from '../sample-audience.ts'
import { withDeployment, type Deployment, type Instance } from './deployment.ts'
import { REPORTED, type Traffic } from './latent-store.ts'

const SAVES = 1000

interface Measured {
  readonly users: number
  readonly instances: number
  readonly without_latency: Figures
  readonly durations: Figures
  readonly predicted: BurstPrediction
  readonly traffic: Traffic
  readonly turned_away: number
  readonly lost: number
  readonly doubled: number
  readonly memory_mb: number
  readonly cpu_ms: number
}

/** A thousand saves at once, by one user or a hundred, to one instance or four. */
export async function benchSaves(): Promise<void> {
  const cases: Measured[] = []
  for (const users of [1, 100]) {
    for (const instances of [1, 4]) {
      cases.push(await withDeployment((deployment) => saveAtOnce(deployment, users, instances)))
    }
  }
  const row = (what: string, cell: (measured: Measured) => string): void => printRow(what, cases.map(cell))
  row(`${SAVES} saves at once`, ({ users, instances }) => `${users} u · ${instances} inst`)
  row('answered, p50', ({ durations }) => seconds(durations.p50))
  row('… p90', ({ durations }) => seconds(durations.p90))
  row('… p99', ({ durations }) => seconds(durations.p99))
  row('… the last', ({ durations }) => seconds(durations.max))
  row('… the last, by the model', ({ predicted }) => seconds(predicted.completion_ms))
  row('… the last, were the store immediate', ({ without_latency }) => seconds(without_latency.max))
  row('PUTs', ({ traffic }) => String(traffic.puts))
  row('… by the model', ({ predicted }) => predicted.puts.toFixed(0))
  row('… refused, 429 · 412', ({ traffic }) => `${traffic.throttled} · ${traffic.conflicts}`)
  row('GETs · LISTs', ({ traffic }) => `${traffic.gets} · ${traffic.lists}`)
  row('sent to the store', ({ traffic }) => megabytes(traffic.bytes_in))
  row('received from it', ({ traffic }) => megabytes(traffic.bytes_out))
  row('503, repeated after Retry-After', ({ turned_away }) => String(turned_away))
  row('lost · stored twice', ({ lost, doubled }) => `${lost} · ${doubled}`)
  row('memory of an instance, peak', ({ memory_mb }) => `${memory_mb.toFixed(0)} MB`)
  row('CPU of the instances per save', ({ cpu_ms }) => ms(cpu_ms))
}

async function saveAtOnce(deployment: Deployment, users: number, instance_count: number): Promise<Measured> {
  const { store } = deployment
  const instances = await Promise.all(Array.from({ length: instance_count }, () => deployment.startInstance()))
  // What is compiled on first use has been; then what this machine needs by itself, for requests and encoding.
  await saveAll(instances, 1, 'first')
  const without_latency = await saveAll(instances, users, 'before')
  const cpu_before_ms = await cpuOf(instances)
  store.latencies = REPORTED
  deployment.limitWrites()
  store.takeTraffic()

  const { ids, durations_ms, turned_away } = await saveAll(instances, users, 'user')
  const traffic = store.takeTraffic()
  const usages = await Promise.all(instances.map((instance) => instance.usage()))
  const times = new Map<string, number>()
  for (const id of await deployment.storedIds()) times.set(id, (times.get(id) ?? 0) + 1)
  const { get_ms, create_ms, overwrite_ms: put_ms } = REPORTED
  return {
    users,
    instances: instance_count,
    without_latency: figuresOf(without_latency.durations_ms),
    durations: figuresOf(durations_ms),
    predicted: predictBurst({ saves: SAVES, users, instances: instance_count, get_ms, put_ms, create_ms }),
    traffic,
    turned_away,
    lost: ids.filter((id) => !times.has(id)).length,
    doubled: ids.filter((id) => (times.get(id) ?? 0) > 1).length,
    memory_mb: Math.max(...usages.map(({ memory_mb }) => memory_mb)),
    cpu_ms: ((await cpuOf(instances)) - cpu_before_ms) / SAVES,
  }
}

async function saveAll(instances: readonly Instance[], users: number, prefix: string) {
  const ids = Array.from({ length: SAVES }, () => newId('aud', systemClock.nowMs(), systemRandom))
  let turned_away = 0
  const start_ms = performance.now()
  const durations_ms = await Promise.all(
    ids.map(async (audience_id, at) => {
      const user_id = `${prefix}_${Math.floor((at * users) / SAVES)}`
      turned_away += await saveUntilStored(instances, at, user_id, { ...sampleAudience(at), audience_id })
      return performance.now() - start_ms
    }),
  )
  return { ids, durations_ms, turned_away }
}

/**
 * Repeats a save, with the id it has, at one instance after another while it is told to come back.
 * @returns how often it was
 */
async function saveUntilStored(
  instances: readonly Instance[],
  first: number,
  user_id: string,
  body: Record<string, unknown>,
): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const instance = instances[(first + attempt) % instances.length]!
    const { status, headers } = await instance.call(user_id, 'POST', '/api/audiences', body)
    if (status === 201 || status === 200) return attempt
    if (status !== 503 && status !== 429) throw new Error(`a save was answered ${status}`)
    await systemClock.sleep(Number(headers['retry-after']) * 1000)
  }
}

async function cpuOf(instances: readonly Instance[]): Promise<number> {
  const usages = await Promise.all(instances.map((instance) => instance.usage()))
  return usages.reduce((sum, { cpu_ms }) => sum + cpu_ms, 0)
}
