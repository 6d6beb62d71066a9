/** One mutex per key: work of the same key runs one after the other, in the order it came. */
export class Mutexes {
  readonly #last = new Map<string, Promise<unknown>>()

  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const mine = before ? before.then(work, work) : work()
    this.#last.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
  }
}
