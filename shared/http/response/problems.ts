import { Problem, PROBLEM_TITLES } from '../../base/problem.ts'
import { problemType } from '../../contract/problem-document.ts'
import type { Answer } from '../call.ts'

const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** Any thrown value as a problem: itself when it is one, otherwise `internal` with the value as cause for the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem('internal', 'An internal error occurred. Trying again may help.', { cause: error })
}

/**
 * A problem as its answer: RFC 9457 members, and `success` and `error` for clients of the old system. Members that a
 * problem adds of its own never replace these.
 */
export function problemAnswer(problem: Problem, request_id: string): Answer & { body: Record<string, unknown> } {
  const { kind, status, message: detail, errors, members, retry_after_ms } = problem
  const headers: Record<string, string> = { ...problem.headers, 'Content-Type': PROBLEM_MEDIA_TYPE }
  if (retry_after_ms !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retry_after_ms / 1000)))
  return {
    status,
    headers,
    body: {
      ...members,
      type: problemType(kind),
      title: PROBLEM_TITLES[kind],
      status,
      detail,
      instance: `urn:request:${request_id}`,
      success: false,
      error: detail,
      ...(errors === undefined ? {} : { errors }),
    },
  }
}
