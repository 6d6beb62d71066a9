import { DAY_MS } from '#shared/base/durations.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import { decideIdle } from '#shared/records/idle.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import { monthOfObject } from '#shared/table/object/partition.ts'
import type { Table } from '#shared/table/table.ts'
import { tableFolder } from '#shared/table/read/user-folders.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Job, Sums, UserTask } from '../runner/job.ts'
import { mutateAll } from '../runner/mutate-all.ts'
import { serverWriter } from '#shared/table/object/writer.ts'

const RETENTION = serverWriter('retention')

export interface RetentionDependencies {
  readonly audiences: Table<AudienceRow>
  readonly distributions: Table<DistributionRow>
  readonly clock: Clock
  /** 0: nothing is ever idle. */
  readonly idle_days: number
}

interface RetentionSums extends Sums {
  active: number
  idle: number
  archived: number
  overtaken: number
}

/** When each active audience of a group was last changed. */
const activeAudiences = new RowGroupCounter<AudienceRow, Map<string, number>>(
  ['audience_id', 'deleted', 'status', 'updated_at'],
  () => new Map(),
  (active, cell) => {
    if (cell('deleted') || cell('status') !== 'active') return
    active.set(cell('audience_id'), cell('updated_at'))
  },
)

/**
 * When each audience was last distributed, by any distribution there is a row of. One that is scheduled is ahead, also
 * when its time has passed: archived, its audience would cancel it.
 */
const lastDistributed = new RowGroupCounter<DistributionRow, Map<string, number>>(
  ['audience_id', 'deleted', 'status', 'created_at', 'updated_at', 'completed_at', 'scheduled_at'],
  () => new Map(),
  (last, cell) => {
    const id = canonicalSpelling(AUDIENCES, cell('audience_id'))
    if (!cell('deleted') && cell('status') === 'scheduled') return void last.set(id, Infinity)
    const times = [cell('created_at'), cell('updated_at'), cell('completed_at'), cell('scheduled_at')].map(Number)
    last.set(id, Math.max(last.get(id) ?? 0, ...times))
  },
)

/**
 * Archives active audiences that were neither changed nor distributed for `idle_days`. Whether an audience was changed
 * is decided again on its row as every attempt of the commit finds it, so an edit made meanwhile wins. Distributions lie
 * in other objects: they are read last, right before the commit of each month, and one that is created between the two
 * finds its audience archived afterwards. It goes on with what it was created with, unless it is scheduled for later
 * (decision 20); a restore brings the audience back.
 *
 * Cost of a user: the objects of audiences that changed since this instance last read them; for each month with an
 * audience to archive one LIST, the objects of distributions that changed, and one PUT.
 */
export function retentionJob(dependencies: RetentionDependencies): Job<RetentionSums> {
  const { idle_days } = dependencies
  return {
    name: 'retention',
    // Switched off, it processes nobody.
    top_folders: idle_days === 0 ? [] : [tableFolder(AUDIENCES)],
    begin: () => ({ active: 0, idle: 0, archived: 0, overtaken: 0 }),
    line: () => ({ severity: 'INFO', event: 'retention_archived', message: 'an idle audience was archived' }),
    processUser: (task) => processUser(dependencies, task),
  }
}

async function processUser(dependencies: RetentionDependencies, task: UserTask<RetentionSums>): Promise<void> {
  const { audiences, distributions, clock, idle_days } = dependencies
  const { user_id, folder, sums, dry_run, report } = task
  const before_ms = clock.nowMs() - idle_days * DAY_MS
  const unchanged: { month: string; changed_ms: Map<string, number> }[] = []
  for (const object of folder.objects.get(AUDIENCES.name) ?? []) {
    const changed_ms = new Map<string, number>()
    for (const active of await audiences.count(user_id, activeAudiences, { listed: [object] })) {
      sums.active += active.size
      for (const [id, time_ms] of active) if (time_ms < before_ms) changed_ms.set(id, time_ms)
    }
    const month = monthOfObject(AUDIENCES, user_id, object.name)!
    if (changed_ms.size > 0) unchanged.push({ month, changed_ms })
  }
  if (unchanged.length === 0) return

  for (const { month, changed_ms } of unchanged) {
    const distributed_ms = await distributedBy(distributions, user_id)
    const lastUsedMs = (id: string, time_ms: number): number =>
      Math.max(time_ms, distributed_ms.get(canonicalSpelling(AUDIENCES, id)) ?? 0)
    const idle = [...changed_ms].filter(([id, time_ms]) => lastUsedMs(id, time_ms) < before_ms)
    sums.idle += idle.length
    const asking = { kind: AUDIENCES, user_id }
    const outcomes = dry_run
      ? undefined
      : await mutateAll(audiences, { user_id, month }, idle, ([id]) => ({
          id,
          writer: RETENTION,
          size_bytes: 0,
          decide: (row) => decideIdle(asking, row, before_ms),
        }))
    idle.forEach(([audience_id, time_ms], at) => {
      if (!countsAs(outcomes?.[at], sums)) return
      const unused_ms = clock.nowMs() - lastUsedMs(audience_id, time_ms)
      report({ user_id, audience_id, idle_days: Math.floor(unused_ms / DAY_MS) })
    })
  }
}

/** When each audience of the user was last distributed, as of now. */
async function distributedBy(
  distributions: Table<DistributionRow>,
  user_id: string,
): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>()
  for (const of_group of await distributions.count(user_id, lastDistributed)) {
    for (const [id, time_ms] of of_group) last.set(id, Math.max(last.get(id) ?? 0, time_ms))
  }
  return last
}

/** @returns whether it is archived, or would be */
function countsAs(outcome: Outcome | undefined, sums: RetentionSums): boolean {
  if (!outcome) return true
  const is_archived = outcome.kind === 'written'
  if (is_archived) sums.archived++
  else sums.overtaken++
  return is_archived
}
