import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'

/**
 * Decoded columns of row groups within a number of bytes, least recently used groups out first. Groups never change, so
 * what is here needs no check. The bound holds while a listing walks through a month, not only after it.
 */
export class DecodedColumns {
  readonly #bytes_max: number
  readonly #groups = new Map<RowGroup, { readonly values: ColumnValues; readonly bytes: number }>()
  #bytes = 0

  /** @param bytes_max of all columns together, as `RowGroup.decodedBytes` estimates them */
  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max
  }

  /** What is held now. */
  get bytes(): number {
    return this.#bytes
  }

  /** The named columns of a group, and perhaps others. A group that is too large to be kept is decoded each time. */
  async of(group: RowGroup, names: readonly string[]): Promise<ColumnValues> {
    const known = this.#groups.get(group)?.values
    const missing = names.filter((name) => known?.has(name) !== true)
    if (known && missing.length === 0) {
      this.#keep(group, known)
      return known
    }
    const decoded = await group.columns(missing)
    // Another reader may have added columns meanwhile, and this group may be gone: what was known is still right.
    const values: ColumnValues = new Map([...(known ?? []), ...(this.#groups.get(group)?.values ?? []), ...decoded])
    this.#keep(group, values)
    return values
  }

  #keep(group: RowGroup, values: ColumnValues): void {
    const held = this.#groups.get(group)
    const bytes = held?.values === values ? held.bytes : group.decodedBytes(new Set(values.keys()))
    this.#bytes += bytes - (held?.bytes ?? 0)
    this.#groups.delete(group)
    this.#groups.set(group, { values, bytes })
    for (const [oldest, { bytes: freed }] of this.#groups) {
      if (this.#bytes <= this.#bytes_max) return
      this.#groups.delete(oldest)
      this.#bytes -= freed
    }
  }
}
