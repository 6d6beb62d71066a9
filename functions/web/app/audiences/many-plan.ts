import { countOf } from '../format/numbers.ts'
import type { Use, Uses } from '../distributions/usage.ts'
import type { Check } from '../parts/check.ts'
import { statusOf, type Shown } from '../store/records.ts'

/** What a deed would do to some audiences, worked out before it is done. All of it is on this device. Pure. */

type Subjects = readonly Shown<'audience'>[]
export type ManyDeed = 'archive' | 'bring-back' | 'delete'

export interface ManyPlan {
  readonly deed: ManyDeed
  readonly changing: Subjects
  /** They are so already. */
  readonly unchanged: Subjects
  readonly refused: Subjects
  /** Of those that change. */
  readonly uses: readonly Use[]
  readonly used: Subjects
}

/** Drafts have no way back out of the archive but to become active, so they stay where they are. */
export function canBeArchived(audience: Shown<'audience'>): boolean {
  return statusOf(audience) === 'active'
}

const isArchived = (audience: Shown<'audience'>): boolean => statusOf(audience) === 'archived'

/** @param uses of audiences */
export function manyPlan(deed: ManyDeed, subjects: Subjects, uses: Uses): ManyPlan {
  const changing = subjects.filter((subject) => {
    if (deed === 'archive') return canBeArchived(subject)
    return deed === 'delete' || isArchived(subject)
  })
  const others = subjects.filter((subject) => !changing.includes(subject))
  const unchanged = others.filter((subject) => deed === 'bring-back' || isArchived(subject))
  // What is archived comes back to what it was: nothing that uses it loses anything.
  const used = deed === 'bring-back' ? [] : changing.filter(({ id }) => uses.has(id))
  return {
    deed,
    changing,
    unchanged,
    refused: others.filter((subject) => !unchanged.includes(subject)),
    used,
    uses: used.flatMap(({ id }) => uses.get(id) ?? []),
  }
}

const WORDS = {
  archive: { does: ['moves to Archived', 'move to Archived'], same: ['is archived already', 'are archived already'] },
  'bring-back': {
    does: ['comes back, and can be sent again', 'come back, and can be sent again'],
    same: ['is not archived', 'are not archived'],
  },
  delete: { does: ['is deleted', 'are deleted'], same: ['is deleted already', 'are deleted already'] },
} as const

/** One line for each thing that would happen, the deed itself first. */
export function planInWords({ deed, changing, unchanged, refused, used, uses }: ManyPlan): readonly Check[] {
  const { does, same } = WORDS[deed]
  const sends = uses.some(({ kind }) => kind === 'scheduled')
  const refreshes = uses.some(({ kind }) => kind === 'refreshing')
  const state = deed === 'delete' ? 'deleted' : 'archived'
  return [
    changing.length > 0 && {
      id: 'changing',
      outcome: 'fine' as const,
      words: countedAs(changing, does),
    },
    unchanged.length > 0 && {
      id: 'unchanged',
      outcome: 'same' as const,
      words: countedAs(unchanged, same),
    },
    refused.length > 0 && {
      id: 'refused',
      outcome: 'refused' as const,
      words: `${countOf(refused.length, 'draft stays', 'drafts stay')} as ${refused.length === 1 ? 'it is' : 'they are'}: a draft would come back from the archive as finished. ${namesOf(refused)}`,
    },
    used.length > 0 && {
      id: 'used',
      outcome: 'warning' as const,
      words: `${countOf(used.length, 'audience is', 'audiences are')} still used.${sends ? ` A send that is due while its audience is ${state} is cancelled.` : ''}${refreshes ? ` Nothing is sent again by itself while its audience is ${state}.` : ''}`,
    },
  ].filter((line) => line !== false)
}

/** "1 audience moves to Archived." */
function countedAs(some: Subjects, [one, several]: readonly [one: string, several: string]): string {
  return `${countOf(some.length, `audience ${one}`, `audiences ${several}`)}.`
}

const NAMES_MAX = 3

/** "A, B, C and 4 others". */
function namesOf(some: Subjects): string {
  const names = some.slice(0, NAMES_MAX).map(({ record }) => `“${record.name}”`)
  const left = some.length - names.length
  return left > 0 ? `${names.join(', ')} and ${countOf(left, 'other', 'others')}` : names.join(', ')
}
