import { createFoundation } from '#shared/composition/foundation.ts'
import { audienceRoutes } from '#shared/contract/audiences.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/http/edge-settings.ts'
import type { Environment, FunctionApp, Overrides } from '#shared/http/function-app.ts'
import { deployable } from '#shared/http/serve.ts'
import { readSettings } from '#shared/http/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { audienceHandlers } from './handler.ts'

export const audiencesSettings = { ...edgeSettings, ...storageSettings }

/** The audiences function, composed: the table on the configured bucket, behind the edge. */
export function createAudiencesApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(audiencesSettings, environment)
  const { edge, table, probe } = createFoundation(settings, overrides)
  return createApp({
    function: 'audiences',
    routes: audienceRoutes,
    handlers: audienceHandlers({
      audiences: table(AUDIENCES, 3 / 4),
      distributions: table(DISTRIBUTIONS, 1 / 4),
      clock: edge.clock,
    }),
    settings,
    ...edge,
    probe,
  })
}

export const audiences = deployable(import.meta.filename, createAudiencesApp)
