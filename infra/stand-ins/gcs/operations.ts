/** How many requests of each sort came in: lets tests assert that a call costs one PUT and no LIST. */
import type { OperationKind } from './faults.ts'

export interface OperationCounts {
  read: number
  write: number
  list: number
  delete: number
  /** By method, e.g. `objects.insert`, `objects.get_media`, `objects.get`, `objects.list`. */
  by_method: Record<string, number>
  /** Answers by status; a request whose answer got lost counts with the one it would have had. */
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

  arrived(kind: OperationKind, method: string): void {
    this.#counts[kind]++
    this.#counts.by_method[method] = (this.#counts.by_method[method] ?? 0) + 1
  }

  answered(status: number): void {
    this.#counts.by_status[status] = (this.#counts.by_status[status] ?? 0) + 1
  }
}

function noCounts(): OperationCounts {
  return { read: 0, write: 0, list: 0, delete: 0, by_method: {}, by_status: {} }
}
