import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { longTest, someOf } from '#tests/support/effort.ts'
import { temporaryFolder, listNames } from '../../stand-ins/gcs/gcs-fixture.ts'
import { audience, bench, expectCounts, folderOf, parquetOf, PERSISTENCE } from './import-fixture.ts'

const HOSTILE_USER = "../../o'brien@example.com"

longTest(
  'folder from created_at, file name from now: an archived copy in a later month’s file is the one that counts',
  async () => {
    const { run, records } = await bench()
    const report = await run({ from: PERSISTENCE })
    expect(report.counts.merged).toBe(1)
    const all = await records('demo_user')
    expect(Object.values(all).filter(({ name }) => name === 'Archived later')).toEqual([
      expect.objectContaining({
        audience_id: 'aud-11111111',
        status: 'archived',
        created_at: '2025-05-28T12:00:00.123Z',
        updated_at: '2025-06-03T08:30:00.000Z',
        version: 1,
        client_id: 'import',
      }),
    ])
  },
)

test('a null size became NaN: NaN sizes are null, and whole numbers kept as floats are integers', async () => {
  const { run, records } = await bench()
  await run({ from: PERSISTENCE })
  const all = await records('demo_user')
  expect(all['aud-22222222']).toMatchObject({ total_audience_size: null })
  expect(all['aud-44444444']).toMatchObject({ total_audience_size: 300_000, segments: [{ size: 125_000 }] })
})

test('one bad row failed the whole file: it alone is refused, named by file, row, id and field', async () => {
  const { run, records } = await bench()
  const report = await run({ from: PERSISTENCE })
  expect(report.refused_rows).toContainEqual({
    file: 'audiences/user_id=demo_user/year=2025/month=07/audiences_202507.parquet',
    row: 2,
    id: 'aud-72222222',
    reason: expect.stringMatching(/^segments is Python notation, not JSON/) as string,
  })
  const all = await records('demo_user')
  expect(Object.keys(all)).toEqual(expect.arrayContaining(['aud-71111111', 'aud-73333333']))
  expect(Object.keys(all)).not.toContain('aud-72222222')
})

test('a corrupt file read as no audiences: it is reported as unreadable, and the rest goes in', async () => {
  const { run, records } = await bench()
  const report = await run({ from: PERSISTENCE })
  const file = 'audiences/user_id=demo_user/year=2025/month=08/audiences_202508.parquet'
  expect(report.unreadable_files).toEqual([{ file, reason: expect.stringContaining('footer') as string }])
  expect(report.exit_code).toBe(2)
  expect(Object.keys(await records('demo_user'))).toHaveLength(8)
})

test('a user id used in a path as it is: a hostile one stays in its folder, and a row that claims another is refused', async () => {
  const { run, records, gcs } = await bench()
  const report = await run({ from: PERSISTENCE })
  expect(await records(HOSTILE_USER)).toMatchObject({ 'aud-11111111': { name: "Somebody else's" } })
  expect(await records('demo_user')).toMatchObject({ 'aud-11111111': { name: 'Archived later' } })
  expect(await records('mallory')).toEqual({})
  const refused = report.refused_rows.find(({ id }) => id === 'aud-99999999')
  expect(refused?.reason).toContain('"mallory"')
  expect(refused?.reason).toContain(JSON.stringify(HOSTILE_USER))
  const names = await listNames(gcs, { prefix: 'audiences/' })
  expect(names).toContain(
    'audiences/user_id=..%2F..%2Fo%27brien@example.com/year=2025/month=05/audiences_202505.parquet',
  )
})

test('unknown and optional fields silently dropped: they are kept, and the report names them', async () => {
  const { run, records } = await bench()
  const report = await run({ from: PERSISTENCE })
  expect((await records('demo_user'))['aud-44444444']).toMatchObject({
    metadata: { campaign_id: 'c-1', tags: ['spring'], imported_fields: { old_score: 0.5 } },
  })
  const file = 'audiences/user_id=demo_user/year=2025/month=05/audiences_202505.parquet'
  expect(report.unknown_fields).toEqual([{ file, field: 'old_score', rows: 1 }])
})

test('times are read from nanoseconds, microseconds and ISO text, those without a zone as UTC', async () => {
  const { run, records } = await bench()
  await run({ from: PERSISTENCE })
  const all = await records('demo_user')
  const times = (id: string) => [all[id]?.['created_at'], all[id]?.['updated_at']]
  expect(times('aud-22222222')).toEqual(['2025-05-28T12:00:00.123Z', '2025-05-28T12:00:00.123Z'])
  expect(times('aud_55555555')).toEqual(['2025-06-01T00:00:00.000Z', '2025-06-02T08:00:00.500Z'])
  expect(times('aud-71111111'), 'without updated_at it was never changed').toEqual(
    Array(2).fill('2025-07-01T00:00:00.000Z'),
  )
})

test('a status that is null is the default, and lists of numpy are lists', async () => {
  const { run, records } = await bench()
  await run({ from: PERSISTENCE })
  const all = await records('demo_user')
  expect(all['aud-33333333']).toMatchObject({ status: 'active', selected_variables: ['VAR1', 'VAR2'] })
  expect(all['aud_55555555']).toMatchObject({ selected_variables: ['VAR1', 'VAR2'] })
  expect(all['f47ac10b-58cc-4372-a567-0e02b2c3d479']).toMatchObject({ selected_variables: [] })
})

test('files of other programs are skipped and named', async () => {
  const { run } = await bench()
  const from = await folderOf({
    'audiences.json': [audience('aud-1')],
    'notes.txt': 'x',
    'indexes/user_id=u1/legacy_ids.json': {},
    'migrations/mig_1.json': {},
    '.hidden.json': '[',
  })
  const report = await run({ from })
  expectCounts(report, { written: 1 })
  expect(report.skipped_files).toEqual([{ name: 'notes.txt', reason: 'is not a Parquet, CSV or JSON file' }])
})

longTest('a parent of the tree and any folder inside it give the same records', async () => {
  const parent = await temporaryFolder()
  await mkdir(join(parent, 'data'))
  await cp(PERSISTENCE, join(parent, 'data/persistence'), { recursive: true })
  const { run, records, gcs } = await bench()
  await run({ from: parent })
  const whole = await records('demo_user')
  expect(Object.keys(whole)).toHaveLength(8)
  const generations = await listNames(gcs, { fields: 'items(name,generation)' })
  for (const inside of ['audiences', 'audiences/user_id=demo_user', 'audiences/user_id=demo_user/year=2025/month=06']) {
    expect((await run({ from: join(parent, 'data/persistence', inside) })).counts.written).toBe(0)
  }
  const afterwards = await listNames(gcs, { fields: 'items(name,generation)' })
  expect(afterwards.filter((name) => !name.startsWith('migrations/'))).toEqual(
    generations.filter((name) => !name.startsWith('migrations/')),
  )
})

test('without created_at the month of the folder, or else of the file’s name, says when; without either the row is refused', async () => {
  const { run, records } = await bench()
  const row = (id: string) => [{ audience_id: id, name: 'x' }]
  const from = await folderOf({
    'audiences/user_id=u1/year=2025/month=3/audiences_202504.json': row('aud-folder'),
    'loose/audiences_202504.json': row('aud-file').map((fields) => ({ ...fields, user_id: 'u1' })),
    'loose/other.json': row('aud-none').map((fields) => ({ ...fields, user_id: 'u1' })),
  })
  const report = await run({ from })
  expectCounts(report, { written: 2, refused: 1 })
  expect(report.refused_rows[0]?.reason).toBe('created_at is missing, and neither folder nor file name has the month')
  expect(await records('u1')).toMatchObject({
    'aud-folder': { created_at: '2025-03-01T00:00:00.000Z' },
    'aud-file': { created_at: '2025-04-01T00:00:00.000Z' },
  })
})

test('nested columns of pyarrow and 64-bit integers are read as they are meant', async () => {
  const { run, records } = await bench()
  const from = await parquetOf(`SELECT 'aud-1' AS audience_id, 'u1' AS user_id, 'x' AS name,
    [{segment_id: 1::BIGINT, name: 'One', size: 125000.0::DOUBLE, color: 'red', prizm_segments: ['04', '47']},
     {segment_id: 2::BIGINT, name: NULL, size: 'NaN'::DOUBLE, color: NULL, prizm_segments: NULL}] AS segments,
    {tags: ['a'], campaign_id: 'c'} AS metadata, 9007199254740993::BIGINT AS big_number, DATE '2025-05-01' AS day,
    TIMESTAMPTZ '2025-05-28 12:00:00+02' AS created_at`)
  expectCounts(await run({ from }), { written: 1 })
  expect((await records('u1'))['aud-1']).toMatchObject({
    created_at: '2025-05-28T10:00:00.000Z',
    segments: [
      { segment_id: 1, name: 'One', size: 125_000, characteristics: { color: 'red' }, prizm_segments: ['04', '47'] },
      { segment_id: 2, size: null },
    ],
    metadata: {
      tags: ['a'],
      campaign_id: 'c',
      imported_fields: { big_number: '9007199254740993', day: '2025-05-01T00:00:00.000Z' },
    },
  })
})

test.each(someOf(['snappy', 'zstd', 'gzip', 'brotli', 'uncompressed'], (codec) => codec === 'zstd'))(
  'Parquet compressed with %s is read',
  async (codec) => {
    const { run, records } = await bench()
    const from = await parquetOf(
      `SELECT 'aud-' || i AS audience_id, 'u1' AS user_id, 'x' AS name, TIMESTAMP '2025-05-28' AS created_at FROM range(3000) t(i)`,
      `COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`,
    )
    expectCounts(await run({ from }), { written: 3000 })
    expect(Object.keys(await records('u1'))).toHaveLength(3000)
  },
)

test('a compression that cannot be read is a reported file, not an empty one', async () => {
  const { run } = await bench()
  const from = await parquetOf(`SELECT 'aud-1' AS audience_id, repeat('x', 1000) AS name`, 'COMPRESSION lz4_raw')
  const report = await run({ from })
  expect(report.unreadable_files).toEqual([
    { file: 'audiences.parquet', reason: expect.stringContaining('LZ4') as string },
  ])
})
