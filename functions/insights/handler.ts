import { isoTime, type Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { insightRoutes } from '#shared/contract/insights.ts'
import type { Caller, Handlers } from '#shared/http/call.ts'
import type { AudienceRow } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import type { PlatformRow } from '#shared/records/platform.ts'
import type { Table } from '#shared/table/table.ts'
import {
  addTally,
  audienceCounter,
  distributionCounter,
  meanRate,
  mergedPlatformMonths,
  monthsBack,
  platformCounter,
  total,
  type AudienceCount,
  type PlatformMonthCount,
  type Tally,
} from './counters.ts'

/** The insights routes over the three tables, which they only read. Knows no adapter. */
export interface InsightDependencies {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
  readonly clock: Clock
}

const MONTHS = 12

export function insightHandlers(dependencies: InsightDependencies): Handlers<typeof insightRoutes> {
  const { audiences, platforms, distributions, clock } = dependencies
  return {
    getSummary: async ({ caller, params }) => {
      const user_id = ownId(caller, params.user_id)
      const [audience_counts, platform_counts, distribution_counts] = await Promise.all([
        audiences.count(user_id, audienceCounter),
        platforms.count(user_id, platformCounter),
        distributions.count(user_id, distributionCounter),
      ])
      const audience_status = tallyOf(
        audience_counts.flatMap(({ months }) => [...months.values()]),
        'by_status',
      )
      const platform_months = mergedPlatformMonths(distribution_counts)
      const by_status = tallyOf(platform_months, 'by_status')
      const { active = 0, draft = 0, archived = 0 } = audience_status
      const platform_status = tallyOf(platform_counts, 'by_status')
      const changes_ms = [...audience_counts, ...platform_counts, ...distribution_counts].map((c) => c.changed_at_ms)
      const changed_at_ms = Math.max(0, ...changes_ms)
      const summary = {
        audiences: { total: total(audience_status), active, draft, archived },
        platforms: {
          total: total(platform_status),
          by_status: platform_status,
          by_type: tallyOf(platform_counts, 'by_type'),
        },
        distributions: { total: total(by_status), by_status, average_match_rate: meanRate(platform_months) },
        last_activity: changed_at_ms === 0 ? null : isoTime(changed_at_ms),
      }
      return { status: 200, body: { summary } }
    },

    getAudienceInsights: async ({ caller, query }) => {
      const back = monthsBack(clock.nowMs(), query.months ?? MONTHS)
      const counts = await audiences.count(caller.user_id, audienceCounter, { from: back.at(-1)!.month })
      const months = back.map(({ month, name }) => ({
        month: name,
        ...audienceMonth(counts.flatMap(({ months }) => months.get(month) ?? [])),
      }))
      return { status: 200, body: { months } }
    },

    getDistributionInsights: async ({ caller, query }) => {
      const back = monthsBack(clock.nowMs(), query.months ?? MONTHS)
      const counts = await distributions.count(caller.user_id, distributionCounter, { from: back.at(-1)!.month })
      const by_month = Map.groupBy(mergedPlatformMonths(counts), ({ month }) => month)
      const months = back.map(({ month, name }) => ({
        month: name,
        platforms: (by_month.get(month) ?? []).map(platformOfMonth).toSorted(byHandedOver),
      }))
      return { status: 200, body: { months } }
    },
  }
}

/** @throws Problem `forbidden` for another user's id, whether there is such a user or not */
function ownId({ user_id, own_names }: Caller, named: string): string {
  if (named === 'me' || own_names.includes(named)) return user_id
  throw new Problem('forbidden', 'You can read only your own summary.')
}

function tallyOf<Name extends string>(counts: readonly Record<Name, Tally>[], name: Name): Tally {
  const sum: Tally = {}
  for (const count of counts) addTally(sum, count[name])
  return sum
}

type CountOfMonth = AudienceCount['months'] extends Map<string, infer Count> ? Count : never

function audienceMonth(parts: readonly CountOfMonth[]): CountOfMonth {
  return {
    created: parts.reduce((sum, { created }) => sum + created, 0),
    by_status: tallyOf(parts, 'by_status'),
    by_type: tallyOf(parts, 'by_type'),
    total_size: parts.reduce((sum, { total_size }) => sum + total_size, 0),
  }
}

function platformOfMonth(count: PlatformMonthCount) {
  const { platform_id, platform_name, platform_type, by_status, matched_records } = count
  const { scheduled = 0, cancelled = 0, completed = 0, failed = 0 } = by_status
  return {
    platform_id,
    platform_name,
    platform_type,
    handed_over: total(by_status) - scheduled - cancelled,
    completed,
    failed,
    matched_records,
    match_rate: meanRate([count]),
  }
}

type PlatformOfMonth = ReturnType<typeof platformOfMonth>

function byHandedOver(a: PlatformOfMonth, b: PlatformOfMonth): number {
  return b.handed_over - a.handed_over || (a.platform_id < b.platform_id ? -1 : 1)
}
