import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import type { Table } from '#shared/table/table.ts'

/** The tables that devices keep copies of. */
export interface SyncTables {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
}

/** One of them with its kind. */
export interface SyncTable<K extends RecordKind = RecordKind> {
  readonly kind: K
  readonly table: Table<RowOf<K>>
}

/** In the order in which they are pulled and committed: a record comes after those that it refers to. */
export const SYNC_KINDS = [AUDIENCES, PLATFORMS, DISTRIBUTIONS] as const
export type SyncKind = (typeof SYNC_KINDS)[number]

/** The tables in the same order. */
export function inOrder({ audiences, platforms, distributions }: SyncTables): readonly SyncTable[] {
  return [
    { kind: AUDIENCES, table: audiences },
    { kind: PLATFORMS, table: platforms },
    { kind: DISTRIBUTIONS, table: distributions },
  ]
}
