import type { Random } from '#shared/base/random.ts'
import type { Fault, StoreCall } from './memory-object-store.ts'
import { between, oneOf } from './seeded-random.ts'

/** How often and how the store fails in one history: never, often, or with half of the reads unanswered. */
export class FaultProfile {
  readonly #random: Random
  readonly #latency_ms_max: number
  #fault_share: number
  #stalled_reads_share: number

  constructor(random: Random) {
    this.#random = random
    this.#latency_ms_max = oneOf(random, [20, 200, 800])
    this.#fault_share = oneOf(random, [0, 0.1, 0.3])
    this.#stalled_reads_share = random.uniform() < 0.1 ? 0.5 : 0
  }

  latencyMs(): number {
    return between(this.#random, 1, this.#latency_ms_max)
  }

  /** From now on nothing fails. */
  clear(): void {
    this.#fault_share = 0
    this.#stalled_reads_share = 0
  }

  faultOf({ operation }: StoreCall): Fault | undefined {
    if (operation !== 'write' && this.#random.uniform() < this.#stalled_reads_share) return 'stalled'
    if (this.#random.uniform() >= this.#fault_share) return undefined
    const on_reads: readonly Fault[] = ['throttled', 'unavailable', 'lost_answer']
    if (operation !== 'write') return oneOf(this.#random, on_reads)
    // What arrives after its sender gave up is what a protocol fails on.
    const late_landing = { delay_ms: between(this.#random, 0, 15_000) }
    return oneOf<Fault>(this.#random, [
      ...on_reads,
      'lost_answer',
      'throttled_after_check',
      'unavailable_after_check',
      'unavailable_after',
      'stalled',
      { late_landing },
      { late_landing },
      { late_landing },
    ])
  }
}
