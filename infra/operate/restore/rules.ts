import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { ColumnOf, RecordKind, RowOf } from '#shared/records/record-kind.ts'
import { type Cells, toRow } from '#shared/records/rows.ts'
import type { RestoreRules } from '#shared/table/recovery/restore.ts'

/** A kind of record, and the parts of a record that a restore does not take from an old generation. */
export interface RestoreKind {
  readonly kind: RecordKind
  readonly rules: RestoreRules
  /** Columns whose values are never printed. */
  readonly secret_columns: readonly string[]
}

type PlatformRow = RowOf<typeof PLATFORMS>
type DistributionRow = RowOf<typeof DISTRIBUTIONS>

const DELETION_COLUMNS = PLATFORMS.columns.filter(({ name }) => Object.hasOwn(PLATFORMS.deletion_sets ?? {}, name))
/** The cells that a deletion sets. */
const PLATFORM_DELETION: Partial<PlatformRow> = toRow(DELETION_COLUMNS, PLATFORMS.deletion_sets ?? {})
/** Columns that a live platform keeps. */
const KEPT_OF_PLATFORM = [...DELETION_COLUMNS.map(({ name }) => name), 'last_sync_at'] as const

const platform_rules: RestoreRules<PlatformRow> = {
  restored: (old, live) => ({
    ...old,
    ...(live && cellsOf(live, KEPT_OF_PLATFORM)),
    ...(!live || live.deleted ? PLATFORM_DELETION : {}),
  }),
  tombstone: (live) => ({ ...live, ...PLATFORM_DELETION }),
}

/**
 * Secrets are never restored. A live platform keeps its credentials, status and last test; a deleted one is restored as
 * by `POST …/restore`, pending and without credentials, although the old generation has them.
 */
const platforms: RestoreKind = {
  kind: PLATFORMS,
  rules: platform_rules,
  secret_columns: [...PLATFORMS.hidden_columns, 'credentials'] satisfies ColumnOf<typeof PLATFORMS>[],
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
] as const satisfies ColumnOf<typeof DISTRIBUTIONS>[]

const distribution_rules: RestoreRules<DistributionRow> = {
  restored(old, live) {
    if (live && !live.deleted) return { ...old, ...cellsOf(live, REPORTED) }
    const was_unsent = old.status === 'scheduled' || old.status === 'pending'
    return was_unsent ? { ...old, status: 'cancelled' } : old
  },
  tombstone: (live) => live,
}

/**
 * A restore never sends a distribution again: a live one keeps its status and report, and a restored one that was
 * scheduled or pending becomes cancelled.
 */
const distributions: RestoreKind = { kind: DISTRIBUTIONS, rules: distribution_rules, secret_columns: [] }

const audiences: RestoreKind = {
  kind: AUDIENCES,
  rules: { restored: (old) => old, tombstone: (live) => live },
  secret_columns: [],
}

export const RESTORE_KINDS: readonly RestoreKind[] = [audiences, platforms, distributions]

/** These cells of a row; a column that an older release did not have is null. */
function cellsOf<R extends Cells, Name extends keyof R & string>(row: R, names: readonly Name[]): Pick<R, Name> {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as Pick<R, Name>
}
