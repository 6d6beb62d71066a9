/**
 * What a device waits for, beside what cannot be done without: 10 000 audiences pulled, beside their export; a pull that
 * finds nothing, beside the LISTs; a pull of one change, beside the LISTs and a GET; 1000 changes pushed, beside the GETs
 * and PUTs of their objects. With a store that answers immediately, and as slowly as people report of Cloud Storage. Times
 * are what a client sees over HTTP.
 */
import { BareStore } from './sync/bare-store.ts'
import { Device } from './sync/device.ts'
import { figuresOf, megabytes, ms, printRow, timed } from './figures.ts'
import { withDeployment, type Deployment, type Instance } from './load/deployment.ts'
import { fillAudiences } from './load/fill.ts'
import { NONE, REPORTED, type Traffic } from './load/latent-store.ts'
import { closeConnections } from './runtime.ts'

const COUNT = 10_000
const PUSHED = 1000
const PUSHED_MONTHS = 3
const WHOLE_RUNS = 3
const POLL_RUNS = 15
const PUSH_RUNS = 5
const MONTH_MS = 30 * 24 * 3600 * 1000
const USER = 'device'
const SPREADS = [
  ['1 month', 0.9 * MONTH_MS],
  ['24 months', 24 * MONTH_MS],
] as const
const STORES = [
  ['bare', NONE],
  ['reported', REPORTED],
] as const

interface Measured {
  readonly title: string
  readonly pages: number
  readonly cold: Timed
  readonly warm: Timed
  readonly exported: Timed
  readonly idle: Beside
  readonly one_change: Beside
  readonly push: Beside
  readonly memory_mb: number
}

interface Timed {
  readonly p50_ms: number
  /** Of the instance, for one run. */
  readonly cpu_ms: number
  readonly traffic: Traffic
}

/** A time, and that of the bare requests to the store. */
interface Beside extends Timed {
  readonly bare_ms: number
}

const cases: Measured[] = []
for (const [months, spread_ms] of SPREADS) {
  await withDeployment(async (deployment) => {
    deployment.store.latencies = NONE
    await fillAudiences(await deployment.startInstance(), USER, { count: COUNT, spread_ms })
    for (const [speed, latencies] of STORES) {
      deployment.store.latencies = latencies
      cases.push(await measure(deployment, `${months}, ${speed}`))
    }
  })
}
print()
closeConnections()

async function measure(deployment: Deployment, title: string): Promise<Measured> {
  const bare = new BareStore(deployment.store.url, USER)
  const instance = await warmedUp(deployment)
  const device = new Device(instance, USER)
  const cold = await inRuns(deployment, instance, 1, async () => () => device.pullAll())
  const { pages } = device
  const warm = await inRuns(deployment, instance, WHOLE_RUNS, async () => () => new Device(instance, USER).pullAll())
  const exported = await exportAll(deployment)

  const other = new Device(await warmedUp(deployment), USER)
  await other.pullAll()
  const changed = other.rows.slice(0, 1)
  const idle = await beside(
    deployment,
    instance,
    POLL_RUNS,
    async () => () => device.pullAll(),
    () => bare.list(),
  )
  const one_change = await beside(
    deployment,
    instance,
    POLL_RUNS,
    async () => {
      await other.rename(changed)
      return () => device.pullAll()
    },
    () => bare.list().then(() => bare.read(bare.objectOf(changed[0]!.audience_id))),
  )
  const rows = inMonths(device, bare)
  const names = new Set(rows.map(({ audience_id }) => bare.objectOf(audience_id)))
  const copies = await Promise.all([...names].map((name, at) => bare.copyOf(name, `bench/copy_${at}`)))
  const push = await beside(
    deployment,
    instance,
    PUSH_RUNS,
    async () => () => device.rename(rows),
    () => Promise.all(copies.map((readAndWrite) => readAndWrite())),
  )
  const { memory_mb } = await instance.usage()
  return { title, pages, cold, warm, exported, idle, one_change, push, memory_mb }
}

/** Rows to change, as many of each of the newest months. */
function inMonths(device: Device, bare: BareStore) {
  const by_object = Map.groupBy(device.rows, ({ audience_id }) => bare.objectOf(audience_id))
  const months = [...by_object.values()].slice(0, PUSHED_MONTHS)
  return months.flatMap((rows) => rows.slice(0, Math.ceil(PUSHED / months.length))).slice(0, PUSHED)
}

async function exportAll(deployment: Deployment): Promise<Timed> {
  const instance = await deployment.startInstance()
  const exportOnce = async () => {
    const { status } = await instance.call(USER, 'GET', '/api/audiences/export?format=json&status=all')
    if (status !== 200) throw new Error(`the export was answered ${status}`)
  }
  await exportOnce()
  return await inRuns(deployment, instance, WHOLE_RUNS, async () => exportOnce)
}

/** Not the start of the process, which `cold-start` measures, nor the first token check: a user without records. */
async function warmedUp(deployment: Deployment): Promise<Instance> {
  const instance = await deployment.startInstance('sync')
  await new Device(instance, 'nobody').pullAll()
  return instance
}

/** @param prepare what comes before each run, untimed @returns the middle time, and the requests of the last run */
async function inRuns(
  { store }: Deployment,
  instance: Instance,
  runs: number,
  prepare: () => Promise<() => Promise<unknown>>,
): Promise<Timed> {
  const durations_ms: number[] = []
  const { cpu_ms: before_ms } = await instance.usage()
  let traffic: Traffic | undefined
  for (let run = 0; run < runs; run++) {
    const work = await prepare()
    store.takeTraffic()
    durations_ms.push(...(await timed(1, work)))
    traffic = store.takeTraffic()
  }
  const { cpu_ms: after_ms } = await instance.usage()
  return { p50_ms: figuresOf(durations_ms).p50, cpu_ms: (after_ms - before_ms) / runs, traffic: traffic! }
}

/** The same in turn with the bare requests, so that both see the same machine. */
async function beside(
  deployment: Deployment,
  instance: Instance,
  runs: number,
  prepare: () => Promise<() => Promise<unknown>>,
  bare: () => Promise<unknown>,
): Promise<Beside> {
  const bare_ms: number[] = []
  const sync = await inRuns(deployment, instance, runs, async () => {
    bare_ms.push(...(await timed(1, bare)))
    return await prepare()
  })
  return { ...sync, bare_ms: figuresOf(bare_ms).p50 }
}

function print(): void {
  const row = (what: string, cell: (measured: Measured) => string): void => printRow(what, cases.map(cell))
  const requests = ({ traffic: { lists, gets, puts } }: Timed): string => `${lists} L ${gets} G ${puts} P`
  const ratio = ({ p50_ms, bare_ms }: Beside): string => `${(p50_ms / bare_ms).toFixed(2)} ×`
  row(`${COUNT} audiences`, ({ title }) => ` ${title}`)
  row('first pull, all pages, cold instance', ({ cold }) => ms(cold.p50_ms))
  row('… pages', ({ pages }) => String(pages))
  row('… requests', ({ cold }) => requests(cold))
  row('… read', ({ cold }) => megabytes(cold.traffic.bytes_out))
  row('… warm', ({ warm }) => ms(warm.p50_ms))
  row('… CPU of the instance', ({ warm }) => ms(warm.cpu_ms))
  row('export of the same, warm', ({ exported }) => ms(exported.p50_ms))
  row('… CPU of the instance', ({ exported }) => ms(exported.cpu_ms))
  for (const [what, of] of [
    ['pull that finds nothing', ({ idle }: Measured) => idle],
    ['pull of one change', ({ one_change }: Measured) => one_change],
    [`push of ${PUSHED} changes`, ({ push }: Measured) => push],
  ] as const) {
    row(what, (measured) => ms(of(measured).p50_ms))
    row('… requests', (measured) => requests(of(measured)))
    row('… the bare requests', (measured) => ms(of(measured).bare_ms))
    row('… ratio', (measured) => ratio(of(measured)))
    row('… CPU of the instance', (measured) => ms(of(measured).cpu_ms))
  }
  row('memory of an instance, peak', ({ memory_mb }) => `${memory_mb.toFixed(0)} MB`)
}
