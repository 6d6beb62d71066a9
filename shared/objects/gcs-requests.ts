import { Storage, type Bucket } from '@google-cloud/storage'

import type { Clock } from '../base/clock.ts'
import { withTimeLimit } from '../base/timeout.ts'
import { StoreError } from './object-store.ts'

/**
 * Requests to Google Cloud Storage through the official client, whose own retries are off: a retried write reports its
 * own success as a false 412. Time limits and retries are the caller's.
 */
export interface GcsOptions {
  bucket: string
  clock: Clock
  /** Base URL of another service with this API, for the local runtime. */
  api_endpoint?: string | undefined
  /** Limit of one request. */
  timeout_ms?: number
}

export const REQUEST_MS_MAX = 10_000

export function openBucket({ bucket, api_endpoint }: GcsOptions): Bucket {
  const storage = new Storage({
    retryOptions: { autoRetry: false },
    ...(api_endpoint === undefined ? {} : { apiEndpoint: api_endpoint, projectId: 'local' }),
  })
  return storage.bucket(bucket)
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
  const status = statusOf(error)
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`
  if (status === 429) return new StoreError('throttled', message, { cause: error })
  // 408 and everything from 500 on, and every failure without an HTTP answer: it may have happened.
  if (status === undefined || status === 408 || status >= 500)
    return new StoreError('unavailable', message, { cause: error })
  return new StoreError('rejected', message, { cause: error })
}
