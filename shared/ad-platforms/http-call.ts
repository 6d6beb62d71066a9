import type * as z from 'zod/mini'

import { textAtMost } from '../base/bounded-read.ts'
import type { TestCode } from './test-outcome.ts'

/** The only place that calls a platform; it enforces the limits of such calls. */

/** For all requests of one test together. */
export const TEST_DURATION_MS_MAX = 10_000
/** The part of an answer that is read, counted after decompression. The rest is never received. */
export const ANSWER_BYTES_MAX = 64 * 1024

export interface PlatformCall {
  method: 'GET' | 'POST'
  /** From the settings or a table of the adapter; never from a user. */
  base: string
  /** Each is encoded as one segment. An empty last one makes the path end with a slash. */
  path: readonly string[]
  /** Names and values are encoded (RFC 3986), in this order. */
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  json?: unknown
}

export interface PlatformAnswer {
  kind: 'answer'
  status: number
  /** UTF-8, at most `ANSWER_BYTES_MAX` bytes of it. */
  text: string
  /** There was more. */
  cut: boolean
}

/** No answer, or not a whole one. `cause` is for debugging only: it may quote what was sent. */
export interface CallFailure {
  kind: 'failure'
  code: 'unreachable' | 'timeout'
  cause: unknown
}

export type CallResult = PlatformAnswer | CallFailure

/** The two reasons to interrupt a call: `limit` is our own, `cancelled` the caller's. */
export interface Signals {
  limit: AbortSignal
  cancelled: AbortSignal | undefined
}

/**
 * One request. A redirect is an answer like any other and is not followed.
 * @throws RangeError when the path could mean another one; the caller's reason when it cancelled
 */
export async function callPlatform(call: PlatformCall, { limit, cancelled }: Signals): Promise<CallResult> {
  const url = urlOf(call)
  const signal = cancelled === undefined ? limit : AbortSignal.any([limit, cancelled])
  try {
    const response = await fetch(url, { ...requestOf(call), redirect: 'manual', signal })
    const { text, is_cut: cut } = await textAtMost(response, ANSWER_BYTES_MAX)
    return { kind: 'answer', status: response.status, text, cut }
  } catch (cause) {
    if (cancelled?.aborted) throw cancelled.reason
    return { kind: 'failure', code: limit.aborted ? 'timeout' : 'unreachable', cause }
  }
}

function requestOf({ method, headers, form, json }: PlatformCall): RequestInit {
  const type =
    form === undefined ? json !== undefined && 'application/json' : 'application/x-www-form-urlencoded;charset=UTF-8'
  const body = form === undefined ? json !== undefined && JSON.stringify(json) : new URLSearchParams(form).toString()
  return {
    method,
    headers: { Accept: 'application/json', ...headers, ...(type !== false && { 'Content-Type': type }) },
    ...(body !== false && { body }),
  }
}

/**
 * The address of a call.
 * @throws RangeError when what the segments make is not exactly the base and the segments: a dot segment, an empty one
 */
export function urlOf({ base, path, query = {} }: Pick<PlatformCall, 'base' | 'path' | 'query'>): URL {
  const root = new URL(base)
  const segments = path.map(encodeSegment)
  const search = queryText(query)
  const pathname = `${root.pathname === '/' ? '' : root.pathname}/${segments.join('/')}`
  const url = new URL(`${root.origin}${pathname}${search === '' ? '' : `?${search}`}`)
  const empty = path.slice(0, -1).includes('')
  if (empty || url.origin !== root.origin || url.pathname !== pathname || url.hash !== '') {
    throw new RangeError('a part of the path is not allowed')
  }
  return url
}

/** `a=1&b=x%20y`, in the order given. */
function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join('&')
}

/** Everything but the unreserved characters of RFC 3986. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** A colon may stand in a segment (RFC 3986, `pchar`), and Google's custom methods need it there. */
function encodeSegment(text: string): string {
  return encodeStrictly(text).replaceAll('%3A', ':')
}

/** The answer's JSON as `schema` reads it; `undefined` when it is cut, no JSON, or of another shape. */
export function readAnswer<S extends z.ZodMiniType>(answer: PlatformAnswer, schema: S): z.output<S> | undefined {
  if (answer.cut) return undefined
  const result = schema.safeParse(parseJson(answer.text))
  return result.success ? result.data : undefined
}

/** Ids may be numbers beyond 2^53: those are read as text. `undefined` when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown, context?: { source?: string }) => {
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source : value
    })
  } catch {
    return undefined
  }
}

/** What a failure means where the platform's documentation says nothing particular. */
export function generalCode(result: CallResult): Exclude<TestCode, 'ok'> {
  if (result.kind === 'failure') return result.code
  const { status } = result
  if (status === 401) return 'bad_token'
  if (status === 403) return 'no_access'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unreachable' : 'unexpected_answer'
}
