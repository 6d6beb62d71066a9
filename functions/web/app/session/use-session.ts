import { useCell } from '../base/cell.ts'
import { session, type OpenSession } from './session.ts'

/** Of a page, which is shown only when one is open. */
export function useSession(): OpenSession {
  const state = useCell(session)
  if (state.state !== 'open') throw new Error('No session is open here.')
  return state
}
