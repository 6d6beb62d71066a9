import { beforeAll, describe, expect, test, vi } from 'vitest'

import { effort, longDescribe } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from '../build.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import { runSyncHistory } from './run-sync-history.ts'
import { OLDER_SYNC_RELEASE } from './sync-releases.ts'
import type { SyncCounts } from './sync-counts.ts'
import type { SyncHistory } from './sync-history.ts'
import { SMALL_SYNC_LIMITS } from './sync-limits.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** 2 histories in `npm test`, 2000 in `npm run test:long`. `npm run simulate -- sync` runs more, and replays single ones. */
const BATCH = effort(2, 50)
const FIRSTS = Array.from({ length: effort(1, 40) }, (_, at) => FIRST_SEED + at * BATCH)

describe('whatever the store, the clocks, the crashes and the devices do', () => {
  let code: string
  beforeAll(async () => {
    code = await buildSimulation({ of: 'sync', edits: SMALL_SYNC_LIMITS })
  })

  test.each(FIRSTS)(
    `no change is lost, made twice or overtaken, and devices at rest equal the server: ${BATCH} histories from %i`,
    async (first) => {
      expect(await runSeeds(code, seedsFrom(first, BATCH))).toBeUndefined()
    },
  )
})

longDescribe('beside a release that knows neither the past of rows nor the ledgers of clients', () => {
  test('no change of a device is lost, made twice or overtaken either', async () => {
    const code = await buildSimulation({ of: 'sync', edits: SMALL_SYNC_LIMITS, other_release: OLDER_SYNC_RELEASE })
    expect(await runSeeds(code, seedsFrom(FIRST_SEED, 200))).toBeUndefined()
  })
})

describe('the histories of devices', () => {
  const seeds = seedsFrom(1, effort(1, 80))
  let histories: readonly SyncHistory[]
  beforeAll(async () => {
    histories = await Promise.all(seeds.map((seed) => runSyncHistory(seed)))
  })

  test('are not idle: everything that a rule is for happens', () => {
    const happened = histories.map(({ counts }) => counts).reduce(added)
    const missing = Object.entries(happened).flatMap(([name, count]) => (count === 0 ? [name] : []))
    // Only many histories have each of these for certain.
    const allowed: readonly string[] = effort(0, 1) === 1 ? [] : RARE
    expect(missing.filter((name) => !allowed.includes(name))).toEqual([])
    expect(happened.waves_max).toBeGreaterThan(2)
  })

  test('are the same for the same seed', async () => {
    const again = await runSyncHistory(seeds[0]!)
    expect(again.story).toEqual(histories[0]!.story)
    expect(again.events).toEqual(histories[0]!.events)
  })
})

const RARE: readonly (keyof SyncCounts)[] = [
  'removed',
  'rewrites',
  'epochs',
  'copies',
  'forks',
  'floor_resets',
  'purges_in_open_increments',
  'tombstones_in_resets',
]

function added(sum: SyncCounts, counts: SyncCounts): SyncCounts {
  const names = Object.keys(sum) as (keyof SyncCounts)[]
  const sums = names.map((name) => {
    return [name, name === 'waves_max' ? Math.max(sum[name], counts[name]) : sum[name] + counts[name]]
  })
  return Object.fromEntries(sums) as SyncCounts
}
