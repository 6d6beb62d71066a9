import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { retry } from '#shared/base/retry.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { isTransientStoreError, StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'

/** An import may wait longer than a request. */
const RETRIES = { attempts_max: 6, backoff: { base_ms: 1000, cap_ms: 15_000 }, isTransient }

/** Repeats `work` after transient failures, with growing pauses; `work` must be safe to repeat. */
export function withRetries<T>(timing: { clock: Clock; random: Random }, work: () => Promise<T>): Promise<T> {
  return retry(timing, RETRIES, work)
}

function isTransient(error: unknown): boolean {
  if (error instanceof StoreError) return isTransientStoreError(error)
  if (error instanceof KeyError) return error.kind === 'unavailable'
  return error instanceof Problem && error.retry_after_ms !== undefined && !(error.cause instanceof CorruptObject)
}
