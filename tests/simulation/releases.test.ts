import { describe, expect, test, vi } from 'vitest'

import { effort, longTest } from '#tests/support/effort.ts'
import { buildSimulation, type Edit } from './build.ts'
import { NEXT_RELEASE, NEXT_RELEASE_ALONE, OLDER_RELEASE, WITH_OLDER_RELEASE } from './releases.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/**
 * Histories in which some instances run this release and some the next, as during a canary and a rollback: a hundred to
 * find a planted bug, and without one 2 in `npm test`, 400 in `npm run test:long`.
 */
async function failureOf(
  other_release: readonly Edit[],
  edits: readonly Edit[] = [],
  seeds = edits.length > 0 ? 100 : effort(2, 400),
): Promise<string> {
  const code = await buildSimulation({ edits: [...SMALL_LIMITS, ...edits], other_release })
  return (await runSeeds(code, seedsFrom(1, seeds)))?.message ?? 'nothing is wrong'
}

describe('this release and the next write one object in turn', () => {
  test('and lose nothing, not even what this one has never heard of', async () => {
    expect(await failureOf(NEXT_RELEASE)).toBe('nothing is wrong')
  })

  longTest(
    'and lose nothing when the next one forbids this one to write: it reads, and answers 503 to changes',
    async () => {
      expect(await failureOf(NEXT_RELEASE_ALONE)).toBe('nothing is wrong')
    },
  )

  longTest('and tell no wrong past when one is from before rows had a history', async () => {
    expect(await failureOf(OLDER_RELEASE, WITH_OLDER_RELEASE, 400)).toBe('nothing is wrong')
  })

  longTest('and it would be found if this one trusted a past that an older one wrote over', async () => {
    const trusting: Edit = {
      file: 'shared/table/object/row-history.ts',
      from: 'if (history?.seen !== version) return',
      to: 'if (!history) return',
    }
    expect(await failureOf(OLDER_RELEASE, [...WITH_OLDER_RELEASE, trusting])).toMatch(/is told to have been/)
  })

  longTest('and it would be found if this one dropped a column it does not know', async () => {
    const dropped: Edit = {
      file: 'shared/table/object/layout.ts',
      from: 'mergeSchemas(base.file.schema, parquetSchemaOf(schema.columns))',
      to: 'parquetSchemaOf(schema.columns)',
    }
    expect(await failureOf(NEXT_RELEASE, [dropped])).toMatch(/lost what another release wrote/)
  })

  longTest('and it would be found if this one dropped a key-value of the footer that it does not know', async () => {
    const dropped: Edit = {
      file: 'shared/table/commit/commit.ts',
      from: '    ...base.footer,\n',
      to: '    ...base.footer,\n    unknown: new Map(),\n',
    }
    expect(await failureOf(NEXT_RELEASE, [dropped])).toMatch(/lost what another release wrote in its footer/)
  })

  longTest('and it would be found if this one wrote where it must not', async () => {
    const unasked: Edit = {
      file: 'shared/table/commit/commit.ts',
      from: 'return min_writer > WRITER_RELEASE',
      to: 'return false',
    }
    expect(await failureOf(NEXT_RELEASE_ALONE, [unasked])).toMatch(/written by a release that must not/)
  })
})
