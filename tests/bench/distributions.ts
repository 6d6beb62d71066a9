/**
 * 10 000 distributions of one user over HTTP, the system as `npm start` runs it: the first page and the summary.
 */
import { figuresOf, ms, printRow, timed } from './figures.ts'
import { closeConnections, withRuntime } from './runtime.ts'
import { sampleAudience } from './sample-audience.ts'

const COUNT = 10_000
const SIDE_BY_SIDE = 250

await withRuntime(async ({ call, memoryMb }) => {
  const idOf = async (path: string, body: unknown, name: string): Promise<string> =>
    ((await call('POST', path, body)).body as Record<string, string>)[name]!
  const audience_id = await idOf('/api/audiences', sampleAudience(1), 'audience_id')
  const platform = { platform_type: 'the_trade_desk', name: 'Bench seat' }
  const platform_id = await idOf('/api/platforms', platform, 'platform_id')
  for (let made = 0; made < COUNT; made += SIDE_BY_SIDE) {
    const batch = Array.from({ length: SIDE_BY_SIDE }, () =>
      call('POST', '/api/distributions', { audience_id, platform_id }),
    )
    if ((await Promise.all(batch)).some(({ status }) => status !== 201))
      throw new Error('a distribution was not created')
  }
  printRow(`${COUNT} distributions of one user`, ['p50', 'p99', 'max'])
  for (const [what, path] of [
    ['first page of 50', '/api/distributions'],
    ['summary', '/api/users/me/summary'],
  ] as const) {
    await timed(5, () => call('GET', path))
    const { p50, p99, max } = figuresOf(await timed(200, () => call('GET', path)))
    printRow(what, [ms(p50), ms(p99), ms(max)])
  }
  printRow('memory of the process', [`${(await memoryMb()).toFixed(0)} MB`, '(peak)', ''])
})
closeConnections()
