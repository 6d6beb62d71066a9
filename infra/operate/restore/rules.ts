import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { toRow } from '#shared/records/rows.ts'
import type { RestoreRules } from '#shared/table/recovery/restore.ts'
import type { Row } from '#shared/table/object/schema.ts'

/** A kind of record, and the parts of a record that a restore does not take from an old generation. */
export interface RestoreKind {
  readonly kind: RecordKind
  readonly rules: RestoreRules
  /** Columns whose values are never printed. */
  readonly secret_columns: readonly string[]
}

/**
 * Secrets are never restored. A live platform keeps its credentials, status and last test; a deleted one is restored as
 * by `POST …/restore`, pending and without credentials, although the old generation has them.
 */
const platforms: RestoreKind = {
  kind: PLATFORMS,
  rules: {
    restored: (old, live) => ({
      ...old,
      ...(live && columnsOf(live, [...Object.keys(PLATFORMS.deletion_sets!), 'last_sync_at'])),
      ...(!live || live['deleted'] === true ? deletionOf(PLATFORMS) : {}),
    }),
    tombstone: (live) => ({ ...live, ...deletionOf(PLATFORMS) }),
  },
  secret_columns: [...PLATFORMS.hidden_columns, 'credentials'],
}

/** Columns that report the state of a distribution. */
const REPORTED = [
  'status',
  'started_at',
  'completed_at',
  'matched_records',
  'match_rate',
  'match_results_as_of',
  'platform_audience_id',
  'error_message',
  'error_details',
  'attempts',
]

/**
 * A restore never sends a distribution again: a live one keeps its status and report, and a restored one that was
 * scheduled or pending becomes cancelled.
 */
const distributions: RestoreKind = {
  kind: DISTRIBUTIONS,
  rules: {
    restored: (old, live) => {
      if (live && live['deleted'] !== true) return { ...old, ...columnsOf(live, REPORTED) }
      const was_unsent = old['status'] === 'scheduled' || old['status'] === 'pending'
      return was_unsent ? { ...old, status: 'cancelled' } : old
    },
    tombstone: (live) => live,
  },
  secret_columns: [],
}

const audiences: RestoreKind = {
  kind: AUDIENCES,
  rules: { restored: (old) => old, tombstone: (live) => live },
  secret_columns: [],
}

export const RESTORE_KINDS: readonly RestoreKind[] = [audiences, platforms, distributions]

function deletionOf(kind: RecordKind): Row {
  const sets = kind.deletion_sets ?? {}
  return toRow(
    kind.columns.filter(({ name }) => Object.hasOwn(sets, name)),
    sets,
  )
}

function columnsOf(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}
