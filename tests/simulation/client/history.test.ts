import { beforeAll, describe, expect, test, vi } from 'vitest'

import { effort } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from '../build.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import type { ClientHistory } from './client-history.ts'
import { SMALL_CLIENT_LIMITS } from './client-limits.ts'
import { runClientHistory } from './run-client-history.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/**
 * 2 histories in `npm test`, 100 in `npm run test:long`: of those beyond, about one in a hundred is wrong still (limits.md says
 * which way). `npm run simulate -- client` runs more, and replays single ones.
 */
const BATCH = effort(2, 50)
const FIRSTS = Array.from({ length: effort(1, 2) }, (_, at) => FIRST_SEED + at * BATCH)

/** Each of these a rule is for. A few histories have them for certain. */
const HAPPENINGS = [
  'create kept',
  'patch kept',
  'refused full',
  'change applied',
  'change merged',
  'sign-ins',
  'sign-outs',
  'request lost',
  'request answer_lost',
  'freezes',
  'tabs ended',
  'offline spells',
  'pauses',
  'migration told',
]
describe('whatever networks, storages, tabs and users do', () => {
  let code: string
  beforeAll(async () => {
    code = await buildSimulation({ of: 'client', edits: SMALL_CLIENT_LIMITS })
  })

  test.each(FIRSTS)(
    `nothing kept is lost, shown older or sent as another's, and clients at rest equal the server: ${BATCH} histories from %i`,
    async (first) => {
      expect(await runSeeds(code, seedsFrom(first, BATCH))).toBeUndefined()
    },
  )
})

describe('the histories of clients', () => {
  const seeds = seedsFrom(1, effort(4, 20))
  const histories: ClientHistory[] = []
  beforeAll(async () => {
    for (const seed of seeds) histories.push(await runClientHistory(seed))
  })

  test('are not idle: everything that a rule is for happens', () => {
    const happened = new Set(histories.flatMap(({ counts }) => [...counts.keys()]))
    expect(HAPPENINGS.filter((what) => !happened.has(what))).toEqual([])
  })

  test('are the same for the same seed', async () => {
    const again = await runClientHistory(seeds[0]!)
    expect(again.story).toEqual(histories[0]!.story)
  })
})
