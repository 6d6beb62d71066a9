import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { importPlan } from '#functions/web/app/audiences/import/import-plan.ts'
import { systemClock } from '#shared/base/clock.ts'
import { readAudienceFile } from '#functions/web/app/audiences/import/read-file.ts'
import { exportedParquet } from '#functions/web/app/audiences/parquet-export.ts'
import { encodeRowGroup } from '#shared/parquet/row-group.ts'
import { streamFile } from '#shared/parquet/file.ts'
import { parquetSchemaOf } from '#shared/parquet/schema.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { shownAudience } from './audience-fixture.ts'

let folder: string
let duckdb: DuckDBConnection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audience-parquet-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  duckdb = await instance.connect()
})

afterAll(async () => {
  duckdb.closeSync()
  await rm(folder, { recursive: true, force: true })
})

async function planOf(bytes: Uint8Array) {
  const { rows } = await readAudienceFile('a.parquet', new Uint8Array(bytes), systemClock)
  return importPlan(rows, { get: () => undefined, all: [] })
}

/** What DuckDB writes of a query. */
async function written(sql: string, options = ''): Promise<Uint8Array> {
  const path = join(folder, 'written.parquet')
  await duckdb.run(`COPY (${sql}) TO '${path}' (FORMAT parquet${options})`)
  return await readFile(path)
}

const HARD = [
  shownAudience(1, {
    name: 'מטיילים <b>"quoted"</b>\n',
    description: '',
    original_query: null,
    total_audience_size: 9_007_199_254_740_991,
    selected_variables: ['a,b', 'NaN'],
    metadata: { tags: ['שלום'], deep: { list: [1, null], '': 'empty' } },
    segments: [
      {
        segment_id: 'x',
        name: '\u{1f600}',
        size: null,
        size_percentage: 12.5,
        characteristics: { a: 1 },
        prizm_segments: ['1'],
      },
    ],
  }).record,
  shownAudience(2, { name: 'Second', status: 'archived', total_audience_size: null }).record,
]

test('audiences exported as Parquet are read by DuckDB: every column, with its type', async () => {
  const path = join(folder, 'exported.parquet')
  await writeFile(path, exportedParquet(HARD))
  const reader = await duckdb.runAndReadAll(
    `SELECT audience_id, name, description, original_query, total_audience_size, selected_variables, created_at::VARCHAR AS at,
     metadata->>'$.tags[0]' AS tag, segments->'$[0].size_percentage' AS share, deleted, version, typeof(metadata) AS json
     FROM read_parquet('${path}') ORDER BY audience_id`,
  )
  expect(reader.getRowObjectsJson()).toMatchObject([
    {
      audience_id: HARD[0]!.audience_id,
      name: HARD[0]!.name,
      description: '',
      original_query: null,
      total_audience_size: '9007199254740991',
      selected_variables: ['a,b', 'NaN'],
      at: '2026-11-02 08:00:00+00',
      tag: 'שלום',
      share: '12.5',
      deleted: false,
      version: '1',
      json: 'JSON',
    },
    { name: 'Second', total_audience_size: null, selected_variables: [] },
  ])
})

test('audiences exported as Parquet are taken in as they were', async () => {
  const { rows, ignored } = await planOf(exportedParquet(HARD))
  expect(ignored).toEqual([])
  for (const [at, row] of rows.entries()) {
    const record: Readonly<Record<string, unknown>> = HARD[at]!
    expect(row).toMatchObject({ does: 'make', id: record['audience_id'] })
    const said = row.does === 'make' ? row.value : {}
    const fields = Object.keys(AUDIENCES.fields.shape)
    expect({ ...AUDIENCES.defaults, ...said }).toEqual(Object.fromEntries(fields.map((name) => [name, record[name]])))
  }
})

test('the service’s own Parquet, which is compressed with zstd, is taken in', async () => {
  const schema = parquetSchemaOf([
    { name: 'name', type: 'string' },
    { name: 'total_audience_size', type: 'int64' },
    { name: 'metadata', type: 'json' },
  ])
  const names = Array.from({ length: 300 }, (_, at) => `Audience of the service ${at}`)
  const group = encodeRowGroup(
    schema,
    new Map<string, unknown[]>([
      ['name', names],
      ['total_audience_size', names.map((_, at) => BigInt(at))],
      ['metadata', names.map((_, at) => Buffer.from(JSON.stringify({ tags: [`tag ${at}`] })))],
    ]),
    { statistics: new Set() },
  )
  async function* groups() {
    yield await Promise.resolve(group)
  }
  const pieces: Uint8Array[] = []
  for await (const piece of streamFile(schema, groups())) pieces.push(piece)
  const { rows } = await planOf(Buffer.concat(pieces))
  expect(rows).toHaveLength(300)
  expect(rows[7]).toMatchObject({
    does: 'make',
    value: { name: 'Audience of the service 7', total_audience_size: 7, metadata: { tags: ['tag 7'] } },
  })
})

test('a table of DuckDB or pandas is taken in by its columns: lists, JSON as text, sizes that are not known', async () => {
  const sql = `SELECT * FROM (VALUES
    ('Hikers', 1204::BIGINT, ['outdoor', 'trail'], '{"tags":["spring"]}', DATE '2026-01-02'),
    ('Unknown', NULL, [], NULL, NULL),
    (NULL, -1, NULL, '{}', NULL)) AS t(name, total_audience_size, selected_variables, metadata, mood)`
  const { rows, ignored } = await planOf(await written(sql))
  expect(rows).toMatchObject([
    {
      does: 'make',
      value: {
        name: 'Hikers',
        total_audience_size: 1204,
        selected_variables: ['outdoor', 'trail'],
        metadata: { tags: ['spring'] },
      },
    },
    { does: 'make', value: { name: 'Unknown' } },
    { does: 'refuse' },
  ])
  expect(ignored).toEqual(['mood'])
  const doubles = await planOf(
    await written("SELECT 'Pandas' AS name, 'NaN'::DOUBLE AS total_audience_size", ', CODEC zstd'),
  )
  expect(doubles.rows).toMatchObject([{ does: 'make', value: { name: 'Pandas' } }])
})

test.each([
  ['a compression that it cannot read', "SELECT 'x' AS name", ', CODEC gzip', 'snappy or zstd'],
  ['no column of names', 'SELECT 1 AS a', '', 'no column “name”'],
])('a Parquet file with %s says so', async (_, sql, options, words) => {
  await expect(planOf(await written(sql, options))).rejects.toThrow(words)
})

test('a Parquet file that is cut off is not taken for an empty one', async () => {
  const whole = exportedParquet(HARD)
  await expect(planOf(whole.subarray(0, whole.length - 9))).rejects.toThrow('cut off or damaged')
})
