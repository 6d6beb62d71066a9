import type { Clock } from '../../base/clock.ts'
import { MINUTE_MS } from '../../base/durations.ts'
import type { Api } from '../api/api.ts'

const KEPT_MS = 10 * MINUTE_MS
/** A sign-in may wait for it. */
const TIMEOUT_MS = 5000
const FLAG = 'persistence_v2'

/** Whether the operator has sync on for this user. What was heard last holds until something else is heard. */
export class SyncSwitch {
  readonly #clock: Clock
  #is_on = true
  #asked_until_ms = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get is_on(): boolean {
    return this.#is_on
  }

  async ask(api: Pick<Api, 'flags'>): Promise<boolean> {
    const now_ms = this.#clock.monotonicMs()
    if (now_ms < this.#asked_until_ms) return this.#is_on
    const result = await api.flags.getFlags({ attempts_max: 1, timeout_ms: TIMEOUT_MS })
    if (result.ok) this.#is_on = result.body.flags[FLAG]
    this.#asked_until_ms = now_ms + (result.ok ? KEPT_MS : MINUTE_MS)
    return this.#is_on
  }
}
