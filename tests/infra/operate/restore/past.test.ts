import { DuckDBInstance } from '@duckdb/node-api'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { DEMO } from '#tests/functions/distributions/harness.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { maintained, MAY } from '#tests/functions/maintenance/harness.ts'
import { restoringOn } from './restoring.ts'

const PATH = '/api/audiences'
const PHONE = 'cli_01h455vb4pex5vsknk084sn02a'
const LAPTOP = 'cli_01h455vb4pex5vsknk084sn02b'
const HISTORY_SQL = new URL('../../../../infra/docs/guides/history.sql', import.meta.url)

/** Rows of a query over the audiences of the bucket as they lie, with the guide's view and macro. */
async function duckdb(bucket_dir: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const files = join(bucket_dir, 'audiences/**/*.parquet')
    await connection.run(
      `CREATE VIEW records AS SELECT *, audience_id AS id FROM read_parquet('${files}', hive_partitioning = 1)`,
    )
    await connection.run(await readFile(HISTORY_SQL, 'utf8'))
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

test('who wrote an audience, and what it was before, is the same list in the API and in DuckDB', async () => {
  const world = await maintained()
  const { audiences } = world.running
  const { audience_id } = await saved(audiences, { name: 'as saved', description: 'first' })
  const path = `${PATH}/${audience_id}`
  const edit = (name: string, client_id: string) => audiences.call('PATCH', path, { name }, { 'client-id': client_id })
  expect((await edit('by phone', PHONE)).body.audience).toMatchObject({ client_id: PHONE, updated_by: DEMO })
  expect((await edit('by laptop', LAPTOP)).body.audience).toMatchObject({ client_id: LAPTOP, version: 3 })
  const good = await restoringOn(world.running.gcs).liveOf('audiences/')

  world.clock.set(MAY)
  expect((await world.call('retention')).body).toMatchObject({ archived: 1 })
  const selection = { object: good.name }
  const restored = await restoringOn(world.running.gcs).run({ selection, source: { generation: good.generation } })
  expect(restored.code).toBe(0)

  const at_2 = await audiences.call('GET', `${path}/versions/2`)
  expect(at_2.body).toMatchObject({ audience: { name: 'by phone', version: 2, client_id: PHONE }, restorable: true })
  const back = await audiences.call('POST', `${path}/versions/2/restore`, undefined, { 'if-match': '"5"' })
  expect(back.body.audience).toMatchObject({ name: 'by phone', status: 'active', version: 6, updated_by: DEMO })

  const { body } = await audiences.call('GET', `${path}/versions`)
  const { versions } = body
  expect(versions.map(({ version, by, via, client_id, changed }) => [version, by, via, client_id, changed])).toEqual([
    [6, DEMO, 'api', null, ['name']],
    [5, null, 'restore', 'restore', ['status']],
    [4, null, 'retention', 'retention', ['status']],
    [3, DEMO, 'api', LAPTOP, ['name']],
    [2, DEMO, 'api', PHONE, ['name']],
    [1, DEMO, 'api', null, []],
  ])
  const columns = 'version::INT AS version, changed_by AS "by", via, client_id, changed'
  const in_files = await duckdb(world.running.bucket_dir, `SELECT ${columns} FROM versions`)
  expect(in_files).toEqual(
    versions.map(({ version, by, via, client_id, changed }) => ({ version, by, via, client_id, changed })),
  )
  const then = await duckdb(
    world.running.bucket_dir,
    `SELECT field, value, is_known FROM as_of('${audience_id}', TIMESTAMPTZ '${MAY}' - INTERVAL 1 DAY) WHERE field IN ('name', 'status', 'description') ORDER BY field`,
  )
  expect(then).toEqual([
    { field: 'description', value: '"first"', is_known: true },
    { field: 'name', value: '"by laptop"', is_known: true },
    { field: 'status', value: '"active"', is_known: true },
  ])
})

test('DuckDB does not make up what is not kept: a value too large, a moment amid a draft’s edits, or before all of it', async () => {
  const world = await maintained()
  const { audiences } = world.running
  const { audience_id } = await saved(audiences, { name: 'a', metadata: { long: 'x'.repeat(9000) }, status: 'draft' })
  const path = `${PATH}/${audience_id}`
  const at = async (time: string, change: Record<string, unknown>, client_id = PHONE) => {
    world.clock.set(time)
    expect((await audiences.call('PATCH', path, change, { 'client-id': client_id })).status).toBe(200)
  }
  await at('2025-01-11T12:00:00Z', { name: 'b', metadata: { long: 'short' } })
  await at('2025-01-11T12:05:00Z', { name: 'c' })
  await at('2025-01-12T12:00:00Z', { metadata: { long: 'shorter' } }, LAPTOP)
  const asOf = (time: string) =>
    duckdb(
      world.running.bucket_dir,
      `SELECT field, value, is_known FROM as_of('${audience_id}', TIMESTAMPTZ '${time}') WHERE field IN ('name', 'metadata') ORDER BY field`,
    )
  expect(await asOf('2025-01-11T13:00:00Z')).toEqual([
    { field: 'metadata', value: '{"long":"short"}', is_known: true },
    { field: 'name', value: '"c"', is_known: true },
  ])
  expect(await asOf('2025-01-11T12:02:00Z')).toEqual([
    { field: 'metadata', value: null, is_known: false },
    { field: 'name', value: null, is_known: false },
  ])
  expect(await asOf('2025-01-11T00:00:00Z')).toEqual([
    { field: 'metadata', value: null, is_known: false },
    { field: 'name', value: '"a"', is_known: true },
  ])
  expect(await asOf('2025-01-01T00:00:00Z')).toEqual([])
})
