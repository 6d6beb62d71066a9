import type { Clock } from '../../base/clock.ts'
import { canonicalSpelling } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { TableEvents } from '../events.ts'
import { asProblem, namingObject, retryReads } from '../object/failures.ts'
import { type LegacyIds } from './legacy-ids.ts'
import type { ClientLedgers } from '../object/client-ledgers.ts'
import type { LedgerEntry } from '../object/ledger.ts'
import { monthOfId, objectName, type Month } from '../object/partition.ts'
import { ReadRows } from '../object/read-rows.ts'
import type { Row, StoredRow, TableSchema } from '../object/schema.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import { findRow, rowAt, type Snapshot } from '../object/snapshot.ts'

interface LookupDependencies {
  readonly cache: SnapshotCache
  readonly legacy_ids: LegacyIds
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
}

/** Some hundred records of a usual size: those that are read over and over. */
const READ_ROWS_BYTES_MAX = 2 * 1024 * 1024

/** Where a record is or would be, and the id that it is stored under. */
export interface Located {
  readonly id: string
  readonly month: Month
}

/** Single records and keys, found where they must be: one conditional GET each. */
export class Lookups<R extends Row> {
  readonly #schema: TableSchema<R>
  readonly #dependencies: LookupDependencies
  readonly #rows = new ReadRows<StoredRow<R>>(READ_ROWS_BYTES_MAX)

  constructor(schema: TableSchema<R>, dependencies: LookupDependencies) {
    this.#schema = schema
    this.#dependencies = dependencies
  }

  /** Where a record is, if there is one, and the id that it is stored under. */
  async locate(user_id: string, id: string): Promise<Located | undefined> {
    const month = monthOfId(this.#schema, id)
    if (month !== undefined) return { id, month }
    const { legacy_ids } = this.#dependencies
    const entry = await this.reading(() => legacy_ids.find(this.#schema, user_id, id))
    return entry && this.#locatedBy(entry)
  }

  /** The same of many ids, in their order: the index of old ids is read once, when there is one among them. */
  async locateAll(user_id: string, ids: readonly string[]): Promise<readonly (Located | undefined)[]> {
    const months = ids.map((id) => monthOfId(this.#schema, id))
    const { legacy_ids } = this.#dependencies
    const known = months.includes(undefined)
      ? await this.reading(() => legacy_ids.findAll(this.#schema, user_id))
      : undefined
    return ids.map((id, at) => {
      const month = months[at]
      if (month !== undefined) return { id, month }
      const entry = known?.get(canonicalSpelling(this.#schema, id))
      return entry && this.#locatedBy(entry)
    })
  }

  async row(user_id: string, id: string): Promise<StoredRow<R> | undefined> {
    const located = await this.locate(user_id, id)
    return located && (await this.#inObject(user_id, located.month, (snapshot) => this.#rowIn(snapshot, located.id)))
  }

  /**
   * Reads records of one user, each of their objects once: one conditional GET for each object that is asked about,
   * whatever the number of records in it. What fails for one object keeps nobody from those of another.
   */
  reader(user_id: string): (id: string) => Promise<StoredRow<R> | undefined> {
    const objects = new Map<Month, Promise<Snapshot>>()
    return async (id) => {
      const located = await this.locate(user_id, id)
      if (!located) return undefined
      const name = objectName(this.#schema, user_id, located.month)
      const object =
        objects.get(located.month) ?? this.reading(() => this.#dependencies.cache.current(this.#schema, name))
      objects.set(located.month, object)
      const snapshot = await object
      return await this.reading(() => namingObject(name, () => this.#rowIn(snapshot, located.id)))
    }
  }

  /** The entry of a keyed request in the ledger of that month, with its record's row; `undefined` when there is none. */
  async keyedRequest(
    user_id: string,
    month: Month,
    request_hash: string,
  ): Promise<{ entry: LedgerEntry; row: StoredRow<R> | undefined } | undefined> {
    return await this.#inObject(user_id, month, async (snapshot) => {
      const entry = snapshot.footer.ledger.with([], this.#dependencies.clock.nowMs()).find(request_hash)
      return entry && { entry, row: await this.#rowIn(snapshot, entry.id) }
    })
  }

  /** What clients have pushed to an object, as it is now, and how large the object is. */
  async pushed(user_id: string, month: Month): Promise<{ clients: ClientLedgers; size_bytes: number }> {
    return await this.#inObject(user_id, month, ({ footer, size_bytes }) =>
      Promise.resolve({ clients: footer.clients, size_bytes }),
    )
  }

  /** Repeats a read that fails in passing. @throws Problem */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await retryReads(this.#dependencies, read)
    } catch (error) {
      throw asProblem(error, this.#dependencies.events)
    }
  }

  #locatedBy({ id, month }: { readonly id: string; readonly month: Month }): Located {
    return { id, month: this.#schema.partitioned_by === 'user' ? '' : month }
  }

  async #inObject<T>(user_id: string, month: Month, find: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return await this.reading(async () => {
      const name = objectName(this.#schema, user_id, month)
      const snapshot = await this.#dependencies.cache.current(this.#schema, name)
      return await namingObject(name, () => find(snapshot))
    })
  }

  async #rowIn(snapshot: Snapshot, id: string): Promise<StoredRow<R> | undefined> {
    const place = await findRow(snapshot, this.#schema, id)
    if (!place) return undefined
    const { group, index } = place
    return await this.#rows.of(place, async () => rowAt(this.#schema, await group.allColumns(), index))
  }
}
