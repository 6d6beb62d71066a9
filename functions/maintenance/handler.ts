import type { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import type { Answer, Handlers } from '#shared/http/call.ts'
import { Calls } from './runner/calls.ts'
import type { MaintenanceDependencies } from './jobs/all-jobs.ts'

/** The maintenance routes. Knows no adapter. */
export function maintenanceHandlers(dependencies: MaintenanceDependencies): Handlers<typeof maintenanceRoutes> {
  const calls = new Calls(dependencies)
  const answer = async (body: Promise<Readonly<Record<string, unknown>>>): Promise<Answer> => ({
    status: 200,
    body: await body,
  })
  return {
    dispatch: ({ query }) => answer(calls.dispatch(query)),
    retention: ({ query }) => answer(calls.job('retention', query)),
    purge: ({ query }) => answer(calls.job('purge', query)),
    integrity: ({ query }) => answer(calls.job('integrity', query)),
    metrics: ({ query }) => answer(calls.job('metrics', query)),
    reencrypt: ({ query }) => answer(calls.job('reencrypt', query)),
  }
}
