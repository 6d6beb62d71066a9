import { createAudiencesApp } from '#functions/audiences/index.ts'
import { createDistributionsApp } from '#functions/distributions/index.ts'
import { createFlagsApp } from '#functions/flags/index.ts'
import { createInsightsApp } from '#functions/insights/index.ts'
import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import { createPlatformsApp } from '#functions/platforms/index.ts'
import { createSyncApp } from '#functions/sync/index.ts'
import { createWebApp } from '#functions/web/index.ts'
import type { FunctionName } from '#shared/contract/functions.ts'
import type { FunctionFactory } from '#shared/http/server/function-app.ts'

/** How each function of the contract is composed; one that is missing here does not compile. */
export const FUNCTION_FACTORIES: Readonly<Record<FunctionName, FunctionFactory>> = {
  audiences: createAudiencesApp,
  platforms: createPlatformsApp,
  distributions: createDistributionsApp,
  insights: createInsightsApp,
  sync: createSyncApp,
  flags: createFlagsApp,
  maintenance: createMaintenanceApp,
  web: createWebApp,
}
