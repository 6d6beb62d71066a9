import type { Sources } from './sources.ts'

/** The changes of one object in one wave. */
export class UnitOfPush {
  /** Which of the push's changes they are. */
  readonly places: readonly number[]
  readonly sources: Sources
  readonly #place_of: ReadonlyMap<number, number>
  #decided_last = -1
  #written_bytes = 0

  constructor(places: readonly number[], sources: Sources) {
    this.places = places
    this.sources = sources
    this.#place_of = new Map(places.map((at, place) => [at, place]))
  }

  /** Which of the unit's changes the one at `at` of the push is. */
  placeOf(at: number): number | undefined {
    return this.#place_of.get(at)
  }

  /** Of the rows that its changes write, as far as they are decided. */
  get written_bytes(): number {
    return this.#written_bytes
  }

  /** Tells that a change is decided now: on fresher rows, when it or a later one was decided before. */
  decides(at: number): void {
    const place = this.placeOf(at)!
    if (place <= this.#decided_last) this.#written_bytes = 0
    this.#decided_last = place
  }

  wrote(bytes: number): void {
    this.#written_bytes += bytes
  }
}
