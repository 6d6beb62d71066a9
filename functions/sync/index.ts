import { syncRoutes } from '#shared/contract/sync.ts'
import { createApp } from '#shared/http/app.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { createFunctionContext } from '#shared/resources/function-context.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { syncHandlers } from './handler.ts'
import { type MigrationReport, recordMigration } from './migration.ts'
import { Pull } from './pull/pull.ts'
import { Push } from './push/push.ts'
import { Undo } from './undo/undo.ts'

export const syncSettings = { ...edgeSettings, ...storageSettings }

/** The sync function, composed: the tables that devices keep copies of, behind the edge. It knows no key. */
export function createSyncApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(syncSettings, environment)
  const { edge, table, memory, store, events, probe, hashUser, onFault } = createFunctionContext(settings, overrides)
  const { clock, random, log } = edge
  const tables = {
    audiences: table(AUDIENCES, 1 / 2),
    platforms: table(PLATFORMS, 1 / 8),
    distributions: table(DISTRIBUTIONS, 3 / 8),
  }
  const migrations = {
    store,
    events,
    clock,
    random,
    hashUser,
    onMigrated: (report: MigrationReport) => log.write(migrationLine(report)),
  }
  return createApp({
    function: 'sync',
    routes: syncRoutes,
    handlers: syncHandlers({
      pull: new Pull(tables),
      push: new Push(tables, { clock, onFault }),
      undo: new Undo(tables, { clock, onFault }),
      memory,
      recordMigration: (migration) => recordMigration(migrations, migration),
    }),
    settings,
    ...edge,
    probe,
  })
}

/** What the alert on failed migrations matches. */
function migrationLine({ state, expected, found, user_hash }: MigrationReport): LogEntry {
  return {
    severity: state === 'complete' ? 'INFO' : 'ERROR',
    message: `guest migration ${state}: ${found} of ${expected} records are in the account`,
    event: 'guest_migration',
    state,
    expected,
    found,
    user_hash,
  }
}

export const sync = deployable(import.meta.filename, createSyncApp)
