import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { DISTRIBUTIONS_IMPORT } from '#infra/operate/import/kinds/distributions.ts'
import type { ImportKind } from '#infra/operate/import/kinds/import-kind.ts'
import { readCsv } from '#infra/operate/import/readers/csv.ts'
import { PLATFORMS_IMPORT } from '#infra/operate/import/kinds/platforms.ts'
import { UnreadableFile, type SourceEntry } from '#infra/operate/import/readers/reader.ts'
import { csvCell } from '#shared/records/csv.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { bench, expectCounts, folderOf } from './import-fixture.ts'

const CASES = resolve(import.meta.dirname, '../../../fixtures/csv')

async function read(content: string | Uint8Array, kind: ImportKind = AUDIENCES_IMPORT): Promise<SourceEntry[]> {
  return await entriesOf(join(await folderOf({ 'a.csv': content }), 'a.csv'), kind)
}

async function entriesOf(path: string, kind: ImportKind): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = []
  for await (const entry of readCsv(path, kind)) entries.push(entry)
  return entries
}

async function rows(content: string | Uint8Array, kind?: ImportKind): Promise<unknown[]> {
  return (await read(content, kind)).map((entry) => (entry.kind === 'row' ? entry.fields : entry.reason))
}

async function refusal(content: string | Uint8Array): Promise<string> {
  const failure: unknown = await read(content).catch((error: unknown) => error)
  if (!(failure instanceof UnreadableFile)) throw new Error('the file was read')
  return failure.message
}

const utf16le = (text: string) => Buffer.from(text, 'utf16le')
const utf16be = (text: string) => utf16le(text).swap16()

const PLAIN = 'audience_id,name,total_audience_size\r\naud-1,"Zürich, Nord",5\r\naud-2,Bern,\r\n'
const RECORDS = [
  { audience_id: 'aud-1', name: 'Zürich, Nord', total_audience_size: '5' },
  { audience_id: 'aud-2', name: 'Bern', total_audience_size: null },
]

describe('a CSV file is read the same', () => {
  test.each<[string, string | Uint8Array]>([
    ['as RFC 4180 has it', PLAIN],
    ['with semicolons', PLAIN.replaceAll(',', ';').replace('Zürich;', 'Zürich,')],
    ['with tabs', PLAIN.replaceAll(',', '\t').replace('Zürich\t', 'Zürich,')],
    ['with bars', PLAIN.replaceAll(',', '|').replace('Zürich|', 'Zürich,')],
    ['with a space behind every comma', PLAIN.replaceAll(/,(?! )/g, ', ')],
    ['with sep=, before the header', `sep=,\r\n${PLAIN}`],
    ['with "SEP=;" in quotes', `"SEP=;"\n${PLAIN.replaceAll(',', ';').replace('Zürich;', 'Zürich,')}`],
    ['with a tab as sep', `sep=\t\n${PLAIN.replaceAll(',', '\t').replace('Zürich\t', 'Zürich,')}`],
    ['with sep= as another program saved it again', `sep=,,,\r\n${PLAIN}`],
    ['with a sign of its own as sep', `sep=^\n${PLAIN.replaceAll(',', '^').replace('Zürich^', 'Zürich,')}`],
    ['with LF', PLAIN.replaceAll('\r\n', '\n')],
    ['with CR', PLAIN.replaceAll('\r\n', '\r')],
    ['with all three line ends', PLAIN.replace('\r\n', '\r').replace('5\r\n', '5\n')],
    ['without a last line end', PLAIN.trimEnd()],
    ['with empty lines', `\r\n\r\n${PLAIN.replaceAll('\r\n', '\r\n\r\n')}\r\n \r\n`],
    ['with rows of commas', `${PLAIN.replace('\r\naud-2', '\r\n,,\r\naud-2')},,\r\n,,,,,,,\r\n"",,""\r\n`],
    ['with rows of commas before the header', `,,\r\n"","",""\r\n${PLAIN}`],
    ['with empty cells behind', PLAIN.replaceAll('\r\n', ',,\r\n')],
    ['with a byte order mark', `\ufeff${PLAIN}`],
    ['with two byte order marks', `\ufeff\ufeff${PLAIN}`],
    ['with a byte order mark and sep=', `\ufeffsep=,\n${PLAIN}`],
    ['in UTF-16 LE', utf16le(`\ufeff${PLAIN}`)],
    ['in UTF-16 BE', utf16be(`\ufeff${PLAIN}`)],
    ['in UTF-16 LE without a byte order mark', utf16le(PLAIN)],
    ['in UTF-16 BE without a byte order mark', utf16be(PLAIN)],
    ['as Excel writes Unicode text', utf16le(`\ufeff${PLAIN.replaceAll(',', '\t').replace('Zürich\t', 'Zürich,')}`)],
    ['with every cell in quotes', PLAIN.replaceAll(/(?<=^|,)([^",\r\n]+)(?=,|\r)/gm, '"$1"')],
    [
      'with a header in words',
      PLAIN.replace('audience_id,name,total_audience_size', 'Audience ID, NAME ,"Total Audience-Size"'),
    ],
    [
      'with line ends in its header',
      PLAIN.replaceAll(',', ';').replace('Zürich;', 'Zürich,').replace('audience_id;name', '"Audience\nID";"Name\r\n"'),
    ],
    [
      'with a header in camelCase',
      PLAIN.replace('audience_id,name,total_audience_size', 'audienceId,Name,totalAudienceSize'),
    ],
  ])('%s', async (_, content) => {
    const read = await rows(content)
    expect(read).toEqual(RECORDS.map((record) => expect.objectContaining(record) as unknown))
  })

  test('under any order of its columns, with other names as they are', async () => {
    expect(await rows('Old Score;Name\n1,5;a,b\n')).toEqual([{ 'Old Score': '1,5', name: 'a,b' }])
  })
})

test('old names and those of other kinds may be spelled in words too', async () => {
  const content = 'Distribution ID;Audience Id;PLATFORM-ID;Record Count\ndist-1;aud-1;plat-1;5\n'
  expect(await rows(content, DISTRIBUTIONS_IMPORT)).toEqual([
    { distribution_id: 'dist-1', audience_id: 'aud-1', platform_id: 'plat-1', record_count: '5' },
  ])
  expect(await rows('Type,Platform Name\nGoogle,x\n', PLATFORMS_IMPORT)).toEqual([
    { type: 'Google', platform_name: 'x' },
  ])
})

test('a row that is short has nothing in its last columns, and the file says in which', async () => {
  const [short] = await read('audience_id,name,description\naud-1,x\n')
  expect(short).toEqual({
    kind: 'row',
    number: 2,
    fields: { audience_id: 'aud-1', name: 'x', description: null },
    changes: [{ field: 'description', change: 'has no cell: stored as null' }],
    shortfall: 'has 2 cells where the header has 3',
  })
})

test('a row that is long, and one whose quotes are escaped by a backslash, are refused by the cause', async () => {
  const content = 'audience_id,name\naud-1,a,b\naud-2,"{\\"a\\": 1}"\naud-3,"x"y\naud-4,z\n'
  expect(await rows(content)).toEqual([
    'has 3 cells where the header has 2',
    'is not CSV: Quotes within it are escaped by a backslash, where CSV doubles them',
    expect.stringContaining('is not CSV: Invalid Closing Quote'),
    { audience_id: 'aud-4', name: 'z' },
  ])
})

test('a quote within an unquoted cell is a part of it, also where more lines follow', async () => {
  const content = 'audience_id,name,description\n1,5" x,=HYPERLINK("http://x";"y")\n2,"a\rb","c\n""d"""\n3,e"f",\n'
  expect(await rows(content)).toEqual([
    { audience_id: '1', name: '5" x', description: '=HYPERLINK("http://x";"y")' },
    { audience_id: '2', name: 'a\rb', description: 'c\n"d"' },
    { audience_id: '3', name: 'e"f"', description: null },
  ])
})

describe('a file that cannot be understood says why in one message', () => {
  test.each<[string, string | Uint8Array, string]>([
    [
      'no header',
      'aud-1,Hikers,5\naud-2,Bikers,6\n',
      'its first line names no field of the records: it has "aud-1", "Hikers", "5", with "," between them',
    ],
    [
      'no name',
      'audience_id;description\n1;2\n',
      'the header has no column name: it has "audience_id", "description", with ";" between them',
    ],
    [
      'another delimiter than sep=',
      `sep=;\n${PLAIN}`,
      'its first line says sep=;, and its header has "," between the names',
    ],
    [
      'spaces between the names',
      'audience_id name size\n1 2 3\n',
      'its first line names no field of the records: it has "audience_id name size", with "," between them',
    ],
    [
      'a field under two spellings',
      'Name,NAME,audience_id\na,b,c\n',
      'the header names "name" twice, as "Name" and "NAME"',
    ],
    ['a field twice', 'name,name\na,b\n', 'the header names "name" twice'],
    [
      'a workbook',
      Buffer.from('PK\x03\x04rest'),
      'the file is an Excel workbook or another ZIP file: save it as text in UTF-8',
    ],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'the file is compressed by gzip: save it as text in UTF-8'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'the file is UTF-32 text: save it as text in UTF-8'],
    [
      'Windows-1252',
      Buffer.from('name\na\ncaf\xe9\n', 'latin1'),
      'the text is not UTF-8 (line 3): save it as UTF-8, in Excel as "CSV UTF-8"',
    ],
    [
      'UTF-16 that is cut',
      utf16le(`\ufeff${PLAIN}`).subarray(0, -1),
      'the text is cut, or is not UTF-16LE as it begins',
    ],
    [
      'zero bytes',
      'n\0ame,audience_id\n1,2\n',
      'the header has zero bytes: the file is UTF-16 without a byte order mark, or no text',
    ],
    ['nothing', '\r\n \r\n', 'the file has no header line'],
    [
      'a header that is never closed',
      '"audience_id,name\n1,2\n',
      'the header line is not CSV: a quote is never closed',
    ],
  ])('%s', async (_, content, message) => {
    expect(await refusal(content)).toBe(message)
  })

  test('and stays short whatever the header is', async () => {
    expect((await refusal(`${'x'.repeat(5000)}\n`)).length).toBeLessThan(250)
    expect(
      (
        await refusal(
          Array(5000)
            .fill(0)
            .map((_, at) => `x${at}`)
            .join(','),
        )
      ).length,
    ).toBeLessThan(250)
  })
})

describe('a word for nothing', () => {
  const of = async (header: string, cell: string, kind?: ImportKind) => {
    const [entry] = await read(`${header},name,audience_id,platform_id\n${cell},x,a,p\n`, kind)
    return entry?.kind === 'row' ? [entry.fields[Object.keys(entry.fields)[0]!], entry.changes] : entry
  }

  test.each(['NaN', 'nan', 'NaT', 'None', 'NULL', 'null', 'N/A', 'n/a', 'inf', '-inf', ' NaN ', '<NA>', '#N/A', '\\N'])(
    '%s is null and counted where a field may be null',
    async (word) => {
      const change = `${word.trim()} means nothing: stored as null`
      for (const field of ['description', 'data_type', 'total_audience_size', 'updated_at', 'metadata', 'segments']) {
        expect(await of(field, word)).toEqual([null, [{ field, change }]])
      }
    },
  )

  test.each(['NaN', 'None', 'NULL', 'N/A', 'inf'])('%s stays where a text has to be', async (word) => {
    expect(
      (await rows(`audience_id,name,status,user_id,Old Note\n${word},${word},${word},${word},${word}\n`))[0],
    ).toEqual({
      audience_id: word,
      name: word,
      status: word,
      user_id: word,
      'Old Note': word,
    })
    for (const field of ['audience_name', 'platform_name', 'platform_audience_id']) {
      expect(await of(field, word, DISTRIBUTIONS_IMPORT)).toEqual([word, []])
    }
  })

  test('in quotes is text, except in a column without text and in a file that quotes everything', async () => {
    expect(await of('description', '"None"')).toEqual(['None', []])
    expect(await of('description', 'North America: NA')).toEqual(['North America: NA', []])
    expect(await of('description', 'NA')).toEqual(['NA', []])
    expect(((await of('total_audience_size', '"NA"')) as unknown[])[0]).toBe(null)
    expect(await rows('"name","description"\n"None","None"\n')).toEqual([{ name: 'None', description: null }])
  })

  test('under an old name is one too', async () => {
    expect(((await of('Record Count', 'NaN', DISTRIBUTIONS_IMPORT)) as unknown[])[0]).toBe(null)
  })
})

describe('a number', () => {
  const size = async (cell: string, delimiter = ',') => {
    const quoted = `"${cell}"`
    const [entry] = await read(
      `name${delimiter}total_audience_size${delimiter}audience_id\nx${delimiter}${quoted}${delimiter}1\n`,
    )
    return entry?.kind === 'row' ? entry.fields['total_audience_size'] : entry?.reason
  }

  test.each([
    ['125000', ',', '125000'],
    ['125000.0', ',', '125000.0'],
    ['125,000', ',', '125000'],
    ['1,234,567', ';', '1234567'],
    ['1.234.567', ';', '1234567'],
    ['1 234 567', ';', '1234567'],
    ['12\u202f345', '\t', '12345'],
    ["1'234", ';', '1234'],
    ['5,0', ';', '5.0'],
    ['125.000', ',', '125.000'],
    ['125.000', ';', 'total_audience_size is ambiguous: 125.000 may be 125000 or 125'],
    ['125,000', ';', 'total_audience_size is ambiguous: 125,000 may be 125000 or 125'],
    ['125.000', '\t', 'total_audience_size is ambiguous: 125.000 may be 125000 or 125'],
  ])('%s between %j is %s', async (cell, delimiter, expected) => {
    expect(await size(cell, delimiter)).toBe(expected)
  })

  test.each([
    ['0,72', '0.72'],
    ['0.725', '0.725'],
    ['72%', '72e-2'],
    ['57,5 %', '57.5e-2'],
    ['0x1F', '0x1F'],
  ])('%s as a rate is %s', async (cell, expected) => {
    const content = `audience_id;platform_id;match_rate\na;p;${cell}\n`
    expect(await rows(content, DISTRIBUTIONS_IMPORT)).toMatchObject([{ match_rate: expected }])
  })
})

test('the files of spreadsheets: semicolons, sep=, UTF-16 and formulas go in', async () => {
  const { run, records } = await bench()
  const report = await run({ from: CASES, user_id: 'u1' })
  const all = await records('u1')
  expect(all['aud-ca000005']).toMatchObject({ name: 'Hikers' })
  expect(all['aud-ca000007']).toMatchObject({ name: 'Zürich' })
  expect(Object.fromEntries(Object.entries(all).map(([id, { name }]) => [id, name]))).toMatchObject({
    'aud-ca000041': '-5% discount seekers',
    'aud-ca000042': '=HYPERLINK("http://x";"y")',
    'aud-ca000043': '+49 callers',
    'aud-ca000044': "'90s kids",
  })
  expect(report.unreadable_files).toEqual([])
  // Times of the day first are understood or refused by that cause; nothing else is wrong with their rows.
  for (const { reason } of report.refused_rows)
    expect(reason).toMatch(/^created_at may have the day or the month first: .*: 0\d\.05\.2025 10:00$/)
})

test('every text that an export writes comes back, beside words for nothing and formulas', async () => {
  const piece = fc.constantFrom(
    "'",
    '=',
    '+',
    '-',
    '@',
    '＝',
    '－',
    '\t',
    '\r',
    '\n',
    '\0',
    ' ',
    '"',
    ',',
    ';',
    'a',
    'None',
    'NaN',
    'sep=',
    '\ufeff',
    '\u00a0',
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'grapheme' }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      async (texts, has_bom) => {
        const lines = texts.map(([name, description]) => `a,${csvCell(name)},${csvCell(description)}\r\n`)
        const content = `${has_bom ? '\ufeff' : ''}audience_id,name,description\r\n${lines.join('')}`
        const expected = texts.map(([name, description]) => ({ audience_id: 'a', name, description }))
        expect(await rows(content)).toEqual(expected)
      },
    ),
    runs(50, 1000),
  )
})

test('sizes of -1 are null and counted, at the top and in segments; other negative sizes are refused', async () => {
  const { run, records } = await bench()
  const from = await folderOf({
    'audiences.csv':
      'audience_id,user_id,name,created_at,total_audience_size,audience_size,segments\n' +
      'aud-1,u1,a,2025-05-01,-1,-1.0,"[{""segment_id"":1,""size"":-1},{""segment_id"":2,""size"":-1},{""segment_id"":3,""size"":7}]"\n' +
      'aud-2,u1,b,2025-05-01,-2,,\n' +
      'aud-3,u1,c,2025-05-01,0x1F,,\n',
    'distributions.json': [
      {
        distribution_id: 'dist-1',
        user_id: 'u1',
        audience_id: 'aud-1',
        platform_id: 'p',
        created_at: '2025-05-01',
        status: 'Completed',
        record_count: -1,
        matched_records: -1,
        match_rate: 0,
      },
    ],
  })
  const report = await run({ from })
  expectCounts(report, { written: 2, refused: 2 })
  expect((await records('u1'))['aud-1']).toMatchObject({
    total_audience_size: null,
    audience_size: null,
    segments: [{ size: null }, { size: null }, { size: 7 }],
  })
  const change = '-1 is too few to tell: stored as null'
  expect(report.changed_values).toEqual([
    { file: 'audiences.csv', field: 'total_audience_size', change, rows: 1 },
    { file: 'audiences.csv', field: 'audience_size', change, rows: 1 },
    { file: 'audiences.csv', field: 'segments[].size', change, rows: 2 },
    { file: 'distributions.json', field: 'record_count', change, rows: 1 },
    { file: 'distributions.json', field: 'matched_records', change, rows: 1 },
  ])
  expect(report.refused_rows.map(({ reason }) => reason)).toEqual([
    'total_audience_size must be at least 0',
    expect.stringMatching(/^total_audience_size must be/),
  ])
})
