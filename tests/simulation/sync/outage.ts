import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { Fault, StoreCall } from '../memory-object-store.ts'
import { between, oneOf } from '../seeded-random.ts'
import type { SyncHistory } from './sync-history.ts'

const LASTS_MS_MAX = 60_000

/** For a while nothing can be written to one object, so that commits fail beside others that do not. */
export class Outage {
  readonly #clock: Clock
  readonly #random: Random
  #object: string | undefined
  #until_ms = 0

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** @param names of objects, one of which it is */
  begin(history: SyncHistory, names: readonly string[]): void {
    if (names.length === 0) return
    this.#object = oneOf(this.#random, names)
    const lasts_ms = between(this.#random, 5000, LASTS_MS_MAX)
    this.#until_ms = this.#clock.monotonicMs() + lasts_ms
    history.note(`for ${Math.round(lasts_ms / 1000)} seconds nothing can be written to ${this.#object}`)
  }

  end(): void {
    this.#object = undefined
  }

  faultOf({ operation, name }: StoreCall): Fault | undefined {
    if (operation !== 'write' || name !== this.#object || this.#clock.monotonicMs() > this.#until_ms) return undefined
    return oneOf(this.#random, ['unavailable', 'throttled', 'unavailable_after_check'] as const)
  }
}
