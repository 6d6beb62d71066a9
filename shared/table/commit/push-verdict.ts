import { Problem } from '../../base/problem.ts'
import type { Row, StoredRow } from '../object/schema.ts'
import type { PushDecision, PushedChange, PushMoment, PushVerdict } from './mutation.ts'

/** A decision that throws is a fault of ours: nothing is decided, and the client may push the change again. */
export function pushDecisionOf<R extends Row>(
  change: PushedChange<R>,
  current: StoredRow<R> | undefined,
  moment: PushMoment,
): PushDecision<R> {
  try {
    return change.decide(current, moment)
  } catch (cause) {
    const problem =
      cause instanceof Problem ? cause : new Problem('internal', 'The change could not be decided.', { cause })
    return { kind: 'leave', verdict: verdictOn(problem), problem }
  }
}

/** What a problem means for a pushed change: passing ones and faults of ours decide nothing. */
export function verdictOn({ kind, members }: Problem): PushVerdict {
  if (members['deleted'] === true) return { status: 'conflict', fields: ['deleted'] }
  if (PASSING.includes(kind)) return { status: 'retry', fields: [] }
  const { code } = members
  return { status: 'invalid', fields: typeof code === 'string' ? [code] : [] }
}

const PASSING: readonly Problem['kind'][] = ['contended', 'unavailable', 'too-many-requests', 'internal']
