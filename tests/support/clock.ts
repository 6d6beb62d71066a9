import { type Clock, systemClock } from '#shared/base/clock.ts'

/** A day on which no month begins or ends, whatever the calendar says when the tests run. */
const MID_MONTH = '2025-05-15T12:00:00Z'

/** A clock that shows what the test sets; it waits and measures like the system's. */
export interface SettableClock extends Clock {
  set(iso_time: string): void
}

export function clockAt(iso_time: string): SettableClock {
  let offset_ms = 0
  const set = (time: string) => void (offset_ms = Date.parse(time) - systemClock.nowMs())
  set(iso_time)
  return { ...systemClock, nowMs: () => systemClock.nowMs() + offset_ms, set }
}

/**
 * A clock on which waiting takes `factor` times less real time; more, below 1. Work takes as long as it takes: while
 * this process computes, or waits for a core to compute on, the clock runs like the system's. So a limit of five
 * seconds leaves five seconds for the work, on a loaded machine too.
 * @param from what it shows first
 */
export function fasterClock(factor: number, from: string = MID_MONTH): Clock {
  const start_ms = Date.parse(from)
  const origin = performance.eventLoopUtilization()
  const monotonicMs = () => {
    const { idle, active } = performance.eventLoopUtilization(origin)
    return active * Math.min(factor, 1) + idle * factor
  }
  return {
    nowMs: () => Math.floor(start_ms + monotonicMs()),
    monotonicMs,
    async sleep(duration_ms, signal) {
      const until_ms = monotonicMs() + duration_ms
      let left_ms = duration_ms
      do {
        await systemClock.sleep(left_ms / factor, signal)
        left_ms = until_ms - monotonicMs()
      } while (left_ms > 0 && signal?.aborted !== true)
    },
    turn: () => systemClock.turn(),
  }
}
