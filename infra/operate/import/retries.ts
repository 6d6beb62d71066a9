import { fullJitterMs } from '#shared/base/backoff.ts'
import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'

/** An import may wait longer than a request. */
const ATTEMPTS = 6
const BACKOFF = { base_ms: 1000, cap_ms: 15_000 }

/** Repeats `work` after transient failures, with growing pauses; `work` must be safe to repeat. */
export async function withRetries<T>(
  { clock, random }: { clock: Clock; random: Random },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error
      await clock.sleep(fullJitterMs(attempt, BACKOFF, random))
    }
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof StoreError) return error.kind !== 'rejected'
  if (error instanceof KeyError) return error.kind === 'unavailable'
  return error instanceof Problem && error.retry_after_ms !== undefined && !(error.cause instanceof CorruptObject)
}
