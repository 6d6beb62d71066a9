import type { Clock } from './clock.ts'

/**
 * Gives `work` at most `duration_ms`, then aborts its signal.
 * @param late makes the error thrown when the time is over; what the work itself does later is ignored
 * @param over its signal is passed to the work, for callers that may abort it earlier
 */
export async function withTimeLimit<T>(
  clock: Clock,
  duration_ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
  over = new AbortController(),
): Promise<T> {
  const settled = new AbortController()
  const limit = new Promise<never>((_resolve, reject) => {
    void clock.sleep(duration_ms, settled.signal).then(() => {
      // The sleep also ends when the work has settled.
      if (settled.signal.aborted) return
      const error = late()
      // First, so that this is the outcome, and not how the work ends when it is aborted.
      reject(error)
      over.abort(error)
    })
  })
  try {
    return await Promise.race([work(over.signal), limit])
  } finally {
    settled.abort(SETTLED)
  }
}

/**
 * Aborts the signal of `work` after `duration_ms` and waits for the work all the same: for work that has an outcome of
 * its own for an abort.
 */
export async function withAbortAfter<T>(
  clock: Clock,
  duration_ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const settled = new AbortController()
  void clock.sleep(duration_ms, settled.signal).then(() => {
    if (!settled.signal.aborted) over.abort()
  })
  try {
    return await work(over.signal)
  } finally {
    settled.abort(SETTLED)
  }
}

/**
 * The reason to abort a wait that is no longer needed. Without a reason of ours, every abort would make an exception
 * with a stack.
 */
export const SETTLED = 'settled'
