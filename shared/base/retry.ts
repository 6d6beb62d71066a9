import { type Backoff, fullJitterMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

export interface RetryOptions {
  /** The first attempt counts too. */
  attempts_max: number
  backoff: Backoff
  /** Whether another attempt may succeed after this failure. */
  isTransient: (error: unknown) => boolean
  /** Ends the wait and further attempts. */
  signal?: AbortSignal
}

/**
 * Makes attempts until one succeeds, with full jitter between them. `work` must be safe to repeat.
 * @throws the failure of the last attempt
 */
export async function retry<T>(
  { clock, random }: { clock: Clock; random: Random },
  { attempts_max, backoff, isTransient, signal }: RetryOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts_max || signal?.aborted || !isTransient(error)) throw error
      await clock.sleep(fullJitterMs(attempt, backoff, random), signal)
    }
  }
}
