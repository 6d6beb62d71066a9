import { createFunctionContext } from '#shared/resources/function-context.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { keyFailures } from '#shared/credentials/key-problems.ts'
import { credentialVault } from '#shared/credentials/vault.ts'
import { adPlatformSettings } from '#shared/ad-platforms/settings.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, keySettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { platformHandlers } from './handler.ts'
import { routes } from './routes.ts'

export const platformsSettings = { ...edgeSettings, ...storageSettings, ...keySettings, ...adPlatformSettings }

/** The platforms function, composed: its tables on the configured bucket and the vault on the configured key. */
export function createPlatformsApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(platformsSettings, environment)
  const { edge, table, memory, probe, hashUser, onFault } = createFunctionContext(settings, overrides)
  const { clock, random, log } = edge
  const keys = cloudKms({ key_name: settings.KMS_KEY, api_endpoint: settings.KMS_API_ENDPOINT, clock, random })
  const vault = credentialVault({ keys, random })
  return createApp({
    function: 'platforms',
    routes,
    handlers: platformHandlers({
      platforms: table(PLATFORMS, 1 / 2),
      distributions: table(DISTRIBUTIONS, 1 / 2),
      vault,
      bucket: settings.GCS_BUCKET,
      ad_platform_settings: settings,
      clock,
      memory,
      random,
      onFault,
      onTested: ({ user_id, ...test }) =>
        log.write({
          severity: 'INFO',
          message: `connection to ${test.platform_type} tested: ${test.code}`,
          event: 'connection_tested',
          ...test,
          user_hash: hashUser(user_id),
        }),
    }),
    settings,
    ...edge,
    cache_control: 'no-store',
    probe: () => Promise.all([probe(), vault.primaryVersion()]),
    explain: keyFailures(log, 'platforms'),
  })
}

export const platforms = deployable(import.meta.filename, createPlatformsApp)
