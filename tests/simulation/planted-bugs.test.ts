import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { someOf } from '#tests/support/effort.ts'
import { buildSimulation, editedSource } from './build.ts'
import { COMMIT_BUGS, HISTORY_BUGS, LEDGER_BUGS, PLACE_BUGS, WORSE_TIMES_BUGS } from './planted-bugs.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** Each is found within so many histories, most within twenty. `npm test` plants one, CI all. */
const SEEDS_MAX = 800

test.each([...COMMIT_BUGS, ...LEDGER_BUGS, ...PLACE_BUGS, ...HISTORY_BUGS, ...WORSE_TIMES_BUGS])(
  'the sources have the text that this bug changes: $title',
  async ({ edits }) => {
    const by_file = Map.groupBy([...SMALL_LIMITS, ...edits], ({ file }) => file)
    for (const [file, own] of by_file) {
      await expect(editedSource(join(PROJECT_ROOT, file), own)).resolves.toEqual(expect.any(String))
    }
  },
)

const KINDS = [
  ['of the commit protocol', COMMIT_BUGS],
  ['of the idempotency ledger', LEDGER_BUGS],
  ['of places and reading', PLACE_BUGS],
  ['of the past of rows', HISTORY_BUGS],
  ['of limits, stamps and worse times', WORSE_TIMES_BUGS],
] as const

describe.each(someOf(KINDS, ([, bugs]) => bugs === COMMIT_BUGS))(
  'the simulation finds the planted bug %s:',
  (_, bugs) => {
    test.each(someOf(bugs, (bug) => bug === bugs[0]))('$title', async ({ edits, found_as }) => {
      const code = await buildSimulation({ edits: [...SMALL_LIMITS, ...edits] })
      const failure = await runSeeds(code, seedsFrom(1, SEEDS_MAX))
      expect(failure?.message).toMatch(found_as)
    })
  },
)
