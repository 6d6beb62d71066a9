/**
 * `x-goog-gcs-idempotency-token`: a change that succeeded answers a repetition with the same token the same way, for
 * ten minutes. Refused and failed requests are tried again: they changed nothing, and the client retries to succeed.
 * In memory only: a restart forgets, as may the real service.
 */
import type { Clock } from '#shared/base/clock.ts'
import type { Answer } from '../kit/answers.ts'
import { Mutexes } from './mutexes.ts'

const KEPT_MS = 10 * 60 * 1000
const ENTRIES_MAX = 10_000

export class Replays {
  readonly #clock: Clock
  readonly #mutexes = new Mutexes()
  /** Oldest first. */
  readonly #answers = new Map<string, { answer: Answer; at_ms: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param key the token with the request line, so that a token reused for something else does no harm */
  once(key: string, work: () => Promise<Answer>): Promise<Answer> {
    return this.#mutexes.alone(key, async () => {
      this.#forgetOld()
      const known = this.#answers.get(key)
      if (known) return known.answer
      const answer = await work()
      if (answer.status < 300) this.#answers.set(key, { answer, at_ms: this.#clock.monotonicMs() })
      return answer
    })
  }

  #forgetOld(): void {
    const oldest_ms = this.#clock.monotonicMs() - KEPT_MS
    for (const [key, { at_ms }] of this.#answers) {
      if (at_ms >= oldest_ms && this.#answers.size <= ENTRIES_MAX) return
      this.#answers.delete(key)
    }
  }
}
