import { DuckDBInstance } from '@duckdb/node-api'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { saved, type RunningAudiences } from './harness.ts'

/** Rows of a query over the bucket's folder as it lies. */
async function query({ bucket_dir }: RunningAudiences, sql: string): Promise<Record<string, unknown>[]> {
  const files = join(bucket_dir, 'audiences/**/*.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run(`CREATE VIEW audiences AS SELECT * FROM read_parquet('${files}', hive_partitioning = 1)`)
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

test('DuckDB reads the bucket as it lies: every column has its real type', async () => {
  const running = await audiencesInTest()
  await saved(running)
  const described = await query(running, 'SELECT column_name, column_type FROM (DESCRIBE audiences)')
  const types = Object.fromEntries(described.map((row) => [String(row['column_name']), row['column_type']]))
  expect(types).toMatchObject({
    audience_id: 'VARCHAR',
    created_at: 'TIMESTAMP WITH TIME ZONE',
    updated_at: 'TIMESTAMP WITH TIME ZONE',
    version: 'BIGINT',
    rev: 'BIGINT',
    deleted: 'BOOLEAN',
    client_id: 'VARCHAR',
    status: 'VARCHAR',
    data_type: 'VARCHAR',
    name: 'VARCHAR',
    description: 'VARCHAR',
    original_query: 'VARCHAR',
    total_audience_size: 'BIGINT',
    audience_size: 'BIGINT',
    selected_variables: 'VARCHAR[]',
    insights: 'VARCHAR[]',
    metadata: 'JSON',
    variable_details: 'JSON',
    segments: 'JSON',
    segment_count: 'BIGINT',
    user_id: 'VARCHAR',
  })
})

test('DuckDB reads right values: nulls, times in UTC, lists, JSON and what was deleted', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const full = await saved(running, { name: 'full 🎉', audience_size: 9007199254740991 })
  const empty = await running.call('POST', '/api/audiences', { name: 'empty' })
  const audience_id = newId('aud', Date.UTC(2024, 11, 31, 23, 59, 59, 999), systemRandom)
  await saved(running, { name: 'old', audience_id })
  await running.call('DELETE', `/api/audiences/${audience_id}`)
  const rows = await query(
    running,
    `SELECT name, user_id, year, month, total_audience_size, audience_size, deleted, version, status, data_type,
            selected_variables, len(insights) AS insights, segment_count,
            segments->0->>'name' AS segment, (segments->0->>'size')::BIGINT AS size, metadata->>'$.campaign_id' AS campaign,
            epoch_ms(created_at) AS created_ms
     FROM audiences ORDER BY created_at DESC, name DESC`,
  )
  const common = { user_id: 'demo_user', year: '2025', month: '05', deleted: false, version: '1', status: 'active' }
  const fields = {
    total_audience_size: '300000',
    data_type: 'first_party',
    selected_variables: ['ENV_AWARE', 'AGE_25_40'],
    insights: '0',
    segment_count: '2',
    segment: 'Urban greens',
    size: '125000',
    campaign: 'c1',
  }
  expect(rows.find(({ name }) => name === 'full 🎉')).toEqual({
    ...common,
    ...fields,
    name: 'full 🎉',
    audience_size: '9007199254740991',
    created_ms: String(Date.parse(full.created_at)),
  })
  expect(rows.find(({ name }) => name === 'empty')).toEqual({
    ...common,
    name: 'empty',
    total_audience_size: null,
    audience_size: null,
    data_type: null,
    selected_variables: [],
    insights: '0',
    segment_count: '0',
    segment: null,
    size: null,
    campaign: null,
    created_ms: String(Date.parse(empty.body.audience.created_at)),
  })
  expect(rows.at(-1)).toEqual({
    ...common,
    ...fields,
    name: 'old',
    year: '2024',
    month: '12',
    audience_size: null,
    deleted: true,
    version: '2',
    created_ms: String(Date.UTC(2024, 11, 31, 23, 59, 59, 999)),
  })
  expect(rows).toHaveLength(3)
})

test('DuckDB decodes user ids from the folders and keeps users apart by them', async () => {
  const running = await audiencesInTest()
  const users = ['plain', 'a/b', 'a%2Fb', '..', '*', '🎉', 'ä ö', "o'neil", 'x=y', '{z}', 'alias:sub'.replace(':', ';')]
  for (const user of users) await saved(running.as(user), { name: user })
  const rows = await query(running, 'SELECT user_id, name FROM audiences')
  expect(rows.map((row) => String(row['user_id'])).toSorted()).toEqual(users.toSorted())
  for (const { user_id, name } of rows) expect(user_id).toBe(name)
})

longTest('filters of DuckDB find every row, also by statistics, after many commits and merges', async () => {
  const running = await audiencesInTest()
  for (let i = 0; i < 12; i++) {
    await Promise.all(Array.from({ length: 60 }, (_, j) => saved(running, { name: `n${i * 60 + j}` })))
  }
  const all = (await running.call('GET', '/api/audiences?limit=200')).body.audiences
  for (const { audience_id, created_at, name } of [all[0]!, all[57]!, all[199]!]) {
    const by_id = await query(running, `SELECT name FROM audiences WHERE audience_id = '${audience_id}'`)
    expect(by_id).toEqual([{ name }])
    const by_time = await query(running, `SELECT name FROM audiences WHERE created_at = TIMESTAMPTZ '${created_at}'`)
    expect(by_time).toContainEqual({ name })
  }
  const [counts] = await query(
    running,
    "SELECT count(*) AS rows, count(DISTINCT audience_id) AS ids, count(*) FILTER (status = 'active') AS active FROM audiences",
  )
  expect(counts).toEqual({ rows: '720', ids: '720', active: '720' })
})

test('an object that holds reserved keys and no record reads as no rows', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-06-01T00:00:30Z') })
  await running.call('POST', '/api/audiences', { name: 'first of June' }, { 'idempotency-key': 'k' })
  const files = await readdir(join(running.bucket_dir, 'audiences'), { recursive: true })
  const objects = files.filter((file) => file.endsWith('.parquet')).map((file) => basename(file))
  expect(objects.toSorted()).toEqual(['audiences_202505.parquet', 'audiences_202506.parquet'])
  expect(await query(running, 'SELECT month, name FROM audiences')).toEqual([{ month: '06', name: 'first of June' }])
})
