import type { RecordNoun } from '#shared/client/store/entries.ts'
import { recordKey } from '#shared/client/store/outbox.ts'

/**
 * Ids of the old system are spelled in two ways, and a distribution may spell its audience in the other one than the audience
 * itself. So ids of records are never compared as texts.
 */
export function isSameRecord(noun: RecordNoun, id: string, other_id: string): boolean {
  return id === other_id || recordKey(noun, id) === recordKey(noun, other_id)
}

/** Values of records of one kind, found by both spellings of an id. */
export class RecordMap<Value> {
  readonly #noun: RecordNoun
  readonly #entries = new Map<string, readonly [id: string, value: Value]>()

  constructor(noun: RecordNoun, entries: Iterable<readonly [id: string, value: Value]> = []) {
    this.#noun = noun
    for (const [id, value] of entries) this.set(id, value)
  }

  get(id: string): Value | undefined {
    return this.#entries.get(recordKey(this.#noun, id))?.[1]
  }

  has(id: string): boolean {
    return this.#entries.has(recordKey(this.#noun, id))
  }

  /** Keeps the place and the spelling of an id that is there. */
  set(id: string, value: Value): void {
    const key = recordKey(this.#noun, id)
    this.#entries.set(key, [this.#entries.get(key)?.[0] ?? id, value])
  }

  get size(): number {
    return this.#entries.size
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<readonly [id: string, value: Value]> {
    return this.#entries.values()
  }
}

/** A value that several records share is made when the first of them asks for it. */
export function valueOf<Value>(map: RecordMap<Value>, id: string, make: () => Value): Value {
  const known = map.get(id)
  if (known !== undefined) return known
  const made = make()
  map.set(id, made)
  return made
}
