import type { Clock } from '../../base/clock.ts'

/** `Date` has whole seconds. */
const DATE_STEP_MS = 1000

/**
 * The server's time, learned from the `Date` of its answers. Each answer bounds it: the service wrote its date between the
 * moment when the request left and the moment when the answer arrived. Answers narrow the bounds; one that contradicts
 * them (the device slept) begins them again. The device's wall clock, which may be wrong by days, has no part in it.
 */
export class ServerTime {
  readonly #clock: Clock
  /** The server's time less the device's monotonic time lies between them. */
  #lower_ms = -Infinity
  #upper_ms = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether any answer has told it. */
  get is_known(): boolean {
    return this.#upper_ms !== Infinity
  }

  /** How far `nowMs` may be off, either way; Infinity while it is not known. */
  get uncertainty_ms(): number {
    return (this.#upper_ms - this.#lower_ms) / 2
  }

  /** The server's time now; the device's own while it is not known. */
  nowMs(): number {
    if (!this.is_known) return this.#clock.nowMs()
    return Math.floor(this.#clock.monotonicMs() + (this.#lower_ms + this.#upper_ms) / 2)
  }

  /** How far the device's wall clock is behind the server's; negative when it is ahead. */
  deviceOffsetMs(): number {
    return this.nowMs() - this.#clock.nowMs()
  }

  /** @param sent_ms and `received_ms` on the monotonic clock */
  learn(date: string | null, sent_ms: number, received_ms: number): void {
    const date_ms = Date.parse(date ?? '')
    if (Number.isNaN(date_ms)) return
    const lower_ms = date_ms - received_ms
    const upper_ms = date_ms + DATE_STEP_MS - sent_ms
    const is_contradiction = lower_ms > this.#upper_ms || upper_ms < this.#lower_ms
    this.#lower_ms = is_contradiction ? lower_ms : Math.max(lower_ms, this.#lower_ms)
    this.#upper_ms = is_contradiction ? upper_ms : Math.min(upper_ms, this.#upper_ms)
  }
}
