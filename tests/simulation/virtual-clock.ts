import type { Clock } from '#shared/base/clock.ts'

interface Sleeper {
  readonly wakes_ms: number
  readonly wake: () => void
}

/**
 * Nothing that runs on virtual time wakes a sleeper so often. While it runs no timer of the process fires, that of the
 * test's own limit neither: a loop that goes on for ever has to be ended from here.
 */
const WAKES_MAX = 5_000_000

/**
 * Time that passes only when nothing else can happen: everything that can run runs, then the earliest sleeper wakes.
 * One seed, one history, however fast the machine is.
 */
export class VirtualClock implements Clock {
  readonly #start_ms: number
  readonly #wakes_max: number
  #elapsed_ms = 0
  #wakes = 0
  /** The earliest first; of the same time, who fell asleep first. */
  readonly #sleepers: Sleeper[] = []

  constructor(start: string | number = '2025-05-15T12:00:00Z', { wakes_max = WAKES_MAX } = {}) {
    this.#wakes_max = wakes_max
    this.#start_ms = typeof start === 'number' ? start : Date.parse(start)
  }

  nowMs(): number {
    return this.#start_ms + Math.floor(this.#elapsed_ms)
  }

  monotonicMs(): number {
    return this.#elapsed_ms
  }

  sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = (): void => {
        signal?.removeEventListener('abort', cancel)
        resolve()
      }
      const sleeper: Sleeper = { wakes_ms: this.#elapsed_ms + Math.max(0, duration_ms), wake: done }
      const cancel = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        done()
      }
      signal?.addEventListener('abort', cancel)
      const behind = this.#sleepers.findLastIndex(({ wakes_ms }) => wakes_ms <= sleeper.wakes_ms)
      this.#sleepers.splice(behind + 1, 0, sleeper)
    })
  }

  /** Whatever else is due now goes first. */
  turn(): Promise<void> {
    return this.sleep(0)
  }

  /** The same time as a clock shows it that is set wrong by `ahead_ms`, for good or as it is at the time. */
  skewed(ahead_ms: number | (() => number)): Clock {
    return {
      nowMs: () => this.nowMs() + (typeof ahead_ms === 'number' ? ahead_ms : ahead_ms()),
      monotonicMs: () => this.monotonicMs(),
      sleep: (duration_ms, signal) => this.sleep(duration_ms, signal),
      turn: () => this.turn(),
    }
  }

  /**
   * Lets time pass until `work` has settled, and gives its result.
   * @throws Error when it waits for something that no sleeper will bring about, or does not end within `limit_ms` or
   *   a great many sleeps
   */
  async run<T>(work: () => Promise<T>, { limit_ms = Infinity } = {}): Promise<T> {
    const until_ms = this.#elapsed_ms + limit_ms
    let is_settled = false
    const result = work().finally(() => (is_settled = true))
    result.catch(() => undefined)
    for (;;) {
      await everythingRan()
      if (is_settled) return await result
      if (!this.#wakeNext()) throw new Error('the work waits for something that will never happen')
      if (this.#elapsed_ms > until_ms) throw new Error('the work does not come to an end')
    }
  }

  /** Lets `duration_ms` pass, with everything that happens in it. */
  async advance(duration_ms: number): Promise<void> {
    const until_ms = this.#elapsed_ms + duration_ms
    await everythingRan()
    while (this.#sleepers.length > 0 && this.#sleepers[0]!.wakes_ms <= until_ms) {
      this.#wakeNext()
      await everythingRan()
    }
    this.#elapsed_ms = until_ms
  }

  #wakeNext(): boolean {
    const sleeper = this.#sleepers.shift()
    if (!sleeper) return false
    if (++this.#wakes > this.#wakes_max) {
      throw new Error(`a loop on virtual time does not end: ${this.#wakes_max} sleeps, ${this.#elapsed_ms} ms passed`)
    }
    this.#elapsed_ms = Math.max(this.#elapsed_ms, sleeper.wakes_ms)
    sleeper.wake()
    return true
  }
}

/** Ticks come after all microtasks, also those that microtasks make: when this resolves, everyone waits for time. */
function everythingRan(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
