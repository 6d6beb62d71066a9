import { idTimeMs, newId } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import { StoreError, type ObjectStore } from '#shared/objects/object-store.ts'
import type { Creation } from '#shared/table/commit/mutation.ts'
import { SYSTEM_COLUMNS, type TableSchema } from '#shared/table/object/schema.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { WRITER } from '#tests/table/notes.ts'

/**
 * The real table on virtual time, over a store in memory with latencies and one write per second and name: what the
 * model's predictions are held against. An hour of load takes seconds, and a seed always gives the same figures.
 */
export interface Load {
  /** In order of time. */
  readonly arrivals: readonly Arrival[]
  readonly instances: number
  readonly put_ms: number
  readonly get_ms: number
  readonly seed: number
}

/** One save of a new record. */
interface Arrival {
  readonly user: number
  readonly at_ms: number
  /** Which instance it is sent to first; a refused request goes to the next one. */
  readonly instance: number
}

export interface Simulated {
  /** From the first arrival to the last answer. */
  readonly completion_ms: number
  /** Of each save, until it is stored: its caller repeats it whenever it is refused. */
  readonly durations_ms: readonly number[]
  readonly puts: number
  readonly gets: number
  /** PUTs by how the store answered them. */
  readonly written: number
  readonly conflicts: number
  readonly throttled: number
  /** Answers 429 and 503. */
  readonly turned_away: number
  readonly in_flight_max: number
  readonly records_stored: number
  readonly ids_stored: number
}

/** As few columns as a record can have: the protocol is what costs here. */
const SAVES: TableSchema = {
  name: 'saves',
  id_prefix: 'save',
  id_column: 'save_id',
  partitioned_by: 'month',
  columns: [{ name: 'save_id', type: 'string', statistics: true }, ...SYSTEM_COLUMNS],
  detail_columns: [],
}

/** All simultaneously, users in rotation, each user's saves spread over the instances. */
export function burst({ saves, users, instances }: { saves: number; users: number; instances: number }): Arrival[] {
  return Array.from({ length: saves }, (_, at) => ({
    user: Math.floor((at * users) / saves),
    at_ms: 0,
    instance: at % instances,
  }))
}

/** One user's saves, evenly over `within_ms`, to the instances in turn. */
export function stream(options: { saves: number; instances: number; within_ms: number }): Arrival[] {
  const { saves, instances, within_ms } = options
  return Array.from({ length: saves }, (_, at) => ({
    user: 0,
    at_ms: (at * within_ms) / saves,
    instance: at % instances,
  }))
}

/** Users who know nothing of each other: every save at a random moment of `within_ms`, to a random instance. */
export function independent(options: {
  users: number
  saves_each: number
  instances: number
  within_ms: number
  seed: number
}): Arrival[] {
  const { users, saves_each, instances, within_ms, seed } = options
  const random = seededRandom(seed)
  return Array.from({ length: users * saves_each }, (_, at) => ({
    user: at % users,
    at_ms: random.uniform() * within_ms,
    instance: between(random, 0, instances - 1),
  })).toSorted((a, b) => a.at_ms - b.at_ms)
}

/** Carries out the load. @throws Error when a save cannot be stored */
export async function simulate({ arrivals, instances, put_ms, get_ms, seed }: Load): Promise<Simulated> {
  const clock = new VirtualClock()
  const random = seededRandom(seed)
  const memory = new MemoryObjectStore({
    clock,
    is_rate_limited: true,
    latencyMs: ({ operation }) => (operation === 'write' ? put_ms : get_ms),
  })
  const answers = { written: 0, conflict: 0, throttled: 0 }
  const store = countingWrites(memory, answers)
  const ignore = (): void => undefined
  const events = { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore }
  const tables = Array.from(
    { length: instances },
    () => new Table(SAVES, { store, clock, random, events, cache_bytes_max: CACHE_BYTES }),
  )
  const durations_ms: number[] = []
  let turned_away = 0
  let in_flight = 0
  let in_flight_max = 0

  const save = async ({ user, instance }: Arrival): Promise<void> => {
    in_flight_max = Math.max(in_flight_max, ++in_flight)
    const start_ms = clock.monotonicMs()
    const creation = creationOf(newId(SAVES.id_prefix, clock.nowMs(), random))
    for (let attempt = 0; ; attempt++) {
      const retry_after_ms = await savedOrLater(tables[(instance + attempt) % instances]!, `user_${user}`, creation)
      if (retry_after_ms === undefined) break
      turned_away++
      await clock.sleep(retry_after_ms)
    }
    durations_ms.push(clock.monotonicMs() - start_ms)
    in_flight--
  }
  await clock.run(async () => {
    const saves: Promise<void>[] = []
    for (const arrival of arrivals) {
      const wait_ms = arrival.at_ms - clock.monotonicMs()
      if (wait_ms > 0) await clock.sleep(wait_ms)
      saves.push(save(arrival))
    }
    await Promise.all(saves)
  })
  const { write: puts, read: gets } = memory.counts
  return {
    completion_ms: clock.monotonicMs(),
    durations_ms,
    puts,
    gets,
    written: answers.written,
    conflicts: answers.conflict,
    throttled: answers.throttled,
    turned_away,
    in_flight_max,
    ...(await storedIn(memory)),
  }
}

const CACHE_BYTES = 64 * 1024 * 1024

function countingWrites(store: MemoryObjectStore, answers: Record<'written' | 'conflict' | 'throttled', number>) {
  return {
    read: (...call) => store.read(...call),
    readRange: (...call) => store.readRange(...call),
    list: (...call) => store.list(...call),
    write: async (...call) => {
      try {
        const result = await store.write(...call)
        answers[result.kind]++
        return result
      } catch (error) {
        if (error instanceof StoreError && error.kind === 'throttled') answers.throttled++
        throw error
      }
    },
  } satisfies ObjectStore
}

/** With an id of the caller's, so that repeating it is safe whatever the answer was. */
function creationOf(id: string): Creation {
  const row = { save_id: id, created_at: idTimeMs(SAVES.id_prefix, id) ?? 0, deleted: false }
  return {
    id,
    writer: WRITER,
    size_bytes: 100,
    decide: (_, current) =>
      current ? { kind: 'keep', row: current, status: 200 } : { kind: 'write', row, status: 201 },
  }
}

/** How long to wait before asking again; `undefined` when it is stored. */
async function savedOrLater(table: Table, user_id: string, creation: Creation): Promise<number | undefined> {
  try {
    const outcome = await table.create(user_id, creation)
    if (outcome.kind === 'refused') throw outcome.problem
    return undefined
  } catch (error) {
    if (error instanceof Problem && error.retry_after_ms !== undefined) return error.retry_after_ms
    throw error
  }
}

async function storedIn(store: MemoryObjectStore): Promise<{ records_stored: number; ids_stored: number }> {
  const ids: unknown[] = []
  for (const name of store.names()) {
    for (const group of wholeSnapshot(name, 'live', store.bytesOf(name)!).file.groups) {
      ids.push(...(await group.columns([SAVES.id_column])).get(SAVES.id_column)!)
    }
  }
  return { records_stored: ids.length, ids_stored: new Set(ids).size }
}
