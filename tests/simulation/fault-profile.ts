import type { Clock } from '#shared/base/clock.ts'
import { MINUTE_MS } from '#shared/base/durations.ts'
import type { Random } from '#shared/base/random.ts'
import type { Fault, StoreCall } from './memory-object-store.ts'
import { between, oneOf } from './seeded-random.ts'

/** A write arrives no later than this after its sender gave up: the table relies on ten minutes. */
const LATE_MS_MAX = 4 * MINUTE_MS
const OUTAGE_BEGINS_MS_MAX = 15_000
const OUTAGES_MS = [2000, 20_000, 90_000, 5 * MINUTE_MS]

/**
 * How often and how the store fails in one history: never, often, or with half of the reads unanswered; for a while it
 * may fail everybody, refuse for want of permission, or answer ranges with damaged bytes.
 */
export class FaultProfile {
  readonly #random: Random
  readonly #clock: Clock
  readonly #latency_ms_max: number
  readonly #has_refusals: boolean
  readonly #has_damage: boolean
  readonly #outage: Outage | undefined
  #fault_share: number
  #stalled_reads_share: number
  #is_over = false
  /** Objects of which a range was answered with damaged or missing bytes. */
  readonly damaged = new Set<string>()

  constructor(random: Random, clock: Clock) {
    this.#random = random
    this.#clock = clock
    this.#latency_ms_max = oneOf(random, [20, 200, 800])
    this.#fault_share = oneOf(random, [0, 0.1, 0.3])
    this.#stalled_reads_share = random.uniform() < 0.1 ? 0.5 : 0
    this.#has_refusals = random.uniform() < 0.25
    this.#has_damage = random.uniform() < 0.2
    this.#outage = random.uniform() < 0.2 ? outageFrom(random, clock) : undefined
  }

  latencyMs(): number {
    return between(this.#random, 1, this.#latency_ms_max)
  }

  /** From now on nothing fails. */
  clear(): void {
    this.#fault_share = 0
    this.#stalled_reads_share = 0
    this.#is_over = true
  }

  faultOf(call: StoreCall): Fault | undefined {
    const random = this.#random
    if (this.#outage && !this.#is_over && isDuring(this.#outage, this.#clock)) return this.#outage.fault
    if (call.operation !== 'write' && random.uniform() < this.#stalled_reads_share) return 'stalled'
    if (random.uniform() >= this.#fault_share) return undefined
    if (this.#has_refusals && random.uniform() < 0.2) return 'rejected'
    return call.operation === 'write' ? this.#faultOfWrite() : this.#faultOfRead(call)
  }

  #faultOfRead({ name, is_range }: StoreCall): Fault {
    if (this.#has_damage && is_range) {
      this.damaged.add(name)
      return oneOf(this.#random, ['damaged', 'cut'] as const)
    }
    return oneOf(this.#random, ['throttled', 'unavailable', 'lost_answer'] as const)
  }

  #faultOfWrite(): Fault {
    const random = this.#random
    // What arrives after its sender gave up is what a protocol fails on.
    const delay_ms = between(random, 0, random.uniform() < 0.75 ? 15_000 : LATE_MS_MAX)
    return oneOf<Fault>(random, [
      'throttled',
      'unavailable',
      'lost_answer',
      'lost_answer',
      'throttled_after_check',
      'unavailable_after_check',
      'unavailable_after',
      'stalled',
      { duplicated: { delay_ms } },
      { late_landing: { delay_ms } },
      { late_landing: { delay_ms } },
      { late_landing: { delay_ms } },
    ])
  }
}

/** For a while every call fails in the same way. */
interface Outage {
  readonly begins_ms: number
  readonly ends_ms: number
  readonly fault: Fault
}

function outageFrom(random: Random, clock: Clock): Outage {
  const begins_ms = clock.monotonicMs() + between(random, 0, OUTAGE_BEGINS_MS_MAX)
  const fault = oneOf<Fault>(random, ['unavailable', 'throttled', 'stalled', 'rejected', 'lost_answer'])
  return { begins_ms, ends_ms: begins_ms + oneOf(random, OUTAGES_MS), fault }
}

function isDuring({ begins_ms, ends_ms }: Outage, clock: Clock): boolean {
  const now_ms = clock.monotonicMs()
  return begins_ms <= now_ms && now_ms < ends_ms
}
