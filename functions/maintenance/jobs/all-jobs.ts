import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import type { CredentialVault } from '#shared/credentials/vault.ts'
import type { Log } from '#shared/logging/log.ts'
import { stackOf } from '#shared/http/request/request-log.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { hashUsersIn } from '#shared/table/event-log.ts'
import type { TableEvents } from '#shared/table/events.ts'
import type { AudienceRow } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import type { PlatformRow } from '#shared/records/platform.ts'
import type { Table } from '#shared/table/table.ts'
import { userFolders } from '#shared/table/read/user-folders.ts'
import { Dispatch } from './dispatch.ts'
import { integrityJob } from './integrity.ts'
import type { ReportItem, Job, JobName } from '../runner/job.ts'
import { metricsJob } from './metrics.ts'
import { ProgressObjects } from '../runner/progress.ts'
import { purgeJob } from './purge.ts'
import { reencryptJob } from './reencrypt.ts'
import { retentionJob } from './retention.ts'
import type { ScheduledDependencies } from '../runner/scheduled-run.ts'
import type { KeepingSettings } from '../settings.ts'

/** What the jobs work on and with. */
export interface MaintenanceDependencies {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
  readonly store: ObjectStore
  readonly events: TableEvents
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly hashUser: (user_id: string) => string
  /** Only re-encryption needs it. */
  readonly vault: CredentialVault | undefined
  readonly bucket: string
  readonly keeping: KeepingSettings
}

export function maintenanceJobs(dependencies: MaintenanceDependencies): Readonly<Record<JobName, Job>> {
  const { keeping, log, hashUser } = dependencies
  return {
    dispatch: new Dispatch(dependencies),
    retention: retentionJob({ ...dependencies, idle_days: keeping.RETENTION_IDLE_DAYS }),
    purge: purgeJob({ ...dependencies, after_days: keeping.PURGE_AFTER_DAYS }),
    integrity: integrityJob(dependencies),
    metrics: metricsJob({
      ...dependencies,
      onMeasured: (sums, largest) => {
        const average_object_bytes = Math.round(Number(sums['bytes']) / Math.max(1, Number(sums['objects'])))
        const line = { severity: 'INFO', message: 'storage metrics', event: 'storage_metrics' } as const
        log.write({ ...line, ...sums, average_object_bytes })
        for (const user of largest) {
          const of_user = {
            severity: 'INFO',
            message: 'storage metrics of a user',
            event: 'storage_metrics_user',
          } as const
          log.write({ ...of_user, ...presentedItem(user, hashUser) })
        }
      },
    }),
    reencrypt: reencryptJob(dependencies),
  }
}

/** What the runs of every job need. */
export function runDependencies(dependencies: MaintenanceDependencies): ScheduledDependencies {
  const { clock, log, hashUser } = dependencies
  return {
    clock,
    folders: (top_folders, after) => userFolders(dependencies, top_folders, after),
    progress: new ProgressObjects(dependencies),
    log: (line, item) => log.write({ ...line, ...presentedItem(item, hashUser) }),
    onUserFailure: (job, user_id, error) =>
      log.write({
        severity: error instanceof Problem && error.kind !== 'internal' ? 'WARNING' : 'ERROR',
        message: `${job} failed for a user: ${error instanceof Problem ? error.message : stackOf(error)}`,
        event: `${job}_failed`,
        user_hash: hashUser(user_id),
      }),
  }
}

/** An item as it may leave the process: users as hashes, in names of objects too. */
export function presentedItem(item: ReportItem, hashUser: (user_id: string) => string): Record<string, unknown> {
  const { user_id, ...fields } = item
  const texts = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? hashUsersIn(value, hashUser) : value,
  ])
  return { user_hash: user_id === undefined ? null : hashUser(user_id), ...(Object.fromEntries(texts) as object) }
}
