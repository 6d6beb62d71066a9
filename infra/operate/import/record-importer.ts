import { isoTime, type Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { notFound } from '#shared/records/decisions.ts'
import { IMPORT_CLIENT_ID } from '#shared/records/record-kind.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import type { LegacyEntry } from '#shared/table/read/legacy-ids.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import type { Decision } from '#shared/table/commit/mutation.ts'
import { monthOf } from '#shared/table/object/partition.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { patiently } from './retries.ts'
import type { Completion, CompletionTools } from './kinds/import-kind.ts'
import type { Report } from './report.ts'
import { sideBySide } from './side-by-side.ts'
import type { Place } from './source-files.ts'
import type { SourceRecord } from './source-record.ts'
import { createdAtMs, differences, rowOf, verdictOf } from './comparison.ts'

/** Rows that are on their way at once: far below the queue limit of the table. */
const BATCH_ROWS = 1000
const LOT_BYTES = LIMITS.batch_bytes
/** Rows of a group that are completed at once: credentials take a call to the key each. */
const COMPLETED_AT_ONCE = 8
/** Objects worked on side by side. */
export const OBJECTS_AT_ONCE = 32

interface Item {
  readonly record: SourceRecord
  readonly place: Place
  /** Where a record without an index entry goes. */
  readonly row: Row
  readonly size_bytes: number
  readonly completion?: Extract<Completion, { kind: 'row' }>
}

interface Placed {
  readonly item: Item
  readonly entry: LegacyEntry | undefined
}

/** `left`: what is stored is not what the source says. */
type Result = 'written' | 'unchanged' | 'left'

export interface CarrierDependencies {
  readonly report: Report
  readonly clock: Clock
  readonly random: Random
  readonly tableOf: (place: Place) => Table
  readonly completion: CompletionTools
  /** Why the index of a user's old ids cannot be used. */
  readonly indexFault: (user_id: string) => string | undefined
}

/**
 * Carries records over in batches: those of one user and month are handed to the table together, so that it commits them
 * with one write. In a dry run and to verify they are only looked up, in the same way.
 */
export class Carrier {
  readonly #dependencies: CarrierDependencies
  #lot: Item[] = []
  #lot_bytes = 0
  count = 0

  constructor(dependencies: CarrierDependencies) {
    this.#dependencies = dependencies
  }

  /** Takes a record; sends the lot when it is full. */
  async add(record: SourceRecord, place: Place): Promise<void> {
    const row = rowOf(place.file.kind, record, undefined)
    const size_bytes = rowBytes(row)
    this.#lot.push({ record, place, row, size_bytes })
    this.#lot_bytes += size_bytes
    if (this.#lot.length >= BATCH_ROWS || this.#lot_bytes >= LOT_BYTES) await this.flush()
  }

  /** Sends what was taken, and returns when all of it is answered for. */
  async flush(): Promise<void> {
    const lot = this.#lot
    this.#lot = []
    this.#lot_bytes = 0
    const groups = Map.groupBy(lot, ({ record, place }) =>
      JSON.stringify([place.file.kind.kind.name, record.user_id, monthOf(record.created_at_ms)]),
    )
    const indexes = new Map<string, Promise<ReadonlyMap<string, LegacyEntry>>>()
    await sideBySide(groups.values(), OBJECTS_AT_ONCE, async (group) => {
      const entries = await this.#entriesOf(group, indexes)
      const placed = group.map((item) => ({ item, entry: entries.get(item.record.key) }))
      const completed = await this.#completed(placed)
      await Promise.all(completed.map(({ item, entry }) => this.#carry(item, entry)))
    })
    this.count += lot.length
  }

  /** The index of a group's user: one look for each user of a lot, and none when no id is an old one. */
  async #entriesOf(
    group: readonly Item[],
    indexes: Map<string, Promise<ReadonlyMap<string, LegacyEntry>>>,
  ): Promise<ReadonlyMap<string, LegacyEntry>> {
    const { tableOf, indexFault } = this.#dependencies
    const [{ record, place }] = group as [Item]
    const { user_id } = record
    if (!group.some(({ record }) => record.is_old_id) || indexFault(user_id) !== undefined) return new Map()
    const table = tableOf(place)
    const key = JSON.stringify([table.schema.name, user_id])
    let index = indexes.get(key)
    if (!index) {
      index = patiently(this.#dependencies, () => table.legacy_ids.findAll(table.schema, user_id))
      indexes.set(key, index)
    }
    return await index
  }

  /** The group with its rows as they are to be stored, without those that turn out to be refused. */
  async #completed(group: readonly Placed[]): Promise<Placed[]> {
    const { report, completion, indexFault } = this.#dependencies
    const complete = group[0]?.item.place.file.kind.complete
    if (!complete) return [...group]
    const looked_up = await Promise.all(
      group.map(async (placed) => {
        const { record } = placed.item
        const is_faulty = record.is_old_id && indexFault(record.user_id) !== undefined
        return { ...placed, is_faulty, current: is_faulty ? undefined : await this.#lookUp(placed.item, placed.entry) }
      }),
    )
    const completed: Placed[] = []
    await sideBySide(looked_up, COMPLETED_AT_ONCE, async ({ item, entry, is_faulty, current }) => {
      const { record, place } = item
      if (is_faulty) return void completed.push({ item, entry })
      const { user_id, credentials } = record
      const draft = { user_id, credentials, row: rowIn(item, entry), current }
      const completion_of_row = await patiently(this.#dependencies, () => complete(draft, completion))
      if (completion_of_row.kind === 'refused') return report.refused(place, record.id, completion_of_row.reason)
      const { row } = completion_of_row
      completed.push({ item: { ...item, row, size_bytes: rowBytes(row), completion: completion_of_row }, entry })
    })
    return completed
  }

  async #carry(item: Item, entry: LegacyEntry | undefined): Promise<void> {
    const { report, indexFault } = this.#dependencies
    const { record, place } = item
    const fault = record.is_old_id ? indexFault(record.user_id) : undefined
    if (fault !== undefined) return report.refused(place, record.id, fault)
    try {
      const result = report.mode === 'import' ? await this.#write(item, entry) : await this.#compare(item, entry)
      this.#reportRemarks(item, result)
      this.#reportAdjustment(item, entry)
    } catch (error) {
      if (!(error instanceof Problem && error.cause instanceof CorruptObject)) throw error
      report.refused(place, record.id, `the stored object is left as it is: ${error.cause.message}`)
    }
  }

  async #write(item: Item, entry: LegacyEntry | undefined): Promise<Result> {
    const { report, tableOf } = this.#dependencies
    const { record, place, size_bytes } = item
    const import_kind = place.file.kind
    const { kind } = import_kind
    const row = rowIn(item, entry)
    const decide = (current: Row | undefined): Decision => {
      const updated_at_ms = record.updated_at_ms
      switch (verdictOf(import_kind, row, updated_at_ms, current)) {
        case 'absent':
          return { kind: 'write', row, status: 201, updated_at_ms }
        case 'source_newer':
          // Created when it was first imported, whatever a later source says: records never move.
          return { kind: 'write', row: { ...row, created_at: current!['created_at']! }, status: 200, updated_at_ms }
        default:
          return { kind: 'keep', row: current!, status: 200 }
      }
    }
    const mutation = { id: String(row[kind.id_column]), client: IMPORT_CLIENT_ID, size_bytes, decide }
    let may_have_landed = false
    const outcome = await patiently(this.#dependencies, async () => {
      try {
        return await tableOf(place).mutate(record.user_id, mutation)
      } catch (error) {
        may_have_landed ||= error instanceof Problem && error.members['outcome'] === 'unknown'
        throw error
      }
    })
    if (outcome.kind === 'refused') {
      report.refused(place, record.id, outcome.problem.message)
      return 'left'
    }
    const is_own = may_have_landed && verdictOf(import_kind, row, record.updated_at_ms, outcome.row) === 'same'
    if (outcome.kind !== 'written' && !is_own) return this.#reportStored(item, row, outcome.row!)
    report.counts.written++
    return 'written'
  }

  /** Looks the record up; the lookups of a group share one conditional read, as writes share a write. */
  async #lookUp({ record, place, row, size_bytes }: Item, entry: LegacyEntry | undefined): Promise<Row | undefined> {
    const { tableOf } = this.#dependencies
    const { kind } = place.file.kind
    // An old id that the index does not have is nowhere.
    if (record.is_old_id && !entry) return undefined
    const decide = (current: Row | undefined): Decision =>
      current ? { kind: 'keep', row: current, status: 200 } : { kind: 'refuse', problem: notFound(kind) }
    const id = entry?.id ?? String(row[kind.id_column])
    const mutation = { id, size_bytes, decide }
    const outcome = await patiently(this.#dependencies, () => tableOf(place).mutate(record.user_id, mutation))
    return 'row' in outcome ? outcome.row : undefined
  }

  async #compare(item: Item, entry: LegacyEntry | undefined): Promise<Result> {
    const { report } = this.#dependencies
    const { record, place } = item
    const { kind } = place.file
    const row = rowIn(item, entry)
    const current = await this.#lookUp(item, entry)
    const verdict = verdictOf(kind, row, record.updated_at_ms, current)
    if (report.mode === 'dry-run' && (verdict === 'absent' || verdict === 'source_newer')) {
      report.counts.written++
      return 'written'
    }
    if (!current) {
      report.deviates('missing', place, record.id, 'is not in the bucket')
      return 'left'
    }
    if (report.mode !== 'verify' || (verdict !== 'same' && verdict !== 'source_newer')) {
      return this.#reportStored(item, row, current)
    }
    const names = differences(kind, row, current)
    if (!isPinned(record, entry) && current['created_at'] !== row['created_at']) names.push('created_at')
    if (names.length > 0) {
      report.deviates('different', place, record.id, `differs in ${names.join(', ')}`)
      return 'left'
    }
    report.counts.unchanged++
    return 'unchanged'
  }

  /** Reports a record that stays as it is stored. */
  #reportStored({ record, place }: Item, row: Row, current: Row): Result {
    const { report } = this.#dependencies
    const verdict = verdictOf(place.file.kind, row, record.updated_at_ms, current)
    if (verdict === 'edited_since') report.kept(place, record.id, 'kept: edited since')
    else if (verdict === 'deleted_since') report.kept(place, record.id, 'kept: deleted since')
    else if (verdict === 'stored_newer') report.kept(place, record.id, 'kept: a newer copy was imported')
    else {
      report.counts.unchanged++
      return 'unchanged'
    }
    return 'left'
  }

  /** Of a record that is as the source says; of any other there is nothing to remark. */
  #reportRemarks({ record, place, completion }: Item, result: Result): void {
    if (result === 'left') return
    const if_written = result === 'written' ? (completion?.remarks_if_written ?? []) : []
    for (const remark of [...record.remarks, ...(completion?.remarks ?? []), ...if_written]) {
      this.#dependencies.report.remark(place, record.id, remark)
    }
  }

  #reportAdjustment({ record, place }: Item, entry: LegacyEntry | undefined): void {
    const { report } = this.#dependencies
    const { created_at_was_ms, id } = record
    if (created_at_was_ms !== undefined) {
      const times = `${isoTime(record.created_at_ms)}, the source says ${isoTime(created_at_was_ms)}`
      report.adjusted(place, id, `created_at adjusted: the id says ${times}`)
    } else if (isPinned(record, entry)) {
      const said = isoTime(record.created_at_ms)
      report.adjusted(place, id, `created_at adjusted: the record is in ${entry!.month}, the source says ${said}`)
    }
  }
}

/** The row as it is to be stored, where the index says. */
function rowIn({ record, place, row }: Item, entry: LegacyEntry | undefined): Row {
  if (!entry) return row
  return { ...row, [place.file.kind.kind.id_column]: entry.id, created_at: createdAtMs(record, entry) }
}

/** Whether the index holds the record in another month than the source says. */
function isPinned(record: SourceRecord, entry: LegacyEntry | undefined): boolean {
  return entry !== undefined && entry.month !== '' && entry.month !== monthOf(record.created_at_ms)
}

function rowBytes(row: Row): number {
  return Object.values(row).reduce<number>((sum, cell) => sum + cellBytes(cell), 0)
}

function cellBytes(cell: Row[string] | undefined): number {
  if (cell === null || cell === undefined) return 0
  if (typeof cell === 'string' || cell instanceof Uint8Array) return cell.length
  if (typeof cell === 'object') return cell.reduce((sum, element) => sum + element.length, 0)
  return 8
}
