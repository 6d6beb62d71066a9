import { Problem } from '../base/problem.ts'
import type { Call } from '../http/call.ts'

/** The parts of a call that tell when its answer has left. */
type Closing = Pick<Call, 'signal' | 'whenClosed'>

/**
 * What large answers may take of one instance's memory together. Pages wait for room, because others leave it soon;
 * an export can take minutes, so one too many is refused. What is taken is given back when the answer has left, or when
 * nobody waits for it any more.
 */
export class AnswerMemory {
  readonly #page_bytes_max: number
  readonly #exports_max: number
  #page_bytes = 0
  #exports = 0
  readonly #waiting: (() => void)[] = []

  /** The defaults suit an instance of 512 MiB, together with CACHE_BYTES. */
  constructor({ page_bytes_max = 64 * 1024 * 1024, exports_max = 4 } = {}) {
    this.#page_bytes_max = page_bytes_max
    this.#exports_max = exports_max
  }

  /** What pages have taken, and exports under way. */
  get taken(): { readonly page_bytes: number; readonly exports: number } {
    return { page_bytes: this.#page_bytes, exports: this.#exports }
  }

  /**
   * Room for one page, once there is some. @param bytes while it is made
   * @returns sets what the page takes once it is made
   * @throws Problem `unavailable` when the request is over before there is room
   */
  async takeForPage({ signal, whenClosed }: Closing, bytes: number): Promise<(bytes: number) => void> {
    while (this.#page_bytes > 0 && this.#page_bytes + bytes > this.#page_bytes_max) await this.#change(signal)
    let taken = 0
    let is_over = false
    const set = (wanted: number): void => {
      this.#page_bytes += (is_over ? 0 : wanted) - taken
      const is_less = wanted < taken || is_over
      taken = is_over ? 0 : wanted
      if (is_less) for (const goOn of this.#waiting.splice(0)) goOn()
    }
    set(bytes)
    whenClosed(() => {
      is_over = true
      set(0)
    })
    return set
  }

  /** @throws Problem `unavailable` when as many exports as may be are under way in this instance */
  takeForExport({ whenClosed }: Pick<Closing, 'whenClosed'>): void {
    if (this.#exports >= this.#exports_max) throw tooManyExports()
    this.#exports++
    whenClosed(() => this.#exports--)
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const goOn = () => {
        signal.removeEventListener('abort', goOn)
        resolve()
      }
      signal.addEventListener('abort', goOn)
      this.#waiting.push(goOn)
    })
    if (signal.aborted) throw givenUp()
  }
}

function tooManyExports(): Problem {
  return new Problem('unavailable', 'Too many downloads are under way. Nothing is lost; try again in a moment.', {
    retry_after_ms: 5_000,
  })
}

/** The caller has gone, or the request took too long: either way its answer goes to nobody. */
export function givenUp(): Problem {
  return new Problem('unavailable', 'The request was given up before its answer was ready.', { retry_after_ms: 1_000 })
}
