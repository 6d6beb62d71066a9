import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import type { Job } from '#functions/maintenance/runner/job.ts'
import { processUsers, type ProcessedUsers } from '#functions/maintenance/runner/process-users.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT, type ObjectListing } from '#shared/objects/object-store.ts'
import type { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import { userFolders } from '#shared/table/read/user-folders.ts'
import { BUCKET, saved, type Client, type Reply } from '#tests/functions/audiences/harness.ts'
import { DEMO, runningInTest, type Running } from '#tests/functions/distributions/harness.ts'
import { clockAt, type SettableClock } from '#tests/support/clock.ts'

export const JANUARY = '2025-01-10T12:00:00Z'
/** More than ninety days later. */
export const MAY = '2025-05-15T13:00:00Z'

export interface Maintained {
  readonly running: Running
  readonly clock: SettableClock
  /** Calls the first instance of maintenance, `retention?dry_run=true`. */
  call(job: string): Promise<Reply>
  /** Calls a fresh one, which has nothing in memory. */
  callFresh(job: string): Promise<Reply>
  /** An audience of `demo_user` as it is stored, archived or deleted. */
  audience(audience_id: string, user_id?: string): Promise<Record<string, unknown>>
}

/** Everything around maintenance as it runs, in January. */
export async function maintained(settings: Readonly<Record<string, string>> = {}): Promise<Maintained> {
  const clock = clockAt(JANUARY)
  const running = await runningInTest({ clock, settings })
  const operator = async (): Promise<Client> => (await running.instance(createMaintenanceApp)).asOperator()
  const first = await operator()
  const callOf = async (client: Client, job: string) => client.call('POST', `/api/maintenance/${job}`)
  return {
    running,
    clock,
    call: (job) => callOf(first, job),
    callFresh: async (job) => callOf(await operator(), job),
    async audience(audience_id, user_id = DEMO) {
      const { body } = await running.as(user_id).audiences.call('GET', `/api/audiences/${audience_id}`)
      return body.audience
    },
  }
}

/** Saves so many audiences, each with what is given for it. */
export async function audiences(client: Client, ...given: readonly Record<string, unknown>[]): Promise<string[]> {
  const made = await Promise.all(given.map((more) => saved(client, more)))
  return made.map(({ audience_id }) => audience_id)
}

/** Does something in the moment when all is read and nothing is committed. */
class LateTable<R extends Row> extends Table<R> {
  happens: () => Promise<unknown> = async () => undefined

  override async count<T>(
    user_id: string,
    counter: RowGroupCounter<R, T>,
    options: { listed?: readonly ObjectListing[] } = {},
  ) {
    const counted = await super.count(user_id, counter, options)
    if (!options.listed) await this.happens()
    return counted
  }
}

/** What stands below a table of the test's own. */
export function lateDependencies({ running, clock }: Maintained) {
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: running.gcs.url, clock })
  const events = logTableEvents({ write: () => undefined }, (user_id) => user_id)
  return { store, clock, random: systemRandom, events, cache_bytes_max: 64 * 1024 * 1024 }
}

/** A table that has something happen between a count of all of a user's objects and whatever follows it. */
export function lateTable<R extends Row>(
  world: Maintained,
  schema: TableSchema<R>,
  happens: () => Promise<unknown>,
): Table<R> {
  const table = new LateTable(schema, lateDependencies(world))
  table.happens = happens
  return table
}

/** One run of a job put together by the test; a turn that fails fails the test. */
export async function runAlone(job: Job, world: Maintained): Promise<ProcessedUsers> {
  const faults: unknown[] = []
  const processed = await processUsers(
    {
      clock: world.clock,
      folders: (top_folders, after) => userFolders(lateDependencies(world), top_folders, after),
      log: () => undefined,
      onUserFailure: (_, __, error) => void faults.push(error),
    },
    job,
    { after: undefined, dry_run: false, duration_ms_max: undefined, stops_when_unavailable: false },
  )
  if (faults.length > 0) throw faults[0]
  return processed
}

/** Puts an object into the bucket as somebody from outside would, over whatever is there. */
export async function place({ gcs }: Running, name: string, bytes: Uint8Array): Promise<void> {
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock })
  const [there] = await store.list(name, { limit: 1 })
  const result = await store.write(name, bytes, {
    if_generation: there?.name === name ? there.generation : NO_OBJECT,
    crc32c: crc32c(bytes),
    content_type: 'application/octet-stream',
  })
  if (result.kind !== 'written') throw new Error(`${name} was not placed`)
}
