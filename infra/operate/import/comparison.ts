import { DAY_MS } from '#shared/base/durations.ts'
import { type Cells, sameCells, toRow } from '#shared/records/rows.ts'
import type { LegacyEntry } from '#shared/table/read/legacy-ids.ts'
import { monthOf, startOfMonthMs } from '#shared/table/object/partition.ts'
import { isImported } from './import-writer.ts'
import type { ImportKind } from './kinds/import-kind.ts'
import type { SourceRecord } from './source-record.ts'

/** How the stored record compares with the source. */
export type Comparison = 'absent' | 'same' | 'source_newer' | 'stored_newer' | 'edited_since' | 'deleted_since'

/**
 * Compares a row of the source with the stored one. An import replaces only rows that an import wrote: a record that a
 * client edited or deleted afterwards stays.
 * @param wanted the row as the source has it
 */
export function compare(
  kind: ImportKind,
  wanted: Cells,
  updated_at_ms: number,
  current: Cells | undefined,
): Comparison {
  if (!current) return 'absent'
  if (!isImported(current)) return current.deleted ? 'deleted_since' : 'edited_since'
  if (differences(kind, wanted, current).length === 0) return 'same'
  return current.updated_at > updated_at_ms ? 'stored_newer' : 'source_newer'
}

/** Names of the fields in which two rows differ. */
export function differences({ kind, server_columns = [] }: ImportKind, wanted: Cells, current: Cells): string[] {
  const names = ['deleted', ...Object.keys(kind.fields.shape), ...server_columns]
  return names.filter((name) => !sameCells(wanted, current, [name]))
}

/** The row to store. */
export function rowOf({ kind }: ImportKind, record: SourceRecord, entry: LegacyEntry | undefined): Cells {
  const row = toRow(kind.columns, {
    ...record.fields,
    ...kind.derive(record.fields),
    ...record.server,
    [kind.id_column]: entry?.id ?? record.id,
    created_at: new Date(createdAtMs(record, entry)).toISOString(),
    deleted: record.deleted,
  })
  // The columns of a kind include those that every row has.
  return row as Cells
}

/**
 * A record with an old id stays in the month that the index names: for a source with another month, created_at becomes
 * the nearest moment of the index's month. A table with one object for each user has no months.
 */
export function createdAtMs({ created_at_ms }: SourceRecord, entry: LegacyEntry | undefined): number {
  if (!entry || entry.month === '' || entry.month === monthOf(created_at_ms)) return created_at_ms
  const first_ms = startOfMonthMs(entry.month)
  return created_at_ms < first_ms ? first_ms : startOfMonthMs(monthAfter(entry.month)) - 1
}

function monthAfter(month: string): string {
  // No month has more than 31 days, and none that follows another one in full has fewer than 28.
  return monthOf(startOfMonthMs(month) + 32 * DAY_MS)
}
