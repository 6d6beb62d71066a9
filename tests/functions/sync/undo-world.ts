import { Undo, type UndoAnswer, type UndoRequest } from '#functions/sync/undo/undo.ts'
import type { SyncTables } from '#functions/sync/tables.ts'
import { isoTime, type Clock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import {
  decideDelete,
  decidePatch,
  decideRestore,
  decideSave,
  decideSet,
  fieldsOf,
  type Decision,
} from '#shared/records/decisions.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { decideCreation, decideReport } from '#shared/records/distribution-decisions.ts'
import { distributionSource } from '#shared/records/distribution-source.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { createdAt } from '#shared/records/record-id.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { fromRow, type Cells } from '#shared/records/rows.ts'
import { changeMany } from '#shared/resources/change-many.ts'
import type { TableEvents } from '#shared/table/events.ts'
import type { Row, StoredRow, TableSchema } from '#shared/table/object/schema.ts'
import { serverWriter, type Writer } from '#shared/table/object/writer.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore, type MemoryStoreOptions } from '#tests/simulation/memory-object-store.ts'
import { startMortal } from '#tests/simulation/mortal.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

const USER = 'u'
const OWN: Writer = { by: USER, client_id: null, via: 'api' }
export const DISPATCH = serverWriter('dispatch')
export const MINUTE_MS = 60_000

const QUIET: TableEvents = {
  committed: () => undefined,
  corrupt: () => undefined,
  storeFailed: () => undefined,
  nearLimit: () => undefined,
}

type Decide<K extends RecordKind> = (row: Cells | undefined, asking: { kind: K; user_id: string }) => Decision

export interface UndoWorldOptions extends Omit<MemoryStoreOptions, 'clock'> {
  /** By so much the clock of the instance that makes changes is wrong. */
  readonly aheadMs?: () => number
}

/** Records of all kinds on virtual time, changed by their user and by the service, and taken back. */
export function undoWorld({ aheadMs = () => 0, ...options }: UndoWorldOptions = {}) {
  const clock = new VirtualClock('2025-05-15T12:00:00Z')
  const random = seededRandom(1)
  const store = new MemoryObjectStore({ ...options, clock })
  const tablesOf = (ports: { store?: ObjectStore; clock?: Clock } = {}): SyncTables => {
    const table = <R extends Row>(schema: TableSchema<R>) =>
      new Table(schema, { store, clock, ...ports, random, events: QUIET, cache_bytes_max: 256 * 1024 * 1024 })
    return { audiences: table(AUDIENCES), platforms: table(PLATFORMS), distributions: table(DISTRIBUTIONS) }
  }
  const tables = tablesOf({ clock: clock.skewed(aheadMs) })
  const tableOf = (kind: RecordKind): Table<Cells> =>
    kind.name === AUDIENCES.name
      ? tables.audiences
      : kind.name === PLATFORMS.name
        ? tables.platforms
        : tables.distributions
  const makeId = (kind: RecordKind, month?: string): string =>
    newId(kind.id_prefix, month === undefined ? clock.nowMs() : Date.parse(`${month}-02T00:00:00Z`), random)

  /** Changes one record. @throws what refuses it */
  const changed = async <K extends RecordKind>(
    kind: K,
    id: string,
    decide: Decide<K>,
    writer = OWN,
  ): Promise<string> => {
    const asking = { kind, user_id: USER }
    const outcome = await clock.run(() =>
      tableOf(kind).mutate(USER, { id, writer, size_bytes: 0, decide: (row) => decide(row, asking) }),
    )
    if (outcome.kind === 'refused') throw outcome.problem
    return id
  }
  const get = (kind: RecordKind, id: string): Promise<StoredRow<Cells> | undefined> =>
    clock.run(() => tableOf(kind).get(USER, id))

  return {
    clock,
    store,
    changed,
    get,
    now: () => isoTime(clock.nowMs()),
    pass: (ms = MINUTE_MS) => clock.run(() => clock.sleep(ms)),
    audience: (value: Record<string, unknown> = {}, { month, writer }: { month?: string; writer?: Writer } = {}) => {
      const id = makeId(AUDIENCES, month)
      const sent = { name: 'A', ...value }
      return changed(
        AUDIENCES,
        id,
        (_, asking) => decideSave(asking, id, createdAt(AUDIENCES, id), undefined, sent),
        writer,
      )
    },
    /** Makes so many together. */
    async audiences(count: number): Promise<void> {
      const asking = { kind: AUDIENCES, user_id: USER }
      const mutations = Array.from({ length: count }, () => {
        const id = makeId(AUDIENCES)
        const decide = () => decideSave(asking, id, createdAt(AUDIENCES, id), undefined, { name: 'A' })
        return { id, writer: OWN, size_bytes: 0, decide }
      })
      await clock.run(() => changeMany({ table: tables.audiences, clock }, USER, mutations))
    },
    platform: (value: Record<string, unknown> = {}) => {
      const id = makeId(PLATFORMS)
      const sent = { platform_type: 'meta', name: 'P', ...value } as const
      return changed(PLATFORMS, id, (_, asking) => decideSave(asking, id, createdAt(PLATFORMS, id), undefined, sent))
    },
    patch: (kind: RecordKind, id: string, patch: Record<string, unknown>, writer?: Writer) =>
      changed(kind, id, (row, asking) => decidePatch(asking, row, patch), writer),
    /** One version for each, in one commit. */
    patchOften: (kind: RecordKind, id: string, patches: readonly Record<string, unknown>[]) =>
      clock.run(() =>
        changeMany(
          { table: tableOf(kind), clock },
          USER,
          patches.map((patch) => ({
            id,
            writer: OWN,
            size_bytes: 0,
            decide: (row) => decidePatch({ kind, user_id: USER }, row, patch),
          })),
        ),
      ),
    remove: (kind: RecordKind, id: string, writer?: Writer) =>
      changed(kind, id, (row, asking) => decideDelete(asking, row), writer),
    restore: (kind: RecordKind, id: string, writer?: Writer) =>
      changed(kind, id, (row, asking) => decideRestore(asking, row), writer),
    /** Sets what only the server sets. */
    set: (kind: RecordKind, id: string, values: Record<string, unknown>, writer?: Writer) =>
      changed(kind, id, (row, asking) => decideSet(asking, row, values), writer),
    async distribute(audience_id: string, platform_id: string, scheduled_at?: string): Promise<string> {
      const audience = await clock.run(() => tables.audiences.get(USER, audience_id))
      const platform = await clock.run(() => tables.platforms.get(USER, platform_id))
      const source = distributionSource(audience, platform, [])
      const id = makeId(DISTRIBUTIONS)
      const sent = { audience_id, platform_id, ...(scheduled_at !== undefined && { scheduled_at }) }
      return await changed(DISTRIBUTIONS, id, (_, asking) =>
        decideCreation({
          asking,
          id,
          created_at: createdAt(DISTRIBUTIONS, id),
          current: undefined,
          sent,
          source,
          now_ms: clock.nowMs(),
        }),
      )
    },
    reschedule: (id: string, scheduled_at: string) =>
      changed(DISTRIBUTIONS, id, (row, asking) => {
        const current = row as DistributionRow
        const now_ms = clock.nowMs()
        return decideCreation({
          asking,
          id,
          created_at: undefined,
          current,
          sent: { scheduled_at },
          source: undefined,
          now_ms,
        })
      }),
    report: (id: string, status: 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled', writer?: Writer) =>
      changed(
        DISTRIBUTIONS,
        id,
        (row, asking) => decideReport(asking, row as DistributionRow, { status }, clock.nowMs()),
        writer,
      ),
    /** What users see of a record, without what counts its changes; of a deleted one that it is. */
    async shown(kind: RecordKind, id: string): Promise<unknown> {
      const row = await get(kind, id)
      if (!row || row.deleted) return 'deleted'
      return fieldsOf(kind, fromRow(kind.columns, row))
    },
    /** Taken back by an instance that has seen nothing. @returns undefined when it has crashed, at so many awaits */
    async crashingUndo(at: string, awaits_until_crash: number): Promise<UndoAnswer | undefined> {
      const mortal = startMortal({ store, clock, awaits_until_crash })
      const tables = tablesOf(mortal)
      return await clock.run(async () => {
        const answer = await Promise.race([mortal.crashed, answerOf(tables, mortal.clock, { at })])
        return answer === 'crashed' ? undefined : answer
      })
    },
    /** The same by one that lives. */
    undo(at: string, { dry_run = false } = {}): Promise<UndoAnswer> {
      return clock.run(() => answerOf(tablesOf(), clock, { at, dry_run }))
    },
  }
}

function answerOf(tables: SyncTables, clock: Clock, request: UndoRequest): Promise<UndoAnswer> {
  const undo = new Undo(tables, {
    clock,
    onFault: (error) => {
      throw error
    },
  })
  const { signal } = new AbortController()
  return undo.answer({ user_id: USER, writer: OWN, signal }, request)
}

export type UndoWorld = ReturnType<typeof undoWorld>
