import { figuresOf, megabytes, ms, printRow, timed } from '../figures.ts'
import { withDeployment, type Deployment, type Instance } from './deployment.ts'
import { fillAudiences } from './fill.ts'
import { NONE, REPORTED, type Traffic } from './latent-store.ts'

const COUNT = 10_000
const COLD_RUNS = 5
const WARM_RUNS = 40
const PAGE_ROWS_MAX = 200
const MONTH_MS = 30 * 24 * 3600 * 1000
const USER = 'lister'
const FIRST_PAGE = '/api/audiences?status=all'

interface Measured {
  readonly months: string
  readonly cold_ms: number
  readonly cold: Traffic
  readonly warm_ms: number
  readonly warm: Traffic
  readonly walk_ms: number
  readonly walk: Traffic
  readonly walked: number
  readonly bytes_stored: number
  readonly memory_mb: number
}

/** Ten thousand audiences of one user: the first page of an instance that has seen nothing, of one that has, and all. */
export async function benchListing(): Promise<void> {
  const cases = [
    await withDeployment((deployment) => listAll(deployment, 'one month', 0.9 * MONTH_MS)),
    await withDeployment((deployment) => listAll(deployment, '24 months', 24 * MONTH_MS)),
  ]
  const row = (what: string, cell: (measured: Measured) => string): void => printRow(what, cases.map(cell))
  const requests = ({ gets, lists }: Traffic): string => `${lists} L · ${gets} G`
  row(`${COUNT} audiences in`, ({ months }) => months)
  row('first page of 50, cold instance', ({ cold_ms }) => ms(cold_ms))
  row('… LISTs · GETs', ({ cold }) => requests(cold))
  row('… read', ({ cold }) => megabytes(cold.bytes_out))
  row('first page of 50, warm', ({ warm_ms }) => ms(warm_ms))
  row('… LISTs · GETs', ({ warm }) => requests(warm))
  row('… read', ({ warm }) => megabytes(warm.bytes_out))
  row(`all of it, pages of ${PAGE_ROWS_MAX}, cold instance`, ({ walk_ms }) => ms(walk_ms))
  row('… LISTs · GETs', ({ walk }) => requests(walk))
  row('… read', ({ walk }) => megabytes(walk.bytes_out))
  row('… audiences, each once', ({ walked }) => String(walked))
  row('stored', ({ bytes_stored }) => megabytes(bytes_stored))
  row('memory of an instance, peak', ({ memory_mb }) => `${memory_mb.toFixed(0)} MB`)
}

async function listAll(deployment: Deployment, months: string, spread_ms: number): Promise<Measured> {
  const { store } = deployment
  store.latencies = NONE
  await fillAudiences(await deployment.startInstance(), USER, { count: COUNT, spread_ms })
  store.latencies = REPORTED

  const cold_ms: number[] = []
  for (let run = 0; run < COLD_RUNS; run++) {
    const instance = await deployment.startInstance()
    // Not the start of the process, which `cold-start` measures, nor the first token check: a user without audiences.
    await instance.call('nobody', 'GET', FIRST_PAGE)
    store.takeTraffic()
    cold_ms.push(...(await timed(1, () => get(instance, FIRST_PAGE))))
  }
  const cold = store.takeTraffic()

  const instance = await deployment.startInstance()
  await instance.call('nobody', 'GET', FIRST_PAGE)
  store.takeTraffic()
  const start_ms = performance.now()
  const walked = await walk(instance)
  const walk_ms = performance.now() - start_ms
  const walk_traffic = store.takeTraffic()
  const warm_ms = await timed(WARM_RUNS, () => get(instance, FIRST_PAGE))
  const warm = store.takeTraffic()
  return {
    months,
    cold_ms: figuresOf(cold_ms).p50,
    cold,
    warm_ms: figuresOf(warm_ms).p50,
    warm: each(warm, WARM_RUNS),
    walk_ms,
    walk: walk_traffic,
    walked,
    bytes_stored: await deployment.storedBytes(),
    memory_mb: (await instance.usage()).memory_mb,
  }
}

/** @throws Error when it is not a 200: what is measured must be the page */
async function get(instance: Instance, path: string): Promise<unknown> {
  const { status, body } = await instance.call(USER, 'GET', path)
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Reads every page. @returns how many audiences there were @throws Error when one came twice */
async function walk(instance: Instance): Promise<number> {
  const seen = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = (await get(instance, `${FIRST_PAGE}&limit=${PAGE_ROWS_MAX}${after}`)) as {
      audiences: { audience_id: string }[]
      next_cursor: string | null
    }
    for (const { audience_id } of page.audiences) {
      if (seen.has(audience_id)) throw new Error(`${audience_id} was listed twice`)
      seen.add(audience_id)
    }
    cursor = page.next_cursor
  }
  return seen.size
}

function each(traffic: Traffic, runs: number): Traffic {
  return Object.fromEntries(Object.entries(traffic).map(([name, count]) => [name, Number(count) / runs])) as never
}
