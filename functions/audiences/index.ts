import { createFunctionContext } from '#shared/resources/function-context.ts'
import { audienceRoutes } from '#shared/contract/audiences.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { audienceHandlers } from './handler.ts'

export const audiencesSettings = { ...edgeSettings, ...storageSettings }

/** The audiences function, composed: its tables on the configured bucket, behind the edge. */
export function createAudiencesApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(audiencesSettings, environment)
  const { edge, table, memory, probe, onFault } = createFunctionContext(settings, overrides)
  return createApp({
    function: 'audiences',
    routes: audienceRoutes,
    handlers: audienceHandlers({
      audiences: table(AUDIENCES, 5 / 8),
      distributions: table(DISTRIBUTIONS, 1 / 4),
      platforms: table(PLATFORMS, 1 / 8),
      clock: edge.clock,
      memory,
      onFault,
    }),
    settings,
    ...edge,
    probe,
  })
}

export const audiences = deployable(import.meta.filename, createAudiencesApp)
