import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { toRow } from '#shared/records/rows.ts'
import type { RestoreRules } from '#shared/table/recovery/restore.ts'
import type { Row } from '#shared/table/object/schema.ts'

/** A kind of record, and what a restore does not take over from an old generation of it. */
export interface RestoreKind {
  readonly kind: RecordKind
  readonly rules: RestoreRules
  /** Columns of which a difference is told, not the values. */
  readonly secret_columns: readonly string[]
}

/**
 * Secrets are never brought back: a platform that is there keeps the credentials it has and what is known of them, one
 * that was deleted comes back as after `POST …/restore`, pending and without any, although the old generation has them.
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

/** What has been reported of a hand-over. */
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
 * What was handed over stays handed over: a distribution that is there keeps its status and what was reported of it, and
 * one that comes back while it was still to be sent is cancelled. So no restore makes anybody send again.
 */
const distributions: RestoreKind = {
  kind: DISTRIBUTIONS,
  rules: {
    restored: (old, live) => {
      if (live && live['deleted'] !== true) return { ...old, ...columnsOf(live, REPORTED) }
      const was_to_be_sent = old['status'] === 'scheduled' || old['status'] === 'pending'
      return was_to_be_sent ? { ...old, status: 'cancelled' } : old
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
