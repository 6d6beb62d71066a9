import { type Clock, isoTime } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { PushRequest } from '#shared/contract/sync.ts'
import { swapJson } from '#shared/objects/json-object.ts'
import { NO_OBJECT, type ObjectStore } from '#shared/objects/object-store.ts'
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
 * Writes down that a guest's records have come into an account. The first report of a client stands; a repeated one changes
 * nothing.
 * @throws Problem when the bucket does not take it: the device repeats the push
 */
export async function recordMigration(
  { store, events, clock, random, hashUser, onMigrated }: MigrationDependencies,
  { user_id, client_id, migration }: { user_id: string; client_id: string; migration: GuestMigration },
): Promise<void> {
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
  try {
    const written = await swapJson({ store, clock, random }, name, JSON.stringify(report), NO_OBJECT, PASSING)
    if (written !== undefined || (await isOfAnother(store, name, report))) onMigrated(report)
  } catch (error) {
    throw asProblem(error, events)
  }
}

/** Whether what is written there is another user's: any client id can be named by anybody, and must hide nothing. */
async function isOfAnother(store: ObjectStore, name: string, { user_hash }: MigrationReport): Promise<boolean> {
  const known = await store.read(name)
  if (known.kind !== 'found') return true
  const text = Buffer.from(known.bytes).toString('utf8')
  return !text.includes(JSON.stringify(user_hash))
}
