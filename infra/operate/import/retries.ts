import { fullJitterMs } from '#shared/base/backoff.ts'
import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'

/** An import waits longer than a request does: nobody sits in front of it. */
const ATTEMPTS = 6
const BACKOFF = { base_ms: 1000, cap_ms: 15_000 }

/** Repeats what failed for a passing reason; whatever it does must be safe to repeat. */
export async function patiently<T>(
  { clock, random }: { clock: Clock; random: Random },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error) || attempt === ATTEMPTS) throw error
      await clock.sleep(fullJitterMs(attempt, BACKOFF, random))
    }
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof StoreError) return error.kind !== 'rejected'
  if (error instanceof KeyError) return error.kind === 'unavailable'
  return error instanceof Problem && error.retry_after_ms !== undefined && !(error.cause instanceof CorruptObject)
}
