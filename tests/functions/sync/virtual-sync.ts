import { Pull } from '#functions/sync/pull/pull.ts'
import { Push } from '#functions/sync/push/push.ts'
import type { PushResult } from '#functions/sync/push/results.ts'
import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore, type MemoryStoreOptions } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import type { Pulled } from './harness.ts'

const USER = 'u'

const QUIET: TableEvents = {
  committed: () => undefined,
  corrupt: () => undefined,
  storeFailed: () => undefined,
  nearLimit: () => undefined,
}

interface Sent {
  readonly seq?: number
  readonly mutation_id?: string
  readonly [member: string]: unknown
}

/** So many months, the last one April 2025: `2025-04`, `2025-03`, … */
export function monthsBefore(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => new Date(Date.UTC(2025, 3 - n)).toISOString().slice(0, 7))
}

/** Pushes and pulls on virtual time, at instances over one store in memory. */
export function virtualSync(options: Omit<MemoryStoreOptions, 'clock'> = {}) {
  const clock = new VirtualClock('2025-05-15T12:00:00Z')
  const random = seededRandom(1)
  const store = new MemoryObjectStore({ ...options, clock })
  const faults: unknown[] = []
  const tablesOf = (ending?: AbortSignal) => {
    const table = <R extends Row>(schema: TableSchema<R>) =>
      new Table(schema, { store, clock, random, events: QUIET, cache_bytes_max: 256 * 1024 * 1024, ending })
    return { audiences: table(AUDIENCES), platforms: table(PLATFORMS), distributions: table(DISTRIBUTIONS) }
  }
  const instance = (ending?: AbortSignal): Push =>
    new Push(tablesOf(ending), { clock, onFault: (error) => void faults.push(error) })
  const first = instance()
  const client_id = newId('cli', clock.nowMs(), random)
  let seq = 0

  /** A change with the next number. */
  const change = (op: string, kind: string, id: string, more: Record<string, unknown> = {}): Sent & { seq: number } => {
    seq++
    return { seq, mutation_id: `m${seq}`, op, kind, id, ...more }
  }
  return {
    clock,
    store,
    faults,
    instance,
    client_id,
    change,
    newId: (prefix: string, month = '2025-05') => newId(prefix, Date.parse(`${month}-02T00:00:00Z`), random),
    create: (id: string, value: Record<string, unknown> = {}) =>
      change('create', 'audience', id, { value: { name: 'A', ...value } }),
    rename: (id: string, base: string, name: string, base_version = 0) =>
      change('patch', 'audience', id, { base_version, set: { name }, base: { name: base } }),
    run: <T>(work: () => Promise<T>) => clock.run(work),
    push: (
      mutations: readonly (Sent & { seq: number; mutation_id?: string })[],
      { acked = 0, client = client_id, of = first }: { acked?: number; client?: string; of?: Push } = {},
    ): Promise<readonly PushResult[]> =>
      of.results(USER, {
        client_id: client,
        acked,
        mutations: mutations.map((sent) => ({ mutation_id: `m${sent.seq}`, ...sent })),
      }),
    /** One page, from an instance that has seen nothing. */
    async pull(cursor: string | null, limit_bytes?: number): Promise<Pulled> {
      const { json } = await new Pull(tablesOf()).page(USER, { cursor, limit_bytes })
      return JSON.parse(Buffer.concat(json).toString()) as Pulled
    },
    /** A month of audiences as a fresh reader sees it. */
    audiencesOf: (month = '2025-05'): Snapshot => {
      const [year, number] = month.split('-')
      const name = `audiences/user_id=${USER}/year=${year}/month=${number}/audiences_${year}${number}.parquet`
      return wholeSnapshot(name, 'live', store.bytesOf(name)!)
    },
  }
}
