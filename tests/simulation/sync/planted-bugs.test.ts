import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { someOf } from '#tests/support/effort.ts'
import { buildSimulation, editedSource } from '../build.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import { DECISION_BUGS, FEED_BUGS, PUSH_BUGS } from './planted-bugs.ts'
import { SMALL_SYNC_LIMITS } from './sync-limits.ts'

/** Each is found within so many histories; most within ten, the rarest after two hundred. `npm test` plants one, CI all. */
const SEEDS_MAX = 600

vi.setConfig({ testTimeout: 4 * PATIENCE_MS })

const ALL_BUGS = [...FEED_BUGS, ...PUSH_BUGS, ...DECISION_BUGS]

test.each(ALL_BUGS)('the sources have the text that this bug changes: $title', async ({ edits }) => {
  const by_file = Map.groupBy([...SMALL_SYNC_LIMITS, ...edits], ({ file }) => file)
  for (const [file, own] of by_file) {
    await expect(editedSource(join(PROJECT_ROOT, file), own)).resolves.toEqual(expect.any(String))
  }
})

describe('the simulation of sync finds the planted bug:', () => {
  test.each(someOf(ALL_BUGS, (bug) => bug === PUSH_BUGS[0]))('$title', async ({ edits, found_as }) => {
    const code = await buildSimulation({ of: 'sync', edits: [...SMALL_SYNC_LIMITS, ...edits] })
    const failure = await runSeeds(code, seedsFrom(1, SEEDS_MAX))
    expect(failure?.message).toMatch(found_as)
  })
})
