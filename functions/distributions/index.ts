import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { distributionRoutes } from '#shared/contract/distributions.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/http/edge-settings.ts'
import type { Environment, FunctionApp, Overrides } from '#shared/http/function-app.ts'
import { streamLog, type LogEntry } from '#shared/http/log.ts'
import { deployable } from '#shared/http/serve.ts'
import { readSettings } from '#shared/http/settings.ts'
import { hashUserId } from '#shared/http/user-hash.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { Table } from '#shared/table/table.ts'
import { distributionHandlers, type DistributionFailure } from './handler.ts'

export const distributionsSettings = { ...edgeSettings, ...storageSettings }

/** The distributions function, composed: three tables on the configured bucket, behind the edge. */
export function createDistributionsApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(distributionsSettings, environment)
  const { clock = systemClock, random = systemRandom } = overrides
  const log = overrides.log ?? streamLog(clock, { level: settings.LOG_LEVEL })
  const hashUser = (user_id: string) => hashUserId(user_id, settings.USER_HASH_SALT)
  const store = gcsObjectStore({ bucket: settings.GCS_BUCKET, api_endpoint: settings.STORAGE_API_ENDPOINT, clock })
  const events = logTableEvents(log, hashUser)
  // Half for its own records; the other two are looked into one record at a time.
  const table = (kind: typeof DISTRIBUTIONS, share: number) =>
    new Table(kind, { store, clock, random, events, cache_bytes_max: Math.floor(settings.CACHE_BYTES * share) })
  return createApp({
    function: 'distributions',
    routes: distributionRoutes,
    handlers: distributionHandlers({
      distributions: table(DISTRIBUTIONS, 1 / 2),
      audiences: table(AUDIENCES, 1 / 4),
      platforms: table(PLATFORMS, 1 / 4),
      clock,
      failed: (failure) => log.write(failureLine(failure, hashUser)),
    }),
    settings,
    clock,
    random,
    log,
    probe: () => store.list('config/'),
  })
}

/** What the alert on failed distributions matches. */
function failureLine(failure: DistributionFailure, hashUser: (user_id: string) => string): LogEntry {
  const { user_id, ...facts } = failure
  return {
    severity: 'ERROR',
    message: `distribution ${failure.distribution_id} to ${failure.platform_type} failed`,
    event: 'distribution_failed',
    ...facts,
    user_hash: hashUser(user_id),
  }
}

export const distributions = deployable(import.meta.filename, createDistributionsApp)
