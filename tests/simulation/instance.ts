import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'

/** What an instance runs: the table as it is, or that of another release. */
export interface Release {
  readonly Table: typeof Table
  /** It also writes what the other does not know. */
  readonly is_other: boolean
}

/** One running instance of the service, which can end at any of its awaits. */
export interface Instance {
  readonly table: Table
  readonly release: Release
  /** Resolves when the instance has crashed: nobody will hear from it again, though what it sent may still land. */
  readonly crashed: Promise<'crashed'>
  crash(): void
}

interface World {
  readonly release: Release
  readonly schema: TableSchema
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  /** It crashes at this await, counted over calls to the store and the clock and over their ends. */
  readonly awaits_until_crash?: number
  readonly onCrash?: () => void
  readonly onCorrupt: (object: string) => void
}

export function startInstance(world: World): Instance {
  const { release, schema, store, clock, random } = world
  let awaits_left = world.awaits_until_crash ?? Infinity
  let is_running = true
  const { promise: crashed, resolve } = Promise.withResolvers<'crashed'>()
  const crash = (): void => {
    if (!is_running) return
    is_running = false
    resolve('crashed')
    world.onCrash?.()
  }
  const passes = (): boolean => {
    if (--awaits_left <= 0) crash()
    return is_running
  }

  /** Goes on only while the instance runs. */
  async function alive<T>(work: () => Promise<T>): Promise<T> {
    if (!passes()) return await silence()
    try {
      const result = await work()
      return passes() ? result : await silence()
    } catch (error) {
      if (passes()) throw error
      return await silence()
    }
  }

  const ignore = (): void => undefined
  const table = new release.Table(schema, {
    store: {
      read: (...call) => alive(() => store.read(...call)),
      readRange: (...call) => alive(() => store.readRange(...call)),
      write: (...call) => alive(() => store.write(...call)),
      list: (...call) => alive(() => store.list(...call)),
    },
    clock: {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (...call) => alive(() => clock.sleep(...call)),
      turn: () => alive(() => clock.turn()),
    },
    random,
    events: { committed: ignore, corrupt: world.onCorrupt, storeFailed: ignore, nearLimit: ignore },
    cache_bytes_max: 64 * 1024,
  })
  return { table, release, crashed, crash }
}

function silence(): Promise<never> {
  return new Promise(() => undefined)
}
