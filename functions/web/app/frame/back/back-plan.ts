import { fieldsInWords } from '../../format/fields.ts'
import { countOf } from '../../format/numbers.ts'

/** What going back to an earlier moment does, in words. Pure. */

interface About {
  readonly kind: 'audience' | 'platform' | 'distribution'
  readonly id: string
  /** Of a distribution: of its audience. */
  readonly name: string | null
}

export interface Undone extends About {
  readonly change: 'deleted' | 'restored' | 'changed'
  readonly fields: readonly string[]
  /** Fields that were changed since and cannot go back. */
  readonly kept: readonly string[]
}

export interface Left extends About {
  readonly reason: string
}

/** What the service says of one request. */
export interface BackPlan {
  readonly undone: readonly Undone[]
  readonly left: readonly Left[]
  readonly left_count: number
  readonly more: boolean
}

export interface PlanGroup {
  readonly id: string
  /** "12 audiences that were made since are deleted". */
  readonly title: string
  readonly is_left: boolean
  readonly lines: readonly string[]
}

const NOUNS = {
  audience: ['audience', 'audiences'],
  platform: ['platform', 'platforms'],
  distribution: ['distribution', 'distributions'],
} as const
const KINDS = ['audience', 'platform', 'distribution'] as const

const CHANGES = {
  deleted: ['that was made since is deleted', 'that were made since are deleted'],
  restored: ['that was deleted since comes back', 'that were deleted since come back'],
  changed: ['is as it was then', 'are as they were then'],
} as const

const REASONS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  changed_by_others: ['was changed by somebody else since', 'were changed by somebody else since'],
  shared_entry: [
    'changed before and after that time in one version',
    'changed before and after that time in one version each',
  ],
  not_kept: ['has no past that reaches so far back', 'have no past that reaches so far back'],
  already_sent: ['was handed over meanwhile', 'were handed over meanwhile'],
  past_due: ['was planned for a time that has passed', 'were planned for a time that has passed'],
  cannot_go_back: ['cannot go back to what it was', 'cannot go back to what they were'],
  retry: ['could not be changed just now: try again', 'could not be changed just now: try again'],
}
const OTHER_REASON = ['stays as it is', 'stay as they are'] as const

/** One group for each thing that happens, then one for each reason why something is left. */
export function planGroups({ undone, left }: Pick<BackPlan, 'undone' | 'left'>): readonly PlanGroup[] {
  const done = (['deleted', 'restored', 'changed'] as const).flatMap((change) =>
    KINDS.map((kind) => ({
      id: `${change} ${kind}`,
      of: undone.filter((one) => one.change === change && one.kind === kind),
      kind,
      words: CHANGES[change],
    })),
  )
  const reasons = [...new Set(left.map(({ reason }) => reason))]
  const others = reasons.flatMap((reason) =>
    KINDS.map((kind) => ({
      id: `${reason} ${kind}`,
      of: left.filter((one) => one.reason === reason && one.kind === kind),
      kind,
      words: REASONS[reason] ?? OTHER_REASON,
    })),
  )
  return [
    ...done.filter(({ of }) => of.length > 0).map((group) => groupOf(group, undoneLine, false)),
    ...others.filter(({ of }) => of.length > 0).map((group) => groupOf(group, nameOf, true)),
  ]
}

interface GroupParts<One> {
  readonly id: string
  readonly of: readonly One[]
  readonly kind: About['kind']
  readonly words: readonly [one: string, several: string]
}

function groupOf<One>(
  { id, of, kind, words }: GroupParts<One>,
  lineOf: (one: One) => string,
  is_left: boolean,
): PlanGroup {
  const [noun, nouns] = NOUNS[kind]
  const title = countOf(of.length, `${noun} ${words[0]}`, `${nouns} ${words[1]}`)
  return { id, title, is_left, lines: of.map(lineOf) }
}

function nameOf({ name, kind }: About): string {
  return name ?? `A ${kind} without a name`
}

/** "Trail runners: name and tags. Its keys stay as they are now." */
function undoneLine(one: Undone): string {
  const fields = one.change === 'changed' && one.fields.length > 0 ? `: ${fieldsInWords(one.fields)}` : ''
  const kept = one.kept.length > 0 ? ` (${fieldsInWords(one.kept)} as now)` : ''
  return `${nameOf(one)}${fields}${kept}`
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The earliest moment that can be gone back to; a minute of grace for the way to the service. */
export function earliestMs(now_ms: number): number {
  return Math.ceil((now_ms - DAY_MS) / MINUTE_MS + 1) * MINUTE_MS
}

/** What is wrong with a moment; undefined: nothing. @param at_ms NaN: nothing whole was typed */
export function momentFault(at_ms: number, now_ms: number): string | undefined {
  if (Number.isNaN(at_ms)) return 'Choose a day and a time.'
  if (at_ms > now_ms) return 'Choose a time that has passed.'
  return at_ms < earliestMs(now_ms)
    ? 'Choose a time of the last 24 hours: what was before can be restored from its history.'
    : undefined
}
