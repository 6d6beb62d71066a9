import { decideSet, type Asking, type Decision } from './decisions.ts'
import type { AudienceRow, AUDIENCES } from './audience.ts'

/**
 * Archives an audience that is active and was not changed since `before_ms`; any other stays as it is. Nothing else of
 * it is looked at: what the old system stored need not be what a client could save today.
 */
export function decideIdle(
  asking: Asking<typeof AUDIENCES>,
  current: AudienceRow | undefined,
  before_ms: number,
): Decision<typeof AUDIENCES> {
  const is_idle = current?.status === 'active' && current.updated_at < before_ms
  if (!current || current.deleted || is_idle) return decideSet(asking, current, { status: 'archived' })
  return { kind: 'keep', row: current, status: 200 }
}
