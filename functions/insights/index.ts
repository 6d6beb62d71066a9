import { createFunctionContext } from '#shared/resources/function-context.ts'
import { insightRoutes } from '#shared/contract/insights.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { insightHandlers } from './handler.ts'

export const insightsSettings = { ...edgeSettings, ...storageSettings }

/** The insights function, composed: three tables on the configured bucket, behind the edge. */
export function createInsightsApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(insightsSettings, environment)
  const { edge, table, probe } = createFunctionContext(settings, overrides)
  return createApp({
    function: 'insights',
    routes: insightRoutes,
    handlers: insightHandlers({
      audiences: table(AUDIENCES, 1 / 3),
      platforms: table(PLATFORMS, 1 / 3),
      distributions: table(DISTRIBUTIONS, 1 / 3),
      clock: edge.clock,
    }),
    settings,
    ...edge,
    probe,
  })
}

export const insights = deployable(import.meta.filename, createInsightsApp)
