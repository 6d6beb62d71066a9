import { isoTime, type Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { notFound } from '#shared/records/decisions.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import type { LegacyEntry } from '#shared/table/read/legacy-ids.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import type { Decision } from '#shared/table/commit/mutation.ts'
import { monthOf } from '#shared/table/object/partition.ts'
import type { Cells } from '#shared/records/rows.ts'
import type { Table } from '#shared/table/table.ts'
import { withRetries } from './retries.ts'
import type { CompletedRow, CompletionTools } from './kinds/import-kind.ts'
import type { ImportReport } from './report.ts'
import { forEachConcurrently } from './concurrently.ts'
import type { Place } from './source-files.ts'
import type { SourceRecord } from './source-record.ts'
import { IMPORT_WRITER } from './import-writer.ts'
import { createdAtMs, differences, rowOf, compare } from './comparison.ts'
import { rowBytes } from '#shared/table/object/row-bytes.ts'

/** Rows of one batch: far below the queue limit of the table. */
const BATCH_ROWS = 1000
const BATCH_BYTES = LIMITS.batch_bytes
/** Rows of a group that are completed simultaneously: each with credentials takes a call to the key. */
const CONCURRENT_COMPLETIONS = 8
/** Objects that are read or written simultaneously. */
export const CONCURRENT_OBJECTS = 32

interface Item {
  readonly record: SourceRecord
  readonly place: Place
  /** As it is stored when the index has no entry for the record. */
  readonly row: Cells
  readonly size_bytes: number
  readonly completion?: Extract<CompletedRow, { kind: 'row' }>
}

interface IndexedItem {
  readonly item: Item
  readonly entry: LegacyEntry | undefined
}

/** `kept`: the stored record differs from the source and stays. */
type ImportResult = 'written' | 'unchanged' | 'kept'

export interface RecordImporterDependencies {
  readonly report: ImportReport
  readonly clock: Clock
  readonly random: Random
  readonly tableOf: (place: Place) => Table<Cells>
  readonly completion: CompletionTools
  /** Why the index of a user's old ids is unusable; `undefined` when it is usable. */
  readonly indexFault: (user_id: string) => string | undefined
}

/**
 * Imports records in batches: the table gets the records of one user and month together and commits them with one write.
 * A dry run and `--verify` only look them up, in the same groups.
 */
export class RecordImporter {
  readonly #dependencies: RecordImporterDependencies
  #batch: Item[] = []
  #batch_bytes = 0
  count = 0

  constructor(dependencies: RecordImporterDependencies) {
    this.#dependencies = dependencies
  }

  /** Adds a record to the batch and imports the batch when it is full. */
  async add(record: SourceRecord, place: Place): Promise<void> {
    const row = rowOf(place.file.kind, record, undefined)
    const size_bytes = rowBytes(row)
    this.#batch.push({ record, place, row, size_bytes })
    this.#batch_bytes += size_bytes
    if (this.#batch.length >= BATCH_ROWS || this.#batch_bytes >= BATCH_BYTES) await this.flush()
  }

  /** Imports the batch; returns when every record is written or reported. */
  async flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batch_bytes = 0
    const groups = Map.groupBy(batch, ({ record, place }) =>
      JSON.stringify([place.file.kind.kind.name, record.user_id, monthOf(record.created_at_ms)]),
    )
    const indexes = new Map<string, Promise<ReadonlyMap<string, LegacyEntry>>>()
    await forEachConcurrently(groups.values(), CONCURRENT_OBJECTS, async (group) => {
      const entries = await this.#entriesOf(group, indexes)
      const placed = group.map((item) => ({ item, entry: entries.get(item.record.key) }))
      const completed = await this.#completed(placed)
      await Promise.all(completed.map(({ item, entry }) => this.#import(item, entry)))
    })
    this.count += batch.length
  }

  /** The index of the group's user: one read for each user of a batch, and none when the group has no old id. */
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
      index = withRetries(this.#dependencies, () => table.legacy_ids.findAll(table.schema, user_id))
      indexes.set(key, index)
    }
    return await index
  }

  /** The group with its rows as they are to be stored, without the refused ones. */
  async #completed(group: readonly IndexedItem[]): Promise<IndexedItem[]> {
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
    const completed: IndexedItem[] = []
    await forEachConcurrently(looked_up, CONCURRENT_COMPLETIONS, async ({ item, entry, is_faulty, current }) => {
      const { record, place } = item
      if (is_faulty) return void completed.push({ item, entry })
      const { user_id, credentials, updated_at_ms } = record
      const draft = { user_id, credentials, updated_at_ms, row: rowIn(item, entry), current }
      const completion_of_row = await withRetries(this.#dependencies, () => complete(draft, completion))
      if (completion_of_row.kind === 'refused') return report.refused(place, record.id, completion_of_row.reason)
      const { row } = completion_of_row
      completed.push({ item: { ...item, row, size_bytes: rowBytes(row), completion: completion_of_row }, entry })
    })
    return completed
  }

  async #import(item: Item, entry: LegacyEntry | undefined): Promise<void> {
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
      report.refused(place, record.id, `the stored object was not changed: ${error.cause.message}`)
    }
  }

  async #write(item: Item, entry: LegacyEntry | undefined): Promise<ImportResult> {
    const { report, tableOf } = this.#dependencies
    const { record, place, size_bytes } = item
    const import_kind = place.file.kind
    const { kind } = import_kind
    const row = rowIn(item, entry)
    const decide = (current: Cells | undefined): Decision<Cells> => {
      const updated_at_ms = record.updated_at_ms
      switch (compare(import_kind, row, updated_at_ms, current)) {
        case 'absent':
          return { kind: 'write', row, status: 201, updated_at_ms }
        case 'source_newer':
          // The first import decides when a record was created: records never move to another month.
          return { kind: 'write', row: { ...row, created_at: current!.created_at }, status: 200, updated_at_ms }
        default:
          return { kind: 'keep', row: current!, status: 200 }
      }
    }
    const mutation = { id: String(row[kind.id_column]), writer: IMPORT_WRITER, size_bytes, decide }
    let may_have_landed = false
    const outcome = await withRetries(this.#dependencies, async () => {
      try {
        return await tableOf(place).mutate(record.user_id, mutation)
      } catch (error) {
        may_have_landed ||= error instanceof Problem && error.members['outcome'] === 'unknown'
        throw error
      }
    })
    if (outcome.kind === 'refused') {
      report.refused(place, record.id, outcome.problem.message)
      return 'kept'
    }
    const is_own = may_have_landed && compare(import_kind, row, record.updated_at_ms, outcome.row) === 'same'
    if (outcome.kind !== 'written' && !is_own) return this.#reportStored(item, row, outcome.row!)
    report.counts.written++
    return 'written'
  }

  /** Looks the record up. The lookups of a group share one conditional read, as its writes share one write. */
  async #lookUp({ record, place, row, size_bytes }: Item, entry: LegacyEntry | undefined): Promise<Cells | undefined> {
    const { tableOf } = this.#dependencies
    const { kind } = place.file.kind
    // A record with an old id that is not in the index does not exist.
    if (record.is_old_id && !entry) return undefined
    const decide = (current: Cells | undefined): Decision<Cells> =>
      current ? { kind: 'keep', row: current, status: 200 } : { kind: 'refuse', problem: notFound(kind) }
    const id = entry?.id ?? String(row[kind.id_column])
    const mutation = { id, writer: IMPORT_WRITER, size_bytes, decide }
    const outcome = await withRetries(this.#dependencies, () => tableOf(place).mutate(record.user_id, mutation))
    return 'row' in outcome ? outcome.row : undefined
  }

  async #compare(item: Item, entry: LegacyEntry | undefined): Promise<ImportResult> {
    const { report } = this.#dependencies
    const { record, place } = item
    const { kind } = place.file
    const row = rowIn(item, entry)
    const current = await this.#lookUp(item, entry)
    const comparison = compare(kind, row, record.updated_at_ms, current)
    if (report.mode === 'dry-run' && (comparison === 'absent' || comparison === 'source_newer')) {
      report.counts.written++
      return 'written'
    }
    if (!current) {
      report.deviates('missing', place, record.id, 'is not in the bucket')
      return 'kept'
    }
    if (report.mode !== 'verify' || (comparison !== 'same' && comparison !== 'source_newer')) {
      return this.#reportStored(item, row, current)
    }
    const names = differences(kind, row, current)
    if (!isPinned(record, entry) && current.created_at !== row.created_at) names.push('created_at')
    if (names.length > 0) {
      report.deviates('different', place, record.id, `differs in ${names.join(', ')}`)
      return 'kept'
    }
    report.counts.unchanged++
    return 'unchanged'
  }

  /** Reports a record whose stored state stays. */
  #reportStored({ record, place }: Item, row: Cells, current: Cells): ImportResult {
    const { report } = this.#dependencies
    const comparison = compare(place.file.kind, row, record.updated_at_ms, current)
    if (comparison === 'edited_since') report.kept(place, record.id, 'kept: edited after the import')
    else if (comparison === 'deleted_since') report.kept(place, record.id, 'kept: deleted after the import')
    else if (comparison === 'stored_newer') report.kept(place, record.id, 'kept: a newer copy is imported already')
    else {
      report.counts.unchanged++
      return 'unchanged'
    }
    return 'kept'
  }

  /** Remarks apply only to a record that is stored as the source has it. */
  #reportRemarks({ record, place, completion }: Item, result: ImportResult): void {
    if (result === 'kept') return
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

/** The row as it is to be stored, with the id and the month of the index. */
function rowIn({ record, place, row }: Item, entry: LegacyEntry | undefined): Cells {
  if (!entry) return row
  return { ...row, [place.file.kind.kind.id_column]: entry.id, created_at: createdAtMs(record, entry) }
}

/** Whether the index has the record in another month than the source. */
function isPinned(record: SourceRecord, entry: LegacyEntry | undefined): boolean {
  return entry !== undefined && entry.month !== '' && entry.month !== monthOf(record.created_at_ms)
}
