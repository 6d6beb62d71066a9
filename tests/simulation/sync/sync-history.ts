import { newId } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import { monthOfId, objectName } from '#shared/table/object/partition.ts'
import type { MemoryObjectStore } from '../memory-object-store.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { KINDS, type Change, type NounOfKind } from './change.ts'
import type { JournalEvent } from './journal.ts'
import { newSyncCounts, type SyncCounts } from './sync-counts.ts'

export const USER_ID = 'ann'

/** What one history is made of. */
export interface SyncWorld {
  readonly seed: number
  readonly random: Random
  readonly clock: VirtualClock
  readonly store: MemoryObjectStore
  readonly has: Features
}

/** What may happen in a history. */
export interface Features {
  /** Profiles are copied. */
  readonly copies: boolean
  /** Objects are put back, removed and written again. */
  readonly accidents: boolean
  /** So much time passes between two requests that ledgers are forgotten. */
  readonly forgetting: boolean
  /** Some programs write through a release that knows neither history nor the ledgers of clients. */
  readonly older_release: boolean
}

/** The events of a history, and what its participants share. */
export class SyncHistory {
  readonly seed: number
  readonly random: Random
  readonly clock: VirtualClock
  readonly store: MemoryObjectStore
  readonly has: Features
  readonly events: JournalEvent[] = []
  readonly counts: SyncCounts = newSyncCounts()
  /** Each event with its time, for reading a replay. */
  readonly story: string[] = []
  /** Nothing fails any more, and one device speaks at a time. */
  is_calm = false
  /** Lines of the story that come before each event. */
  readonly #lines: number[] = []
  #changes = 0
  readonly #background = new Set<Promise<void>>()
  #fault: Error | undefined

  constructor({ seed, random, clock, store, has }: SyncWorld) {
    this.seed = seed
    this.random = random
    this.clock = clock
    this.store = store
    this.has = has
  }

  note(what: string): void {
    this.story.push(`${new Date(this.clock.nowMs()).toISOString().slice(5, 23)}  ${what}`)
  }

  add(event: JournalEvent): void {
    this.events.push(event)
    this.#lines.push(this.story.length)
  }

  addReset(device: string, partition: string, since: number): void {
    const [name, month = ''] = partition.split('/') as [string, string?]
    const schema = Object.values(KINDS).find((kind) => kind.name === name)!
    const object = objectName(schema, USER_ID, month.replace('-', ''))
    this.add({ kind: 'reset', device, object, since })
  }

  /** Says in the story at which event an invariant was found to be broken. */
  noteWrong(at: number, why: string): void {
    this.story.splice(this.#lines[at]!, 0, `WRONG: ${why}`)
  }

  /** Work that nobody waits for until the end. */
  inBackground(work: Promise<void>): void {
    const one = work
      .catch((error: unknown) => void (this.#fault ??= error as Error))
      .finally(() => void this.#background.delete(one))
    this.#background.add(one)
  }

  /** @throws what went wrong in the background */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
    if (this.#fault) throw this.#fault
  }

  /** A mark and a place in the order that no other change has. */
  nextChange(): { mark: string; order: number } {
    const order = ++this.#changes
    return { mark: `m${order}`, order }
  }

  newRecordId(kind: NounOfKind, time_ms: number): string {
    return newId(KINDS[kind].id_prefix, time_ms, this.random)
  }
}

/** The object that holds a record. */
export function objectOf({ kind, record_id }: Pick<Change, 'kind' | 'record_id'>): string {
  const schema = KINDS[kind]
  return objectName(schema, USER_ID, monthOfId(schema, record_id)!)
}

/** A short name of a record for the story. */
export function shortId(id: string): string {
  return `${id.slice(0, id.indexOf('_'))}…${id.slice(-4)}`
}
