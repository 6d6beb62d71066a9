import type { ProblemKind } from '#shared/base/problem.ts'
import { AUDIENCE, USAGE } from './records.ts'

/** What the example of a problem says; the document adds what follows from its kind. */
interface ProblemText {
  readonly detail: string
  readonly members?: Readonly<Record<string, unknown>>
}

/** One for each kind: a kind without a text does not compile. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemKind, ProblemText>> = {
  'invalid-input': {
    detail: 'name is required (and 1 more)',
    members: {
      errors: [
        { path: 'name', message: 'is required' },
        { path: 'segments[2].size', message: 'must be an integer' },
      ],
    },
  },
  unauthenticated: { detail: 'The token has expired' },
  forbidden: { detail: 'user_id must be the user of the token' },
  'not-found': { detail: 'There is no audience with this id.' },
  'method-not-allowed': { detail: 'Only GET, PATCH, DELETE, HEAD, OPTIONS are allowed here' },
  'illegal-transition': {
    detail: 'The audience is archived and cannot become draft; from archived it can become active.',
    members: { status_now: 'archived', status_wanted: 'draft', allowed: ['active'] },
  },
  conflict: {
    detail: 'The audience with this id was deleted. Restore it to use it again.',
    members: { deleted: true },
  },
  'in-use': { detail: 'The audience is in use by distributions: 1 scheduled.', members: { usage: USAGE } },
  'stale-version': { detail: 'The audience is at version 3, not 2.', members: { audience: AUDIENCE } },
  'too-large': { detail: 'The request body may have at most 1048576 bytes' },
  'unsupported-media-type': { detail: 'The Content-Type of the body must be application/json in UTF-8' },
  'unresolvable-reference': {
    detail: 'The audience is archived.',
    members: { errors: [{ path: 'audience_id', message: 'is archived' }] },
  },
  'idempotency-mismatch': { detail: 'This Idempotency-Key was used for the same request with another body.' },
  'quota-exceeded': { detail: 'The record would take more than 262144 bytes.' },
  'too-many-requests': { detail: 'Too many changes are waiting for this object. Try again shortly.' },
  internal: { detail: 'An internal error occurred. Trying again may help.' },
  contended: { detail: 'Too many simultaneous writers; the change was not made. Try again shortly.' },
  unavailable: {
    detail: 'The store does not answer. The change may have been made.',
    members: { outcome: 'unknown' },
  },
}
