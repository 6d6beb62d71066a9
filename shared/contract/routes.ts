import { audience, audienceSummary } from '../records/audience.ts'
import { distribution, distributionSummary } from '../records/distribution.ts'
import { platform } from '../records/platform.ts'
import { audienceRoutes } from './audiences.ts'
import { distributionRoutes } from './distributions.ts'
import { flagsRoutes } from './flags.ts'
import { syncRoutes } from './sync.ts'
import { FUNCTION_NAMES, type FunctionName } from './functions.ts'
import { healthRoute } from './health.ts'
import { insightRoutes } from './insights.ts'
import { maintenanceRoutes } from './maintenance.ts'
import { platformRoutes } from './platforms.ts'
import type { Routes } from './route.ts'
import { usage } from './usage.ts'
import { webRoutes } from './web.ts'

/** Every route of the contract, by function and by name; a function of functions.ts without its table does not compile. */
const OWN_ROUTES = {
  audiences: audienceRoutes,
  platforms: platformRoutes,
  distributions: distributionRoutes,
  insights: insightRoutes,
  sync: syncRoutes,
  flags: flagsRoutes,
  maintenance: maintenanceRoutes,
  web: webRoutes,
} as const satisfies Record<FunctionName, Routes>

/** The same with the health route that every function has. */
export const ROUTES: Readonly<Record<FunctionName, Routes>> = Object.fromEntries(
  FUNCTION_NAMES.map((name): [FunctionName, Routes] => [name, { ...OWN_ROUTES[name], health: healthRoute(name) }]),
) as Record<FunctionName, Routes>

/** Schemas that answers of several routes hold, by the name they get in the OpenAPI document. */
export const NAMED_SCHEMAS = {
  Audience: audience,
  AudienceSummary: audienceSummary,
  Platform: platform,
  Distribution: distribution,
  DistributionSummary: distributionSummary,
  Usage: usage,
} as const
