import type { Clock } from '../../base/clock.ts'
import { withTimeLimit } from '../../base/timeout.ts'

/** How long something may take: so long, and no longer than the caller waits. */
export interface Limits {
  readonly clock: Clock
  readonly timeout_ms: number
  readonly signal: AbortSignal | undefined
}

/** Ended by one of the limits. */
export class LimitReached extends Error {
  readonly kind: 'aborted' | 'timeout'

  constructor(kind: 'aborted' | 'timeout') {
    super(kind)
    this.kind = kind
  }
}

/**
 * Settles within the limits, also when the work does not heed its signal.
 * @param work its signal aborts with the limits; the caller's part of it also later, for a download that is still read
 * @throws LimitReached, or what the work throws
 */
export async function withinLimits<T>(
  { clock, timeout_ms, signal }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new LimitReached('aborted')
  const over = new AbortController()
  const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const aborted = Promise.withResolvers<never>()
  const stop = (): void => aborted.reject(new LimitReached('aborted'))
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await withTimeLimit(
      clock,
      timeout_ms,
      () => Promise.race([work(either), aborted.promise]),
      () => new LimitReached('timeout'),
      over,
    )
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
