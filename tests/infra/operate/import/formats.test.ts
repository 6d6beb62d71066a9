import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCsv } from '#infra/operate/import/readers/csv.ts'
import { parseTimeMs } from '#infra/operate/import/times.ts'
import { csvCell } from '#shared/records/csv.ts'
import { audience, bench, expectCounts, folderOf, LEGACY } from './import-fixture.ts'

const csv = (lines: readonly string[]) => lines.join('\r\n')

test('CSV: text is unguarded, empty is null, lists and objects are JSON, numbers may be floats, a BOM is no column', async () => {
  const { run, records } = await bench()
  const report = await run({ from: join(LEGACY, 'audiences.csv') })
  expectCounts(report, { written: 4, refused: 1 })
  const all = await records('csv_user')
  expect(all['aud-c0000001']).toMatchObject({
    name: '=Sum of "all"',
    description: 'Two\nlines',
    selected_variables: ['VAR1', 'VAR2'],
    segments: [{ segment_id: 0, size: null }],
    total_audience_size: 125_000,
  })
  expect(all['aud-c0000002']).toMatchObject({ description: null, segments: [], status: 'active' })
  expect(all['aud-c0000004']).toMatchObject({ description: '', total_audience_size: null, status: 'archived' })
})

test('CSV: a row without a cell that it needs is refused by its line number, and those behind it go in', async () => {
  const { run } = await bench()
  const report = await run({ from: join(LEGACY, 'audiences.csv') })
  expect(report.refused_rows).toEqual([
    {
      file: 'audiences.csv',
      row: 5,
      id: 'aud-c0000003',
      reason:
        'has 3 cells where the header has 10: created_at is missing, and neither folder nor file name has the month',
    },
  ])
})

test('CSV: a stray quote costs its own line only', async () => {
  const { run, records } = await bench()
  const line = (id: string, name: string) => `${id},u1,${name},2025-05-01`
  const from = await folderOf({
    'a.csv': csv([
      'audience_id,user_id,name,created_at',
      line('aud-1', 'x'),
      line('aud-2', '"a"b'),
      line('aud-3', 'y'),
    ]),
  })
  const report = await run({ from })
  expectCounts(report, { written: 2, refused: 1 })
  expect(report.refused_rows[0]).toMatchObject({ row: 3, reason: expect.stringContaining('Quote') as string })
  expect(Object.keys(await records('u1')).toSorted()).toEqual(['aud-1', 'aud-3'])
})

test('CSV: a quote that is never closed costs its own line only, also before records of many lines', async () => {
  const { run, records } = await bench()
  const from = await folderOf({
    'a.csv': csv([
      'audience_id,user_id,name,created_at',
      'aud-1,u1,x,2025-05-01',
      'aud-2,u1,"never closed,2025-05-01',
      'aud-3,u1,"two',
      '',
      'lines",2025-05-01',
      'aud-4,u1,5" inches,2025-05-01',
      'aud-5,u1,y,2025-05-01',
    ]),
  })
  const report = await run({ from })
  expectCounts(report, { written: 4, refused: 1 })
  expect(report.refused_rows.map(({ row }) => row)).toEqual([3])
  expect(await records('u1')).toMatchObject({
    'aud-1': {},
    'aud-3': { name: 'two\r\n\r\nlines' },
    'aud-4': { name: '5" inches' },
    'aud-5': {},
  })
})

test('CSV: a header that names a column twice, no header, and text that is not UTF-8 are files that cannot be read', async () => {
  const { run } = await bench()
  const from = await folderOf({
    'empty.csv': '',
    'latin1.csv': Buffer.from('audience_id,user_id,name\naud-1,u1,caf\xe9\n', 'latin1'),
    'twice.csv': 'name,name\na,b\n',
  })
  const report = await run({ from })
  expect(report.unreadable_files).toEqual([
    { file: 'empty.csv', reason: 'the file has no header line' },
    { file: 'latin1.csv', reason: expect.stringContaining('the text is not UTF-8 (line 2)') as string },
    { file: 'twice.csv', reason: 'the header names "name" twice' },
  ])
})

test('CSV: every text that an export writes is read back as it was', async () => {
  const texts = ['=1+1', "'=x", "'quoted'", '-5', '+', '@', '\tx', 'a,b', '"', 'a\r\nb', '', ' x ', 'null', '0']
  const from = await folderOf({ 'a.csv': `text\r\n${texts.map((text) => `${csvCell(text)}\r\n`).join('')}` })
  const read: unknown[] = []
  for await (const entry of readCsv(join(from, 'a.csv'))) read.push(entry.kind === 'row' && entry.fields['text'])
  expect(read).toEqual(texts)
})

test('CSV: row labels that pandas puts in front, and empty columns at the end, are no fields', async () => {
  const { run, records } = await bench()
  const from = await folderOf({ 'a.csv': ',audience_id,user_id,name,created_at,,\n0,aud-1,u1,x,2025-05-01,,\n' })
  const report = await run({ from })
  expectCounts(report, { written: 1 })
  expect(report.unknown_fields).toEqual([])
  expect(await records('u1')).toMatchObject({ 'aud-1': { metadata: {} } })
})

test('JSON: a list, an export, one record, and JSON lines under any name are read', async () => {
  const { run, records } = await bench()
  const from = await folderOf({
    'export.json': { audiences: [audience('aud-1'), audience('aud-2')] },
    'lines.json': `${JSON.stringify(audience('aud-3'))}\n\n${JSON.stringify(audience('aud-4'))}`,
    'lines.ndjson': `${JSON.stringify(audience('aud-5'))}\n`,
    'list.json': [audience('aud-6')],
    'one.json': audience('aud-7', { selected_variables: ['VAR1'] }),
  })
  expectCounts(await run({ from }), { written: 7 })
  expect(Object.keys(await records('u1'))).toHaveLength(7)
})

test('JSON: bad records and bad lines are refused by number with every bad field, the others go in', async () => {
  const { run, records } = await bench()
  const report = await run({ from: LEGACY })
  const of = (file: string) => report.refused_rows.filter((note) => note.file === file)
  const reason = 'name is required; total_audience_size must be at least 0'
  expect(of('audiences.json')).toEqual([{ file: 'audiences.json', row: 2, id: 'aud-d0000002', reason }])
  expect(of('audiences.jsonl')).toEqual([
    { file: 'audiences.jsonl', row: 2, id: 'aud-d0000002', reason },
    { file: 'audiences.jsonl', row: 4, reason: 'the line is not JSON' },
  ])
  expect(Object.keys(await records('json_user')).toSorted()).toEqual(['aud-d0000001', 'aud-d0000003'])
})

test('unknown fields of segments go into their characteristics where the name is free, all others into the metadata', async () => {
  const { run, records } = await bench()
  await run({ from: LEGACY })
  expect((await records('json_user'))['aud-d0000001']).toMatchObject({
    segments: [
      { segment_id: 'a', characteristics: { age: '25-34', color: 'red' } },
      { segment_id: 'b', characteristics: { age: '35-44' } },
    ],
    variable_details: [{ code: 'VAR1' }],
    metadata: {
      imported_fields: {
        campaign: { owner: 'Ann' },
        segments: { 1: { age: 'any' } },
        variable_details: { 0: { source: 'census' } },
      },
    },
  })
})

test('JSON with several lists is read whole, each list as records of its kind; in a folder of one kind it is reported', async () => {
  const { run, records } = await bench()
  const audiences = [{ audience_id: 'aud-1', user_id: 'u1', name: 'x', created_at: '2025-05-01' }]
  const platforms = [
    { platform_id: 'plat-1', user_id: 'u1', name: 'y', platform_type: 'meta', created_at: '2025-05-01' },
  ]
  const document = JSON.stringify({ made_at: '2025-05-28', audiences, platforms })
  const from = await folderOf({ 'all.json': document, 'audiences/user_id=u1/all.json': document })
  const report = await run({ from })
  expectCounts(report, { written: 2 })
  expect(report.counts.files).toBe(2)
  expect(Object.keys(await records('u1'))).toEqual(['aud-1'])
  expect(report.unreadable_files).toMatchObject([{ file: 'audiences/user_id=u1/all.json' }])
})

test('JSON that is cut is a file that cannot be read', async () => {
  const { run } = await bench()
  const from = await folderOf({
    'cut.json': '[{"audience_id": "aud-1", "user_id": "u1"',
    'good.json': [audience('aud-1')],
  })
  const report = await run({ from })
  expect(report.unreadable_files).toEqual([{ file: 'cut.json', reason: 'the file is not JSON' }])
  expect(report.counts.written).toBe(1)
})

test('what is hostile is refused row by row: deep nesting, surplus types, prototype names, lone surrogates', async () => {
  const { run } = await bench()
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  const from = await folderOf({
    'rows.jsonl': [
      JSON.stringify(audience('aud-1', { segments: 'DEEP' })).replace('"DEEP"', deep),
      JSON.stringify(audience('aud-2', { name: ['x'] })),
      JSON.stringify(audience('aud-3', { metadata: { note: '\ud800' } })),
      JSON.stringify(audience('aud-4', { constructor: 'x' })).replace(
        '"name"',
        '"__proto__":{"status":"archived"},"name"',
      ),
      JSON.stringify(audience('aud-5', { selected_variables: Array(1001).fill('x') })),
      '[]',
    ].join('\n'),
  })
  const report = await run({ from })
  expectCounts(report, { refused: 6 })
  expect(report.refused_rows.map(({ row, reason }) => `${row} ${reason.split(' ')[0]}`)).toEqual([
    '1 segments',
    '2 name',
    '3 metadata',
    '4 __proto__',
    '5 selected_variables',
    '6 is',
  ])
})

test('--user is for files without a user: a row that says another is refused', async () => {
  const { run, records } = await bench()
  const { user_id: _, ...without_user } = audience('aud-1')
  const from = await folderOf({
    'without.json': [without_user],
    'with.json': [audience('aud-2', { user_id: 'u2' }), audience('aud-3', { user_id: 'u9' })],
  })
  const report = await run({ from, user_id: 'u2' })
  expectCounts(report, { written: 2, refused: 1 })
  expect(report.refused_rows[0]).toMatchObject({
    id: 'aud-3',
    reason: 'user_id is ambiguous: the column says "u9", --user says "u2"',
  })
  expect(Object.keys(await records('u2')).toSorted()).toEqual(['aud-1', 'aud-2'])
  expect((await run({ from: join(from, 'without.json') })).refused_rows[0]?.reason).toBe(
    'user_id is missing: neither column nor folder has one. Use --user',
  )
})

test('a folder of the old system, which did not encode, means the user that its rows name', async () => {
  const { run, records } = await bench()
  const from = await folderOf({
    'audiences/user_id=100%25/year=2025/month=05/audiences_202505.json': [
      audience('aud-1', { user_id: '100%25' }),
      audience('aud-2', { user_id: '100%' }),
    ],
    'audiences/user_id=50%/year=2025/month=05/audiences_202505.json': [audience('aud-3', { user_id: null })],
  })
  expectCounts(await run({ from }), { written: 3 })
  expect(Object.keys(await records('100%25'))).toEqual(['aud-1'])
  expect(Object.keys(await records('100%'))).toEqual(['aud-2'])
  expect(Object.keys(await records('50%'))).toEqual(['aud-3'])
})

test.each([
  ['2025-05-28T12:00:00Z', '2025-05-28T12:00:00.000Z'],
  ['2025-05-28T12:00:00.123456', '2025-05-28T12:00:00.123Z'],
  ['2025-05-28 12:00:00.999999999', '2025-05-28T12:00:00.999Z'],
  ['2025-05-28 12:00:00+0200', '2025-05-28T10:00:00.000Z'],
  ['2025-05-28T12:00-05:30', '2025-05-28T17:30:00.000Z'],
  ['2025-05-28', '2025-05-28T00:00:00.000Z'],
  ['2025-05-28 12:00:00 UTC', '2025-05-28T12:00:00.000Z'],
  [1_748_433_600, '2025-05-28T12:00:00.000Z'],
  [1_748_433_600_000, '2025-05-28T12:00:00.000Z'],
  ['1748433600000000', '2025-05-28T12:00:00.000Z'],
  [1_748_433_600_000_000_000n, '2025-05-28T12:00:00.000Z'],
  ['2025-02-30', undefined],
  ['2025-13-01', undefined],
  ['2025-05-28T25:00:00', undefined],
  ['28.05.2025', undefined],
  ['NaT', undefined],
  [true, undefined],
])('the time %s is %s', (value, expected) => {
  const time_ms = parseTimeMs(value)
  expect(time_ms === undefined ? undefined : new Date(time_ms).toISOString()).toBe(expected)
})
