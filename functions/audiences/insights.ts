import { isoTime } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { INSIGHT_PLATFORMS_MAX, type AudienceInsights } from '#shared/contract/audience-insights.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import { meanMatchRate } from '#shared/records/match-rate.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordOf } from '#shared/records/record-kind.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import { chainOf } from '#shared/table/object/row-history.ts'
import type { Table } from '#shared/table/table.ts'

type Sizes = AudienceInsights['sizes'][number]
type PlatformInsights = AudienceInsights['platforms'][number]

const SIZE_FIELDS = ['total_audience_size', 'audience_size', 'segments'] as const
type SizeField = (typeof SIZE_FIELDS)[number]

/** What the sizes of an audience were, from its row and the past in it. */
export function sizesOf(row: AudienceRow): Pick<AudienceInsights, 'sizes' | 'kept_since_version' | 'gap'> {
  const { entries, kept_since_version, gap } = chainOf(row)
  let state: Record<string, unknown> = valuesOf(AUDIENCES, row, SIZE_FIELDS)
  const newest_first: Sizes[] = []
  for (const { version, from_version, at, since, before, omitted = [] } of entries) {
    newest_first.push(sizesAt(version, from_version === 0 ? (since ?? at) : at, state))
    state = { ...state, ...before }
    for (const name of omitted) delete state[name]
  }
  const oldest = entries.at(-1)
  if (!oldest) newest_first.push(sizesAt(row.version, isoTime(row.updated_at), state))
  else if (oldest.from_version > 0) newest_first.push(sizesAt(oldest.from_version, null, state))
  const sizes = newest_first.filter((one, at) => {
    const earlier = newest_first[at + 1]
    return !earlier || !isSameJson([one.total, one.segments], [earlier.total, earlier.segments])
  })
  return { sizes, kept_since_version, gap }
}

/** @param state the fields as they were; those that are not known any more are absent */
function sizesAt(version: number, at: string | null, state: Readonly<Record<string, unknown>>): Sizes {
  const { total_audience_size, audience_size, segments } = state as Partial<Pick<RecordOf<typeof AUDIENCES>, SizeField>>
  return {
    version,
    at,
    total: total_audience_size ?? audience_size ?? null,
    segments: segments?.map(({ segment_id, name = null, size = null }) => ({ segment_id, name, size })) ?? null,
  }
}

/** What was summed of the distributions to one platform. */
interface Sums {
  readonly platform_id: string
  platform_name: string | null
  platform_type: string | null
  newest_ms: number
  handed_over: number
  completed: number
  failed: number
  total_records: number | null
  matched_records: number | null
  rates_sum: number
  rates: number
  last_ms: number
}

/** Hand-overs of an audience by platform. Cost: what a list of distributions costs. */
export async function handOversOf(
  distributions: Table<DistributionRow>,
  user_id: string,
  { audience_id }: AudienceRow,
): Promise<Pick<AudienceInsights, 'platforms' | 'platform_count'>> {
  const own_id = canonicalSpelling(AUDIENCES, audience_id)
  const by_platform = await distributions.fold(user_id, {
    columns: [
      'deleted',
      'audience_id',
      'platform_id',
      'platform_name',
      'platform_type',
      'status',
      'created_at',
      'completed_at',
      'total_records',
      'matched_records',
      'match_rate',
    ],
    start: () => new Map<string, Sums>(),
    add: (by_platform, cell) => {
      if (cell('deleted') || canonicalSpelling(AUDIENCES, cell('audience_id')) !== own_id) return
      const platform_id = canonicalSpelling(PLATFORMS, cell('platform_id'))
      const sums = by_platform.get(platform_id) ?? noneTo(platform_id)
      by_platform.set(platform_id, sums)
      const created_ms = cell('created_at')
      if (created_ms >= sums.newest_ms) {
        sums.newest_ms = created_ms
        sums.platform_name = cell('platform_name')
        sums.platform_type = cell('platform_type')
      }
      const status = cell('status')
      if (status !== 'scheduled' && status !== 'cancelled') sums.handed_over++
      if (status === 'failed') sums.failed++
      sums.matched_records = added(sums.matched_records, cell('matched_records'))
      const rate = cell('match_rate')
      if (rate !== null) {
        sums.rates_sum += rate
        sums.rates++
      }
      if (status !== 'completed') return
      sums.completed++
      sums.total_records = added(sums.total_records, cell('total_records'))
      // A record of the old system may not say when: then it is as old as it can be at most.
      sums.last_ms = Math.max(sums.last_ms, cell('completed_at') ?? created_ms)
    },
  })
  const platforms = [...by_platform.values()].toSorted(byHandedOver).slice(0, INSIGHT_PLATFORMS_MAX).map(shown)
  return { platforms, platform_count: by_platform.size }
}

function noneTo(platform_id: string): Sums {
  return {
    platform_id,
    platform_name: null,
    platform_type: null,
    newest_ms: -Infinity,
    handed_over: 0,
    completed: 0,
    failed: 0,
    total_records: null,
    matched_records: null,
    rates_sum: 0,
    rates: 0,
    last_ms: -Infinity,
  }
}

/** A sum of what is known; null while nothing is. */
function added(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more
}

function byHandedOver(a: Sums, b: Sums): number {
  return b.handed_over - a.handed_over || (a.platform_id < b.platform_id ? -1 : 1)
}

function shown({ newest_ms: _newest, rates_sum, rates, last_ms, ...sums }: Sums): PlatformInsights {
  const last_at = last_ms === -Infinity ? null : isoTime(last_ms)
  return { ...sums, match_rate: meanMatchRate(rates_sum, rates), last_at }
}
