import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { someOf } from '#tests/support/effort.ts'
import { buildSimulation, editedSource } from '../build.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from '../thread.ts'
import { SMALL_CLIENT_LIMITS } from './client-limits.ts'
import { CLIENT_BUGS } from './planted-bugs.ts'
import { seedsOfTheme } from './themes.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** Each is found within so many histories, of its theme where it has one; most within ten. `npm test` plants one, CI all. */
const SEEDS_MAX = 100

test.each(CLIENT_BUGS)('the sources have the text that this bug changes: $title', async ({ edits }) => {
  const by_file = Map.groupBy([...SMALL_CLIENT_LIMITS, ...edits], ({ file }) => file)
  for (const [file, own] of by_file) {
    await expect(editedSource(join(PROJECT_ROOT, file), own)).resolves.toEqual(expect.any(String))
  }
})

describe('the simulation of clients finds the planted bug:', () => {
  test.each(someOf(CLIENT_BUGS, (bug) => bug === CLIENT_BUGS[0]))('$title', async ({ edits, found_as, theme }) => {
    const code = await buildSimulation({ of: 'client', edits: [...SMALL_CLIENT_LIMITS, ...edits] })
    const failure = await runSeeds(code, theme ? seedsOfTheme(theme, SEEDS_MAX) : seedsFrom(1, SEEDS_MAX))
    expect(failure?.message).toMatch(found_as)
  })
})
