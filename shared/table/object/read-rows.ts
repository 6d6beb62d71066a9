import type { RowGroup } from '../../parquet/row-group.ts'
import { detached, memoryBytes } from './row-memory.ts'
import type { Row } from './schema.ts'

interface Held<R extends Row> {
  readonly place: { readonly group: RowGroup; readonly index: number }
  readonly row: R
  readonly bytes: number
}

/**
 * Rows that were read by themselves, within a number of bytes, least recently used out first: to read one, its whole
 * group is decoded. Groups never change, so what is here needs no check.
 */
export class ReadRows<R extends Row> {
  readonly #bytes_max: number
  readonly #by_group = new WeakMap<RowGroup, Map<number, Held<R>>>()
  /** In the order of their last use. */
  readonly #held = new Set<Held<R>>()
  #bytes = 0

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max
  }

  /** @param read gives the row where it is not here */
  async of(place: Held<R>['place'], read: () => Promise<R>): Promise<R> {
    const rows = this.#by_group.get(place.group) ?? new Map<number, Held<R>>()
    this.#by_group.set(place.group, rows)
    const known = rows.get(place.index)
    if (known) {
      this.#held.delete(known)
      this.#held.add(known)
      return known.row
    }
    const row = detached(await read())
    // Another reader may have read it meanwhile.
    if (!rows.has(place.index)) this.#keep({ place, row, bytes: memoryBytes(row) }, rows)
    return row
  }

  #keep(held: Held<R>, rows: Map<number, Held<R>>): void {
    rows.set(held.place.index, held)
    this.#held.add(held)
    this.#bytes += held.bytes
    for (const oldest of this.#held) {
      if (this.#bytes <= this.#bytes_max) return
      this.#held.delete(oldest)
      this.#by_group.get(oldest.place.group)?.delete(oldest.place.index)
      this.#bytes -= oldest.bytes
    }
  }
}
