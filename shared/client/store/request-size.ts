/** A request that took no longer may carry more the next time. */
const QUICK_MS = 1000
const STEP = 4

/**
 * How many bytes one request carries or asks for: more where the connection is quick, and less after one that was not answered in
 * time, so that a slow connection gets ahead as well.
 */
export class RequestSize {
  readonly #least: number
  readonly #most: number
  #bytes: number

  constructor({ first, least, most }: { readonly first: number; readonly least: number; readonly most: number }) {
    this.#bytes = first
    this.#least = least
    this.#most = most
  }

  get bytes(): number {
    return this.#bytes
  }

  answered(duration_ms: number): void {
    if (duration_ms <= QUICK_MS) this.#bytes = Math.min(this.#most, this.#bytes * STEP)
  }

  /** It was too much for the connection, or for who answers. */
  tooMuch(): void {
    this.#bytes = Math.max(this.#least, Math.floor(this.#bytes / STEP))
  }
}
