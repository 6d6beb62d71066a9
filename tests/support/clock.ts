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
 * this process computes, waits for a core, or has a file written, the clock runs like the system's. So a limit of five
 * seconds leaves five seconds for the work, on a loaded machine too.
 * @param from what it shows first
 */
export function fasterClock(factor: number, from: string = MID_MONTH): Clock {
  const clock = new StretchedTime(factor)
  const start_ms = Date.parse(from)
  return {
    nowMs: () => Math.floor(start_ms + clock.nowMs()),
    monotonicMs: () => clock.nowMs(),
    sleep: (duration_ms, signal) => clock.sleep(duration_ms, signal),
    turn: () => systemClock.turn(),
  }
}

/** At most so much of a wait counts as waiting: what lasts longer is a core or a disk that others use. */
const TICK_MS = 4

/** Time that runs faster, or slower, in the ticks in which the process only waits. */
class StretchedTime {
  readonly #factor: number
  readonly #sleepers = new Set<{ readonly until_ms: number; readonly wake: () => void }>()
  #shown_ms = 0
  #shown_at_ms = systemClock.monotonicMs()
  #idle_before_ms = idleMs()
  #wrote_before = false
  #is_ticking = false

  constructor(factor: number) {
    this.#factor = factor
  }

  nowMs(): number {
    return this.#shown_ms + (systemClock.monotonicMs() - this.#shown_at_ms) * Math.min(this.#factor, 1)
  }

  async sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#factor <= 1) return await systemClock.sleep(duration_ms / this.#factor, signal)
    if (signal?.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const sleeper = { until_ms: this.nowMs() + duration_ms, wake }
    this.#sleepers.add(sleeper)
    signal?.addEventListener('abort', wake, { once: true })
    if (!this.#is_ticking) void this.#tickWhileNeeded()
    await promise
    signal?.removeEventListener('abort', wake)
    this.#sleepers.delete(sleeper)
  }

  async #tickWhileNeeded(): Promise<void> {
    this.#is_ticking = true
    while (this.#sleepers.size > 0) {
      const next_ms = Math.min(...Array.from(this.#sleepers, ({ until_ms }) => until_ms))
      const left_ms = Math.max(next_ms - this.nowMs(), 0) / this.#factor
      this.#show()
      await systemClock.sleep(Math.min(left_ms, TICK_MS))
      this.#skip()
      for (const { until_ms, wake } of this.#sleepers) if (until_ms <= this.#shown_ms) wake()
      await systemClock.turn()
    }
    this.#is_ticking = false
  }

  /** Takes the time since the last tick as it was. */
  #show(): void {
    this.#shown_ms = this.nowMs()
    this.#shown_at_ms = systemClock.monotonicMs()
    this.#idle_before_ms = idleMs()
    this.#wrote_before = writesFile()
  }

  /** The same, and faster for what was only waited. */
  #skip(): void {
    const waited_ms = this.#wrote_before || writesFile() ? 0 : Math.min(idleMs() - this.#idle_before_ms, TICK_MS)
    this.#show()
    this.#shown_ms += waited_ms * (this.#factor - 1)
  }
}

function idleMs(): number {
  return performance.eventLoopUtilization().idle
}

function writesFile(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
}
