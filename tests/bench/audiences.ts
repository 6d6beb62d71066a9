/**
 * The whole system as `npm start` runs it, in a process of its own: a thousand simultaneous saves, then 10 000 audiences of
 * one user in one month and over two years. Times are what a client sees over HTTP.
 */
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { figuresOf, ms, printRow, timed } from './figures.ts'
import { closeConnections, withRuntime } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const COUNT = 10_000
const MONTH_MS = 30 * 24 * 3600 * 1000

await thousandAtOnce()
await tenThousand('in one month', 0.9 * MONTH_MS)
await tenThousand('over 24 months', 24 * MONTH_MS)
closeConnections()

async function thousandAtOnce(): Promise<void> {
  await withRuntime(async ({ call, storage }) => {
    await call('POST', '/api/audiences', sampleAudience(0))
    await storage('DELETE', '/_operations')
    const start_ms = performance.now()
    const bodies = Array.from({ length: 1000 }, (_, number) => sampleAudience(number + 1))
    const statuses = await Promise.all(bodies.map((body) => call('POST', '/api/audiences', body)))
    const all_ms = performance.now() - start_ms
    const { write } = (await storage('GET', '/_operations')) as { write: number }
    const saved = statuses.filter(({ status }) => status === 201).length
    printRow('1000 simultaneous saves', [`${saved} saved`, `${write} PUTs`, ms(all_ms)])
  })
}

async function tenThousand(title: string, spread_ms: number): Promise<void> {
  await withRuntime(async ({ call, memoryMb }) => {
    const end_ms = Math.floor((Date.now() - MONTH_MS) / MONTH_MS) * MONTH_MS
    const ids: string[] = []
    for (let from = 0; from < COUNT; from += 500) {
      const batch = Array.from({ length: 500 }, (_, i) => from + i)
      const saved = await Promise.all(
        batch.map((number) => {
          const audience_id = newId('aud', Math.floor(end_ms - (number * spread_ms) / COUNT), systemRandom)
          ids.push(audience_id)
          return call('POST', '/api/audiences', { audience_id, ...sampleAudience(number) })
        }),
      )
      if (saved.some(({ status }) => status !== 201)) throw new Error('a save failed')
    }
    const some = (run: number): string => ids[(run * 7919) % COUNT]!
    console.log(`\n${COUNT} audiences of one user, ${title}`)
    printRow('', ['p50', 'p99', 'max'])
    const row = async (what: string, runs: number, work: (run: number) => Promise<unknown>): Promise<void> => {
      await timed(5, work)
      const { p50, p99, max } = figuresOf(await timed(runs, (run) => work(run + 5)))
      printRow(what, [ms(p50), ms(p99), ms(max)])
    }
    await row('first page of 50', 200, () => call('GET', '/api/audiences'))
    await row('first page of 50, full', 50, () => call('GET', '/api/audiences?view=full'))
    await row('first page of 50 by name', 100, () => call('GET', '/api/audiences?sort=name'))
    await row('first page of 50 by size', 100, () => call('GET', '/api/audiences?sort=-size'))
    await row('get by id', 300, (run) => call('GET', `/api/audiences/${some(run)}`))
    await row('one more save', 100, (run) =>
      call('POST', '/api/audiences', {
        audience_id: newId('aud', end_ms + run, systemRandom),
        ...sampleAudience(COUNT + run),
      }),
    )
    await row('update', 100, (run) => call('PATCH', `/api/audiences/${some(run)}`, { name: `Renamed ${run}` }))
    await row('archive', 100, (run) => call('PUT', `/api/audiences/${some(run + 500)}/status`, { status: 'archived' }))
    await row('search that finds nothing', 20, () => call('GET', '/api/audiences?q=nowhere'))
    printRow('memory of the process', [`${(await memoryMb()).toFixed(0)} MB`, '(peak)', ''])
  })
}
