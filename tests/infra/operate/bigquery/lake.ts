import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { statement } from '#infra/operate/bigquery/statements.ts'
import { tableOf, type TableData } from '#infra/operate/bigquery/tables.ts'
import type { Gcs } from '#infra/stand-ins/gcs/server.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'

export const PROJECT = 'example-project'

/**
 * Where DuckDB is not BigQuery: everything that a shipped statement is changed by, or defined for, before DuckDB runs it.
 * Names are quoted otherwise; four functions of BigQuery are defined by what they do there.
 */
export function forDuckDb(sql: string): string {
  return sql.replaceAll(/`([^`]+)`/g, (_, name: string) => name.split('.').map(quoted).join('.'))
}

const BIGQUERY_FUNCTIONS = [
  'CREATE MACRO safe_convert_bytes_to_string(bytes) AS decode(bytes)',
  'CREATE SCHEMA safe',
  "CREATE MACRO safe.parse_json(text, wide_number_mode := 'exact') AS CASE WHEN json_valid(text) THEN text::JSON END",
  'CREATE MACRO to_json_string(value) AS to_json(value)::VARCHAR',
  // Another hash than BigQuery's, of as many bits less one.
  'CREATE MACRO farm_fingerprint(text) AS (hash(text) >> 1)::BIGINT',
]

/** What the types of BigQuery are called, in DuckDB. */
const TYPES: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  BOOL: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMPTZ',
  BYTES: 'BLOB',
  JSON: 'JSON',
}

export type Rows = Record<string, unknown>[]

/** One table of BigQuery over the bucket's folder as it lies: external table, view and native copy. */
export interface Lake {
  /** What Terraform does when a later release has more columns. */
  addColumns(newer: RecordKind): Promise<void>
  /** What a load job does: a table with what the external table shows. */
  load(table_id: string): Promise<number>
  /** Any statement as BigQuery would get it; a MERGE says what it did. */
  run(sql: string): Promise<Record<'INSERT' | 'UPDATE' | 'DELETE', number>>
  /** Rows of the view `*_live`. */
  live(where?: string): Promise<Rows>
  native(): Promise<Rows>
  /** Runs the MERGE, and says what it did to the native copy: rows inserted, updated, deleted. */
  copy(): Promise<Record<'INSERT' | 'UPDATE' | 'DELETE', number>>
}

/** DuckDB with the tables as Terraform declares them; gone when the test is. */
export async function lakeInTest(bucket_dir: string, kind: RecordKind): Promise<Lake> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  const query = (sql: string) => rowsOf(connection, sql)
  const lake = `${PROJECT}.activation_manager_lake.${kind.name}`
  const native = `${PROJECT}.activation_manager.${kind.name}_native`
  const view = `\`${PROJECT}.activation_manager.${kind.name}_live\``
  await query("SET TimeZone = 'UTC'")
  await query(`ATTACH ':memory:' AS ${quoted(PROJECT)}`)
  await query(`USE ${quoted(PROJECT)}`)
  for (const sql of BIGQUERY_FUNCTIONS) await query(sql)
  await query('CREATE SCHEMA activation_manager')
  await query('CREATE SCHEMA activation_manager_lake')
  await query(forDuckDb(`CREATE TABLE \`${native}\` (${tableOf(kind).native_columns.map(declared).join(', ')})`))

  const names = { lake, native }
  let declared_as: TableData
  // The folder as it is now, as BigQuery's metadata cache has it once it is refreshed.
  const refresh = () => openFolder(query, join(bucket_dir, kind.name), lake, declared_as)
  const declareAs = async (table: TableData) => {
    declared_as = table
    await refresh()
    await query(`CREATE OR REPLACE VIEW ${forDuckDb(view)} AS ${forDuckDb(await statement('live', table, names))}`)
  }
  await declareAs(tableOf(kind))
  const run: Lake['run'] = async (sql) => {
    // Beyond the statement only the question what it did.
    const changes = await query(`${forDuckDb(sql)} RETURNING merge_action`)
    const count = (action: string) => changes.filter(({ merge_action }) => merge_action === action).length
    return { INSERT: count('INSERT'), UPDATE: count('UPDATE'), DELETE: count('DELETE') }
  }
  return {
    async addColumns(newer) {
      const table = tableOf(newer)
      for (const column of table.native_columns) {
        await query(`ALTER TABLE ${forDuckDb(`\`${native}\``)} ADD COLUMN IF NOT EXISTS ${declared(column)}`)
      }
      await query(`DROP VIEW ${forDuckDb(`\`${lake}\``)}`)
      await declareAs(table)
    },
    live: (where = 'TRUE') => query(forDuckDb(`SELECT * FROM ${view} WHERE ${where}`)),
    native: () => query(forDuckDb(`SELECT * EXCLUDE (fingerprint) FROM \`${native}\``)),
    copy: async () => {
      await refresh()
      return run(await statement('copy', declared_as, names))
    },
    run,
    async load(table_id) {
      await refresh()
      const table = forDuckDb(`\`${PROJECT}.activation_manager_lake.${table_id}\``)
      await query(`CREATE OR REPLACE TABLE ${table} AS SELECT * FROM ${forDuckDb(`\`${lake}\``)}`)
      return Number((await query(`SELECT count(*) AS rows FROM ${table}`))[0]!['rows'])
    },
  }
}

/** Puts an object into the bucket of a function in test, whatever was there. */
export async function mustPutInto({ gcs }: { readonly gcs: Gcs }, name: string, bytes: Uint8Array): Promise<void> {
  const query = new URLSearchParams({ uploadType: 'media', name }).toString()
  const url = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?${query}`
  const response = await fetch(url, { method: 'POST', body: Buffer.from(bytes) })
  if (!response.ok) throw new Error(`not put: ${response.status} ${await response.text()}`)
}

/** The external table: declared columns alone, of their declared types, whichever of them an object has. */
async function openFolder(
  query: (sql: string) => Promise<Rows>,
  folder: string,
  lake: string,
  { lake_columns, partition_keys }: TableData,
): Promise<void> {
  const keys = [...partition_keys.matchAll(/\{(\w+):(\w+)\}/g)].map(([, name, type]) => ({
    name: name!,
    type: type === 'INTEGER' ? 'BIGINT' : 'VARCHAR',
  }))
  const columns = [
    ...lake_columns.map(({ name, type }) => (type === 'BYTES' ? `encode(${name}::VARCHAR) AS ${name}` : name)),
    ...keys.map(({ name }) => name),
  ]
  const declaration = [...lake_columns.map(declared), ...keys.map(({ name, type }) => `${name} ${type}`)].join(', ')
  await query('DROP TABLE IF EXISTS activation_manager_lake.declared')
  await query(`CREATE TABLE activation_manager_lake.declared (${declaration})`)
  const types = keys.map(({ name, type }) => `${name}: ${type}`).join(', ')
  const files = `read_parquet('${folder}/**/*.parquet', union_by_name = true, hive_partitioning = true, hive_types = {${types}})`
  const missing = await missingColumns(query, files, lake_columns)
  const objects = `SELECT ${columns.join(', ')} FROM (SELECT *${missing.map((name) => `, NULL AS ${name}`).join('')} FROM ${files})`
  const rows = `SELECT * FROM activation_manager_lake.declared UNION ALL BY NAME ${objects}`
  await query(`CREATE OR REPLACE VIEW ${forDuckDb(`\`${lake}\``)} AS ${rows}`)
}

/** Declared, and in no object: an older release wrote them all. */
async function missingColumns(
  query: (sql: string) => Promise<Rows>,
  files: string,
  declared_columns: readonly { name: string }[],
): Promise<string[]> {
  const there = new Set((await query(`DESCRIBE SELECT * FROM ${files}`)).map(({ column_name }) => column_name))
  return declared_columns.map(({ name }) => name).filter((name) => !there.has(name))
}

function declared({ name, type, mode }: { name: string; type: string; mode: string }): string {
  const duckdb_type = TYPES[type]
  if (duckdb_type === undefined) throw new Error(`which type of DuckDB is ${type}?`)
  return `${name} ${duckdb_type}${mode === 'REPEATED' ? '[]' : ''}`
}

function quoted(name: string): string {
  return `"${name}"`
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Rows> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson()
}
