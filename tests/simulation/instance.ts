import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { startMortal, type Mortal } from './mortal.ts'

/** What an instance runs: the table as it is, or that of another release. */
export interface Release {
  readonly Table: typeof Table
  /** It also writes what the other does not know. */
  readonly is_other: boolean
}

/** One running instance of the service, which can end at any of its awaits. */
export interface Instance extends Pick<Mortal, 'crashed' | 'crash'> {
  readonly table: Table
  readonly release: Release
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
  const { release, schema, random } = world
  const { store, clock, crashed, crash } = startMortal(world)
  const ignore = (): void => undefined
  const table = new release.Table(schema, {
    store,
    clock,
    random,
    events: { committed: ignore, corrupt: world.onCorrupt, storeFailed: ignore, nearLimit: ignore },
    cache_bytes_max: 64 * 1024,
  })
  return { table, release, crashed, crash }
}
