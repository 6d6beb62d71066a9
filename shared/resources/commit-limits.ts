import type { Clock } from '../base/clock.ts'

/** What one request may do that commits to several objects. */

/** No more is looked for later in the request, if something is found. */
const SEARCH_MS_MAX = 8_000
/** No commit begins later in the request. */
const BEGIN_MS_MAX = 12_000
/** Less than the 28 s that a save has: the answer has to be made yet. */
const END_MS_MAX = 25_000

/** Objects that are committed simultaneously. */
export const OBJECTS_TOGETHER = { count_max: 8, bytes_max: 64 * 1024 * 1024 }
/** What an object is taken for that this instance has not read yet. */
export const UNKNOWN_BYTES = 16 * 1024 * 1024

/**
 * Of all rows that one request writes, before compression: a hundred versions of the largest record. The rest is asked for
 * again, so that no request takes more memory than an instance has, nor a core for seconds.
 */
export const ROWS_BYTES_MAX = 32 * 1024 * 1024

/** The time that such a request has, from now on. */
export class CommitTime {
  readonly #clock: Clock
  readonly #started_ms: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#started_ms = clock.monotonicMs()
  }

  /** Whether it is too late to begin a commit. */
  get is_over(): boolean {
    return this.#elapsed_ms > BEGIN_MS_MAX
  }

  /** Whether the search for what to commit ends here, so that what is found can be committed. */
  get is_search_over(): boolean {
    return this.#elapsed_ms > SEARCH_MS_MAX
  }

  /** What a commit that begins now may take. */
  get left_ms(): number {
    return END_MS_MAX - this.#elapsed_ms
  }

  get #elapsed_ms(): number {
    return this.#clock.monotonicMs() - this.#started_ms
  }
}
