/**
 * Keeps the outcome of a costly check for the tokens used last. Bounded; the least recently used goes first. The key is
 * a hash, so that memory holds no token.
 */
export class LeastRecentlyUsed<T> {
  readonly #entries = new Map<string, T>()
  readonly #entries_max: number

  constructor(entries_max: number) {
    this.#entries_max = entries_max
  }

  get(key: string): T | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    // A Map keeps insertion order: put back at its end.
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: T): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#entries_max) {
      const [oldest] = this.#entries.keys()
      this.#entries.delete(oldest as string)
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
