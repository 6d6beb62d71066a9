import { beforeAll, describe, expect, test, vi } from 'vitest'

import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from '../build.ts'
import { NEXT_RELEASE_ALONE } from '../releases.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import { ACCIDENT_BUGS, RARE_BUGS } from './planted-bugs.ts'
import { RARE_LIMITS } from './rare-limits.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** Each planted bug is found within so many histories, most within ten. */
const SEEDS_MAX = 200
const BATCH = 20

describe('what seldom happens', () => {
  /** In any of the histories. */
  const reached = new Set<string>()
  let code: string
  beforeAll(async () => {
    code = await buildSimulation({ of: 'rare', edits: RARE_LIMITS })
  })

  test.each(Array.from({ length: 3 }, (_, at) => FIRST_SEED + at * BATCH))(
    'loses, doubles and misreports nothing: processes that end, units, pushes, odd requests, things put in the way, from %i',
    async (first) => {
      const onReached = (some: readonly string[]): void => some.forEach((one) => reached.add(one))
      expect(await runSeeds(code, seedsFrom(first, BATCH), onReached)).toBeUndefined()
    },
  )

  test('and happens: every verdict on a push, keys that are recalled, objects that cannot be read', () => {
    expect([...reached]).toEqual(
      expect.arrayContaining([
        'pushed: applied ',
        'pushed: duplicate ',
        'pushed: merged ',
        'pushed: conflict deleted',
        'pushed: invalid a-code',
        'pushed: retry ',
        'a key is recalled',
        'an object is unreadable',
      ]),
    )
  })

  test('loses nothing beside a newer release that reserves what it writes', async () => {
    const beside = await buildSimulation({ of: 'rare', edits: RARE_LIMITS, other_release: NEXT_RELEASE_ALONE })
    expect(await runSeeds(beside, seedsFrom(FIRST_SEED, BATCH / 2))).toBeUndefined()
  })

  test('objects that are damaged, removed and replaced lose nothing but what the operator gives up', async () => {
    const accidents = await buildSimulation({ of: 'accidents', edits: RARE_LIMITS })
    expect(await runSeeds(accidents, seedsFrom(FIRST_SEED, 2 * BATCH))).toBeUndefined()
  })
})

describe.each([
  ['rare', RARE_BUGS],
  ['accidents', ACCIDENT_BUGS],
] as const)('the simulation of what is %s finds the planted bug:', (of, bugs) => {
  test.each(bugs)('$title', async ({ edits, found_as }) => {
    const code = await buildSimulation({ of, edits: [...RARE_LIMITS, ...edits] })
    const failure = await runSeeds(code, seedsFrom(1, SEEDS_MAX))
    expect(failure?.message).toMatch(found_as)
  })
})
