import type { PlatformType } from '#shared/records/platform.ts'
import { momentWithin } from '../format/dates.ts'
import { countOf, numberOf } from '../format/numbers.ts'
import { isSameRecord } from '../store/record-map.ts'
import type { Platform, Shown } from '../store/records.ts'
import { sizeOfChosen, type SegmentId } from './chosen-segments.ts'

/** What is looked at before an audience is sent. Pure. */
export interface SendCheck {
  readonly id: 'segments' | 'size' | 'minimum' | 'platform' | 'recent'
  /** `refused`: the service would not take it. `warning`: it would, and you may not want it. */
  readonly outcome: 'fine' | 'warning' | 'refused'
  readonly words: string
}

/** Sending it again within this time is more often a mistake than a wish. */
const RECENT_MS = 7 * 86_400_000

type Maybe<Noun extends 'audience' | 'platform'> = Shown<Noun> | undefined

/**
 * @param sends every distribution; those of this audience to this platform count
 * @param chosen the segments to send; undefined: all of them
 */
export function sendChecks(
  audience: Maybe<'audience'>,
  platform: Maybe<'platform'>,
  sends: readonly Shown<'distribution'>[],
  now_ms: number,
  chosen?: readonly SegmentId[],
): readonly SendCheck[] {
  const of_audience = audience ? [segmentsCheck(audience), sizeCheck(audience, chosen)] : []
  const of_platform = platform ? [platformCheck(platform)] : []
  const of_both =
    audience && platform
      ? [
          ...minimumCheck(audience, platform, chosen),
          recentCheck(earlierSends(audience, platform, sends), platform, now_ms),
        ]
      : []
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

function sizeCheck({ record }: Shown<'audience'>, chosen: readonly SegmentId[] | undefined): SendCheck {
  const id = 'size'
  if (chosen?.length === 0) return { id, outcome: 'refused', words: 'No segment is chosen. Choose at least one.' }
  const size = sizeOfChosen(record, chosen ?? [])
  if (size === null && chosen)
    return { id, outcome: 'warning', words: 'The size of the chosen segments is not known yet.' }
  if (size === null) return { id, outcome: 'warning', words: 'Its size is not known yet.' }
  if (size === 0) return { id, outcome: 'warning', words: 'It has no records: nobody would be matched.' }
  const segments = countOf(record.segments.length, 'segment')
  const sent = chosen && chosen.length < record.segments.length ? `${chosen.length} of ${segments}` : segments
  return { id, outcome: 'fine', words: `${countOf(size, 'record')} in ${sent}` }
}

/**
 * How many matched records a platform shows ads to at least, as their help pages say: Meta's and Google's custom segments 100,
 * LinkedIn's matched audiences 300, TikTok's custom audiences 1,000. The others name no number.
 */
const MATCHED_MIN: Readonly<Partial<Record<PlatformType, number>>> = {
  meta: 100,
  google_ads: 100,
  linkedin: 300,
  tiktok: 1000,
}

function minimumCheck(
  { record }: Shown<'audience'>,
  { record: { name, platform_type, settings } }: Shown<'platform'>,
  chosen: readonly SegmentId[] = [],
): readonly SendCheck[] {
  const id = 'minimum'
  const [size, minimum] = [sizeOfChosen(record, chosen), MATCHED_MIN[platform_type]]
  if (!size || minimum === undefined) return []
  const rate = settings?.['default_match_rate']
  const expected = typeof rate === 'number' ? Math.round(size * rate) : size
  if (expected >= minimum) return []
  const about =
    typeof rate === 'number' ? `about ${numberOf(expected)} of these would be` : `this has ${numberOf(size)}`
  return [{ id, outcome: 'warning', words: `${name} needs ${numberOf(minimum)} matched records; ${about}.` }]
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
        status !== 'failed' &&
        status !== 'cancelled' &&
        isSameRecord('audience', audience_id, audience.id) &&
        isSameRecord('platform', platform_id, platform.id),
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
