import type { Clock } from './clock.ts'

/**
 * Gives `work` at most `duration_ms`, then aborts its signal.
 * @param late makes the error thrown when the time is over; the work's own later outcome is ignored then
 * @param over whose signal the work gets, for callers that may abort it earlier
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
      over.abort(error)
      reject(error)
    })
  })
  try {
    return await Promise.race([work(over.signal), limit])
  } finally {
    settled.abort(SETTLED)
  }
}

/** Without a reason of ours, every abort would make an exception with a stack. */
const SETTLED = 'settled'
