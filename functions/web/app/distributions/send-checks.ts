import { momentWithin } from '../format/dates.ts'
import { countOf } from '../format/numbers.ts'
import { sizeOf, type Platform, type Shown } from '../store/records.ts'

/** What is looked at before an audience is sent. Pure. */
export interface SendCheck {
  readonly id: 'segments' | 'size' | 'platform' | 'recent'
  /** `refused`: the service would not take it. `warning`: it would, and you may not want it. */
  readonly outcome: 'fine' | 'warning' | 'refused'
  readonly words: string
}

/** Sending it again within this time is more often a mistake than a wish. */
const RECENT_MS = 7 * 86_400_000

type Maybe<Noun extends 'audience' | 'platform'> = Shown<Noun> | undefined

/** @param sends every distribution; those of this audience to this platform count */
export function sendChecks(
  audience: Maybe<'audience'>,
  platform: Maybe<'platform'>,
  sends: readonly Shown<'distribution'>[],
  now_ms: number,
): readonly SendCheck[] {
  const of_audience = audience ? [segmentsCheck(audience), sizeCheck(audience)] : []
  const of_platform = platform ? [platformCheck(platform)] : []
  const of_both = audience && platform ? [recentCheck(earlierSends(audience, platform, sends), platform, now_ms)] : []
  return [...of_audience, ...of_platform, ...of_both]
}

function segmentsCheck({ record, is_deleted }: Shown<'audience'>): SendCheck {
  const id = 'segments'
  if (is_deleted) return { id, outcome: 'refused', words: 'This audience was deleted. Bring it back first.' }
  if (record.status === 'archived')
    return { id, outcome: 'refused', words: 'This audience is archived. Bring it back first.' }
  if (record.status === 'draft')
    return { id, outcome: 'warning', words: 'Its segments are not confirmed yet: this audience is a draft.' }
  return { id, outcome: 'fine', words: 'Segments confirmed' }
}

function sizeCheck({ record }: Shown<'audience'>): SendCheck {
  const id = 'size'
  const size = sizeOf(record)
  if (size === null) return { id, outcome: 'warning', words: 'Its size is not known yet.' }
  if (size === 0) return { id, outcome: 'warning', words: 'It has no records: nobody would be matched.' }
  return { id, outcome: 'fine', words: `${countOf(size, 'record')} in ${countOf(record.segments.length, 'segment')}` }
}

function platformCheck({ record, is_deleted }: Shown<'platform'>): SendCheck {
  const id = 'platform'
  if (is_deleted) return { id, outcome: 'refused', words: 'This platform was deleted.' }
  const { name, status } = record
  if (status === 'disconnected') return { id, outcome: 'refused', words: `${name} is disconnected. Connect it first.` }
  if (status === 'connected') return { id, outcome: 'fine', words: `${name} is connected` }
  return { id, outcome: 'warning', words: `${name} ${NOT_READY[status]}: sending to it may fail.` }
}

const NOT_READY = { pending: 'is not tested yet', error: 'failed its last test' } as const

/** Why a platform cannot be chosen; undefined: it can. */
export function notReadyInWords({ status }: Pick<Platform, 'status'>): string | undefined {
  if (status === 'connected') return undefined
  return status === 'disconnected' ? 'is disconnected' : NOT_READY[status]
}

/** What went from one to the other before, or is about to, the latest first. */
export function earlierSends(
  audience: Pick<Shown<'audience'>, 'id'>,
  platform: Pick<Shown<'platform'>, 'id'>,
  sends: readonly Shown<'distribution'>[],
): readonly Shown<'distribution'>[] {
  return sends
    .filter(
      ({ record: { audience_id, platform_id, status } }) =>
        audience_id === audience.id && platform_id === platform.id && status !== 'failed' && status !== 'cancelled',
    )
    .toSorted((one, other) => other.record.created_at.localeCompare(one.record.created_at))
}

function recentCheck(
  earlier: readonly Shown<'distribution'>[],
  { record: { name } }: Shown<'platform'>,
  now_ms: number,
): SendCheck {
  const id = 'recent'
  const scheduled = earlier.find(({ record }) => record.status === 'scheduled')?.record.scheduled_at
  if (scheduled) {
    const when = momentWithin(scheduled, now_ms)
    return { id, outcome: 'warning', words: `It is scheduled for ${name} already, ${when}.` }
  }
  const last = earlier[0]?.record.created_at
  if (last === undefined) return { id, outcome: 'fine', words: `Not sent to ${name} before` }
  const when = momentWithin(last, now_ms)
  if (now_ms - Date.parse(last) < RECENT_MS)
    return { id, outcome: 'warning', words: `It was sent to ${name} ${when}. It would be sent again, as a refresh.` }
  return { id, outcome: 'fine', words: `Last sent to ${name} ${when}` }
}

/** Whether nothing stands in the way. */
export function canBeSent(checks: readonly SendCheck[]): boolean {
  return checks.every(({ outcome }) => outcome !== 'refused')
}
