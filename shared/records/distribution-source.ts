import { Problem, type FieldError } from '../base/problem.ts'
import { AUDIENCES, type AudienceRow } from './audience.ts'
import type { AudienceSnapshot } from './distribution.ts'
import { PLATFORMS, type PlatformRow } from './platform.ts'
import { valuesOf } from './record-rows.ts'
import { FieldErrors } from './validation/field-errors.ts'

/** What a distribution keeps of its audience and platform, as they are in the versions that were read. */
export interface DistributionSource {
  readonly audience_id: string
  readonly platform_id: string
  readonly audience_name: string | null
  readonly platform_name: string | null
  readonly platform_type: string | null
  readonly total_records: number | null
  readonly estimated_matched_records: number | null
  readonly audience_snapshot: AudienceSnapshot
}

/** Why a distribution cannot use its audience or platform; `code` is what programs tell it by. */
export interface UnusableReference extends FieldError {
  readonly path: 'audience_id' | 'platform_id'
  readonly code: 'audience_deleted' | 'audience_archived' | 'platform_deleted' | 'platform_disconnected'
}

/** What keeps an audience from being handed over to a platform; empty when nothing does. A record that is absent counts as deleted. */
export function unusableReferences(
  audience: Pick<AudienceRow, 'deleted' | 'status'> | undefined,
  platform: Pick<PlatformRow, 'deleted' | 'status'> | undefined,
): readonly UnusableReference[] {
  const found: UnusableReference[] = []
  if (!audience || audience.deleted) found.push(UNUSABLE.audience_deleted)
  else if (audience.status === 'archived') found.push(UNUSABLE.audience_archived)
  if (!platform || platform.deleted) found.push(UNUSABLE.platform_deleted)
  else if (platform.status === 'disconnected') found.push(UNUSABLE.platform_disconnected)
  return found
}

const UNUSABLE: Readonly<Record<UnusableReference['code'], UnusableReference>> = {
  audience_deleted: {
    path: 'audience_id',
    code: 'audience_deleted',
    message: 'is not the id of one of your audiences',
  },
  audience_archived: {
    path: 'audience_id',
    code: 'audience_archived',
    message: 'is the id of an archived audience: restore it first',
  },
  platform_deleted: {
    path: 'platform_id',
    code: 'platform_deleted',
    message: 'is not the id of one of your platforms',
  },
  platform_disconnected: {
    path: 'platform_id',
    code: 'platform_disconnected',
    message: 'is the id of a disconnected platform',
  },
}

/** Leaves room within a record's limit for everything that is reported about a distribution later. */
const SNAPSHOT_BYTES_MAX = 160 * 1024

/**
 * The hand-over of an audience to a platform, or why there cannot be one. A record of another user is as absent as one
 * that never was.
 * @param segments ids of those to hand over; none = all of the audience
 */
export function distributionSource(
  audience: AudienceRow | undefined,
  platform: PlatformRow | undefined,
  segments: readonly (string | number)[],
): DistributionSource | Problem {
  const errors: FieldError[] = unusableReferences(audience, platform).map(({ path, message }) => ({ path, message }))
  if (!audience || !platform || errors.length > 0) return unresolvable(errors)

  const snapshot = snapshotOf(audience)
  const known = new Map(snapshot.segments.map((segment) => [segment['segment_id'], segment['size']]))
  segments.forEach((id, at) => {
    if (known.has(id)) return
    errors.push({ path: `segments_distributed[${at}]`, message: 'is not the id of a segment of the audience' })
  })
  if (errors.length > 0) return unresolvable(errors)
  if (new TextEncoder().encode(JSON.stringify([snapshot, segments])).length > SNAPSHOT_BYTES_MAX) return tooLarge()

  const total_records =
    segments.length === 0 ? sizeOf(snapshot) : sumOf([...new Set(segments)].map((id) => known.get(id)))
  const rate = defaultMatchRate(platform)
  return {
    audience_id: audience.audience_id,
    platform_id: platform.platform_id,
    audience_name: audience.name,
    platform_name: platform.name,
    platform_type: platform.platform_type,
    total_records,
    estimated_matched_records: total_records === null || rate === undefined ? null : Math.round(total_records * rate),
    audience_snapshot: snapshot,
  }
}

const SNAPSHOT_COLUMNS = [
  'version',
  'data_type',
  'total_audience_size',
  'audience_size',
  'selected_variables',
  'variable_details',
  'segments',
] as const

export function snapshotOf(audience: Pick<AudienceRow, (typeof SNAPSHOT_COLUMNS)[number]>): AudienceSnapshot {
  return valuesOf(AUDIENCES, audience, SNAPSHOT_COLUMNS)
}

function defaultMatchRate(platform: PlatformRow): number | undefined {
  const { settings } = valuesOf(PLATFORMS, platform, ['settings'])
  // Null in a row of a release that had no settings yet.
  const { default_match_rate: rate } = (settings ?? {}) as { default_match_rate?: unknown }
  return typeof rate === 'number' && rate >= 0 && rate <= 1 ? rate : undefined
}

function sizeOf({ total_audience_size, audience_size, segments }: AudienceSnapshot): number | null {
  return total_audience_size ?? audience_size ?? sumOf(segments.map(({ size }) => size))
}

/** Null when one of the sizes is not known, or there is none. */
function sumOf(sizes: readonly unknown[]): number | null {
  let sum = 0
  for (const size of sizes) {
    if (typeof size !== 'number') return null
    sum += size
  }
  return sizes.length === 0 || !Number.isSafeInteger(sum) ? null : sum
}

/** Named in the sentence; `errors` has more of them. */
const FAULTS_NAMED = 3

function unresolvable(faults: readonly FieldError[]): Problem {
  const { shown, count, members } = new FieldErrors(faults)
  const named = shown.slice(0, FAULTS_NAMED)
  const said = named.map(({ path, message }) => `${path} ${message}`).join('; ')
  const rest = count === named.length ? '' : ` (and ${count - named.length} more)`
  return new Problem('unresolvable-reference', `${said}${rest}.`, { errors: shown, members })
}

function tooLarge(): Problem {
  return new Problem(
    'quota-exceeded',
    `The audience takes more than the ${SNAPSHOT_BYTES_MAX} bytes that a distribution keeps of it.`,
    { members: { limit: 'audience_snapshot_bytes', limit_value: SNAPSHOT_BYTES_MAX } },
  )
}
