import { AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'

/**
 * The tables of BigQuery, derived from the record kinds. Terraform reads them as `terraform/tables.json`
 * (`npm run generate`), the one-off load from here.
 */
export const KINDS: readonly RecordKind[] = [AUDIENCES, PLATFORMS, DISTRIBUTIONS]

interface Field {
  readonly name: string
  readonly type: string
  readonly mode: 'NULLABLE' | 'REPEATED'
}

export interface TableData {
  /** The partition folders in object names, in the notation of BigQuery's CUSTOM partitioning. */
  readonly partition_keys: string
  readonly require_partition_filter: boolean
  /** Columns of the objects as BigQuery reads them, without the partition keys. */
  readonly lake_columns: readonly Field[]
  readonly native_columns: readonly Field[]
  /** Values for the templates in `terraform/sql`, besides the names of tables. */
  readonly statement: Readonly<Record<string, string>>
}

const BIGQUERY_TYPES: Readonly<Record<ColumnType, Omit<Field, 'name'>>> = {
  string: { type: 'STRING', mode: 'NULLABLE' },
  int64: { type: 'INT64', mode: 'NULLABLE' },
  double: { type: 'FLOAT64', mode: 'NULLABLE' },
  boolean: { type: 'BOOL', mode: 'NULLABLE' },
  timestamp: { type: 'TIMESTAMP', mode: 'NULLABLE' },
  string_list: { type: 'STRING', mode: 'REPEATED' },
  json: { type: 'JSON', mode: 'NULLABLE' },
}

/** BigQuery cannot read a Parquet column as JSON: it reads bytes, and the statements parse them. */
const LAKE_TYPES = { ...BIGQUERY_TYPES, json: { type: 'BYTES', mode: 'NULLABLE' } } as const

/** What records were before: in the lake table, for those who ask for it there; in no view and no copy. */
const HISTORY_COLUMN = 'history'

/** The view of credentials has their last characters: only their owner may see it, not readers of all users' records. */
const NOT_ANALYSED: readonly string[] = ['credentials']

export function tableOf({ id_column, partitioned_by, columns, hidden_columns }: RecordKind): TableData {
  const is_monthly = partitioned_by === 'month'
  const read = columns.filter(({ name }) => !hidden_columns.includes(name) && !NOT_ANALYSED.includes(name))
  const past = columns.filter(({ name }) => name === HISTORY_COLUMN)
  const shown = read.filter(({ name }) => name !== 'deleted')
  const names = shown.map(({ name }) => name)
  return {
    partition_keys: is_monthly ? '{user_id:STRING}/{year:INTEGER}/{month:STRING}' : '{user_id:STRING}',
    // Prevents scans of years by mistake. A user has few platforms, in one object.
    require_partition_filter: is_monthly,
    lake_columns: [...read, ...past].map(({ name, type }) => ({ name, ...LAKE_TYPES[type] })),
    native_columns: [
      { name: 'user_id', ...BIGQUERY_TYPES.string },
      ...shown.map(({ name, type }) => ({ name, ...BIGQUERY_TYPES[type] })),
      { name: 'fingerprint', ...BIGQUERY_TYPES.int64 },
    ],
    statement: {
      id_column,
      columns: names.join(', '),
      shown: shown.map(({ name, type }) => (type === 'json' ? `${parsed(name)} AS ${name}` : name)).join(', '),
      // The partition folders of a record.
      folders: is_monthly ? 'user_id, year, month' : 'user_id',
      every_month: is_monthly ? 'year >= 1970' : 'TRUE',
      assignments: [...names, 'fingerprint'].map((name) => `${name} = live.${name}`).join(', '),
    },
  }
}

/** JSON that BigQuery cannot represent becomes null, because one record must not fail a statement over all records. */
function parsed(name: string): string {
  return `SAFE.PARSE_JSON(SAFE_CONVERT_BYTES_TO_STRING(${name}), wide_number_mode => 'round')`
}
