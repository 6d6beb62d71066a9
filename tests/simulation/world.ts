import type { Random } from '#shared/base/random.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import { NOTES, NOTES_BY_USER } from '#tests/table/notes.ts'
import { Client, type ClientWorld } from './client.ts'
import { FaultProfile } from './fault-profile.ts'
import { History } from './history.ts'
import { MemoryObjectStore, type Landing, type MemoryStoreOptions } from './memory-object-store.ts'
import { between, oneOf, seededRandom } from './seeded-random.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface WorldOptions {
  /** When it begins. */
  readonly startMs?: (random: Random) => number
  /** How its store is beside its faults. */
  readonly storeOf?: (random: Random) => Pick<MemoryStoreOptions, 'is_rate_limited' | 'page_objects_max'>
  /** The share of histories whose notes lie by months; those of the others lie in one object of each user. */
  readonly months_share: number
  readonly has_older_release?: boolean
  /** What notes are by months, and in one object of each user. */
  readonly schemas?: readonly [by_month: TableSchema, by_user: TableSchema]
}

/**
 * Where a history happens: its chance, its clock, and a store with faults. A seed keeps its history only as long as chance
 * is asked in the same order: for the start, the faults, the store, the schema.
 */
export function worldOf(
  seed: number,
  { startMs, storeOf, months_share, has_older_release = false, schemas = [NOTES, NOTES_BY_USER] }: WorldOptions,
) {
  const random = seededRandom(seed)
  const clock = new VirtualClock(startMs?.(random))
  const landings: Landing[] = []
  const profile = new FaultProfile(random, clock)
  const store = new MemoryObjectStore({
    clock,
    latencyMs: () => profile.latencyMs(),
    faultOf: (call) => profile.faultOf(call),
    onLanding: (landing) => {
      if (landing.name.startsWith('notes/')) landings.push(landing)
      history.note(`${landing.name} is at generation ${landing.generation}`)
    },
    ...storeOf?.(random),
  })
  const schema = random.uniform() < months_share ? schemas[0] : schemas[1]
  const { damaged } = profile
  const history = new History({ seed, schema, store, clock, landings, damaged, has_older_release })
  return { random, clock, profile, history }
}

/** Two to five clients of these users, who live until they have done what they do. */
export function liveClients(users: readonly string[], world: Omit<ClientWorld, 'user_id'>): Promise<void>[] {
  const { history, random } = world
  return Array.from({ length: between(random, 2, 5) }, (_, at) =>
    new Client(`${history.seed}.${at}`, { user_id: oneOf(random, users), ...world }).live(),
  )
}
