import type { Problem } from '#shared/base/problem.ts'
import type { CommitEvent } from '#shared/table/events.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import type { Key } from '#tests/table/notes.ts'
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
  /** What happened that is not to be missing from many histories. */
  readonly reached = new Set<string>()
  /** Ids of tombstones that the janitor has asked to purge. */
  readonly purgeable = new Set<string>()
  /** Objects that an instance could not read. */
  readonly corrupt: string[] = []
  /** The commits that instances announced. */
  readonly commits: CommitEvent[] = []
  /** Generations that somebody put there with a console. */
  readonly outside = new Set<string>()
  /** Those of them that say the same as the object did before. */
  readonly rewritten = new Set<string>()
  readonly #damaged: Set<string>
  /** Each event with its time, for reading a replay. */
  readonly story: string[] = []
  /** Some instances run a release that knows no history. */
  readonly has_older_release: boolean
  /** By user and note, the highest version in any answer so far, and its title. */
  readonly #known = new Map<string, Map<string, KnownNote>>()

  constructor(
    world: Pick<History, 'seed' | 'schema' | 'store' | 'clock' | 'landings' | 'has_older_release'> & {
      damaged: Set<string>
    },
  ) {
    this.has_older_release = world.has_older_release
    this.seed = world.seed
    this.schema = world.schema
    this.store = world.store
    this.clock = world.clock
    this.landings = world.landings
    this.#damaged = world.damaged
  }

  note(what: string): void {
    this.story.push(`${new Date(this.clock.nowMs()).toISOString().slice(5, 23)}  ${what}`)
  }

  /** An object cannot be read from now on: an instance may say so. */
  damage(name: string): void {
    this.#damaged.add(name)
  }

  /** Whether an object was damaged, in the store or on its way. */
  wasDamaged(name: string): boolean {
    return this.#damaged.has(name)
  }

  /** Notes and versions that any request from now on must find. */
  knownOf(user_id: string): ReadonlyMap<string, number> {
    return new Map([...(this.#known.get(user_id) ?? [])].map(([id, { version }]) => [id, version]))
  }

  /** The same of the notes with a title, which never changes. */
  knownWith(user_id: string, title: string): ReadonlyMap<string, number> {
    const titled = [...(this.#known.get(user_id) ?? [])].filter(([, note]) => note.title === title)
    return new Map(titled.map(([id, { version }]) => [id, version]))
  }

  learn(user_id: string, row: Row): void {
    let known = this.#known.get(user_id)
    if (!known) this.#known.set(user_id, (known = new Map<string, KnownNote>()))
    const id = String(row['note_id'])
    const version = Math.max(known.get(id)?.version ?? 0, Number(row['version']))
    known.set(id, { version, title: String(row['title']) })
  }
}

interface KnownNote {
  readonly version: number
  readonly title: string
}

/** What a client asked for, and what it knows of it. */
export interface Operation {
  readonly mark: string
  readonly user_id: string
  readonly writer: Writer
  readonly kind: 'create' | 'change' | 'delete'
  readonly key?: Key | undefined
  /** It was sent with the key of this one. */
  readonly repeats?: Operation
  readonly asked_ms: number
  answered_ms?: number
  /** It may be larger than a note may be. */
  readonly is_large?: boolean
  /** The id that the client chose. */
  own_id?: string | undefined
  /** It was answered as what was done before. */
  is_replay?: boolean
  readonly if_match?: number
  /** The time that the note is to have been changed at. */
  readonly updated_at_ms?: number
  /** Nobody changed the note: it keeps its writer. */
  readonly keeps_writer?: boolean
  /** The version of the note that was known when this was asked; 0 for a creation. */
  readonly known_version: number
  /** Known once it is there for certain. */
  note_id?: string
  /** `maybe`: the answer was lost or left it open; `unmade`: it was said that nothing was changed. */
  status: 'acknowledged' | 'refused' | 'maybe' | 'unmade'
  /** Why it was refused. */
  refusal?: Problem
  /** Why it was last not answered. */
  failure?: Problem
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
