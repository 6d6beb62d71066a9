/**
 * What a request costs in processor time: the deployed bundles, with the store in another process, beside the bare echo
 * of the functions framework, and beside a plain service with the same routes on PostgreSQL and on SQLite. They take turns
 * in each round, so that all see the same machine. The price is that of the service's processor time on Cloud Run.
 */
import { withSystems, type System, type Systems } from './cpu/systems.ts'
import { printRow } from './figures.ts'
import { PRICES } from './model/prices.ts'
import { closeConnections, send, type Sent } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'
import { newId } from '#shared/base/ids.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'

const ROUNDS = 3
const COUNT = 10_000
/** From the creation of one audience to that of the next. */
const APART_MS = 10
const SIDE_BY_SIDE = 1000
const LISTED_USER = 'listed'
const PAGE_BYTES = 4 * 1024 * 1024
const CLIENT_ID = newId('cli', systemClock.nowMs(), systemRandom)

interface Work {
  readonly what: string
  /** CPU of a request in the function that is wished for. */
  readonly wanted_ms?: number
  readonly systems: readonly System[]
  /** @returns how many requests were made */
  run(system: System): Promise<number>
}

interface Cost {
  readonly service_ms: number
  readonly store_ms: number
}

await withSystems(async (systems) => {
  const { echo, audiences, sync, postgres, sqlite } = systems
  const stores = [audiences, postgres, sqlite]
  const ids = new Map<System, string>()
  for (const system of stores) ids.set(system, await fill(system, systems))
  const get = (system: System, headers = {}) =>
    call(system, systems, LISTED_USER, 'GET', `/api/audiences/${ids.get(system)}`, undefined, headers)
  const etag = (await get(audiences)).headers.etag ?? ''
  const cursor = await pulledCursor(systems)
  let saved = 0
  const save = (system: System, user_id: string) =>
    expected(201, call(system, systems, user_id, 'POST', '/api/audiences', sampleAudience(saved++)))
  const works: readonly Work[] = [
    {
      what: 'bare echo of the framework',
      systems: [echo],
      run: (system) => inTurn(400, () => expected(200, send('POST', system.url, sampleAudience(1), {}))),
    },
    { what: 'get', wanted_ms: 0.5, systems: stores, run: (system) => inTurn(500, () => expected(200, get(system))) },
    {
      what: 'get, not modified',
      systems: [audiences],
      run: (system) => inTurn(500, () => expected(304, get(system, { 'if-none-match': etag }))),
    },
    {
      what: 'first page of 50 at 10 000',
      wanted_ms: 1.2,
      systems: stores,
      run: (system) =>
        inTurn(200, () => expected(200, call(system, systems, LISTED_USER, 'GET', '/api/audiences?limit=50'))),
    },
    {
      what: 'refusal',
      systems: stores,
      run: (system) =>
        inTurn(300, () =>
          expected(
            400,
            call(system, systems, LISTED_USER, 'POST', '/api/audiences', { ...sampleAudience(1), name: 7 }),
          ),
        ),
    },
    { what: 'save alone', wanted_ms: 1.5, systems: stores, run: (system) => inTurn(200, () => save(system, 'alone')) },
    {
      what: 'save in a burst of 1000',
      wanted_ms: 0.6,
      systems: stores,
      run: (system) => sideBySide(1000, () => save(system, 'burst')),
    },
    {
      what: 'sync pull that finds nothing',
      systems: [sync],
      run: (system) => inTurn(300, () => expected(200, pull(systems, system, cursor))),
    },
  ]
  printRow('CPU of a request, in ms', ['service', 'its store', 'together', 'beside ours', 'a million', 'wanted'])
  for (const work of works) {
    const costs = await measure(work)
    const ours = costs[0]!
    for (const [at, { name }] of work.systems.entries()) {
      const { service_ms, store_ms } = costs[at]!
      const ratio = (service_ms + store_ms) / (ours.service_ms + ours.store_ms)
      const wanted = at === 0 && work.wanted_ms !== undefined ? `≤ ${work.wanted_ms}` : ''
      printRow(at === 0 ? work.what : `  on ${name}`, [
        service_ms.toFixed(2),
        store_ms.toFixed(2),
        (service_ms + store_ms).toFixed(2),
        `${ratio.toFixed(2)} ×`,
        priceOfMillion(service_ms),
        wanted,
      ])
    }
  }
})
closeConnections()

/** Of the processor time alone; the store's requests and the fee per request come in addition. */
function priceOfMillion(service_ms: number): string {
  return `$${((service_ms / 1000) * 1e6 * PRICES.vcpu_s).toFixed(3)}`
}

async function measure({ systems, run }: Work): Promise<readonly Cost[]> {
  for (const system of systems) await run(system)
  const sums = systems.map(() => ({ service_ms: 0, store_ms: 0, requests: 0 }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, system] of systems.entries()) {
      const before = await system.cpu()
      const requests = await run(system)
      const after = await system.cpu()
      const sum = sums[at]!
      sum.service_ms += after.service_ms - before.service_ms
      sum.store_ms += after.store_ms - before.store_ms
      sum.requests += requests
    }
  }
  return sums.map(({ service_ms, store_ms, requests }) => ({
    service_ms: service_ms / requests,
    store_ms: store_ms / requests,
  }))
}

async function call(
  system: System,
  { tokenOf }: Systems,
  user_id: string,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<Sent> {
  return await send(method, `${system.url}${path}`, body, {
    authorization: `Bearer ${await tokenOf(user_id)}`,
    ...headers,
  })
}

async function expected(status: number, sent: Promise<Sent>): Promise<Sent> {
  const answer = await sent
  if (answer.status !== status)
    throw new Error(`answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`)
  return answer
}

async function inTurn(count: number, request: () => Promise<unknown>): Promise<number> {
  for (let at = 0; at < count; at++) await request()
  return count
}

async function sideBySide(count: number, request: () => Promise<unknown>): Promise<number> {
  await Promise.all(Array.from({ length: count }, request))
  return count
}

/** 10 000 audiences of one month, one after another as their ids tell. @returns the id of the newest */
async function fill(system: System, systems: Systems): Promise<string> {
  const now_ms = systemClock.nowMs()
  let id = ''
  let number = 0
  for (let from = 0; from < COUNT; from += SIDE_BY_SIDE) {
    await sideBySide(SIDE_BY_SIDE, () => {
      const audience_id = newId('aud', now_ms - (COUNT - number) * APART_MS, systemRandom)
      id = audience_id
      return expected(
        201,
        call(system, systems, LISTED_USER, 'POST', '/api/audiences', { ...sampleAudience(number++), audience_id }),
      )
    })
  }
  return id
}

async function pull(systems: Systems, system: System, cursor: string | null): Promise<Sent> {
  const body = { client_id: CLIENT_ID, cursor, limit_bytes: PAGE_BYTES }
  return await call(system, systems, LISTED_USER, 'POST', '/api/sync/pull', body)
}

async function pulledCursor(systems: Systems): Promise<string> {
  let cursor: string | null = null
  for (;;) {
    const { body } = await expected(200, pull(systems, systems.sync, cursor))
    const { cursor: next, more } = body as { cursor: string; more: boolean }
    cursor = next
    if (!more) return next
  }
}
