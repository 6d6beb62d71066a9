import { describe, expect, test } from 'vitest'

import { idTimeMs } from '#shared/base/ids.ts'
import { BUCKET, saved } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { monthOf } from '#shared/table/object/partition.ts'
import { longTest } from '#tests/support/effort.ts'
import { expectWellAfter } from './afterwards.ts'
import { Fleet, runLoad, type Operation } from './load.ts'
import { CLOCK_FACTOR, ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { storedAudiences } from './stored.ts'
import { startSystem } from './system.ts'

/** Longer than any month, so that every step crosses into another one. */
const MONTH_MS = 32 * 24 * 60 * 60 * 1000

describe.each(SEEDS)('clocks that jump a month while they run (SEED=%i)', (seed) => {
  test(
    'on either of two instances, forth and back: nothing is lost, ids are unique and at home, reads right',
    { timeout: ROUND_MS_MAX },
    async () => {
      const system = await startSystem()
      const how = { clock_factor: CLOCK_FACTOR }
      const [first, second] = [await system.startFunction(how), await system.startFunction(how)]
      const fleet = new Fleet(first, second)
      const random = seededRandom(seed)
      // Whether a write landed is found out by its commit id, which must not depend on anybody's clock.
      system.proxy.plan = ({ kind }) => (kind === 'write' && random.uniform() < 0.2 ? 'lost_answer' : undefined)
      /** Steps made while requests are under way, by how many were answered. */
      const steps = new Map([
        [20, () => first.stepClock(MONTH_MS)],
        [40, () => second.stepClock(-MONTH_MS)],
        [60, () => first.stepClock(-2 * MONTH_MS)],
        [80, () => second.stepClock(2 * MONTH_MS)],
        [100, () => first.stepClock(MONTH_MS)],
      ])
      const stepped: Promise<void>[] = []
      const operations: Operation[] = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: 120,
        until: () => stepped.length === steps.size,
        clients: 8,
        keyed: false,
        onAnswer(answered) {
          const step = steps.get(answered)
          if (step) stepped.push(step())
        },
      })
      await Promise.all(stepped)
      system.proxy.heal()
      const stored = await storedAudiences(system.data_dir, BUCKET)
      const months = new Set([...stored.keys()].map((id) => monthOf(idTimeMs('aud', id)!)))
      expect(months.size).toBeGreaterThanOrEqual(3)
      await expectWellAfter(system, fleet, operations)
    },
  )
})

longTest('a record of next month, made by the instance that is ahead, is there for the one that is not', async () => {
  const system = await startSystem()
  const [ahead, right] = [await system.startFunction(), await system.startFunction()]
  await ahead.stepClock(MONTH_MS)
  const { call } = right.as('demo_user')
  await saved(right.as('demo_user'), { name: 'now' })
  const { audience_id } = await saved(ahead.as('demo_user'), { name: 'ahead' })
  const path = `/api/audiences/${audience_id}`
  expect((await call('GET', path)).body.audience.name).toBe('ahead')
  expect((await call('PATCH', path, { name: 'changed' }, { 'if-match': '"1"' })).body.audience.version).toBe(2)
  const listed = (await call('GET', '/api/audiences')).body.audiences
  expect(listed.map(({ name }) => name)).toEqual(['changed', 'now'])
  await ahead.stepClock(-MONTH_MS)
  expect((await ahead.as('demo_user').call('GET', path)).body.audience.version).toBe(2)
  expect((await ahead.as('demo_user').call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
})
