import { type Clock, isoTime } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { PushRequest } from '#shared/contract/sync.ts'
import { swapJson } from '#shared/objects/json-object.ts'
import { type Generation, NO_OBJECT, type ObjectStore } from '#shared/objects/object-store.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { asProblem } from '#shared/table/object/failures.ts'

/** What a device says when it has moved a guest's records into an account. */
export type GuestMigration = NonNullable<PushRequest['migration']>

export interface MigrationDependencies {
  readonly store: ObjectStore
  readonly events: TableEvents
  readonly clock: Clock
  readonly random: Random
  readonly hashUser: (user_id: string) => string
  /** Called once for each migration that is written down. */
  readonly onMigrated: (report: MigrationReport) => void
}

/** As it is kept in `migrations/`, and logged. */
export interface MigrationReport {
  readonly id: string
  readonly client_id: string
  readonly user_hash: string
  /** Records that the guest had, and how many of them are in the account. */
  readonly expected: number
  readonly found: number
  readonly state: 'complete' | 'failed'
  readonly at: string
}

const PASSING = { attempts_max: 4, backoff: { base_ms: 100, cap_ms: 1000 } }

/**
 * Writes down that a guest's records have come into an account. The first report of a client stands, and a repeated one
 * changes nothing; only that a failed migration is complete by now takes its place.
 * @throws Problem when the bucket does not take it: the device repeats the push
 */
export async function recordMigration(
  dependencies: MigrationDependencies,
  { user_id, client_id, migration }: { user_id: string; client_id: string; migration: GuestMigration },
): Promise<void> {
  const { store, events, clock, random, hashUser, onMigrated } = dependencies
  const { id, expected, found } = migration
  const report: MigrationReport = {
    id,
    client_id,
    user_hash: hashUser(user_id),
    expected,
    found,
    state: found >= expected ? 'complete' : 'failed',
    at: isoTime(clock.nowMs()),
  }
  const name = `migrations/guest_${client_id}.json`
  const json = JSON.stringify(report)
  const swap = (generation: Generation) => swapJson({ store, clock, random }, name, json, generation, PASSING)
  try {
    const is_first = (await swap(NO_OBJECT)) !== undefined
    const known = is_first ? undefined : await store.read(name)
    const is_news =
      known?.kind !== 'found' ||
      // Any client id can be named by anybody: what another user wrote there must hide nothing.
      !isOfUser(known.bytes, report) ||
      (isFailed(known.bytes) && report.state === 'complete' && (await swap(known.generation)) !== undefined)
    if (is_news) onMigrated(report)
  } catch (error) {
    throw asProblem(error, events)
  }
}

function isOfUser(bytes: Uint8Array, { user_hash }: MigrationReport): boolean {
  return textOf(bytes).includes(JSON.stringify(user_hash))
}

function isFailed(bytes: Uint8Array): boolean {
  return textOf(bytes).includes('"state":"failed"')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
