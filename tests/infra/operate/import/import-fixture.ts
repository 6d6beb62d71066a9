/** An import into a stand-in of its own, through the real client, and what is in the bucket afterwards. */
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'vitest'
import type { Gcs } from '#infra/stand-ins/gcs/server.ts'
import type { ImportReport } from '#infra/operate/import/report.ts'
import { runImport, storeReport, type ImportRequest, type ImportTools } from '#infra/operate/import/run.ts'
import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { credentialVault } from '#shared/credentials/vault.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { presentRecord } from '#shared/records/decisions.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import type { Kms } from '#infra/stand-ins/kms/server.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import { BUCKET, start, temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { start as startKms } from '../../stand-ins/kms/kms-fixture.ts'
import { batchesOf } from '#tests/table/pages.ts'
import { WRITER } from '#tests/table/notes.ts'

export const LEGACY = resolve(import.meta.dirname, '../../../fixtures/legacy')
export const PERSISTENCE = join(LEGACY, 'persistence')
export const MAIN = resolve(import.meta.dirname, '../../../../infra/operate/import/main.ts')

/** Pauses between attempts are skipped, so that a store that is away is away at once. Limits have a signal. */
const hurriedClock: Clock = {
  ...systemClock,
  sleep: (duration_ms, signal) => systemClock.sleep(signal ? duration_ms : 0, signal),
}

export interface Bench {
  readonly gcs: Gcs
  readonly kms: Kms
  readonly store: ObjectStore
  readonly tools: ImportTools
  readonly run: (request: Partial<ImportRequest> & { from: string }) => Promise<ImportReport>
  /** As a function of its own sees the bucket, with nothing cached. */
  readonly table: () => Table<AudienceRow>
  /** Every record of a user, deleted ones too, by id, as answers show it. */
  readonly records: (user_id: string) => Promise<Record<string, Record<string, unknown>>>
  readonly mutate: (
    user_id: string,
    id: string,
    change: (row: AudienceRow | undefined) => AudienceRow,
  ) => Promise<Outcome>
}

export async function bench(): Promise<Bench> {
  const gcs = await start()
  const kms = await startKms()
  const keys = cloudKms({ key_name: kms.key_name, api_endpoint: kms.url, clock: systemClock, random: systemRandom })
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock })
  const tools: ImportTools = {
    store,
    label: BUCKET,
    bucket: BUCKET,
    vault: credentialVault({ keys, random: systemRandom }),
    clock: hurriedClock,
    random: systemRandom,
    progress: { line: () => {}, step: () => {} },
    cache_bytes_max: 64 * 1024 * 1024,
  }
  const table = () => tableOn(store, AUDIENCES)
  return {
    gcs,
    kms,
    store,
    tools,
    table,
    run: async (request) => {
      const report = await runImport({ mode: 'import', user_id: undefined, ...request }, tools)
      if (report.mode === 'import') await storeReport(report, tools)
      return report
    },
    records: (user_id) => recordsIn(table(), user_id, AUDIENCES),
    mutate: (user_id, id, change) =>
      table().mutate(user_id, {
        id,
        writer: WRITER,
        size_bytes: 0,
        decide: (row) => ({ kind: 'write', row: change(row), status: 200 }),
      }),
  }
}

export function tableOn<R extends Row>(store: ObjectStore, kind: TableSchema<R>): Table<R> {
  return new Table(kind, {
    store,
    clock: systemClock,
    random: systemRandom,
    events: { committed: () => {}, corrupt: () => {}, storeFailed: () => {}, nearLimit: () => {} },
    cache_bytes_max: 64 * 1024 * 1024,
  })
}

export async function recordsIn<K extends RecordKind>(
  table: Table<RowOf<K>>,
  user_id: string,
  kind: K,
): Promise<Record<string, Record<string, unknown>>> {
  const records: Record<string, Record<string, unknown>> = {}
  for await (const lot of batchesOf(table, user_id)) {
    for (const row of lot) records[String(row[kind.id_column])] = presentRecord(kind, user_id, row)
  }
  return records
}

/** A folder with these files: text as it is, anything else as JSON. */
export async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    const is_raw = typeof content === 'string' || content instanceof Uint8Array
    await writeFile(path, is_raw ? content : JSON.stringify(content))
  }
  return folder
}

/** A Parquet file that DuckDB writes. */
export async function parquetOf(query: string, options = 'COMPRESSION snappy'): Promise<string> {
  const path = join(await temporaryFolder(), 'audiences.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ${options})`)
  connection.closeSync()
  return path
}

/** The least that a row needs. */
export function audience(id: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const times = { created_at: '2025-05-28T12:00:00Z', updated_at: '2025-05-28T12:00:00Z' }
  return { audience_id: id, user_id: 'u1', name: 'Audience', ...times, ...more }
}

export function expectCounts(report: ImportReport, counts: Partial<ImportReport['counts']>): void {
  const none = { written: 0, merged: 0, unchanged: 0, kept: 0, refused: 0, missing: 0, different: 0 }
  const { files: _, read: __, ...found } = report.counts
  expect(found, `counts of ${report.toJson('')}`).toEqual({ ...none, ...counts })
  const rows = Object.values(found).reduce((sum, count) => sum + count, 0)
  expect(report.counts.read, 'every row that was read is accounted for').toBe(rows)
}
