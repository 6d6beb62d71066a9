import { beforeAll, describe, expect, test, vi } from 'vitest'

import { effort, longTest } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from '../build.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import type { ClientHistory } from './client-history.ts'
import { SMALL_CLIENT_LIMITS } from './client-limits.ts'
import { runClientHistory } from './run-client-history.ts'
import { seedsOfTheme, THEMES } from './themes.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** 1 history in `npm test`, 2000 in `npm run test:long`. `npm run simulate -- client` runs more, and replays single ones. */
const BATCH = effort(1, 25)
const FIRSTS = Array.from({ length: effort(1, 80) }, (_, at) => FIRST_SEED + at * BATCH)

/** Each of these a rule is for. A few histories have them for certain. */
const HAPPENINGS = [
  'create kept',
  'patch kept',
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
/** What the planted bugs need besides. */
const RARE_HAPPENINGS = [
  'change conflict',
  'change duplicate',
  'change invalid',
  'change retry',
  'copies',
  'decided discard',
  'decided mine',
  'decided retry',
  'delete kept',
  'forks',
  'later releases',
  'locks given twice',
  'partitions of several pages',
  'purged',
  'put back',
  'refused conflict',
  'refused full',
  'request arrives_late',
  'request arrives_twice',
  'request slowly_answered',
  'restore kept',
  'sign-ins ended',
  'storage cleared',
  'storage unavailable',
  'switched',
  'torn entries',
  'two sign in together',
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
  const themed = THEMES.flatMap(({ title }) => seedsOfTheme(title, effort(0, 5)))
  // Two that have all of it between them.
  const seeds = [...seedsFrom(effort(8, 1), effort(2, 20)), ...themed]
  const histories: ClientHistory[] = []
  beforeAll(async () => {
    for (const seed of seeds) histories.push(await runClientHistory(seed))
  })

  test('are not idle: everything that a rule is for happens', () => {
    const happened = new Set(histories.flatMap(({ counts }) => [...counts.keys()]))
    expect(HAPPENINGS.filter((what) => !happened.has(what))).toEqual([])
  })

  longTest('of every theme have what the planted bugs need', () => {
    const happened = new Set(histories.flatMap(({ counts }) => [...counts.keys()]))
    expect(RARE_HAPPENINGS.filter((what) => !happened.has(what))).toEqual([])
  })

  test('are the same for the same seed', async () => {
    const again = await runClientHistory(seeds[0]!)
    expect(again.story).toEqual(histories[0]!.story)
  })
})
