import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { recordsOf } from '#infra/operate/import/newest-copies.ts'
import { readParquet } from '#infra/operate/import/readers/parquet.ts'
import { ImportReport } from '#infra/operate/import/report.ts'
import type { SourceRecord } from '#infra/operate/import/source-record.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { bench, expectCounts } from './import-fixture.ts'

/** Small files after public bug reports of pandas, BigQuery and hand-written Parquet. */
const PARQUET = resolve(import.meta.dirname, '../../../fixtures/parquet')
const fixture = (name: string) => join(PARQUET, name, 'audiences_202505.parquet')

let duckdb: DuckDBConnection
let files = 0

beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
})
afterAll(() => duckdb.closeSync())

/** A Parquet file with the rows of a query. */
async function written(query: string): Promise<string> {
  const path = join(await temporaryFolder(), `${files++}.parquet`)
  await duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`)
  return path
}

/** What an import makes of a file's rows, before it stores them. */
async function read(path: string): Promise<{ records: SourceRecord[]; report: ImportReport }> {
  const report = new ImportReport({ id: '', mode: 'import', from: path, target: '', started_at: '' })
  const file = {
    path,
    name: 'a.parquet',
    kind: AUDIENCES_IMPORT,
    read: readParquet,
    folder_user: undefined,
    month: undefined,
  }
  const options = { user_id: undefined, now_ms: Date.UTC(2025, 11, 1) }
  const records: SourceRecord[] = []
  for await (const { record } of recordsOf(file, options, report)) records.push(record)
  return { records, report }
}

/** The metadata of each row of a query. */
async function metadataOf(query: string): Promise<unknown[]> {
  const { records, report } = await read(await written(query))
  expect(report.refused_rows).toEqual([])
  return records.map(({ fields }) => fields['metadata'])
}

/** Columns that every row needs, for a query. */
const row = (id: string) => `'${id}' AS audience_id, 'u1' AS user_id, '2025-05-01' AS created_at`

test('a dictionary that pandas wrote as a struct has only the members of its own row', async () => {
  const { records } = await read(fixture('struct_union'))
  expect(records.map(({ fields }) => [fields['metadata'], fields['segments']])).toEqual([
    [{ tags: ['spring'], campaign_id: 'c1' }, [{ segment_id: 0, name: 'A', size: 10, characteristics: { age: '25' } }]],
    [{ owner: 'kim' }, [{ segment_id: 1, name: 'B', size: 20, characteristics: { income: 'high' } }]],
    [{}, []],
  ])
})

test('a row of a struct with hundreds of members is as large as what it says', async () => {
  const name = 'n'.repeat(200)
  const members = Array.from({ length: 400 }, (_, at) => `'${name}${at}': CASE WHEN i = ${at % 40} THEN ${at} END`)
  const found = await metadataOf(
    `SELECT 'aud-' || i AS audience_id, 'u1' AS user_id, '2025-05-01' AS created_at, 'x' AS name, {${members.join()}} AS metadata FROM range(40) t(i)`,
  )
  expect(found.map((metadata) => Object.keys(metadata as object).length)).toEqual(Array(40).fill(10))
})

test('no tags are no tags: as a null of JSON, of a map and of a struct', async () => {
  const found = [
    ...(await metadataOf(`SELECT ${row('aud-1')}, 'x' AS name, '{"tags": null, "a": null}' AS metadata`)),
    ...(await metadataOf(`SELECT ${row('aud-1')}, 'x' AS name, MAP {'tags': NULL::VARCHAR[]} AS metadata`)),
    ...(await metadataOf(`SELECT ${row('aud-1')}, 'x' AS name, {'tags': NULL::VARCHAR[], 'a': 1} AS metadata`)),
  ]
  expect(found).toEqual([{ tags: null, a: null }, { tags: null }, { a: 1 }])
})

test('maps, lists of structs and structs in structs are objects and lists', async () => {
  const found = await metadataOf(`SELECT ${row('aud-1')}, 'x' AS name,
    {'geo': {'city': 'Zürich', 'zip': NULL::INT}, 'none': NULL::STRUCT(a INT), 'empty': []::INT[],
     'by_day': MAP {'mo': 1, 'tu': NULL}, 'by_id': MAP {23842587529640369: 1}, 'steps': [{'n': 1, 'm': NULL::INT}, NULL]} AS metadata`)
  expect(found).toEqual([
    {
      geo: { city: 'Zürich' },
      empty: [],
      by_day: { mo: 1, tu: null },
      by_id: { '23842587529640369': 1 },
      steps: [{ n: 1 }, null],
    },
  ])
})

test('a column, member or key called __proto__ is refused by name, and constructor is a name as any other', async () => {
  const of = (columns: string) => `SELECT ${row('aud-1')}, 'x' AS name, ${columns}`
  for (const columns of [
    `{'__proto__': 1, 'b': 2} AS metadata`,
    `MAP {'__proto__': 1} AS metadata`,
    `'{"a": {"__proto__": 1}}' AS metadata`,
    `[{'segment_id': 1, 'characteristics': {'__proto__': 1}}] AS segments`,
    `1 AS "__proto__"`,
    `[{'__proto__': 1}] AS other`,
  ]) {
    const { records, report } = await read(await written(of(columns)))
    expect([columns, records, report.refused_rows]).toEqual([
      columns,
      [],
      [expect.objectContaining({ row: 1, reason: expect.stringContaining('__proto__') as string })],
    ])
  }
  expect(await metadataOf(of(`{'constructor': 1, 'prototype': {'toString': 'x'}} AS metadata`))).toEqual([
    { constructor: 1, prototype: { toString: 'x' } },
  ])
})

test('every whole size of BigQuery is exact', async () => {
  const { records } = await read(fixture('bigquery_numeric'))
  expect(records).toHaveLength(10)
  for (const { fields } of records) expect(fields['name']).toBe(`size ${String(fields['total_audience_size'])}`)
})

test('a decimal is whole, the nearest fraction, or its digits, as its field has it', async () => {
  const { records, report } = await read(
    await written(`SELECT 23842587529640369::DECIMAL(38,9) AS audience_id, 1003::DECIMAL(20,0) AS user_id,
    0.12345678901234567891::DECIMAL(38,20) AS name, 1250000::DECIMAL(38,9) AS total_audience_size, '2025-05-01' AS created_at,
    0.57::DECIMAL(38,9) AS rate, 0.12345678901234567891::DECIMAL(38,20) AS long_rate, -0.07::DECIMAL(9,2) AS change,
    23842587529640370::DECIMAL(38,9) AS campaign_id,
    [{'segment_id': 7::DECIMAL(10,0), 'size': 15::DECIMAL(38,9), 'size_percentage': 12.345::DECIMAL(9,3)}] AS segments`),
  )
  expect(records).toMatchObject([
    {
      id: '23842587529640369',
      user_id: '1003',
      fields: {
        name: '0.12345678901234567891',
        total_audience_size: 1_250_000,
        segments: [{ segment_id: 7, size: 15, size_percentage: 12.345 }],
        metadata: {
          imported_fields: {
            rate: 0.57,
            long_rate: Number('0.12345678901234567891'),
            change: -0.07,
            campaign_id: '23842587529640370',
          },
        },
      },
    },
  ])
  expect(report.changed_values).toMatchObject([{ field: 'campaign_id', rows: 1 }])
})

test('a decimal with a fraction is no size', async () => {
  const { report } = await read(
    await written(`SELECT ${row('aud-1')}, 'x' AS name, 15.5::DECIMAL(38,9) AS total_audience_size`),
  )
  expect(report.refused_rows).toMatchObject([{ row: 1, reason: 'total_audience_size must be an integer' }])
})

test('neighbouring integers of 64 bits stay apart, as ids, users, texts and in free JSON', async () => {
  const ids = [23842587529640369n, 23842587529640370n, 23842587529640371n]
  const rows = ids.map(
    (id) => `SELECT ${id} AS audience_id, ${id} AS name, ${id} AS user_id, '2025-05-01' AS created_at,
      {'campaign': ${id}} AS metadata, [${id}] AS selected_variables, 7.0::DOUBLE AS total_audience_size, -0.0::DOUBLE AS score`,
  )
  const { records } = await read(await written(rows.join(' UNION ALL ')))
  const texts = ids.map(String)
  expect(records.map(({ id }) => id)).toEqual(texts)
  expect(records.map(({ user_id }) => user_id)).toEqual(texts)
  const of = (name: string) => records.map(({ fields }) => fields[name])
  expect(of('name')).toEqual(texts)
  expect(of('selected_variables')).toEqual(texts.map((id) => [id]))
  expect(of('metadata')).toEqual(texts.map((id) => ({ campaign: id, imported_fields: { score: 0 } })))
  expect(of('total_audience_size')).toEqual([7, 7, 7])
})

test('doubles that lost their last digits are no ids, users and texts, and no sizes', async () => {
  const lost = '23842587529640369::DOUBLE'
  const rows = [
    `SELECT ${lost} AS audience_id, 1003::DOUBLE AS user_id, 7::DOUBLE AS name, 5::DOUBLE AS total_audience_size, '2025-05-01' AS created_at`,
    `SELECT 1, ${lost}, 7, 5, '2025-05-01'`,
    `SELECT 1, 1003, ${lost}, 5, '2025-05-01'`,
    `SELECT 1, 1003, 7, ${lost}, '2025-05-01'`,
    `SELECT 1004, 1003, 7, 5, '2025-05-01'`,
  ]
  const { records, report } = await read(await written(rows.join(' UNION ALL ')))
  expect(records).toMatchObject([{ id: '1004', user_id: '1003', fields: { name: '7', total_audience_size: 5 } }])
  expect(report.refused_rows.map(({ reason }) => reason.split(' ')[0])).toEqual([
    'audience_id',
    'user_id',
    'name',
    'total_audience_size',
  ])
})

test('large integers in floats of 32 bits are numbers, and no ids, users and texts', async () => {
  const lost = '16777218::FLOAT'
  const rows = [
    `SELECT ${lost} AS audience_id, 1003::FLOAT AS user_id, 7::FLOAT AS name, ${lost} AS total_audience_size, '2025-05-01' AS created_at, ${lost} AS reach`,
    `SELECT 1, ${lost}, 7, 5, '2025-05-01', 1`,
    `SELECT 1, 1003, ${lost}, 5, '2025-05-01', 1`,
    `SELECT 1004, 1003, 7, ${lost}, '2025-05-01', ${lost}`,
  ]
  const { records, report } = await read(await written(rows.join(' UNION ALL ')))
  expect(records).toMatchObject([
    {
      id: '1004',
      user_id: '1003',
      fields: { total_audience_size: 16_777_218, metadata: { imported_fields: { reach: 16_777_218 } } },
    },
  ])
  expect(report.refused_rows.map(({ reason }) => reason.split(' ')[0])).toEqual(['audience_id', 'user_id', 'name'])
})

test('text that is not UTF-8 is refused with its column and row, so that no two users become one', async () => {
  const { records, report } = await read(fixture('users_cp1252'))
  expect(records).toEqual([])
  expect(report.refused_rows).toEqual([
    { file: 'a.parquet', row: 1, reason: 'user_id is not UTF-8: write the text as UTF-8' },
    { file: 'a.parquet', row: 2, reason: 'user_id is not UTF-8: write the text as UTF-8' },
  ])
})

test('text that begins with U+FEFF keeps it in the bucket, and a user is another without it', async () => {
  const { run, records } = await bench()
  const from = await written(`SELECT 'aud-1' AS audience_id, '\uFEFFann' AS user_id, '\uFEFFName' AS name,
    '2025-05-01' AS created_at, ['\uFEFFa'] AS selected_variables, {'key': '\uFEFFvalue'} AS metadata`)
  expectCounts(await run({ from }), { written: 1 })
  expect(await records('\uFEFFann')).toMatchObject({
    'aud-1': { name: '\uFEFFName', selected_variables: ['\uFEFFa'], metadata: { key: '\uFEFFvalue' } },
  })
  expect(await records('ann')).toEqual({})
})
