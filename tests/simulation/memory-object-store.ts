import type { Clock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import {
  NO_OBJECT,
  StoreError,
  type ByteRange,
  type Generation,
  type ObjectListing,
  type ObjectStore,
  type RangeResult,
  type ReadResult,
  type WriteResult,
} from '#shared/objects/object-store.ts'

/**
 * What strikes one call.
 * - `throttled`: refused before anything was looked at (429).
 * - `unavailable`: refused before anything was looked at (503), or never arrived.
 * - `throttled_after_check`, `unavailable_after_check`: the same for a write whose precondition holds; one that fails is
 *   answered as ever.
 * - `unavailable_after`: a 503 although the write landed; a precondition that fails is answered as ever.
 * - `lost_answer`: whatever the answer was, it does not arrive.
 * - `late_landing`: the answer is lost immediately; the write arrives, with its precondition, `delay_ms` later.
 * - `duplicated`: the write is carried out and answered, and a copy of it arrives `delay_ms` later.
 * - `damaged`: the end of an object, asked for by its range, arrives with a wrong byte. Whole objects are verified by the
 *   adapter; between footer and start only the connection protects a range.
 * - `cut`: a range arrives without its end.
 * - `stalled`: nothing happens until the caller's time limit passes.
 * - `rejected`: no permission (403).
 */
export type Fault =
  | 'throttled'
  | 'unavailable'
  | 'throttled_after_check'
  | 'unavailable_after_check'
  | 'unavailable_after'
  | 'lost_answer'
  | 'stalled'
  | 'rejected'
  | 'damaged'
  | 'cut'
  | { late_landing: { delay_ms: number } }
  | { duplicated: { delay_ms: number } }

export type Operation = 'read' | 'write' | 'list'

export interface StoreCall {
  readonly operation: Operation
  readonly name: string
  readonly is_range?: true
}

/** A generation as it landed: what the store knows and no reader can miss. */
export interface Landing {
  readonly name: string
  readonly generation: Generation
  readonly bytes: Uint8Array
  readonly time_ms: number
}

export interface MemoryStoreOptions {
  readonly clock: Clock
  /** Time of a call, there and back. Default: none. */
  readonly latencyMs?: (call: StoreCall) => number
  /** As Cloud Storage does: a second change of one name within a second is throttled. */
  readonly is_rate_limited?: boolean
  /** Objects of one page of a list; each page is asked for after the one before. */
  readonly page_objects_max?: number
  /** Asked once per call; scripted strikes (`strike`) come first. */
  readonly faultOf?: (call: StoreCall) => Fault | undefined
  readonly onLanding?: (landing: Landing) => void
}

/** The adapter's own limit for one request. */
const TIME_LIMIT_MS = 10_000
const TIME_BETWEEN_CHANGES_MS = 1000
/** In the footer of any file. */
const DAMAGED_BEFORE_END = 100
/** As Cloud Storage has it. */
const PAGE_OBJECTS_MAX = 1000

interface Stored {
  readonly bytes: Uint8Array
  readonly generation: Generation
}

/** Cloud Storage in memory, on injected time, with every fault the protocol must survive. */
export class MemoryObjectStore implements ObjectStore {
  readonly counts = { read: 0, write: 0, list: 0, body: 0, body_bytes: 0 }
  readonly #options: MemoryStoreOptions
  readonly #objects = new Map<string, Stored>()
  readonly #changed_ms = new Map<string, number>()
  readonly #strikes: { operation: Operation; fault: Fault }[] = []
  #generations = 1_747_000_000_000_000

  constructor(options: MemoryStoreOptions) {
    this.#options = options
  }

  /** The next `times` calls of this kind fail so. */
  strike(operation: Operation, fault: Fault, times = 1): void {
    for (let i = 0; i < times; i++) this.#strikes.push({ operation, fault })
  }

  resetCounts(): void {
    Object.assign(this.counts, { read: 0, write: 0, list: 0, body: 0, body_bytes: 0 })
  }

  /** The live bytes, past all faults. */
  bytesOf(name: string): Uint8Array | undefined {
    return this.#objects.get(name)?.bytes
  }

  names(): string[] {
    return [...this.#objects.keys()].toSorted()
  }

  /** Puts bytes there, past all faults and preconditions. */
  place(name: string, bytes: Uint8Array): Generation {
    return this.#land(name, bytes)
  }

  /** Takes an object out, past all faults, as somebody with a console does. */
  remove(name: string): void {
    this.#objects.delete(name)
  }

  async read(name: string, { unless }: { unless?: Generation } = {}): Promise<ReadResult> {
    return await this.#call({ operation: 'read', name }, () => {
      const stored = this.#objects.get(name)
      if (!stored) return { kind: 'absent' }
      if (stored.generation === unless) return { kind: 'unmodified' }
      this.#countBody(stored.bytes)
      return { kind: 'found', bytes: Uint8Array.from(stored.bytes), generation: stored.generation }
    })
  }

  async readRange(
    name: string,
    range: ByteRange,
    { generation }: { generation?: Generation } = {},
  ): Promise<RangeResult> {
    return await this.#call({ operation: 'read', name, is_range: true }, (fault) => {
      const stored = this.#objects.get(name)
      if (!stored || (generation !== undefined && stored.generation !== generation)) return { kind: 'absent' }
      const object_bytes = stored.bytes.length
      const start = 'start' in range ? range.start : 0
      if (start >= object_bytes) throw new StoreError('rejected', 'the range begins beyond the end')
      const bytes =
        'suffix_bytes' in range
          ? stored.bytes.slice(Math.max(0, object_bytes - range.suffix_bytes))
          : stored.bytes.slice(range.start, range.end)
      this.#countBody(bytes)
      const is_end = 'suffix_bytes' in range || range.end >= object_bytes
      if (fault === 'damaged' && is_end) bytes[bytes.length - DAMAGED_BEFORE_END]! ^= 1
      const arrived = fault === 'cut' ? bytes.subarray(0, -1) : bytes
      return { kind: 'found', bytes: arrived, generation: stored.generation, object_bytes }
    })
  }

  async write(
    name: string,
    bytes: Uint8Array,
    options: { if_generation: Generation; crc32c: number; content_type: string },
  ): Promise<WriteResult> {
    const sent = Uint8Array.from(bytes)
    return await this.#call({ operation: 'write', name }, (fault) => {
      if (crc32c(sent) !== options.crc32c) throw new StoreError('rejected', `${name} arrived damaged`)
      const live = this.#objects.get(name)?.generation ?? NO_OBJECT
      if (live !== options.if_generation) return { kind: 'conflict' }
      if (fault === 'throttled_after_check') throw new StoreError('throttled', 'struck: 429')
      if (fault === 'unavailable_after_check') throw new StoreError('unavailable', 'struck: 503')
      return { kind: 'written', generation: this.#land(name, sent) }
    })
  }

  async list(prefix: string, { from = '', limit }: { from?: string; limit?: number } = {}): Promise<ObjectListing[]> {
    const { page_objects_max = PAGE_OBJECTS_MAX } = this.#options
    const found: ObjectListing[] = []
    for (let start = from; ;) {
      const page = await this.#call({ operation: 'list', name: prefix }, () => this.#listed(prefix, start))
      found.push(...page.slice(0, page_objects_max))
      if (page.length <= page_objects_max || (limit !== undefined && found.length >= limit))
        return found.slice(0, limit)
      start = page[page_objects_max]!.name
    }
  }

  /** All from a name on, as they are now. */
  #listed(prefix: string, from: string): ObjectListing[] {
    const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
    return [...this.#objects]
      .filter(([name]) => name.startsWith(prefix) && compare(name, from) >= 0)
      .map(([name, { bytes, generation }]) => ({ name, generation, size_bytes: bytes.length }))
      .toSorted((a, b) => compare(a.name, b.name))
  }

  async #call<T>(call: StoreCall, carryOut: (fault?: Fault) => T): Promise<T> {
    const { clock } = this.#options
    this.counts[call.operation]++
    const fault = this.#faultOf(call)
    const half_ms = (this.#options.latencyMs?.(call) ?? 0) / 2
    await clock.sleep(half_ms)
    switch (fault) {
      case undefined:
      case 'throttled_after_check':
      case 'unavailable_after_check':
      case 'unavailable_after':
      case 'lost_answer':
      case 'damaged':
      case 'cut':
        break
      case 'throttled':
        throw new StoreError('throttled', 'struck: 429')
      case 'unavailable':
        throw new StoreError('unavailable', 'struck: 503')
      case 'rejected':
        throw new StoreError('rejected', 'struck: 403')
      case 'stalled':
        await clock.sleep(TIME_LIMIT_MS)
        throw new StoreError('unavailable', 'struck: no answer within the time limit')
      default:
        if ('duplicated' in fault) break
        void clock.sleep(fault.late_landing.delay_ms).then(() => this.#quietly(carryOut))
        throw new StoreError('unavailable', 'struck: the answer was lost')
    }
    if (call.operation === 'write' && this.#isTooSoon(call.name)) throw new StoreError('throttled', 'too soon: 429')
    const answer = carryOut(fault)
    if (typeof fault === 'object' && 'duplicated' in fault) {
      void clock.sleep(fault.duplicated.delay_ms).then(() => this.#quietly(carryOut))
    }
    await clock.sleep(half_ms)
    const has_landed = (answer as { kind?: string }).kind === 'written'
    if (fault === 'lost_answer' || (fault === 'unavailable_after' && has_landed)) {
      throw new StoreError('unavailable', 'struck: the answer was lost')
    }
    return answer
  }

  #faultOf(call: StoreCall): Fault | undefined {
    const at = this.#strikes.findIndex(({ operation }) => operation === call.operation)
    if (at >= 0) return this.#strikes.splice(at, 1)[0]!.fault
    return this.#options.faultOf?.(call)
  }

  /** What arrives after its sender stopped listening. */
  #quietly(carryOut: () => unknown): void {
    try {
      carryOut()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    }
  }

  #isTooSoon(name: string): boolean {
    const changed_ms = this.#changed_ms.get(name)
    const is_limited = this.#options.is_rate_limited === true && changed_ms !== undefined
    return is_limited && this.#options.clock.monotonicMs() - changed_ms < TIME_BETWEEN_CHANGES_MS
  }

  #countBody(bytes: Uint8Array): void {
    this.counts.body++
    this.counts.body_bytes += bytes.length
  }

  #land(name: string, bytes: Uint8Array): Generation {
    const generation = String(++this.#generations)
    this.#objects.set(name, { bytes, generation })
    const { clock, onLanding } = this.#options
    this.#changed_ms.set(name, clock.monotonicMs())
    onLanding?.({ name, generation, bytes, time_ms: clock.nowMs() })
    return generation
  }
}
