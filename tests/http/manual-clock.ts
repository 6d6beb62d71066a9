import type { Clock } from '#shared/base/clock.ts'

/** A clock that stands still until it is told to move on. */
export class ManualClock implements Clock {
  #now_ms: number
  readonly #sleepers = new Set<{ at_ms: number; wake: () => void }>()

  constructor(now_ms: number) {
    this.#now_ms = now_ms
  }

  nowMs(): number {
    return this.#now_ms
  }

  monotonicMs(): number {
    return this.#now_ms
  }

  sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { at_ms: this.#now_ms + duration_ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => this.#sleepers.delete(sleeper) && resolve(), { once: true })
    })
  }

  turn(): Promise<void> {
    return Promise.resolve()
  }

  advance(duration_ms: number): void {
    this.#now_ms += duration_ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.at_ms > this.#now_ms) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}
