/**
 * Time, injected. Everything that waits or stamps takes a `Clock`, so that the simulation can run the real code on
 * virtual time. `Date.now`, `setTimeout` and friends appear in this file only; lint enforces it.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May step; never decides what is sent or who wins. */
  nowMs(): number
  /** Milliseconds from an arbitrary origin that never go backwards: for durations and deadlines. */
  monotonicMs(): number
  /** Resolves after `duration_ms`, or immediately when `signal` aborts. Never rejects. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>
  /** Resolves after all events that have already arrived (other requests, answers) are processed; takes no time. */
  turn(): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (duration_ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, duration_ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}

/** `2025-05-28T12:00:00.000Z` for milliseconds since the epoch. */
export function isoTime(time_ms: number): string {
  return new Date(time_ms).toISOString()
}
