/** A bounded map: when it is full, the entry that was used least recently is dropped. */
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

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
