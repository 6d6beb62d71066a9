import { beforeAll, describe, expect, test, vi } from 'vitest'

import { effort } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from './build.ts'
import { runHistory } from './run-history.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** 3 histories in `npm test`, 2000 in `npm run test:long`. `npm run simulate` runs more, and replays single ones. */
const BATCH = effort(3, 50)
const FIRSTS = Array.from({ length: effort(1, 40) }, (_, at) => FIRST_SEED + at * BATCH)

describe('whatever the store, the clocks and the crashes do', () => {
  let code: string
  beforeAll(async () => {
    code = await buildSimulation({})
  })

  test.each(FIRSTS)(`nothing acknowledged is lost, doubled or changed: ${BATCH} histories from %i`, async (first) => {
    expect(await runSeeds(code, seedsFrom(first, BATCH))).toBeUndefined()
  })
})

describe('the histories', () => {
  test('are not idle: they acknowledge, refuse, lose answers, cross each other and a month’s end, and crash', async () => {
    const histories = await Promise.all(seedsFrom(effort(9, 1), effort(3, 20)).map((seed) => runHistory(seed)))
    const statuses = new Set(histories.flatMap(({ operations }) => operations.map(({ status }) => status)))
    for (const status of ['acknowledged', 'maybe', 'refused']) expect(statuses).toContain(status)
    expect(histories.some(({ store }) => store.names().length > 2)).toBe(true)
    expect(histories.flatMap(({ sights }) => sights).length).toBeGreaterThan(20)
    expect(new Set(histories.map(({ schema }) => schema.partitioned_by))).toEqual(new Set(['month', 'user']))
  })

  test('are the same for the same seed', async () => {
    const [one, two] = [await runHistory(23), await runHistory(23)]
    const trace = ({ landings }: typeof one) =>
      landings.map(({ name, time_ms, bytes }) => [name, time_ms, bytes.length])
    expect(trace(one)).toEqual(trace(two))
    expect(one.operations).toEqual(two.operations)
  })
})
