import { systemClock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { systemRandom } from '#shared/base/random.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/http/edge-settings.ts'
import type { Environment, FunctionApp, Overrides } from '#shared/http/function-app.ts'
import { streamLog } from '#shared/http/log.ts'
import { stackOf } from '#shared/http/request-log.ts'
import { deployable } from '#shared/http/serve.ts'
import { readSettings } from '#shared/http/settings.ts'
import { hashUserId } from '#shared/http/user-hash.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { Table } from '#shared/table/table.ts'
import { maintenanceHandlers } from './handler.ts'

export const maintenanceSettings = { ...edgeSettings, ...storageSettings }

/** The maintenance function, composed: three tables on the configured bucket, behind the edge. */
export function createMaintenanceApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(maintenanceSettings, environment)
  const { clock = systemClock, random = systemRandom } = overrides
  const log = overrides.log ?? streamLog(clock, { level: settings.LOG_LEVEL })
  const hashUser = (user_id: string) => hashUserId(user_id, settings.USER_HASH_SALT)
  const store = gcsObjectStore({ bucket: settings.GCS_BUCKET, api_endpoint: settings.STORAGE_API_ENDPOINT, clock })
  const events = logTableEvents(log, hashUser)
  const table = (kind: typeof AUDIENCES) =>
    new Table(kind, { store, clock, random, events, cache_bytes_max: Math.floor(settings.CACHE_BYTES / 3) })
  return createApp({
    function: 'maintenance',
    routes: maintenanceRoutes,
    handlers: maintenanceHandlers({
      distributions: table(DISTRIBUTIONS),
      audiences: table(AUDIENCES),
      platforms: table(PLATFORMS),
      clock,
      fault: (user_id, error) =>
        log.write({
          severity: error instanceof Problem && error.kind !== 'internal' ? 'WARNING' : 'ERROR',
          message: `dispatch failed for a user: ${error instanceof Problem ? error.message : stackOf(error)}`,
          event: 'dispatch_failed',
          user_hash: hashUser(user_id),
        }),
    }),
    settings,
    clock,
    random,
    log,
    probe: () => store.list('config/'),
  })
}

export const maintenance = deployable(import.meta.filename, createMaintenanceApp)
