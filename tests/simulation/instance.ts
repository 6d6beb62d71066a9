import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import type { CommitEvent, TableEvents } from '#shared/table/events.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import type { WalkDependencies } from '#shared/table/read/user-folders.ts'
import type { Table } from '#shared/table/table.ts'
import { startMortal, type Mortal } from './mortal.ts'

/** What an instance runs: the table as it is, or that of another release. */
export interface Release {
  readonly Table: typeof Table
  /** It also writes what the other does not know. */
  readonly is_other: boolean
}

/** One running instance of the service, which can end, or pause, at any of its awaits. */
export interface Instance extends Pick<Mortal, 'crashed' | 'crash' | 'pause' | 'calm'> {
  readonly table: Table
  /** What it reads past its table. */
  readonly walk: WalkDependencies
  readonly release: Release
  /** Its process is told that it ends: it answers everybody what it knows. Only of one that `ends_orderly`. */
  end(): void
}

interface World {
  readonly release: Release
  readonly schema: TableSchema
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  /** It crashes at this await, counted over calls to the store and the clock and over their ends. */
  readonly awaits_until_crash?: number
  readonly ends_orderly?: boolean
  readonly onCrash?: () => void
  readonly onCorrupt: (object: string) => void
  readonly onCommitted: (commit: CommitEvent) => void
}

export function startInstance(world: World): Instance {
  const { release, schema, random } = world
  const { store, clock, ...mortal } = startMortal(world)
  const told = logTableEvents({ write: () => undefined }, (user_id) => user_id)
  const events: TableEvents = {
    ...told,
    committed: (commit) => {
      told.committed(commit)
      world.onCommitted(commit)
    },
    corrupt: (object, reason) => {
      told.corrupt(object, reason)
      world.onCorrupt(object)
    },
  }
  const ending = new AbortController()
  const table = new release.Table(schema, {
    store,
    clock,
    random,
    events,
    ...(world.ends_orderly ? { ending: ending.signal } : {}),
    cache_bytes_max: 64 * 1024,
  })
  return { table, release, walk: { store, clock, random, events }, end: () => ending.abort(), ...mortal }
}
