import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { ObjectListing, ObjectStore } from '../../objects/object-store.ts'
import type { TableEvents } from '../events.ts'
import { asProblem, retryReads } from '../object/failures.ts'
import { userOfIndex } from './legacy-ids.ts'
import { userOfObject } from '../object/partition.ts'
import type { TableSchema } from '../object/schema.ts'

/** One of the bucket's top folders, with a folder for each user in it. */
export interface TopFolder {
  /** `audiences` */
  readonly name: string
  /** Whose the object is; `undefined` when its name is none that belongs here. */
  readonly userOf: (object: string) => string | undefined
}

export function tableFolder(schema: TableSchema): TopFolder {
  return { name: schema.name, userOf: (object) => userOfObject(schema, object) }
}

/** Where the ids of the old system lie. */
export const INDEX_FOLDER: TopFolder = { name: 'indexes', userOf: userOfIndex }

/** What the top folders have under one name: a user's folders, or something that belongs to nobody. */
export interface UserFolder {
  /** The name, `user_id=demo/`: where a walk can go on behind. */
  readonly place: string
  readonly user_id: string | undefined
  /** The user's objects by top folder, in order of their names. */
  readonly objects: ReadonlyMap<string, readonly ObjectListing[]>
  /** Full names of what no writer of ours put there. */
  readonly strays: readonly string[]
}

export interface WalkDependencies {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
}

/**
 * Every user's folders in order of their names, those of one user together: one LIST of each top folder for every thousand
 * objects, made as the walk gets there. What is written meanwhile in front of it is seen, behind it is not.
 * @param after `place` of the last one that needs no more processing; none: from the beginning
 * @throws Problem
 */
export async function* userFolders(
  dependencies: WalkDependencies,
  top_folders: readonly TopFolder[],
  after: string | undefined,
): AsyncGenerator<UserFolder> {
  const readers = top_folders.map((top_folder) => new TopFolderReader(dependencies, top_folder, after))
  try {
    for (;;) {
      const heads = await Promise.all(readers.map((reader) => reader.head()))
      const place = leastOf(heads)
      if (place === undefined) return
      const objects = new Map<string, ObjectListing[]>()
      const strays: string[] = []
      let user_id: string | undefined
      for (const [at, reader] of readers.entries()) {
        if (heads[at] !== place) continue
        const owned: ObjectListing[] = []
        for (const object of await reader.take(place)) {
          const owner = reader.top_folder.userOf(object.name)
          user_id ??= owner
          if (owner === undefined) strays.push(object.name)
          else owned.push(object)
        }
        if (owned.length > 0) objects.set(reader.top_folder.name, owned)
      }
      yield { place, user_id, objects, strays }
    }
  } catch (error) {
    throw asProblem(error, dependencies.events)
  }
}

const PAGE_OBJECTS = 1000

/** Reads one top folder page by page. */
class TopFolderReader {
  readonly top_folder: TopFolder
  readonly #dependencies: WalkDependencies
  readonly #prefix: string
  readonly #after: string | undefined
  #waiting: ObjectListing[] = []
  /** Name up to which it has been read. */
  #read_to: string
  #is_at_end = false

  constructor(dependencies: WalkDependencies, top_folder: TopFolder, after: string | undefined) {
    this.#dependencies = dependencies
    this.top_folder = top_folder
    this.#prefix = `${top_folder.name}/`
    this.#after = after
    this.#read_to = `${this.#prefix}${after ?? ''}`
  }

  /** The place of what comes next. */
  async head(): Promise<string | undefined> {
    while (this.#waiting.length === 0 && !this.#is_at_end) await this.#readOn()
    const [next] = this.#waiting
    return next && this.#placeOf(next.name)
  }

  /** Everything of the place that comes next. */
  async take(place: string): Promise<ObjectListing[]> {
    const taken: ObjectListing[] = []
    while ((await this.head()) === place) taken.push(this.#waiting.shift()!)
    return taken
  }

  async #readOn(): Promise<void> {
    const { store } = this.#dependencies
    const from = this.#read_to
    const page = await retryReads(this.#dependencies, () => store.list(this.#prefix, { from, limit: PAGE_OBJECTS }))
    this.#is_at_end = page.length < PAGE_OBJECTS
    this.#read_to = page.at(-1)?.name ?? from
    this.#waiting = page.filter(({ name }) => name !== from && this.#placeOf(name) !== this.#after)
  }

  #placeOf(name: string): string {
    const rest = name.slice(this.#prefix.length)
    const slash = rest.indexOf('/')
    return slash < 0 ? rest : rest.slice(0, slash + 1)
  }
}

/** In the order of listings. */
function leastOf(places: readonly (string | undefined)[]): string | undefined {
  let least: string | undefined
  for (const place of places) {
    if (place === undefined) continue
    if (least === undefined || Buffer.compare(Buffer.from(place), Buffer.from(least)) < 0) least = place
  }
  return least
}
