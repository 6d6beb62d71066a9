import { expect, test } from 'vitest'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { newTrace, runTraced } from '#shared/base/trace.ts'
import { getText, listNames } from '../../stand-ins/gcs/gcs-fixture.ts'
import { audience, bench, expectCounts, folderOf, PERSISTENCE } from './import-fixture.ts'

const CREATED = '2025-05-28T12:00:00.123Z'
const ourId = () => newId('aud', Date.parse(CREATED), systemRandom)

test('an id of ours is kept, in the month of its own time; a source that says another time is reported', async () => {
  const { run, records, gcs } = await bench()
  const [agreeing, disagreeing, silent] = [ourId(), ourId(), ourId()]
  const from = await folderOf({
    'a.json': [
      audience(agreeing, { created_at: CREATED }),
      audience(disagreeing, { created_at: '2024-01-01T00:00:00Z' }),
      audience(silent, { created_at: null }),
    ],
  })
  const report = await run({ from })
  expectCounts(report, { written: 3 })
  expect(report.adjusted_rows).toEqual([
    {
      file: 'a.json',
      row: 2,
      id: disagreeing,
      reason: `created_at adjusted: the id says ${CREATED}, the source says 2024-01-01T00:00:00.000Z`,
    },
  ])
  const all = Object.values(await records('u1'))
  expect(all.map(({ created_at }) => created_at)).toEqual([CREATED, CREATED, CREATED])
  expect(await listNames(gcs, { prefix: 'indexes/' }), 'such ids need no index').toEqual([])
})

test('old ids stay valid in both spellings, and finding one warm costs one conditional GET', async () => {
  const { run, table } = await bench()
  await run({ from: PERSISTENCE })
  const audiences = table()
  await audiences.get('demo_user', 'aud-22222222')
  for (const spelling of ['aud-22222222', 'aud_22222222']) {
    const trace = newTrace()
    const row = await runTraced(trace, () => audiences.get('demo_user', spelling))
    expect(row?.['name']).toBe('Null size')
    expect(trace).toMatchObject({ store_reads: 1, store_writes: 0, store_lists: 0 })
  }
  expect(await audiences.get('demo_user', 'f47ac10b-58cc-4372-a567-0e02b2c3d479')).toBeDefined()
  expect(await audiences.get('somebody', 'aud-22222222'), 'an index is its user’s own').toBeUndefined()
})

test('two spellings of an old id are one record', async () => {
  const { run, records } = await bench()
  const from = await folderOf({
    'a.json': [audience('aud-1', { name: 'old' }), audience('aud_1', { name: 'new', updated_at: '2025-07-01' })],
  })
  expectCounts(await run({ from }), { written: 1, merged: 1 })
  expect(Object.values(await records('u1'))).toMatchObject([{ name: 'new' }])
})

test('the index of old ids is committed before any row: with rows failing it is there, and the next run completes', async () => {
  const { run, records, gcs } = await bench()
  gcs.faults.add({ fault: 'unavailable', operations: ['write'], prefix: 'audiences/' })
  await expect(run({ from: PERSISTENCE })).rejects.toThrow('storage')
  expect(await listNames(gcs, { prefix: 'audiences/' })).toEqual([])
  const { text } = await getText(gcs, 'indexes/user_id=demo_user/legacy_ids.json')
  const index = JSON.parse(text) as { tables: { audiences: Record<string, unknown> } }
  expect(index.tables.audiences['aud_11111111']).toEqual(['aud-11111111', '202505'])
  gcs.faults.reset()
  const { written, unchanged } = (await run({ from: PERSISTENCE })).counts
  // A write that was under way when the first run failed may have come through since.
  expect(written + unchanged).toBe(13)
  expect(Object.keys(await records('demo_user'))).toHaveLength(8)
})

test('with the index failing no row is written', async () => {
  const { run, gcs } = await bench()
  gcs.faults.add({ fault: 'unavailable', operations: ['write'], prefix: 'indexes/' })
  await expect(run({ from: PERSISTENCE })).rejects.toThrow('legacy_ids.json')
  expect(await listNames(gcs)).toEqual([])
})

test('entries of the index never change: a later source with another month changes the record where it is', async () => {
  const { run, records, gcs } = await bench()
  const version = (created_at: string, updated_at: string, name: string) =>
    folderOf({ 'a.json': [audience('aud-1', { created_at, updated_at, name })] })
  await run({ from: await version('2025-05-28T12:00:00Z', '2025-05-28T12:00:00Z', 'first') })
  const report = await run({ from: await version('2025-07-01T00:00:00Z', '2025-07-02T00:00:00Z', 'second') })
  expectCounts(report, { written: 1 })
  expect(report.adjusted_rows[0]?.reason).toContain('the record is in 202505')
  expect(await records('u1')).toMatchObject({
    'aud-1': { name: 'second', created_at: '2025-05-28T12:00:00.000Z', version: 2 },
  })
  expect(await listNames(gcs, { prefix: 'audiences/' })).toHaveLength(1)
})

test('an index entry without its row (a run was cut off) takes the row in its month, whatever the source says now', async () => {
  const { run, records, store, table } = await bench()
  const audiences = table()
  await audiences.legacy_ids.add(audiences.schema, 'u1', [{ id: 'aud-1', month: '202505' }])
  await run({ from: await folderOf({ 'a.json': [audience('aud_1', { created_at: '2025-07-01T00:00:00Z' })] }) })
  expect(await records('u1')).toMatchObject({ 'aud-1': { created_at: '2025-05-31T23:59:59.999Z' } })
  expect(await store.list('audiences/')).toHaveLength(1)
})

test('rows without an id get the same one in every run, so that they are imported once', async () => {
  const { run, records } = await bench()
  const nameless = (more: Readonly<Record<string, unknown>>) => ({ ...audience('', more), audience_id: null })
  const from = await folderOf({ 'a.json': [nameless({ name: 'a' }), nameless({ name: 'b' }), nameless({ name: 'a' })] })
  expectCounts(await run({ from }), { written: 2, merged: 1 })
  expectCounts(await run({ from }), { unchanged: 2, merged: 1 })
  expect(Object.keys(await records('u1'))).toEqual([
    expect.stringMatching(/^aud-[0-9a-f]{32}$/) as string,
    expect.stringMatching(/^aud-[0-9a-f]{32}$/) as string,
  ])
})

test('an id that is too long or has other characters than printable ASCII is refused', async () => {
  const { run } = await bench()
  const ids = ['x'.repeat(201), 'späße', 'a\u0000b', ' ', 'a\nb', '\u202eabc']
  const report = await run({ from: await folderOf({ 'a.json': ids.map((id) => audience(id)) }) })
  expectCounts(report, { refused: ids.length })
  expect(report.refused_rows).toHaveLength(ids.length)
  for (const { reason } of report.refused_rows) {
    expect(reason).toMatch(/^audience_id must be 1 to 200 printable ASCII characters/)
  }
})

test('an old id that looks like a path, a member or an id of ours is an id like any other', async () => {
  const { run, table } = await bench()
  const ids = ['../../x', '%2f', '__proto__', 'constructor', 'a/b?c#d', '0', 'aud_', 'AUD_01H455VB4PEX5VSKNK084SN02Q']
  const from = await folderOf({ 'a.json': ids.map((id) => audience(id, { name: `named ${id}` })) })
  expectCounts(await run({ from }), { written: ids.length })
  for (const id of ids) expect((await table().get('u1', id))?.['name']).toBe(`named ${id}`)
})

test('times before 2000 or more than a day ahead are refused', async () => {
  const { run } = await bench()
  const from = await folderOf({
    'a.json': [
      audience('aud-1', { created_at: '1999-12-31T23:59:59Z' }),
      audience('aud-2', { updated_at: '2999-01-01T00:00:00Z' }),
      audience(newId('aud', Date.UTC(2999, 0), systemRandom)),
    ],
  })
  const report = await run({ from })
  expectCounts(report, { refused: 3 })
  expect(report.refused_rows.map(({ reason }) => reason.split(' ')[0])).toEqual([
    'created_at',
    'updated_at',
    'created_at',
  ])
})
