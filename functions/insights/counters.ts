import type { AudienceRow } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import { meanMatchRate } from '#shared/records/match-rate.ts'
import type { PlatformRow } from '#shared/records/platform.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { CellReader } from '#shared/table/read/listing.ts'
import { monthOf, type Month } from '#shared/table/object/partition.ts'
import { spelled } from '#shared/table/object/limits.ts'

/** What insights count of each kind: one pass over few columns serves every route. */

export type Tally = Record<string, number>

interface Activity {
  /** Latest change of any row, deleted ones too; 0 = none. */
  changed_at_ms: number
}

export interface AudienceCount extends Activity {
  readonly months: Map<Month, { created: number; by_status: Tally; by_type: Tally; total_size: number }>
}

export const audienceCounter = new RowGroupCounter<AudienceRow, AudienceCount>(
  ['created_at', 'updated_at', 'deleted', 'status', 'data_type', 'total_audience_size'],
  () => ({ changed_at_ms: 0, months: new Map() }),
  (count, cell) => {
    if (!isLive(count, cell)) return
    const month = entry(count.months, monthOf(cell('created_at')), () => ({
      created: 0,
      by_status: {},
      by_type: {},
      total_size: 0,
    }))
    month.created++
    increment(month.by_status, cell('status'))
    increment(month.by_type, cell('data_type') ?? 'unknown')
    month.total_size += cell('total_audience_size') ?? 0
  },
)

export interface PlatformCount extends Activity {
  total: number
  readonly by_status: Tally
  readonly by_type: Tally
}

export const platformCounter = new RowGroupCounter<PlatformRow, PlatformCount>(
  ['updated_at', 'deleted', 'status', 'platform_type'],
  () => ({ changed_at_ms: 0, total: 0, by_status: {}, by_type: {} }),
  (count, cell) => {
    if (!isLive(count, cell)) return
    count.total++
    increment(count.by_status, cell('status'))
    increment(count.by_type, cell('platform_type'))
  },
)

/** Of the distributions of one month to one platform. */
export interface PlatformMonthCount {
  readonly month: Month
  readonly platform_id: string
  /** As the newest of them has it. */
  platform_name: string | null
  platform_type: string | null
  newest_ms: number
  readonly by_status: Tally
  matched_records: number
  rates_sum: number
  rates: number
}

export interface DistributionCount extends Activity {
  /** By month and platform. */
  readonly platform_months: Map<string, PlatformMonthCount>
}

export const distributionCounter = new RowGroupCounter<DistributionRow, DistributionCount>(
  [
    'created_at',
    'updated_at',
    'deleted',
    'status',
    'platform_id',
    'platform_name',
    'platform_type',
    'matched_records',
    'match_rate',
  ],
  () => ({ changed_at_ms: 0, platform_months: new Map() }),
  (count, cell) => {
    if (!isLive(count, cell)) return
    const created_ms = cell('created_at')
    const month = monthOf(created_ms)
    const platform_id = cell('platform_id')
    const platform_name = cell('platform_name')
    const platform_type = cell('platform_type')
    const found = entry(count.platform_months, `${month} ${platform_id}`, () => emptyPlatformMonth(month, platform_id))
    if (created_ms >= found.newest_ms) Object.assign(found, { platform_name, platform_type, newest_ms: created_ms })
    increment(found.by_status, cell('status'))
    found.matched_records += cell('matched_records') ?? 0
    const rate = cell('match_rate')
    if (rate === null) return
    found.rates_sum += rate
    found.rates++
  },
)

function emptyPlatformMonth(month: Month, platform_id: string): PlatformMonthCount {
  return {
    month,
    platform_id,
    platform_name: null,
    platform_type: null,
    newest_ms: -Infinity,
    by_status: {},
    matched_records: 0,
    rates_sum: 0,
    rates: 0,
  }
}

/** Sums of several groups. */
export function addTally(sum: Tally, more: Tally): void {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count
}

export function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0)
}

/** The counts of groups put together, by month and platform. */
export function mergedPlatformMonths(counts: readonly DistributionCount[]): readonly PlatformMonthCount[] {
  const merged = new Map<string, PlatformMonthCount>()
  for (const { platform_months } of counts) {
    for (const [key, part] of platform_months) {
      const sum = entry(merged, key, () => emptyPlatformMonth(part.month, part.platform_id))
      const { platform_name, platform_type, newest_ms } = part
      if (newest_ms >= sum.newest_ms) Object.assign(sum, { platform_name, platform_type, newest_ms })
      addTally(sum.by_status, part.by_status)
      sum.matched_records += part.matched_records
      sum.rates_sum += part.rates_sum
      sum.rates += part.rates
    }
  }
  return [...merged.values()]
}

/** Of reported match rates only; null when there is none. */
export function meanRate(counts: readonly Pick<PlatformMonthCount, 'rates' | 'rates_sum'>[]): number | null {
  const rates = counts.reduce((sum, count) => sum + count.rates, 0)
  const rates_sum = counts.reduce((sum, count) => sum + count.rates_sum, 0)
  return meanMatchRate(rates_sum, rates)
}

/** The months to tell of, newest first: the one of `now_ms` and those before it. */
export function monthsBack(now_ms: number, months: number): readonly { month: Month; name: string }[] {
  const now = new Date(now_ms)
  return Array.from({ length: months }, (_, back) => {
    const month = monthOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back))
    return { month, name: spelled(month) }
  })
}

function isLive(count: Activity, cell: CellReader<Pick<AudienceRow, 'updated_at' | 'deleted'>>): boolean {
  count.changed_at_ms = Math.max(count.changed_at_ms, cell('updated_at'))
  return !cell('deleted')
}

function increment(tally: Tally, name: unknown): void {
  const key = String(name)
  tally[key] = (tally[key] ?? 0) + 1
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
