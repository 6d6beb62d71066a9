import type { IdleOptions } from '#functions/web/app/base/in-steps.ts'
import { systemClock } from '#shared/base/clock.ts'

/** Moments of so many milliseconds in which a page is idle, and none after them. Time passes when `pass` is called. */
export function idleMoments(durations_ms: readonly number[], signal = new AbortController().signal) {
  let now_ms = 0
  const begun_ms: number[] = []
  const clock = { ...systemClock, monotonicMs: () => now_ms, turn: () => Promise.resolve() }
  const nextIdle: IdleOptions['nextIdle'] = () => {
    const duration_ms = durations_ms[begun_ms.length]
    if (duration_ms === undefined) return new Promise(() => undefined)
    // What the page has to do in between.
    now_ms += 1000
    const end_ms = now_ms + duration_ms
    begun_ms.push(now_ms)
    return Promise.resolve({ timeRemaining: () => Math.max(0, end_ms - now_ms) })
  }
  return { options: { clock, nextIdle, signal }, begun_ms, pass: () => (now_ms += 1) }
}
