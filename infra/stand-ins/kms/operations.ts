/** How many requests of each sort came in: lets tests assert that a save costs one call and a list none. */
import type { Operation } from './faults.ts'

export interface OperationCounts extends Record<Operation, number> {
  /** Answers by HTTP status; a request whose answer got lost counts with the one it would have had. */
  by_status: Record<string, number>
}

export class Operations {
  #counts = noCounts()

  counts(): OperationCounts {
    return structuredClone(this.#counts)
  }

  reset(): void {
    this.#counts = noCounts()
  }

  arrived(operation: Operation): void {
    this.#counts[operation]++
  }

  answered(status: number): void {
    this.#counts.by_status[status] = (this.#counts.by_status[status] ?? 0) + 1
  }
}

function noCounts(): OperationCounts {
  return { encrypt: 0, decrypt: 0, get: 0, manage: 0, by_status: {} }
}
