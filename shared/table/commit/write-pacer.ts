import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'

/** Cloud Storage takes about one change of one object per second. */
const CHANGE_INTERVAL_MS = 1000
/** As long as an object that was throttled is taken for a busy one. */
const REMEMBERED_MS = 60_000

interface Busy {
  readonly until_ms: number
  landed_ms: number
}

/**
 * Keeps an instance from running into the store's limit again and again: once one of its changes of an object was
 * throttled, its next batches for that object leave a second or two after the one before landed, and are larger for it. Who
 * was never throttled never waits.
 */
export class WritePacer {
  readonly #clock: Clock
  readonly #random: Random
  readonly #busy = new Map<string, Busy>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  throttled(name: string): void {
    const now_ms = this.#clock.monotonicMs()
    for (const [other, { until_ms }] of this.#busy) if (until_ms < now_ms) this.#busy.delete(other)
    const landed_ms = this.#busy.get(name)?.landed_ms ?? -Infinity
    this.#busy.set(name, { until_ms: now_ms + REMEMBERED_MS, landed_ms })
  }

  landed(name: string): void {
    const busy = this.#busy.get(name)
    if (busy) busy.landed_ms = this.#clock.monotonicMs()
  }

  /** Waits until the object can take the next change. */
  async ready(name: string): Promise<void> {
    const busy = this.#busy.get(name)
    const now_ms = this.#clock.monotonicMs()
    if (!busy || busy.until_ms < now_ms) return
    // Up to as long again at random: an instance that came exactly a second after its own change would always win.
    const wait_ms = busy.landed_ms + CHANGE_INTERVAL_MS * (1 + this.#random.uniform()) - now_ms
    if (wait_ms > 0) await this.#clock.sleep(wait_ms)
  }
}
