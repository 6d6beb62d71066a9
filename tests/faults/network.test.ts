import { describe, expect, test } from 'vitest'

import { saved } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { longTest, someOf } from '#tests/support/effort.ts'
import { expectWellAfter } from './afterwards.ts'
import { NETWORK_FAULTS, randomPlan, type NetworkFault } from './fault-proxy.ts'
import { Fleet, runLoad } from './load.ts'
import { CLOCK_FACTOR, ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { startSystem } from './system.ts'

const PATH = '/api/audiences'
/** They end when a time limit passes: ten seconds, which the bundled function really takes. */
const ENDLESS: readonly NetworkFault[] = ['stall', 'stall_answer', 'endless_answer']

describe.each(SEEDS)('with the network at fault by chance (SEED=%i)', (seed) => {
  test.each(
    someOf(
      [
        { name: 'their clock faster', how: { clock_factor: CLOCK_FACTOR }, one_in: 4, operations: 80, strikes: 12 },
        { name: 'as they are deployed', how: { bundled: true }, one_in: 5, operations: 50, strikes: 9 },
      ],
      ({ how }) => how.bundled !== true,
    ),
  )(
    'two functions on one bucket lose, double and misreport nothing, and serve on: $name',
    { timeout: ROUND_MS_MAX },
    async ({ how, one_in, operations: count, strikes }) => {
      const system = await startSystem()
      const fleet = new Fleet(await system.startFunction(how), await system.startFunction(how))
      const faults = NETWORK_FAULTS.filter((fault) => !how.bundled || !ENDLESS.includes(fault))
      system.proxy.plan = randomPlan(seededRandom(seed), one_in, faults)
      const operations = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: count,
        until: () => system.proxy.strikes() >= strikes,
        clients: 12,
      })
      system.proxy.heal()
      expect([...system.proxy.struck.keys()].toSorted()).toEqual(faults.toSorted())
      await expectWellAfter(system, fleet, operations)
    },
  )
})

longTest(
  'a single fault of any kind costs nobody an answer, and no change is made twice',
  { timeout: ROUND_MS_MAX },
  async () => {
    const system = await startSystem()
    // Slower than elsewhere: what the busy machine lets run out of time would be a fault of its own.
    const how = { clock_factor: CLOCK_FACTOR / 2 }
    const instances = [await system.startFunction(how), await system.startFunction(how)]
    /** Faults that wait for a request about the user of their name. */
    const pending = new Set<NetworkFault>()
    system.proxy.plan = ({ name }) => {
      const fault = [...pending].find((one) => name.includes(`user_id=${one}/`))
      if (fault) pending.delete(fault)
      return fault
    }
    const meet = async (fault: NetworkFault): Promise<void> => {
      const [{ call }, cold] = [instances[0]!.as(fault), instances[1]!.as(fault)]
      const met = async <T>(work: () => Promise<T>): Promise<T> => {
        pending.add(fault)
        const result = await work()
        expect(pending.has(fault)).toBe(false)
        return result
      }
      const { audience_id, version } = await met(() => saved({ call }, { name: fault }))
      expect(version).toBe(1)
      const path = `${PATH}/${audience_id}`
      const patched = await met(() => call('PATCH', path, { name: 'patched' }, { 'if-match': '"1"' }))
      expect(patched, `${fault}: ${patched.text}`).toMatchObject({ status: 200, body: { audience: { version: 2 } } })
      const got = await met(() => cold.call('GET', path))
      expect(got, `${fault}: ${got.text}`).toMatchObject({ status: 200, body: { audience: { version: 2 } } })
      const listed = await met(() => cold.call('GET', PATH))
      expect(listed, `${fault}: ${listed.text}`).toMatchObject({ status: 200, body: { count: 1 } })
      const deleted = await met(() => call('DELETE', path, undefined, { 'if-match': '"2"' }))
      expect(deleted, `${fault}: ${deleted.text}`).toMatchObject({ status: 204 })
    }
    await Promise.all(NETWORK_FAULTS.map(meet))
  },
)
