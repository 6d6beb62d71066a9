import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import type { TableSchema } from '#shared/table/schema.ts'
import { Table, type TableDependencies } from '#shared/table/table.ts'

/** One running instance of the service, which can end at any of its awaits. */
export interface Instance {
  readonly table: Table
  /** Resolves when the instance has crashed: nobody will hear from it again, though what it sent may still land. */
  readonly crashed: Promise<'crashed'>
  crash(): void
}

interface World {
  readonly schema: TableSchema
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly events: TableDependencies['events']
}

export function startInstance({ schema, store, clock, random, events }: World): Instance {
  let is_running = true
  const { promise: crashed, resolve } = Promise.withResolvers<'crashed'>()

  /** Goes on only while the instance runs. */
  async function alive<T>(work: () => Promise<T>): Promise<T> {
    if (!is_running) return await silence()
    try {
      const result = await work()
      return is_running ? result : await silence()
    } catch (error) {
      if (is_running) throw error
      return await silence()
    }
  }

  return {
    table: new Table(schema, {
      store: {
        read: (...call) => alive(() => store.read(...call)),
        readRange: (...call) => alive(() => store.readRange(...call)),
        write: (...call) => alive(() => store.write(...call)),
        list: (...call) => alive(() => store.list(...call)),
      },
      clock: {
        now_ms: () => clock.now_ms(),
        monotonic_ms: () => clock.monotonic_ms(),
        sleep: (...call) => alive(() => clock.sleep(...call)),
        turn: () => alive(() => clock.turn()),
      },
      random,
      events,
      cache_bytes_max: 64 * 1024,
    }),
    crashed,
    crash: () => {
      is_running = false
      resolve('crashed')
    },
  }
}

function silence(): Promise<never> {
  return new Promise(() => undefined)
}
