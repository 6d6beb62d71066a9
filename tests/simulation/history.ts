import type { Problem } from '#shared/base/problem.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import type { Landing, MemoryObjectStore } from './memory-object-store.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The requests and answers of clients, and the writes that landed in the store. */
export class History {
  readonly seed: number
  readonly schema: TableSchema
  readonly store: MemoryObjectStore
  readonly clock: VirtualClock
  readonly landings: readonly Landing[]
  readonly operations: Operation[] = []
  readonly sights: Sight[] = []
  /** Ids of tombstones that the janitor has asked to purge. */
  readonly purgeable = new Set<string>()
  /** Objects that an instance could not read. */
  readonly corrupt: string[] = []
  /** Each event with its time, for reading a replay. */
  readonly story: string[] = []
  /** By user and note, the highest version in any answer so far. */
  /** Some instances run a release that knows no history. */
  readonly has_older_release: boolean
  readonly #known = new Map<string, Map<string, number>>()

  constructor(world: Pick<History, 'seed' | 'schema' | 'store' | 'clock' | 'landings' | 'has_older_release'>) {
    this.has_older_release = world.has_older_release
    this.seed = world.seed
    this.schema = world.schema
    this.store = world.store
    this.clock = world.clock
    this.landings = world.landings
  }

  note(what: string): void {
    this.story.push(`${new Date(this.clock.nowMs()).toISOString().slice(5, 23)}  ${what}`)
  }

  /** Notes and versions that any request from now on must find. */
  knownOf(user_id: string): ReadonlyMap<string, number> {
    return new Map(this.#known.get(user_id))
  }

  learn(user_id: string, row: Row): void {
    let known = this.#known.get(user_id)
    if (!known) this.#known.set(user_id, (known = new Map<string, number>()))
    const id = String(row['note_id'])
    known.set(id, Math.max(known.get(id) ?? 0, Number(row['version'])))
  }
}

/** What a client asked for, and what it knows of it. */
export interface Operation {
  readonly mark: string
  readonly user_id: string
  readonly kind: 'create' | 'change' | 'delete'
  readonly if_match?: number
  /** The version of the note that was known when this was asked; 0 for a creation. */
  readonly known_version: number
  /** Known once it is there for certain. */
  note_id?: string
  /** `maybe`: the answer was lost or left it open; `unmade`: it was said that nothing was changed. */
  status: 'acknowledged' | 'refused' | 'maybe' | 'unmade'
  /** Why it was refused. */
  refusal?: Problem
  /** The note as it was acknowledged. */
  row?: Row
}

/** A read, a listing or a walk over its pages: what was known before it was asked, and what it showed, in order. */
export interface Sight {
  readonly user_id: string
  readonly known: ReadonlyMap<string, number>
  readonly seen: readonly { readonly id: string; readonly version: number }[]
  /** The note that was asked for; undefined for all. */
  readonly asked: string | undefined
}
