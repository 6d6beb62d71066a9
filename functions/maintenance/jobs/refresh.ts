import { hash } from 'node:crypto'

import { isoTime } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import { decideCreation } from '#shared/records/distribution-decisions.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { distributionSource } from '#shared/records/distribution-source.ts'
import type { PlatformRow } from '#shared/records/platform.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import type { Table } from '#shared/table/table.ts'
import type { Completed } from './dispatch-summary.ts'
import { serverWriter } from '#shared/table/object/writer.ts'

const DISPATCH = serverWriter('dispatch')

/** A distribution that follows a completed one of the same audience to the same platform, a period later. */
export interface Refresh {
  readonly id: string
  readonly due_ms: number
  readonly follows: Completed
}

/**
 * The refresh that is due, if one is. Its id follows from what it refreshes and from the period that runs, so all who
 * find it due, however often and wherever, mean the same record, and only one of them creates it.
 */
export function dueRefresh(follows: Completed, period_ms: number, now_ms: number): Refresh | undefined {
  const periods = Math.floor((now_ms - follows.completed_ms) / period_ms)
  if (periods < 1) return undefined
  const due_ms = follows.completed_ms + periods * period_ms
  const { distribution_id, platform_id, audience_id } = follows
  const digest = hash('sha256', JSON.stringify([platform_id, audience_id, distribution_id, periods]), 'buffer')
  const id = newId(DISTRIBUTIONS.id_prefix, due_ms, {
    bytes: (length) => digest.subarray(0, length),
    uniform: () => 0,
  })
  return { id, due_ms, follows }
}

export interface RefreshTables {
  readonly distributions: Table<DistributionRow>
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
}

/** Members of the metadata that a refresh takes over: what it is part of, not what was decided about the one before. */
const CAMPAIGN = ['campaign_id', 'campaign_name', 'tags']

/** @returns whether it was created now; not when it was before, or when what it needs cannot be used any more */
export async function createRefresh(
  { distributions, audiences, platforms }: RefreshTables,
  user_id: string,
  { id, due_ms, follows }: Refresh,
  now_ms: number,
): Promise<boolean> {
  const [before, audience, platform] = await Promise.all([
    distributions.get(user_id, follows.distribution_id),
    audiences.get(user_id, follows.audience_id),
    platforms.get(user_id, follows.platform_id),
  ])
  if (!before || !audience) return false
  const { segments_distributed, metadata } = valuesOf(DISTRIBUTIONS, before, ['segments_distributed', 'metadata'])
  const segments = segments_distributed.filter((segment) => hasSegment(audience, segment))
  // Empty would mean all of the audience: more than was ever asked for.
  if (segments.length === 0 && segments_distributed.length > 0) return false
  const source = distributionSource(audience, platform, segments)
  if (source instanceof Problem) return false

  const sent = {
    audience_id: follows.audience_id,
    platform_id: follows.platform_id,
    distribution_type: 'refresh' as const,
    segments_distributed: segments,
    metadata: {
      ...Object.fromEntries(Object.entries(metadata).filter(([name]) => CAMPAIGN.includes(name))),
      refresh_of: follows.distribution_id,
    },
  }
  const asking = { kind: DISTRIBUTIONS, user_id }
  const outcome = await distributions.create(user_id, {
    id,
    writer: DISPATCH,
    size_bytes: JSON.stringify(source).length,
    decide: (_, current) =>
      current
        ? { kind: 'keep', row: current, status: 200 }
        : decideCreation({ asking, id, created_at: isoTime(due_ms), current, sent, source, now_ms }),
  })
  if (outcome.kind === 'refused') throw outcome.problem
  return outcome.kind === 'written'
}

function hasSegment(audience: AudienceRow, segment_id: string | number): boolean {
  const { segments } = valuesOf(AUDIENCES, audience, ['segments'])
  return segments.some((segment) => segment.segment_id === segment_id)
}
