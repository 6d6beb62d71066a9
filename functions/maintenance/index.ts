import { createFoundation } from '#shared/composition/foundation.ts'
import { Problem } from '#shared/base/problem.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/http/edge-settings.ts'
import type { Environment, FunctionApp, Overrides } from '#shared/http/function-app.ts'
import { stackOf } from '#shared/http/request-log.ts'
import { deployable } from '#shared/http/serve.ts'
import { readSettings } from '#shared/http/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { maintenanceHandlers } from './handler.ts'

export const maintenanceSettings = { ...edgeSettings, ...storageSettings }

/** The maintenance function, composed: three tables on the configured bucket, behind the edge. */
export function createMaintenanceApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(maintenanceSettings, environment)
  const { edge, table, probe, hashUser } = createFoundation(settings, overrides)
  return createApp({
    function: 'maintenance',
    routes: maintenanceRoutes,
    handlers: maintenanceHandlers({
      distributions: table(DISTRIBUTIONS, 1 / 3),
      audiences: table(AUDIENCES, 1 / 3),
      platforms: table(PLATFORMS, 1 / 3),
      clock: edge.clock,
      fault: (user_id, error) =>
        edge.log.write({
          severity: error instanceof Problem && error.kind !== 'internal' ? 'WARNING' : 'ERROR',
          message: `dispatch failed for a user: ${error instanceof Problem ? error.message : stackOf(error)}`,
          event: 'dispatch_failed',
          user_hash: hashUser(user_id),
        }),
    }),
    settings,
    ...edge,
    probe,
  })
}

export const maintenance = deployable(import.meta.filename, createMaintenanceApp)
