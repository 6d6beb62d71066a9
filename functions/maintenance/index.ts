import { createFunctionContext } from '#shared/resources/function-context.ts'
import { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { keyFailures } from '#shared/credentials/key-problems.ts'
import { credentialVault } from '#shared/credentials/vault.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, keySettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { maintenanceHandlers } from './handler.ts'
import { keepingSettings } from './settings.ts'

export const maintenanceSettings = { ...edgeSettings, ...storageSettings, ...keySettings, ...keepingSettings }

/** The maintenance function, composed: three tables on the configured bucket and the vault on the configured key. */
export function createMaintenanceApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(maintenanceSettings, environment)
  const { edge, store, events, table, probe, hashUser } = createFunctionContext(settings, overrides)
  const { clock, random, log } = edge
  const keys = cloudKms({ key_name: settings.KMS_KEY, api_endpoint: settings.KMS_API_ENDPOINT, clock, random })
  return createApp({
    function: 'maintenance',
    routes: maintenanceRoutes,
    handlers: maintenanceHandlers({
      distributions: table(DISTRIBUTIONS, 1 / 3),
      audiences: table(AUDIENCES, 1 / 3),
      platforms: table(PLATFORMS, 1 / 3),
      store,
      events,
      hashUser,
      ...edge,
      vault: credentialVault({ keys, random }),
      bucket: settings.GCS_BUCKET,
      keeping: settings,
    }),
    settings,
    ...edge,
    probe,
    explain: keyFailures(log, 'maintenance'),
  })
}

export const maintenance = deployable(import.meta.filename, createMaintenanceApp)
