import { AUDIENCES } from '#shared/records/audience.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'

/**
 * The tables of BigQuery, made of the record kinds. Terraform reads them as `terraform/tables.json`
 * (`npm run generate`), the one-off load from here.
 */
export const KINDS: readonly RecordKind[] = [AUDIENCES, PLATFORMS, DISTRIBUTIONS]

interface Field {
  readonly name: string
  readonly type: string
  readonly mode: 'NULLABLE' | 'REPEATED'
}

export interface TableData {
  /** What follows the folder of the table in the names of its objects, as BigQuery's CUSTOM partitioning says it. */
  readonly partition_keys: string
  readonly require_partition_filter: boolean
  /** Of the objects as BigQuery reads them, without the partition keys. */
  readonly lake_columns: readonly Field[]
  readonly native_columns: readonly Field[]
  /** What `terraform/sql` is filled with, besides the names of tables. */
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

/** BigQuery reads no Parquet column as JSON: what Parquet calls JSON arrives as bytes, and statements parse it. */
const LAKE_TYPES = { ...BIGQUERY_TYPES, json: { type: 'BYTES', mode: 'NULLABLE' } } as const

/** Which credentials a platform has, and the ends of them: for whose they are, and for nobody who reads all users' records. */
const NOT_ANALYSED: readonly string[] = ['credentials']

export function tableOf({ id_column, partitioned_by, columns, hidden_columns }: RecordKind): TableData {
  const is_monthly = partitioned_by === 'month'
  const read = columns.filter(({ name }) => !hidden_columns.includes(name) && !NOT_ANALYSED.includes(name))
  const shown = read.filter(({ name }) => name !== 'deleted')
  const names = shown.map(({ name }) => name)
  return {
    partition_keys: is_monthly ? '{user_id:STRING}/{year:INTEGER}/{month:STRING}' : '{user_id:STRING}',
    // Nobody scans years by mistake; a user has few platforms, in one object.
    require_partition_filter: is_monthly,
    lake_columns: read.map(({ name, type }) => ({ name, ...LAKE_TYPES[type] })),
    native_columns: [
      { name: 'user_id', ...BIGQUERY_TYPES.string },
      ...shown.map(({ name, type }) => ({ name, ...BIGQUERY_TYPES[type] })),
      { name: 'fingerprint', ...BIGQUERY_TYPES.int64 },
    ],
    statement: {
      id_column,
      columns: names.join(', '),
      shown: shown.map(({ name, type }) => (type === 'json' ? `${parsed(name)} AS ${name}` : name)).join(', '),
      // Of the folders that a record lies in.
      folders: is_monthly ? 'user_id, year, month' : 'user_id',
      every_month: is_monthly ? 'year >= 1970' : 'TRUE',
      assignments: [...names, 'fingerprint'].map((name) => `${name} = live.${name}`).join(', '),
    },
  }
}

/** JSON that BigQuery cannot represent is null: no record may fail a statement over all of them. */
function parsed(name: string): string {
  return `SAFE.PARSE_JSON(SAFE_CONVERT_BYTES_TO_STRING(${name}), wide_number_mode => 'round')`
}
