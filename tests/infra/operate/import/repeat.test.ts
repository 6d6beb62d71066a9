import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { exportFile } from '#shared/resources/export.ts'
import { systemClock } from '#shared/base/clock.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decideDelete, decidePatch, type Decision } from '#shared/records/decisions.ts'
import { longTest, someOf } from '#tests/support/effort.ts'
import { listNames, temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { audience, bench, expectCounts, folderOf, LEGACY, type Bench } from './import-fixture.ts'
import { batchesOf } from '#tests/table/pages.ts'
import { WRITER } from '#tests/table/notes.ts'

const asking = { kind: AUDIENCES, user_id: 'u1' }

async function change(
  { table }: Bench,
  id: string,
  decide: (row: AudienceRow | undefined) => Decision<typeof AUDIENCES>,
): Promise<void> {
  const outcome = await table().mutate('u1', { id, writer: WRITER, size_bytes: 0, decide })
  expect(outcome.kind).toBe('written')
}

const rename = (name: string) => (row: AudienceRow | undefined) => decidePatch(asking, row, { name })

test('a second run of the same source writes nothing, not even a new version', async () => {
  const { run, records, gcs } = await bench()
  const first = await run({ from: LEGACY })
  const before = await records('demo_user')
  gcs.operations.reset()
  const second = await run({ from: LEGACY })
  expect(second.counts).toMatchObject({ written: 0, unchanged: first.counts.written, refused: first.counts.refused })
  expect(await records('demo_user')).toEqual(before)
  expect(gcs.operations.counts().write, 'its own report').toBe(1)
})

test('a newer source replaces what the import wrote; an older one does not', async () => {
  const { run, records } = await bench()
  const from = await folderOf({ 'a.json': [audience('aud-1', { name: 'old' })] })
  const newer = await folderOf({ 'a.json': [audience('aud-1', { name: 'new', updated_at: '2025-06-01T00:00:00Z' })] })
  expectCounts(await run({ from }), { written: 1 })
  expectCounts(await run({ from: newer }), { written: 1 })
  const report = await run({ from })
  expectCounts(report, { kept: 1 })
  expect(report.kept_rows[0]?.reason).toBe('kept: a newer copy is imported already')
  expect(await records('u1')).toMatchObject({
    'aud-1': { name: 'new', version: 2, updated_at: '2025-06-01T00:00:00.000Z' },
  })
})

test('a record that was edited after the import is kept, whatever the source says', async () => {
  const here = await bench()
  const from = await folderOf({ 'a.json': [audience('aud-1'), audience('aud-2')] })
  await here.run({ from })
  await change(here, 'aud-1', rename('Edited'))
  await change(here, 'aud-2', (row) => decideDelete(asking, row))
  const newer = { name: 'Newer', updated_at: '2026-01-01T00:00:00Z' }
  const report = await here.run({
    from: await folderOf({ 'a.json': [audience('aud-1', newer), audience('aud-2', newer)] }),
  })
  expectCounts(report, { kept: 2 })
  expect(report.kept_rows.map(({ reason }) => reason)).toEqual([
    'kept: edited after the import',
    'kept: deleted after the import',
  ])
  expect(report.exit_code).toBe(0)
  expect(await here.records('u1')).toMatchObject({ 'aud-1': { name: 'Edited' }, 'aud-2': { deleted: true } })
})

test('an edit that lands between the import’s look and its write is kept', async () => {
  const here = await bench()
  await here.run({ from: await folderOf({ 'a.json': [audience('aud-1')] }) })
  // The import's PUT is held up; the edit commits meanwhile.
  here.gcs.faults.set({ latency: { write_ms: 300 } })
  const importing = here.run({
    from: await folderOf({ 'a.json': [audience('aud-1', { name: 'Newer', updated_at: '2026-01-01T00:00:00Z' })] }),
  })
  while (here.gcs.operations.counts().write < 4) await here.store.list('none/')
  here.gcs.faults.set({ latency: {} })
  await change(here, 'aud-1', rename('Edited'))
  const report = await importing
  const record = (await here.records('u1'))['aud-1']
  expect(record).toMatchObject({ name: 'Edited' })
  expect(report.counts.written + report.counts.kept).toBe(1)
})

test('tombstones of our own layout stay tombstones', async () => {
  const here = await bench()
  const from = await folderOf({ 'a.json': [audience('aud-1', { deleted: true, version: 7, client_id: 'web' })] })
  expectCounts(await here.run({ from }), { written: 1 })
  expectCounts(await here.run({ from }), { unchanged: 1 })
  expect(await here.records('u1')).toMatchObject({ 'aud-1': { deleted: true, version: 1, client_id: 'import' } })
})

test.each(someOf(['json', 'csv', 'parquet'] as const, (format) => format === 'csv'))(
  'what is exported as %s and imported elsewhere is the same',
  async (format) => {
    const here = await bench()
    await here.run({ from: LEGACY })
    for (const user_id of someOf(['demo_user', 'csv_user', 'json_user'], (user) => user === 'demo_user')) {
      const batches = batchesOf(here.table(), user_id)
      const { stream } = await exportFile({ kind: AUDIENCES, format, name: 'x', user_id, batches })
      const path = join(await temporaryFolder(), `export.${format}`)
      await pipeline(stream!, createWriteStream(path))
      const there = await bench()
      const report = await there.run({ from: path, user_id })
      expect(report.counts.refused).toBe(0)
      expect(await there.records(user_id)).toEqual(await here.records(user_id))
      expect((await there.run({ from: path, user_id })).counts.written).toBe(0)
      expect((await there.run({ from: path, user_id, mode: 'verify' })).exit_code).toBe(0)
    }
  },
)

test('text like formulas, guards, words for nothing and delimiters is the same after an export as CSV for Excel', async () => {
  const [here, there] = [await bench(), await bench()]
  const texts = [
    '=1',
    "'=1",
    "'90s",
    ' =1',
    '\n=1',
    '\0=1',
    '＝1',
    "'＠x",
    'None',
    ' NaN',
    'N/A',
    '',
    'a;b\tc',
    'sep=;',
    '"',
    '\r',
  ]
  const rows = texts.map((text, at) =>
    audience(`aud-${at}`, {
      name: `${text}x`,
      description: text,
      original_query: null,
      insights: [text],
      metadata: { text },
    }),
  )
  expectCounts(await here.run({ from: await folderOf({ 'a.json': rows }) }), { written: texts.length })
  const batches = batchesOf(here.table(), 'u1')
  const { stream } = await exportFile({
    kind: AUDIENCES,
    format: 'csv',
    has_bom: true,
    name: 'x',
    user_id: 'u1',
    batches,
  })
  const path = join(await temporaryFolder(), 'export.csv')
  await pipeline(stream!, createWriteStream(path))
  const report = await there.run({ from: path, user_id: 'u1' })
  expectCounts(report, { written: texts.length })
  expect([report.changed_values, report.unknown_fields]).toEqual([[], []])
  expect(await there.records('u1')).toEqual(await here.records('u1'))
})

longTest('the rows of one user and month are committed together: few writes for many rows', async () => {
  const { run, records, gcs } = await bench()
  const rows = Array.from({ length: 3000 }, (_, at) => JSON.stringify(audience(`aud-${at}`)))
  const from = await folderOf({ 'rows.jsonl': rows.join('\n') })
  gcs.operations.reset()
  expectCounts(await run({ from }), { written: 3000 })
  expect(gcs.operations.counts().write, 'the index, three batches, the report').toBe(5)
  expect(gcs.operations.counts().read, 'the index before it, and then once for each lot; the object').toBeLessThan(8)
  expect(Object.keys(await records('u1'))).toHaveLength(3000)
})

test('a dry run writes nothing and says what an import would do', async () => {
  const here = await bench()
  await here.run({ from: await folderOf({ 'a.json': [audience('aud-1'), audience('aud-2'), audience('aud-3')] }) })
  await change(here, 'aud-2', rename('Edited'))
  const newer = { name: 'Newer', updated_at: '2026-01-01T00:00:00Z' }
  const from = await folderOf({
    'a.json': [
      audience('aud-1', newer),
      audience('aud-2', newer),
      audience('aud-3'),
      audience('aud-4'),
      audience('aud-5', { name: '' }),
    ],
  })
  here.gcs.operations.reset()
  const dry = await here.run({ from, mode: 'dry-run' })
  expect(here.gcs.operations.counts().write).toBe(0)
  expectCounts(dry, { written: 2, unchanged: 1, kept: 1, refused: 1 })
  expect((await here.run({ from })).counts).toEqual(dry.counts)
})

test('verify names what is missing and what is different, and is content with edits made since', async () => {
  const here = await bench()
  const from = await folderOf({ 'a.json': [audience('aud-1'), audience('aud-2'), audience('aud-3')] })
  expect((await here.run({ from, mode: 'verify' })).counts).toMatchObject({ missing: 3, unchanged: 0 })
  await here.run({ from })
  expect((await here.run({ from, mode: 'verify' })).exit_code).toBe(0)
  await change(here, 'aud-3', rename('Edited'))
  const changed = await folderOf({
    'a.json': [audience('aud-1', { name: 'Other', status: 'archived' }), audience('aud-3'), audience('aud-4')],
  })
  const report = await here.run({ from: changed, mode: 'verify' })
  expectCounts(report, { different: 1, kept: 1, missing: 1 })
  expect(report.deviating_rows.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
    'aud-1 differs in status, name',
    'aud-4 is not in the bucket',
  ])
  expect(report.exit_code).toBe(1)
})

test('an object that cannot be read is left as it is: its rows are refused, all others go in', async () => {
  const here = await bench()
  const name = 'audiences/user_id=u1/year=2025/month=05/audiences_202505.parquet'
  const crc32c = 0xe3069283
  await here.store.write(name, Buffer.from('123456789'), { if_generation: '0', crc32c, content_type: 'x' })
  const from = await folderOf({ 'a.json': [audience('aud-1'), audience('aud-2', { created_at: '2025-06-01' })] })
  const report = await here.run({ from })
  expectCounts(report, { written: 1, refused: 1 })
  expect(report.refused_rows[0]?.reason).toContain(name)
  expect(await here.store.read(name)).toMatchObject({ bytes: Buffer.from('123456789') })
})

test('a record over the limit is refused with the limit, the rest of its lot goes in', async () => {
  const { run } = await bench()
  const note = 'x'.repeat(60_000)
  const segments = Array.from({ length: 6 }, (_, segment_id) => ({ segment_id, characteristics: { note } }))
  const report = await run({ from: await folderOf({ 'a.json': [audience('aud-1', { segments }), audience('aud-2')] }) })
  expectCounts(report, { written: 1, refused: 1 })
  expect(report.refused_rows[0]?.reason).toContain('262144 bytes')
})

longTest('a store that fails now and then does not stop an import', async () => {
  const { run, records, gcs } = await bench()
  for (const fault of ['unavailable', 'rate_limited', 'lost_answer', 'unavailable_after_commit'] as const) {
    for (const prefix of ['indexes/', 'audiences/', 'migrations/']) gcs.faults.add({ fault, prefix, times: 1 })
  }
  const report = await run({ from: LEGACY })
  const left = gcs.faults.state().rules.filter(({ prefix }) => prefix !== 'migrations/')
  expect(left, 'all of them struck; the report was found to have landed').toEqual([])
  gcs.faults.reset()
  expect(report.counts.written).toBe(21)
  expect(Object.values(await records('demo_user')).map(({ version }) => version)).toEqual(Array(8).fill(1))
  expect(await listNames(gcs, { prefix: 'migrations/' })).toEqual([`migrations/${report.id}.json`])
})

test('a source that changes while it is read is said to have changed', async () => {
  const { run, gcs } = await bench()
  const from = await folderOf({ 'a.json': [audience('aud-1')] })
  // The index is written between the two readings.
  gcs.faults.set({ latency: { write_ms: 500 } })
  const importing = run({ from })
  while (gcs.operations.counts().write === 0) await systemClock.sleep(1)
  await writeFile(join(from, 'a.json'), '[]')
  await expect(importing).rejects.toThrow('changed while it was read')
})
