import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { LIMITS, WARN_SHARE } from '#shared/table/object/limits.ts'
import type { Table } from '#shared/table/table.ts'
import { tableFolder } from '#shared/table/read/user-folders.ts'
import type { ObjectListing } from '#shared/objects/object-store.ts'
import type { ReportItem, Job, Sums, UserTask } from '../runner/job.ts'

export interface MetricsDependencies {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
  readonly events: TableEvents
  /** Called after a whole run, with its sums and the users who store most. */
  readonly onMeasured: (sums: Sums, largest: readonly ReportItem[]) => void
}

/** What is stored of one kind, or by one user. */
interface Stored extends Sums {
  objects: number
  bytes: number
  records: number
  deleted: number
  by_status: Record<string, number>
}

interface MetricsSums extends Sums {
  objects: number
  bytes: number
  near_limit: number
  audiences: Stored
  platforms: Stored
  distributions: Stored
}

const LARGEST_USERS = 20

const counts = new RowGroupCounter<
  Pick<AudienceRow, 'deleted'> & { readonly status: string },
  { records: number; deleted: number; by_status: Record<string, number> }
>(
  ['deleted', 'status'],
  () => ({ records: 0, deleted: 0, by_status: {} }),
  (sum, cell) => {
    sum.records++
    if (cell('deleted')) {
      sum.deleted++
      return
    }
    const status = cell('status')
    sum.by_status[status] = (sum.by_status[status] ?? 0) + 1
  },
)

/**
 * Measures what is stored: objects, bytes, records by kind and status, tombstones, objects near a limit, and who stores
 * most. Cost: every object that changed since this instance last read it.
 */
export function metricsJob(dependencies: MetricsDependencies): Job<MetricsSums> {
  const { audiences, platforms, distributions } = dependencies
  return {
    name: 'metrics',
    top_folders: [AUDIENCES, PLATFORMS, DISTRIBUTIONS].map(tableFolder),
    begin: () => ({
      objects: 0,
      bytes: 0,
      near_limit: 0,
      audiences: nothingStored(),
      platforms: nothingStored(),
      distributions: nothingStored(),
    }),
    async processUser(task) {
      const { sums, user_id, report } = task
      await measure(dependencies, audiences, sums.audiences, task)
      await measure(dependencies, platforms, sums.platforms, task)
      await measure(dependencies, distributions, sums.distributions, task)
      const kinds = [sums.audiences, sums.platforms, sums.distributions]
      const total = (name: 'objects' | 'bytes' | 'records') => kinds.reduce((sum, kind) => sum + kind[name], 0)
      sums.objects = total('objects')
      sums.bytes = total('bytes')
      report({ user_id, objects: sums.objects, bytes: sums.bytes, records: total('records') })
    },
    digest: (items) => items.toSorted((a, b) => Number(b['bytes']) - Number(a['bytes'])).slice(0, LARGEST_USERS),
    onFinished: dependencies.onMeasured,
  }
}

function nothingStored(): Stored {
  return { objects: 0, bytes: 0, records: 0, deleted: 0, by_status: {} }
}

async function measure(
  { events }: MetricsDependencies,
  table: Table<AudienceRow> | Table<PlatformRow> | Table<DistributionRow>,
  stored: Stored,
  { user_id, folder, sums }: UserTask<MetricsSums>,
): Promise<void> {
  for (const object of folder.objects.get(table.schema.name) ?? []) {
    let rows = 0
    for (const { records, deleted, by_status } of await table.count(user_id, counts, { listed: [object] })) {
      rows += records
      stored.deleted += deleted
      for (const [status, count] of Object.entries(by_status)) {
        stored.by_status[status] = (stored.by_status[status] ?? 0) + count
      }
    }
    stored.objects++
    stored.bytes += object.size_bytes
    stored.records += rows
    if (warnsNearLimit(events, object, rows)) sums.near_limit++
  }
}

function warnsNearLimit(events: TableEvents, { name, size_bytes }: ObjectListing, rows: number): boolean {
  const has_many_rows = rows > LIMITS.object_rows * WARN_SHARE
  const is_large = size_bytes > LIMITS.object_bytes * WARN_SHARE
  if (has_many_rows) events.nearLimit(name, 'object_rows', rows, LIMITS.object_rows)
  if (is_large) events.nearLimit(name, 'object_bytes', size_bytes, LIMITS.object_bytes)
  return has_many_rows || is_large
}
