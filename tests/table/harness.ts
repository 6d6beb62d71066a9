import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { StoreError } from '#shared/objects/object-store.ts'
import type { CommitEvent } from '#shared/table/events.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import type { TableSchema, UnstampedRow } from '#shared/table/object/schema.ts'
import { wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore, type Landing, type MemoryStoreOptions } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { NOTES } from './notes.ts'
import { pageOf } from './pages.ts'

export interface TableHarness {
  readonly clock: VirtualClock
  readonly random: Random
  readonly store: MemoryObjectStore
  /** Every generation that landed, oldest first. */
  readonly landings: Landing[]
  readonly commits: CommitEvent[]
  readonly corrupt: string[]
  readonly store_failures: StoreError[]
  readonly near_limits: { object: string; limit: string; value: number }[]
  /** One more instance over the same store. */
  instance(options?: { clock?: Clock; cache_bytes_max?: number; ending?: AbortSignal; schema?: TableSchema }): Table
  /** Lets virtual time pass until the work is done. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** The live object as a fresh reader sees it. */
  snapshot(name: string): Snapshot
}

interface RigOptions extends Omit<MemoryStoreOptions, 'clock' | 'onLanding'> {
  readonly schema?: TableSchema
  readonly start?: string
  readonly seed?: number
}

/** Table instances on virtual time over one store in memory. */
export function tableHarness({ schema = NOTES, start, seed = 1, ...faults }: RigOptions = {}): TableHarness {
  const clock = new VirtualClock(start)
  const random = seededRandom(seed)
  const landings: Landing[] = []
  const store = new MemoryObjectStore({ ...faults, clock, onLanding: (landing) => landings.push(landing) })
  const commits: CommitEvent[] = []
  const corrupt: string[] = []
  const near_limits: TableHarness['near_limits'] = []
  const store_failures: StoreError[] = []
  return {
    clock,
    random,
    store,
    landings,
    commits,
    corrupt,
    near_limits,
    store_failures,
    instance: ({
      clock: own_clock = clock,
      cache_bytes_max = 256 * 1024 * 1024,
      ending,
      schema: own_schema = schema,
    } = {}) =>
      new Table(own_schema, {
        store,
        clock: own_clock,
        random,
        cache_bytes_max,
        ending,
        events: {
          committed: (commit) => commits.push(commit),
          corrupt: (object) => corrupt.push(object),
          storeFailed: (error) => store_failures.push(error),
          nearLimit: (object, limit, value) => near_limits.push({ object, limit, value }),
        },
      }),
    run: (work) => clock.run(work),
    snapshot: (name) => wholeSnapshot(name, 'live', store.bytesOf(name)!),
  }
}

/** The row of an outcome that was carried out. @throws the problem of one that was not */
export function rowOf(outcome: Outcome): UnstampedRow {
  if (outcome.kind === 'refused') throw outcome.problem
  if (!outcome.row) throw new Error(`the ${outcome.kind} outcome has no row`)
  return outcome.row
}

export function idOf(outcome: Outcome): string {
  return String(rowOf(outcome)['note_id'])
}

/** The kind of refusal, or of outcome; a thrown problem counts as a refusal. */
export async function kindOf(work: Promise<Outcome>): Promise<string> {
  try {
    const outcome = await work
    return outcome.kind === 'refused' ? outcome.problem.kind : outcome.kind
  } catch (error) {
    return (error as { kind?: string }).kind ?? String(error)
  }
}

export { pageOf }

export async function idsOf(table: Table, user_id: string): Promise<string[]> {
  return (await pageOf(table, user_id)).rows.map((row) => String(row['note_id']))
}

/** `count` pieces of work at once, as requests come in together. */
export function all<T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => work(at)))
}
