/** How many requests a stand-in received and how it answered: tests assert that a call costs one PUT and no LIST. */
export type OperationCounts<K extends string> = Record<K, number> & {
  /** By method, as the service's reference names it: `objects.insert`, `cryptoKeys.encrypt`. */
  by_method: Record<string, number>
  /** Answers by status; a request whose answer got lost counts with the one it would have had. */
  by_status: Record<string, number>
}

export class Operations<K extends string> {
  readonly #kinds: readonly K[]
  #counts: OperationCounts<K>

  /** @param kinds each has a count, from 0 on */
  constructor(kinds: readonly K[]) {
    this.#kinds = kinds
    this.#counts = noCounts(kinds)
  }

  counts(): OperationCounts<K> {
    return structuredClone(this.#counts)
  }

  reset(): void {
    this.#counts = noCounts(this.#kinds)
  }

  arrived(kind: K, method: string): void {
    const counts: Record<K, number> = this.#counts
    counts[kind]++
    increment(this.#counts.by_method, method)
  }

  answered(status: number): void {
    increment(this.#counts.by_status, String(status))
  }
}

function increment(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function noCounts<K extends string>(kinds: readonly K[]): OperationCounts<K> {
  const by_kind = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<K, number>
  return { ...by_kind, by_method: {}, by_status: {} }
}
