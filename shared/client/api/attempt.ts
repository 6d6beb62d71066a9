import { isObject } from '../../base/is-object.ts'
import { parsedJson } from '../../base/parsed-json.ts'
import { type Download, downloadOf } from './download.ts'
import { LimitReached, type Limits, withinLimits } from './limits.ts'
import { type ApiFailure, type ApiProblem, noAnswer, problemOf, retryAfterMs } from './problems.ts'
import type { ApiRequest } from './request.ts'
import type { RouteLine } from './route-lines.ts'
import type { ServerTime } from './server-time.ts'
import type { ApiAnswer } from './types.ts'

/** One request, and what its answer means. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type UntypedResult = ApiAnswer<number, unknown> | ApiFailure

export interface AttemptOptions extends Limits {
  readonly fetch: Fetch
  readonly time: ServerTime
}

/** Never rejects. @param token sent as the bearer token, when there is one */
export async function attempt(
  line: RouteLine,
  request: ApiRequest,
  token: string | undefined,
  options: AttemptOptions,
): Promise<UntypedResult> {
  try {
    return await withinLimits(options, (signal) => exchange(line, request, token, signal, options))
  } catch (error) {
    return { ok: false, problem: noAnswer(error instanceof LimitReached ? error.kind : 'offline') }
  }
}

async function exchange(
  line: RouteLine,
  request: ApiRequest,
  token: string | undefined,
  signal: AbortSignal,
  { fetch, clock, time, signal: callers }: AttemptOptions,
): Promise<UntypedResult> {
  const { url, method, headers, body } = request
  const sent_ms = clock.monotonicMs()
  const response = await fetch(url, {
    method,
    headers: token === undefined ? headers : { ...headers, Authorization: `Bearer ${token}` },
    signal,
    // No cookies, and no way to elsewhere: a redirect is the work of something between here and the service.
    credentials: 'omit',
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
  const received_ms = clock.monotonicMs()
  const is_file = line.is_download === true && response.ok
  const result = is_file ? downloadResult(response, callers) : await jsonResult(line, request, response)
  const is_of_service = result.ok || result.problem.kind !== 'not-an-answer'
  if (is_of_service) time.learn(response.headers.get('Date'), sent_ms, received_ms)
  return result
}

function downloadResult(response: Response, signal: AbortSignal | undefined): UntypedResult {
  const download = /^text\/html\b/i.test(response.headers.get('Content-Type') ?? '')
    ? undefined
    : downloadOf(response, signal)
  return download === undefined ? notAnAnswer(response) : answer<Download>(response, download)
}

async function jsonResult(line: RouteLine, request: ApiRequest, response: Response): Promise<UntypedResult> {
  const { status, headers } = response
  if (status === 304 && request.headers['If-None-Match'] !== undefined) return answer(response, null)
  const has = line.has ?? []
  // Networks with a sign-in page answer 204 to anything.
  if (status === 204 && has.length === 0) return answer(response, null)
  const is_json = /[/+]json\b/i.test(headers.get('Content-Type') ?? '')
  const document = is_json ? parsedJson(await response.text()) : undefined
  if (status >= 400) {
    const problem = problemOf(status, document, retryAfterMs(headers.get('Retry-After')))
    return problem === undefined ? notAnAnswer(response) : { ok: false, problem }
  }
  const is_answer = response.ok && has.length > 0 && isObject(document) && document['success'] === true
  return is_answer && has.every((name) => Object.hasOwn(document, name))
    ? answer(response, document)
    : notAnAnswer(response)
}

function answer<Body>(response: Response, body: Body): ApiAnswer<number, Body> {
  const { status, headers } = response
  return { ok: true, status, body, etag: headers.get('ETag'), headers }
}

function notAnAnswer({ status, headers }: Response): ApiFailure {
  // A redirect that was not followed has the status 0 in a browser.
  const problem: ApiProblem = {
    ...noAnswer('not-an-answer', status === 0 ? null : status),
    retry_after_ms: retryAfterMs(headers.get('Retry-After')),
  }
  return { ok: false, problem }
}
