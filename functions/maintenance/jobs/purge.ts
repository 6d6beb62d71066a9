import { DAY_MS } from '#shared/base/durations.ts'
import type { Clock } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { Decision, Mutation } from '#shared/table/commit/mutation.ts'
import { monthOfObject } from '#shared/table/object/partition.ts'
import type { Row, StoredRow, TableSchema } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { tableFolder } from '#shared/table/read/user-folders.ts'
import type { Job, Sums, UserTask } from '../runner/job.ts'
import { mutateAll } from '../runner/mutate-all.ts'
import { serverWriter } from '#shared/table/object/writer.ts'

const MAINTENANCE = serverWriter('maintenance')

export interface PurgeDependencies {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
  readonly clock: Clock
  /** 0: nothing is ever purged. */
  readonly after_days: number
}

interface PurgeSums extends Sums {
  tombstones: number
  old: number
  referred_to: number
  purged: number
  overtaken: number
}

/** When each record of a group was deleted, of those that are. */
function tombstonesOf({ id_column }: TableSchema): RowGroupCounter<Row, Map<string, number>> {
  return new RowGroupCounter<Row, Map<string, number>>(
    [id_column, 'deleted', 'updated_at'],
    () => new Map(),
    (tombstones, cell) => {
      if (cell('deleted') === true) tombstones.set(String(cell(id_column)), Number(cell('updated_at')))
    },
  )
}

const TOMBSTONES = new Map([DISTRIBUTIONS, AUDIENCES, PLATFORMS].map((kind) => [kind.name, tombstonesOf(kind)]))

/** Ids of audiences and platforms that any row of distributions names, a tombstone's as well. */
const references = new RowGroupCounter<DistributionRow, Set<string>>(
  ['audience_id', 'platform_id'],
  () => new Set(),
  (ids, cell) => {
    ids.add(canonicalSpelling(AUDIENCES, cell('audience_id')))
    ids.add(canonicalSpelling(PLATFORMS, cell('platform_id')))
  },
)

/**
 * Takes out for good what was deleted more than `after_days` ago and no distribution refers to, a deleted distribution
 * included as long as there is a row of it. Distributions go first, so what only they referred to goes with them. A
 * refresh names the distribution it follows in its metadata: that is history, and keeps nothing.
 *
 * Whether a record still is deleted, and long enough, is decided on its row as every attempt of the commit finds it, so a
 * restore wins. No new reference can appear meanwhile: nothing can be distributed that is deleted.
 *
 * Cost of a user: the objects that changed since this instance last read them; with an old tombstone of an audience or
 * platform one LIST; one PUT for each object with something to purge.
 */
export function purgeJob(dependencies: PurgeDependencies): Job<PurgeSums> {
  const top_folders = [DISTRIBUTIONS, AUDIENCES, PLATFORMS].map(tableFolder)
  return {
    name: 'purge',
    // Switched off, it processes nobody.
    top_folders: dependencies.after_days === 0 ? [] : top_folders,
    begin: () => ({ tombstones: 0, old: 0, referred_to: 0, purged: 0, overtaken: 0 }),
    async processUser(task) {
      const { distributions, audiences, platforms } = dependencies
      await purgeTable(dependencies, distributions, task, async () => new Set())
      let referred_to: Promise<ReadonlySet<string>> | undefined
      const referredTo = () => (referred_to ??= referencesOf(distributions, task.user_id))
      await purgeTable(dependencies, audiences, task, referredTo)
      await purgeTable(dependencies, platforms, task, referredTo)
    },
  }
}

async function referencesOf(distributions: Table<DistributionRow>, user_id: string): Promise<ReadonlySet<string>> {
  const sets = await distributions.count(user_id, references)
  return new Set(sets.flatMap((ids) => [...ids]))
}

async function purgeTable(
  { clock, after_days }: PurgeDependencies,
  table: Table,
  { user_id, folder, sums, dry_run, report }: UserTask<PurgeSums>,
  referredTo: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const { schema } = table
  const before_ms = clock.nowMs() - after_days * DAY_MS
  for (const object of folder.objects.get(schema.name) ?? []) {
    const found = await table.count(user_id, TOMBSTONES.get(schema.name)!, { listed: [object] })
    const tombstones = found.flatMap((of_group) => [...of_group])
    const old = tombstones.filter(([, deleted_ms]) => deleted_ms < before_ms)
    sums.tombstones += tombstones.length
    sums.old += old.length
    if (old.length === 0) continue
    const kept = await referredTo()
    const going = old.filter(([id]) => !kept.has(canonicalSpelling(schema, id)))
    sums.referred_to += old.length - going.length
    const month = monthOfObject(schema, user_id, object.name)!
    const outcomes = dry_run
      ? undefined
      : await mutateAll(table, { user_id, month }, going, ([id]) => purgeOf(id, before_ms))
    going.forEach(([record_id, deleted_ms], at) => {
      const is_purged = outcomes?.[at]?.kind === 'written'
      if (outcomes && is_purged) sums.purged++
      if (outcomes && !is_purged) sums.overtaken++
      if (outcomes && !is_purged) return
      const deleted_days = Math.floor((clock.nowMs() - deleted_ms) / DAY_MS)
      report({ user_id, table: schema.name, record_id, deleted_days })
    })
  }
}

function purgeOf(id: string, before_ms: number): Mutation {
  return { id, writer: MAINTENANCE, size_bytes: 0, decide: (row) => decidePurge(row, before_ms) }
}

function decidePurge(row: StoredRow | undefined, before_ms: number): Decision {
  if (!row) return { kind: 'refuse', problem: new Problem('not-found', 'The record is already purged.') }
  const is_old = row.deleted && row.updated_at < before_ms
  return is_old ? { kind: 'purge' } : { kind: 'keep', row, status: 200 }
}
