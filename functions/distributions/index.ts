import { createFunctionContext } from '#shared/resources/function-context.ts'
import { distributionRoutes } from '#shared/contract/distributions.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { distributionHandlers, type DistributionEnding } from './handler.ts'

export const distributionsSettings = { ...edgeSettings, ...storageSettings }

/** The distributions function, composed: three tables on the configured bucket, behind the edge. */
export function createDistributionsApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(distributionsSettings, environment)
  const { edge, table, memory, probe, hashUser } = createFunctionContext(settings, overrides)
  return createApp({
    function: 'distributions',
    routes: distributionRoutes,
    // Half of the memory for its own records; the other two are looked into one record at a time.
    handlers: distributionHandlers({
      distributions: table(DISTRIBUTIONS, 1 / 2),
      audiences: table(AUDIENCES, 1 / 4),
      platforms: table(PLATFORMS, 1 / 4),
      clock: edge.clock,
      memory,
      onEnded: (ending) => edge.log.write(endingLine(ending, hashUser)),
    }),
    settings,
    ...edge,
    probe,
  })
}

/** What the alert on failed distributions matches, and the success rate of each type of platform is counted from. */
function endingLine(ending: DistributionEnding, hashUser: (user_id: string) => string): LogEntry {
  const { user_id, status, ...facts } = ending
  const unknown = ending.outcome_unknown ? '; whether this is stored is not known' : ''
  return {
    severity: status === 'failed' ? 'ERROR' : 'INFO',
    message: `distribution ${ending.distribution_id} to ${ending.platform_type} ${status}${unknown}`,
    event: `distribution_${status}`,
    ...facts,
    user_hash: hashUser(user_id),
  }
}

export const distributions = deployable(import.meta.filename, createDistributionsApp)
