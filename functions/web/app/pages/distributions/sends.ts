import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { newRecord } from '#shared/client/store/kinds.ts'
import type { AudienceSnapshot } from '#shared/records/distribution.ts'
import type { PlatformType } from '#shared/records/platform.ts'
import { handOverFacts, type HandOverFacts } from '../../audiences/hand-over-facts.ts'
import { sizeOfChosen } from '../../distributions/chosen-segments.ts'
import { countOf } from '../../format/numbers.ts'
import { compareNames } from '../../format/order.ts'
import { PLATFORMS } from '../../format/words.ts'
import { isSameRecord, RecordMap } from '../../store/record-map.ts'
import type { Distribution, Shown } from '../../store/records.ts'
import { PERIODS, type SendQuery } from './search.ts'

const DAY_MS = 86_400_000

/** A distribution with the names that this device knows, also before the service has added them. */
export interface Send extends HandOverFacts {
  readonly id: string
  readonly shown: Shown<'distribution'>
  readonly audience_name: string
  readonly platform_type: PlatformType | null
  /** The change that would have made it, where the service refused that: the user has yet to decide. */
  readonly refused: OutboxEntry | undefined
}

/** New sends that the service refused: no row shows them. */
export function refusedSends(aside: readonly OutboxEntry[]): readonly Shown<'distribution'>[] {
  return aside.flatMap(({ kind, id, change }) => {
    if (kind !== 'distribution' || change.op !== 'create') return []
    // It was validated by the schema that this type is of.
    const record = newRecord(kind, id, change.value, null) as Distribution
    const own = aside.filter((entry) => entry.kind === kind && isSameRecord(kind, entry.id, id))
    return [{ id, record, is_deleted: false, waiting: 0, aside: own }]
  })
}

/** The latest first. Pure. */
export function sendsOf(
  distributions: readonly Shown<'distribution'>[],
  audiences: readonly Shown<'audience'>[],
  platforms: readonly Shown<'platform'>[],
): readonly Send[] {
  const of_audiences = new RecordMap(
    'audience',
    audiences.map(({ id, record }) => [id, record]),
  )
  const types = new RecordMap(
    'platform',
    platforms.map(({ id, record }) => [id, record.platform_type]),
  )
  return distributions
    .toSorted((one, other) => (one.id < other.id ? 1 : -1))
    .map((shown) => {
      const { audience_id, platform_id, audience_name, platform_type, segments_distributed, version } = shown.record
      const audience = of_audiences.get(audience_id)
      return {
        ...handOverFacts(shown, platforms),
        // The service has not counted it yet.
        ...(version === 0 && audience && { total_records: sizeOfChosen(audience, segments_distributed) }),
        id: shown.id,
        shown,
        audience_name: audience_name ?? audience?.name ?? 'An audience',
        platform_type: knownType(platform_type) ?? types.get(platform_id) ?? null,
        refused: shown.aside.find(({ change }) => change.op === 'create'),
      }
    })
}

/** Those that the filters let through. */
export function selectSends(
  sends: readonly Send[],
  { q, status, platform, period }: SendQuery,
  now_ms: number,
): readonly Send[] {
  const wanted = folded(q.trim())
  const from_ms = now_ms - PERIODS[period].days * DAY_MS
  return sends.filter(({ audience_name, platform_name, refused, shown }) => {
    const { record } = shown
    if (status.length > 0 && (refused || !status.includes(record.status))) return false
    if (platform.length > 0 && !platform.some((id) => isSameRecord('platform', id, record.platform_id))) return false
    if (period !== '' && Date.parse(momentOfSend(shown)) < from_ms) return false
    return wanted === '' || folded(`${audience_name} ${platform_name}`).includes(wanted)
  })
}

/** A platform that something was sent to, or could be. */
export interface SentPlatform {
  readonly id: string
  readonly words: string
}

/** Those that are there by name, then those that were deleted and are still in the history. */
export function sentPlatforms(
  sends: readonly Send[],
  platforms: readonly Shown<'platform'>[],
): readonly SentPlatform[] {
  const there = new RecordMap(
    'platform',
    platforms.map(({ id }) => [id, true]),
  )
  const gone = new RecordMap(
    'platform',
    sends
      .filter(({ shown: { record } }) => !there.has(record.platform_id))
      .map(({ shown: { record }, platform_name }) => [record.platform_id, platform_name]),
  )
  return [
    ...platforms.map(({ id, record }) => ({ id, words: record.name })).toSorted(byWords),
    ...[...gone].map(([id, name]) => ({ id, words: `${name}, deleted` })).toSorted(byWords),
  ]
}

function byWords(one: SentPlatform, other: SentPlatform): number {
  return compareNames(one.words, other.words)
}

/** "5 segments", "2 of 5 segments". @param snapshot the audience as it was frozen */
export function segmentsSent(
  { segments_distributed: ids }: Pick<Distribution, 'segments_distributed'>,
  { segments }: Pick<AudienceSnapshot, 'segments'>,
): string {
  const all = countOf(segments.length, 'segment')
  return ids.length === 0 || ids.length >= segments.length ? all : `${ids.length} of ${all}`
}

/** The moment that a row tells: when it goes, or when something last happened to it. */
export function momentOfSend({ record }: Shown<'distribution'>): string {
  const { status, scheduled_at, completed_at, started_at, updated_at } = record
  if (status === 'scheduled' && scheduled_at) return scheduled_at
  return completed_at ?? started_at ?? updated_at
}

function knownType(type: string | null | undefined): PlatformType | undefined {
  return type !== null && type !== undefined && Object.hasOwn(PLATFORMS, type) ? (type as PlatformType) : undefined
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
