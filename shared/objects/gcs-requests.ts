import { Storage } from '@google-cloud/storage'

import type { Clock } from '../base/clock.ts'
import { isObject } from '../base/is-object.ts'
import { parsedJson } from '../base/parsed-json.ts'
import { withTimeLimit } from '../base/timeout.ts'
import type { ApiAnswer } from './gcs-api.ts'
import { StoreError } from './object-store.ts'

/** A bucket of Google Cloud Storage, and how long its requests may take. Retries are the caller's. */
export interface GcsOptions {
  bucket: string
  clock: Clock
  /** Base URL of another service with this API, for the local runtime. */
  api_endpoint?: string | undefined
  /** Limit of one request. */
  timeout_ms?: number
}

export const REQUEST_MS_MAX = 10_000
/** Of an answer that is not the service's JSON. */
const MESSAGE_CHARACTERS_MAX = 300

/** The official client. Its own retries are off: a retried write reports its own success as a false 412. */
export function openStorage({ api_endpoint }: Pick<GcsOptions, 'api_endpoint'>): Storage {
  return new Storage({
    retryOptions: { autoRetry: false },
    ...(api_endpoint === undefined ? {} : { apiEndpoint: api_endpoint, projectId: 'local' }),
  })
}

/**
 * Runs one request with a time limit. After the limit the request is aborted and its outcome is unknown.
 * @throws StoreError
 */
export async function limited<T>(
  clock: Clock,
  limit_ms: number,
  doing: string,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = () => new StoreError('unavailable', `${doing} took longer than ${Math.round(limit_ms)} ms`)
  try {
    return await withTimeLimit(clock, limit_ms, request, late)
  } catch (error) {
    throw asStoreError(error, doing)
  }
}

/** The HTTP status behind a failure of `limited`, if the service answered at all. */
export function answeredStatus(error: unknown): number | undefined {
  return error instanceof StoreError ? statusOf(error.cause) : undefined
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, status } = error as { code?: unknown; status?: unknown }
  const value = Number(code ?? status)
  return Number.isInteger(value) ? value : undefined
}

function asStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error
  const text = error instanceof Error ? error.message : String(error)
  return storeErrorOf(statusOf(error), `${doing}: ${text}`, error)
}

/** What an answer that is no outcome of the request means. */
export function refusalOf({ status, body }: ApiAnswer, doing: string): StoreError {
  return storeErrorOf(status, `${doing}: ${status} ${messageIn(body.toString('utf8'))}`)
}

function storeErrorOf(status: number | undefined, message: string, cause?: unknown): StoreError {
  if (status === 429) return new StoreError('throttled', message, { cause })
  // Only these refuse for certain. After any other answer, and after none, it may have happened.
  const is_refused = status !== undefined && status >= 400 && status < 500 && status !== 408
  return new StoreError(is_refused ? 'rejected' : 'unavailable', message, { cause })
}

/** Failed downloads are answered as text, and failures on the way to the service as a page. */
function messageIn(text: string): string {
  const answer = parsedJson(text)
  const error = isObject(answer) ? answer['error'] : undefined
  return isObject(error) ? String(error['message']) : text.slice(0, MESSAGE_CHARACTERS_MAX)
}
