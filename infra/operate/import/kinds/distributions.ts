import { isObject } from '#shared/base/is-object.ts'
import { isoTime } from '#shared/base/clock.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { type Attempt, distributionStatus, distributionType, DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { snapshotOf } from '#shared/records/distribution-source.ts'
import { PLATFORM_SPELLINGS, PLATFORMS, platformType } from '#shared/records/platform.ts'
import type { ColumnOf, RowOf } from '#shared/records/record-kind.ts'
import { isImported } from '../import-writer.ts'
import { type Cell, type RecordValue, toRow } from '#shared/records/rows.ts'
import type { SourceFields } from '../readers/source-fields.ts'
import { parseTimeMs } from '../times.ts'
import { parseJson } from '../json-text.ts'
import { columnValue } from '../values.ts'
import type {
  CompletedRow,
  CompletionTools,
  ConvertedRow,
  RowDraft,
  ImportKind,
  NoteField,
  TidiedRow,
  TidyOptions,
} from './import-kind.ts'
import { choice, isEmpty, renamed, spelledAs } from './old-names.ts'

const OLD_NAMES = {
  id: 'distribution_id',
  type: 'distribution_type',
  segments: 'segments_distributed',
  segment_ids: 'segments_distributed',
  executed_at: 'started_at',
  distributed_at: 'completed_at',
  finished_at: 'completed_at',
  record_count: 'total_records',
  records_total: 'total_records',
  records_matched: 'matched_records',
  error: 'error_message',
} as const

/** Distributions are history: imported also when their audience or platform is missing. */
export const DISTRIBUTIONS_IMPORT: ImportKind = {
  kind: DISTRIBUTIONS,
  old_names: OLD_NAMES,
  sizes: ['total_records', 'matched_records', 'estimated_matched_records'] satisfies ColumnOf<typeof DISTRIBUTIONS>[],
  nested: [],
  free_objects: ['metadata', 'error_details', 'audience_snapshot', 'attempts'] satisfies ColumnOf<
    typeof DISTRIBUTIONS
  >[],
  error_texts: ['error_message'] satisfies ColumnOf<typeof DISTRIBUTIONS>[],
  // Every column that is neither a field nor a system column, nor hidden.
  server_columns: DISTRIBUTIONS.columns
    .map(({ name }) => name)
    .slice(DISTRIBUTIONS.columns.findIndex(({ name }) => name === 'audience_name'))
    .filter((name) => !DISTRIBUTIONS.hidden_columns.includes(name)),
  tidy,
  serverValues,
  complete,
}

const OLD_STATUSES: Readonly<Record<string, string>> = {
  queued: 'pending',
  processing: 'in_progress',
  running: 'in_progress',
  active: 'in_progress',
  success: 'completed',
  succeeded: 'completed',
  complete: 'completed',
  done: 'completed',
  delivered: 'completed',
  error: 'failed',
  failure: 'failed',
  canceled: 'cancelled',
}

/** Fields that the old status route wrote into `metadata`. */
const IN_METADATA = ['match_rate', 'matched_records', 'error_message', 'completed_at']

function tidy(old_source: SourceFields, { now_ms }: TidyOptions): TidiedRow {
  const remarks: string[] = []
  const fields = withMetadata(renamed(old_source, OLD_NAMES))
  const status = choice(fields['status'], [...distributionStatus.options, ...Object.keys(OLD_STATUSES)])
  fields['status'] = typeof status === 'string' ? (OLD_STATUSES[status] ?? status) : status
  Object.assign(fields, spelledAs(fields, 'distribution_type', distributionType.options))
  fields['segments_distributed'] = segmentIds(fields['segments_distributed'])
  if (!isReported(fields)) {
    const rate = number(fields['match_rate'])
    const matched = number(fields['matched_records'])
    if (typeof rate === 'number') {
      remarks.push(
        rate === 0
          ? 'match_rate 0 without a report is stored as null'
          : 'match_rate of a distribution that never completed is stored as null and kept in metadata.imported_fields',
      )
    }
    // Unknown fields are kept in metadata.
    if (typeof rate === 'number' && rate !== 0) fields['unreported_match_rate'] = rate
    if (typeof matched === 'number' && matched !== 0) fields['unreported_matched_records'] = matched
    fields['match_rate'] = null
    fields['matched_records'] = null
  }
  const scheduled_ms = parseTimeMs(fields['scheduled_at'])
  if (fields['status'] === 'scheduled' && (scheduled_ms === undefined || scheduled_ms <= now_ms)) {
    remarks.push('scheduled for a time that has passed: the next dispatch makes it pending')
  }
  return { source: fields, remarks }
}

function withMetadata(source: SourceFields): Record<string, unknown> {
  const { metadata } = source
  const object = typeof metadata === 'string' ? parseJson(metadata)?.parsed : metadata
  const fields: Record<string, unknown> = { ...source }
  if (!isObject(object)) return fields
  const rest: Record<string, unknown> = { ...object }
  for (const name of IN_METADATA) {
    const is_said = !isEmpty(fields[name]) && !(number(fields[name]) === 0)
    if (!Object.hasOwn(rest, name) || is_said) continue
    fields[name] = rest[name]
    delete rest[name]
  }
  fields['metadata'] = rest
  return fields
}

/**
 * Whether the platform reported a result. The old system wrote 0.0 without one: a result belongs to a distribution that
 * has ended, and has a number above zero.
 */
function isReported(fields: SourceFields): boolean {
  const has_ended = fields['status'] === 'completed' || !isEmpty(fields['completed_at'])
  const rate = number(fields['match_rate'])
  const matched = number(fields['matched_records'])
  // A value that is not a number counts as a result, and the check of the row refuses it.
  return has_ended && (isAbove0(matched) || isAbove0(rate))
}

function isAbove0(value: unknown): boolean {
  return value !== null && value !== 0 && value !== -1
}

function number(value: unknown): unknown {
  return columnValue('double', value, () => {})
}

/** The old client sent ids, or whole segments. */
function segmentIds(value: unknown): unknown {
  const list = typeof value === 'string' ? (parseJson(value)?.parsed ?? value) : value
  if (!Array.isArray(list)) return value
  return list.map((segment: unknown) => (isObject(segment) ? (segment['segment_id'] ?? segment['id']) : segment))
}

function serverValues({ cells, fields, created_at_ms, updated_at_ms }: ConvertedRow, note: NoteField): RecordValue {
  const rate = cells['match_rate'] ?? null
  if (rate !== null && (typeof rate !== 'number' || rate < 0 || rate > 1)) note('match_rate', 'must be from 0 to 1')
  const total = countOf(cells, 'total_records', note)
  const matched = countOf(cells, 'matched_records', note)
  if (total !== null && total > 0 && matched !== null && matched > total) {
    note('matched_records', 'must not be more than total_records')
  }
  const status = String(fields?.['status'])
  const started_at = timeOf(cells['started_at'])
  const ended_at = timeOf(cells['completed_at'])
  const completed_at = status === 'completed' ? (ended_at ?? timeOf(updated_at_ms)) : null
  const type = platformType.safeParse(choice(cells['platform_type'], PLATFORM_SPELLINGS.type))
  const details = cells['error_details']
  if (!isEmpty(details) && !isObject(details)) note('error_details', 'must be an object')
  const values = {
    audience_name: textOf(cells['audience_name']),
    platform_name: textOf(cells['platform_name']),
    platform_type: type.success ? type.data : null,
    started_at,
    completed_at,
    // The old system wrote zero for unknown.
    total_records: total === 0 ? null : total,
    matched_records: matched,
    match_rate: rate,
    match_results_as_of: timeOf(cells['match_results_as_of']) ?? (rate === null && matched === null ? null : ended_at),
    platform_audience_id: textOf(cells['platform_audience_id']),
    estimated_matched_records: countOf(cells, 'estimated_matched_records', note),
    error_message: textOf(cells['error_message']),
    error_details: isEmpty(details) ? null : details,
    audience_snapshot: isObject(cells['audience_snapshot']) ? cells['audience_snapshot'] : null,
  }
  const ended = ended_at ?? timeOf(updated_at_ms)
  return {
    ...values,
    attempts: attemptsOf(status, cells['attempts'], { ...values, queued_at: timeOf(created_at_ms), ended }),
  }
}

function countOf(cells: ConvertedRow['cells'], name: string, note: NoteField): number | null {
  const value = cells[name] ?? null
  if (value === null) return null
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  note(name, 'must be a whole number from 0')
  return null
}

function timeOf(time_ms: unknown): string | null {
  return typeof time_ms === 'number' ? isoTime(time_ms) : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

interface OldAttempt {
  readonly queued_at: string | null
  readonly started_at: string | null
  readonly ended: string | null
  readonly error_message: string | null
  readonly error_details: unknown
}

/** The attempts: ours unchanged, or the only attempt that the old system recorded. */
function attemptsOf(status: string, own: unknown, old: OldAttempt): readonly Partial<Attempt>[] {
  if (Array.isArray(own) && own.every(isObject)) return own
  if (status === 'scheduled' || old.queued_at === null) return []
  const outcome = status === 'completed' || status === 'failed' || status === 'cancelled' ? status : null
  const { error_message: message, error_details } = old
  const code = isObject(error_details) && typeof error_details['code'] === 'string' ? error_details['code'] : null
  return [
    {
      attempt: 1,
      queued_at: old.queued_at,
      started_at: old.started_at,
      ended_at: outcome === null ? null : old.ended,
      outcome,
      error: status === 'failed' && (message !== null || code !== null) ? { code, message } : null,
    },
  ]
}

type DistributionRow = RowOf<typeof DISTRIBUTIONS>

/** Columns that a later run does not change although the audience or the platform has changed. */
const FROM_OTHERS = [
  'audience_name',
  'platform_name',
  'platform_type',
  'total_records',
  'audience_snapshot',
] as const satisfies ColumnOf<typeof DISTRIBUTIONS>[]

async function complete(
  { user_id, row, current }: RowDraft<DistributionRow>,
  tools: CompletionTools,
): Promise<CompletedRow<DistributionRow>> {
  const remarks: string[] = []
  if (current && !isImported(current)) return { kind: 'row', row, remarks }
  const { audience_id, platform_id } = row
  const [audience, platform] = await Promise.all([
    tools.find(AUDIENCES, user_id, audience_id),
    tools.find(PLATFORMS, user_id, platform_id),
  ])
  if (!audience && !tools.isInSource('audiences', user_id, audience_id)) {
    remarks.push(`its audience ${audience_id} is not in the bucket: imported as history`)
  }
  if (!platform && !tools.isInSource('platforms', user_id, platform_id)) {
    remarks.push(`its platform ${platform_id} is not in the bucket: imported as history`)
  }
  const snapshot = audience && snapshotOf(audience)
  const is_whole = row.segments_distributed === null || isEmptyList(row.segments_distributed)
  const snapshot_cell = snapshot && toRow(DISTRIBUTIONS.columns, { audience_snapshot: snapshot })['audience_snapshot']
  const fits = snapshot_cell instanceof Uint8Array && JSON.stringify(snapshot).length <= SNAPSHOT_LENGTH_MAX
  const found: Pick<DistributionRow, (typeof FROM_OTHERS)[number]> = {
    audience_name: audience?.name ?? null,
    platform_name: platform?.name ?? null,
    platform_type: platform?.platform_type ?? null,
    total_records: is_whole ? (snapshot?.total_audience_size ?? null) : null,
    audience_snapshot: fits ? snapshot_cell : null,
  }
  const kept = Object.fromEntries(FROM_OTHERS.map((name) => [name, row[name] ?? current?.[name] ?? found[name]]))
  const completed = {
    ...row,
    ...(kept as typeof found),
    audience_id: audience?.audience_id ?? audience_id,
    platform_id: platform?.platform_id ?? platform_id,
  }
  return { kind: 'row', row: completed, remarks }
}

/** The limit that a new distribution has too. */
const SNAPSHOT_LENGTH_MAX = 160 * 1024

function isEmptyList(cell: Cell | undefined): boolean {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString() === '[]' : Array.isArray(cell) && cell.length === 0
}
