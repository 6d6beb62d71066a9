import { presentRecord, shownColumns } from '#shared/records/decisions.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'

/** A record as devices get it. */

/** Too large to be sent with every change of a distribution; a device fetches them by its id. */
const LEFT_OUT: readonly string[] = ['audience_snapshot', 'attempts']

/** The columns that devices get of a kind: never what is stored and not shown. */
export function syncedColumns(kind: RecordKind): readonly string[] {
  const names = shownColumns(kind).map(({ name }) => name)
  return kind.name === DISTRIBUTIONS.name ? names.filter((name) => !LEFT_OUT.includes(name)) : names
}

/** What answers show of the record; of a deleted one only that it is. @param fromJson as of `fromRow` */
export function syncedRecord<K extends RecordKind>(
  kind: K,
  user_id: string,
  row: RowOf<K>,
  fromJson?: (cell: Uint8Array) => unknown,
): Record<string, unknown> {
  if (row.deleted) return { [kind.id_column]: row[kind.id_column], version: row.version, deleted: true }
  const record = presentRecord(kind, user_id, row, fromJson)
  if (kind.name === DISTRIBUTIONS.name) for (const name of LEFT_OUT) delete record[name]
  return record
}
