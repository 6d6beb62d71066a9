import { isObject } from '../../base/is-object.ts'
import { type FieldError, PROBLEM_KINDS, type ProblemKind } from '../../base/problem.ts'

/**
 * Why there is no answer of the service.
 * - `offline`: the request did not arrive, or its answer did not.
 * - `aborted`: the caller's signal.
 * - `timeout`: each attempt took too long.
 * - `not-an-answer`: somebody else answered (HTML of a proxy, a sign-in page of a network), or the answer was cut off.
 */
export type NoAnswerKind = 'offline' | 'aborted' | 'timeout' | 'not-an-answer'

export type ApiProblemKind = ProblemKind | NoAnswerKind

/** What went wrong with a call, as a value. */
export interface ApiProblem {
  readonly kind: ApiProblemKind
  /** Of the last answer, also when it was not one of the service; null when none arrived. */
  readonly status: number | null
  /** One sentence for a person. */
  readonly detail: string
  /** The bad fields. */
  readonly errors: readonly FieldError[]
  /** All members of the problem document, those of its kind (the current record, `server_time`) among them. */
  readonly members: Readonly<Record<string, unknown>>
  readonly retry_after_ms: number | undefined
  /** The change may have been made, or may still be. */
  readonly is_outcome_unknown: boolean
}

export interface ApiFailure {
  readonly ok: false
  readonly problem: ApiProblem
}

const DETAILS: Readonly<Record<NoAnswerKind, string>> = {
  offline: 'The service could not be reached.',
  aborted: 'The call was stopped.',
  timeout: 'The service did not answer in time.',
  'not-an-answer': 'Something between here and the service answered in its place, or cut its answer off.',
}

export function noAnswer(kind: NoAnswerKind, status: number | null = null): ApiProblem {
  const detail = DETAILS[kind]
  return { kind, status, detail, errors: [], members: {}, retry_after_ms: undefined, is_outcome_unknown: true }
}

/** A problem document as a value; `undefined` when `document` is none. */
export function problemOf(
  status: number,
  document: unknown,
  retry_after_ms: number | undefined,
): ApiProblem | undefined {
  if (!isObject(document) || typeof document['type'] !== 'string' || typeof document['detail'] !== 'string') {
    return undefined
  }
  const name = /^\/problems\/(.+)$/.exec(document['type'])?.[1]
  if (name === undefined) return undefined
  return {
    kind: isProblemKind(name) ? name : kindOfStatus(status),
    status,
    detail: document['detail'],
    errors: Array.isArray(document['errors']) ? document['errors'].filter(isFieldError) : [],
    members: document,
    retry_after_ms,
    is_outcome_unknown: document['outcome'] === 'unknown',
  }
}

function isProblemKind(name: string): name is ProblemKind {
  return Object.hasOwn(PROBLEM_KINDS, name)
}

/** For a kind of a later release: the first one that asks the same of the caller. */
function kindOfStatus(status: number): ProblemKind {
  const kinds = Object.keys(PROBLEM_KINDS).filter(isProblemKind)
  const same = kinds.find((kind) => PROBLEM_KINDS[kind].status === status)
  return same ?? (status < 500 ? 'invalid-input' : 'internal')
}

function isFieldError(value: unknown): value is FieldError {
  return isObject(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
}

/** `Retry-After`, which the service sends in seconds. */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}
