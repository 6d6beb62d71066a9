import { currentTrace } from '../../base/trace.ts'
import type { ObjectListing, ObjectStore } from '../../objects/object-store.ts'
import { NO_OBJECT, StoreError } from '../../objects/object-store.ts'
import { footerBytes, parseTail } from '../../parquet/file.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { DecodedColumns } from './decoded-columns.ts'
import { namingObject } from './failures.ts'
import { openTailBytes } from './layout.ts'
import type { TableSchema } from './schema.ts'
import { absentSnapshot, snapshotOf, wholeSnapshot, type Snapshot } from './snapshot.ts'

/**
 * Decoded partitions of one instance, by object name, least recently used out first. It holds what was seen, never what
 * is true: nothing is answered from it before the store has confirmed the generation.
 */
export class SnapshotCache {
  readonly #store: ObjectStore
  readonly #bytes_max: number
  readonly #snapshots = new Map<string, Snapshot>()
  /** What each of them was counted with, and the sum. */
  readonly #held = new WeakMap<Snapshot, number>()
  #held_bytes = 0
  readonly #loading = new Map<string, Promise<Snapshot>>()
  readonly #decoded: DecodedColumns

  /** @param bytes_max objects and their decoded columns together, roughly; decoded columns take half of it at most */
  constructor(store: ObjectStore, { bytes_max }: { bytes_max: number }) {
    this.#store = store
    this.#bytes_max = bytes_max
    this.#decoded = new DecodedColumns(bytes_max / 2)
  }

  /** The named columns of a group, and perhaps others: those that listings want are kept decoded. */
  async columns(group: RowGroup, names: readonly string[]): Promise<ColumnValues> {
    const values = await this.#decoded.of(group, names)
    this.#trim()
    return values
  }

  /** As last seen here; perhaps outdated. */
  peek(name: string): Snapshot | undefined {
    return this.#snapshots.get(name)
  }

  /** The object as it is now: one GET, without a body when it has not changed. @throws StoreError, CorruptObject */
  async current(schema: TableSchema, name: string): Promise<Snapshot> {
    // A caller that arrives while a cold object is being fetched waits for that one copy, then validates it as usual.
    const loading = this.#snapshots.has(name) ? undefined : this.#loading.get(name)
    if (loading) await Promise.allSettled([loading])
    const cached = this.#snapshots.get(name)
    if (cached) return await this.#read(schema, name, cached)
    const load = this.#read(schema, name, undefined)
    this.#loading.set(name, load)
    try {
      return await load
    } finally {
      if (this.#loading.get(name) === load) this.#loading.delete(name)
    }
  }

  /** The object whole, for rewriting: like `current`, but never one that was opened by ranges. */
  async whole(schema: TableSchema, name: string): Promise<Snapshot> {
    const current = await this.current(schema, name)
    if (current.whole) return current
    // Read without condition: a listing may open it by ranges again meanwhile.
    this.#drop(name)
    return await this.#read(schema, name, undefined)
  }

  /**
   * An object that was just listed: without a request when that generation is here. A large one that is not here is
   * opened by its footer, and its columns are fetched by range as they are asked for.
   */
  async listed(schema: TableSchema, listing: ObjectListing): Promise<Snapshot> {
    const cached = this.#snapshots.get(listing.name)
    if (cached?.generation === listing.generation) {
      currentTrace().cache_hits++
      return this.#keep(cached)
    }
    if (cached?.whole || listing.size_bytes <= RANGED_ABOVE_BYTES) return await this.current(schema, listing.name)
    return this.#keep(await this.#openByRanges(listing))
  }

  /** Takes in what this instance has just written. */
  put(snapshot: Snapshot): void {
    this.#keep(snapshot)
  }

  async #read(schema: TableSchema, name: string, cached: Snapshot | undefined): Promise<Snapshot> {
    const unless = cached && cached.generation !== NO_OBJECT ? { unless: cached.generation } : {}
    const result = await this.#store.read(name, unless)
    const is_overtaken = this.#snapshots.get(name) !== cached
    switch (result.kind) {
      case 'unmodified':
        currentTrace().cache_hits++
        return is_overtaken ? cached! : this.#keep(cached!)
      case 'absent':
        return is_overtaken ? absentSnapshot(schema, name) : this.#keep(absentSnapshot(schema, name))
      case 'found': {
        currentTrace().cache_misses++
        const snapshot = await namingObject(name, () => wholeSnapshot(name, result.generation, result.bytes))
        return is_overtaken ? snapshot : this.#keep(snapshot)
      }
    }
  }

  async #openByRanges({ name, generation, size_bytes }: ObjectListing): Promise<Snapshot> {
    currentTrace().cache_misses++
    const readRange = async (start: number, end: number): Promise<Uint8Array> => {
      const result = await this.#store.readRange(name, { start, end }, { generation })
      if (result.kind === 'found') return result.bytes
      throw new StoreError('unavailable', `${name} changed while it was read`)
    }
    let tail = await readRange(size_bytes - TAIL_BYTES, size_bytes)
    const footer_bytes = await namingObject(name, () => footerBytes(tail))
    if (footer_bytes > tail.length) tail = await readRange(Math.max(0, size_bytes - footer_bytes), size_bytes)
    return await namingObject(name, () =>
      snapshotOf(name, generation, size_bytes, parseTail(tail, size_bytes, readRange), false),
    )
  }

  #keep(snapshot: Snapshot): Snapshot {
    this.#drop(snapshot.name)
    const bytes = heldBytes(snapshot)
    this.#snapshots.set(snapshot.name, snapshot)
    this.#held.set(snapshot, bytes)
    this.#held_bytes += bytes
    this.#trim()
    return snapshot
  }

  #drop(name: string): void {
    const held = this.#snapshots.get(name)
    if (!held) return
    this.#snapshots.delete(name)
    // As much as was added for it: what it takes may have changed since.
    this.#held_bytes -= this.#held.get(held)!
  }

  /** Drops what was used longest ago; the object used last stays, however large it is. */
  #trim(): void {
    for (const name of this.#snapshots.keys()) {
      if (this.#decoded.bytes + this.#held_bytes <= this.#bytes_max || this.#snapshots.size === 1) break
      this.#drop(name)
    }
  }
}

/** Above this a cold object is not fetched whole just to list from it. */
export const RANGED_ABOVE_BYTES = 8 * 1024 * 1024
/** Holds the footer of most months: one request tells where everything is. */
const TAIL_BYTES = 256 * 1024
/** What even an absent object costs to remember. */
const ENTRY_BYTES = 1024
/** What the metadata of one column of one row group takes in memory. */
const CHUNK_BYTES = 400

function heldBytes({ file: { groups }, whole, size_bytes }: Snapshot): number {
  const chunks = groups.length * (groups[0]?.metadata.columns.length ?? 0)
  const last = groups.at(-1)
  return ENTRY_BYTES + (whole ? size_bytes : 0) + chunks * CHUNK_BYTES + (last ? openTailBytes(last) : 0)
}
