import { describe, expect, it } from 'vitest'

import { manyPlan, planInWords } from '#functions/web/app/audiences/many-plan.ts'
import type { Uses } from '#functions/web/app/distributions/usage.ts'
import { shownAudience, shownDistribution } from './audience-fixture.ts'

const ACTIVE = shownAudience(1)
const OTHER = shownAudience(2)
const DRAFT = shownAudience(3, { status: 'draft', name: 'Movers' })
const ARCHIVED = shownAudience(4, { status: 'archived' })
const USES: Uses = new Map(
  [ACTIVE, ARCHIVED].map(({ id }) => [
    id,
    [{ kind: 'scheduled', send: shownDistribution(1, {}), words: 'is scheduled' }],
  ]),
)
const NO_USES: Uses = new Map()
const linesOf = (...asked: Parameters<typeof manyPlan>) =>
  planInWords(manyPlan(...asked)).map(({ outcome, words }) => `${outcome}: ${words}`)

describe('what a deed would do to many', () => {
  it('says how many change, which are so already, and why drafts stay', () => {
    expect(linesOf('archive', [ACTIVE, OTHER, DRAFT, ARCHIVED], NO_USES)).toEqual([
      'fine: 2 audiences move to Archived.',
      'same: 1 audience is archived already.',
      'refused: 1 draft stays as it is: a draft would come back from the archive as finished. “Movers”',
    ])
    expect(linesOf('bring-back', [ACTIVE, ARCHIVED], NO_USES)).toEqual([
      'fine: 1 audience comes back, and can be sent again.',
      'same: 1 audience is not archived.',
    ])
  })

  it('warns of those that are used, and only of those that change', () => {
    expect(linesOf('archive', [ACTIVE, OTHER, ARCHIVED], USES).at(-1)).toBe(
      'warning: 1 audience is still used. A send that is due while its audience is archived is cancelled.',
    )
    expect(manyPlan('delete', [ACTIVE, DRAFT, ARCHIVED], USES).used).toEqual([ACTIVE, ARCHIVED])
    expect(linesOf('bring-back', [ARCHIVED], USES)).toEqual(['fine: 1 audience comes back, and can be sent again.'])
  })

  it('names some of those that it refuses, and how many more there are', () => {
    const drafts = [3, 4, 5, 6, 7].map((number) => shownAudience(number, { status: 'draft' }))
    expect(linesOf('archive', drafts, NO_USES)).toEqual([
      expect.stringMatching(
        /^refused: 5 drafts stay as they are: .* “Audience 3”, “Audience 4”, “Audience 5” and 2 others$/,
      ),
    ])
  })
})
