import type { Job, ReportItem } from '#functions/maintenance/runner/job.ts'
import { processUsers, type ProcessedUsers } from '#functions/maintenance/runner/process-users.ts'
import { isoTime } from '#shared/base/clock.ts'
import { idTimeMs } from '#shared/base/ids.ts'
import type { ObjectListing } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { fromRow, toRow } from '#shared/records/rows.ts'
import type { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import { userFolders } from '#shared/table/read/user-folders.ts'
import { monthOf, objectName } from '#shared/table/object/partition.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { storedObject } from '#tests/table/stored.ts'

/** The jobs on virtual time over a store in memory, where records lie that no client could save today. */

const USER = 'u'
type Kind = typeof AUDIENCES | typeof DISTRIBUTIONS | typeof PLATFORMS
type Given = Readonly<Record<string, unknown>>

/** A table in which something happens once a count of all of a user's objects is over. */
class InterruptedTable<R extends Row> extends Table<R> {
  readonly after: (() => Promise<unknown>)[] = []

  override async count<T>(
    user_id: string,
    counter: RowGroupCounter<R, T>,
    options: { listed?: readonly ObjectListing[] } = {},
  ) {
    const counted = await super.count(user_id, counter, options)
    for (const happens of this.after.splice(0)) await happens()
    return counted
  }
}

export function jobsInMemory(start: string) {
  const clock = new VirtualClock(start)
  const store = new MemoryObjectStore({ clock })
  const events = {
    committed: () => undefined,
    corrupt: () => undefined,
    storeFailed: () => undefined,
    nearLimit: () => undefined,
  }
  const dependencies = { store, clock, random: seededRandom(1), events }
  const tableOf = <R extends Row>(kind: TableSchema<R>) =>
    new InterruptedTable(kind, { ...dependencies, cache_bytes_max: 64 * 1024 * 1024 })
  const tables = {
    audiences: tableOf(AUDIENCES),
    platforms: tableOf(PLATFORMS),
    distributions: tableOf(DISTRIBUTIONS),
  }

  return {
    clock,
    store,
    tables,
    /** Puts records there as somebody once left them, in an object of the month of the first one. */
    async place(kind: Kind, ...given: readonly Given[]): Promise<void> {
      const rows = given.map((more) => {
        const id = String(more[kind.id_column])
        const created_at = more['created_at'] ?? isoTime(idTimeMs(kind.id_prefix, id) ?? clock.nowMs())
        const times = { created_at, updated_at: created_at }
        const record = {
          ...kind.defaults,
          ...DEFAULTS[kind.name],
          deleted: false,
          version: 1,
          rev: 1,
          ...times,
          ...more,
        }
        return toRow(kind.columns, record)
      })
      const month = monthOf(Number(rows[0]!['created_at']))
      const name = objectName(kind, USER, kind.partitioned_by === 'month' ? month : '')
      store.place(name, await storedObject(kind, name, rows))
    },
    /** The records as they lie there now, deleted or not, by id. */
    async stored(kind: Kind): Promise<ReadonlyMap<string, Given>> {
      const columns = kind.columns.map(({ name }) => name)
      const filter = { columns: [], matches: () => true }
      return await clock.run(async () => {
        const found = new Map<string, Given>()
        for await (const { row } of tableOf<Row>(kind).rows(USER, { columns, filter })) {
          found.set(String(row[kind.id_column]), fromRow(kind.columns, row))
        }
        return found
      })
    },
    /** One run over everybody. A user who cannot be processed fails the test. */
    async run(job: Job, { dry_run = false } = {}): Promise<ProcessedUsers & { items: readonly ReportItem[] }> {
      const faults: unknown[] = []
      const items: ReportItem[] = []
      const processed = await clock.run(() =>
        processUsers(
          {
            clock,
            folders: (top_folders, after) => userFolders(dependencies, top_folders, after),
            log: () => undefined,
            onReportItem: (item) => void items.push(item),
            onUserFailure: (_, __, error) => void faults.push(error),
          },
          job,
          { after: undefined, dry_run, duration_ms_max: undefined, stops_when_unavailable: false },
        ),
      )
      if (faults.length > 0) throw faults[0]
      return { ...processed, items }
    },
  }
}

const DEFAULTS: Readonly<Record<string, Given>> = {
  audiences: { name: 'an audience' },
  platforms: { platform_type: 'tiktok', name: 'a platform', status: 'connected' },
  distributions: { status: 'completed', attempts: [] },
}
