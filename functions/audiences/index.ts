import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { audienceRoutes } from '#shared/contract/audiences.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/http/edge-settings.ts'
import type { Environment, FunctionApp, Overrides } from '#shared/http/function-app.ts'
import { streamLog } from '#shared/http/log.ts'
import { deployable } from '#shared/http/serve.ts'
import { readSettings } from '#shared/http/settings.ts'
import { hashUserId } from '#shared/http/user-hash.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { Table } from '#shared/table/table.ts'
import { audienceHandlers } from './handler.ts'

export const audiencesSettings = { ...edgeSettings, ...storageSettings }

/** The audiences function, composed: the table on the configured bucket, behind the edge. */
export function createAudiencesApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(audiencesSettings, environment)
  const { clock = systemClock, random = systemRandom } = overrides
  const log = overrides.log ?? streamLog(clock, { level: settings.LOG_LEVEL })
  const store = gcsObjectStore({
    bucket: settings.GCS_BUCKET,
    api_endpoint: settings.STORAGE_API_ENDPOINT,
    clock,
  })
  const events = logTableEvents(log, (user_id) => hashUserId(user_id, settings.USER_HASH_SALT))
  const table = (kind: typeof AUDIENCES, share: number) =>
    new Table(kind, { store, clock, random, events, cache_bytes_max: Math.floor(settings.CACHE_BYTES * share) })
  const [audiences, distributions] = [table(AUDIENCES, 3 / 4), table(DISTRIBUTIONS, 1 / 4)]
  return createApp({
    function: 'audiences',
    routes: audienceRoutes,
    handlers: audienceHandlers({ audiences, distributions, clock }),
    settings,
    clock,
    random,
    log,
    probe: () => store.list('config/'),
  })
}

export const audiences = deployable(import.meta.filename, createAudiencesApp)
