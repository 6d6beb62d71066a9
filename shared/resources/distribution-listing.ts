import { DAY_MS } from '../base/durations.ts'
import { canonicalSpelling } from '../base/ids.ts'
import type { DistributionFilters, DistributionQuery } from '../contract/distributions.ts'
import type { Answer, Call } from '../http/call.ts'
import { AUDIENCES } from '../records/audience.ts'
import type { DistributionRow, DISTRIBUTIONS } from '../records/distribution.ts'
import { PLATFORMS } from '../records/platform.ts'
import type { RowFilter } from '../table/read/listing.ts'
import type { RecordService } from './record-service.ts'

/** Listings of distributions, which two functions answer: all of a user, and those of one audience. Old clients get whole records. */
export async function listDistributions(
  service: RecordService<typeof DISTRIBUTIONS>,
  call: Call,
  query: DistributionQuery,
): Promise<Answer> {
  const { limit, cursor } = query
  return service.list(call, { limit, cursor, with_details: call.is_old_client, filter: distributionFilter(query) })
}

/** Live ones that match. Stored as well as asked for, an old id may have either spelling. */
export function distributionFilter(query: DistributionFilters): RowFilter<DistributionRow> {
  const { audience_id, platform_id, status, from, to } = query
  const audience = audience_id === undefined ? undefined : canonicalSpelling(AUDIENCES, audience_id)
  const platform = platform_id === undefined ? undefined : canonicalSpelling(PLATFORMS, platform_id)
  const from_ms = from === undefined ? -Infinity : Date.parse(from)
  const until_ms = to === undefined ? Infinity : Date.parse(to) + (isDay(to) ? DAY_MS : 0)
  const is_timed = from !== undefined || to !== undefined
  return {
    columns: ['deleted', 'status', 'audience_id', 'platform_id', 'created_at'],
    matches: (cell) =>
      !cell('deleted') &&
      (status === undefined || cell('status') === status) &&
      (audience === undefined || canonicalSpelling(AUDIENCES, cell('audience_id')) === audience) &&
      (platform === undefined || canonicalSpelling(PLATFORMS, cell('platform_id')) === platform) &&
      (!is_timed || isBetween(cell('created_at'), from_ms, until_ms)),
  }
}

function isBetween(time_ms: number, from_ms: number, until_ms: number): boolean {
  return time_ms >= from_ms && time_ms < until_ms
}

function isDay(time: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(time)
}
