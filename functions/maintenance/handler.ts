import { Problem } from '#shared/base/problem.ts'
import type { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import type { Handlers } from '#shared/http/call.ts'
import { Dispatch, type DispatchDependencies } from './dispatch.ts'

/** The maintenance routes. Knows no adapter. */
export function maintenanceHandlers(dependencies: DispatchDependencies): Handlers<typeof maintenanceRoutes> {
  const dispatch = new Dispatch(dependencies)
  // The scheduler knows no cursors: for it, an instance remembers where it had to stop.
  let stopped_after: string | undefined
  return {
    dispatch: async ({ query }) => {
      const after = query.cursor === undefined ? stopped_after : userOf(query.cursor)
      const { stopped_after: stop, ...done } = await dispatch.run(after)
      if (query.cursor === undefined) stopped_after = stop
      const next_cursor = stop === undefined ? null : Buffer.from(stop).toString('base64url')
      return { status: 200, body: { ...done, next_cursor } }
    },
  }
}

/** @throws Problem `invalid-input` for what cannot be a cursor; any user may be named, there need not be one */
function userOf(cursor: string): string {
  const user_id = Buffer.from(cursor, 'base64url').toString('utf8')
  if (user_id !== '' && Buffer.from(user_id).toString('base64url') === cursor) return user_id
  throw new Problem('invalid-input', 'The cursor is not one that a run gave.', {
    errors: [{ path: 'cursor', message: 'must be the next_cursor of an earlier run' }],
  })
}
