import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { readCsv } from '#infra/operate/import/readers/csv.ts'
import { UnreadableFile } from '#infra/operate/import/readers/reader.ts'
import { csvCell, isNothing } from '#shared/records/csv.ts'
import { fc, REPEAT, runs } from '#tests/support/seeds.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'

/** CSV files as programs and people write them: every dialect that the import README names, combined by chance. */

const COLUMNS = ['audience_id', 'name', 'description', 'total_audience_size', 'status'] as const
type Column = (typeof COLUMNS)[number]
type Row = Record<Column, string | null>

const piece = fc.constantFrom(
  'a',
  'Zürich',
  '日本',
  '🎉',
  ' ',
  ',',
  ';',
  '\t',
  '|',
  '"',
  '\n',
  '\r\n',
  '\r',
  "'",
  '=',
  '-',
  '＋',
  '\u00a0',
)
/** Words for nothing have tests of their own: a file that quotes everything cannot tell them from text. */
const text = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.join(''))
  .filter((made) => !isNothing(made))

const row: fc.Arbitrary<Row> = fc.record({
  audience_id: fc.integer({ min: 0, max: 0xffff }).map((id) => `aud-${id.toString(16)}`),
  name: text.map((made) => `n${made}`),
  description: fc.option(text.map((made) => `${made}d`)),
  total_audience_size: fc.option(fc.nat().map(String)),
  status: fc.option(fc.constantFrom('active', 'ARCHIVED', 'Draft ')),
})

const SPELLINGS: Record<string, (name: string) => string> = {
  exact: (name) => name,
  upper: (name) => name.toUpperCase(),
  words: (name) => name.replaceAll('_', ' ').replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  camel: (name) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  kebab: (name) => name.replaceAll('_', '-'),
  spaced: (name) => `${name} `,
}

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  'UTF-8': (content) => Buffer.from(content),
  'UTF-8 with a mark': (content) => Buffer.from(`\ufeff${content}`),
  'UTF-16 LE': (content) => Buffer.from(content, 'utf16le'),
  'UTF-16 LE with a mark': (content) => Buffer.from(`\ufeff${content}`, 'utf16le'),
  'UTF-16 BE': (content) => Buffer.from(content, 'utf16le').swap16(),
  'UTF-16 BE with a mark': (content) => Buffer.from(`\ufeff${content}`, 'utf16le').swap16(),
}

const dialect = fc.record({
  columns: fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length }),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  /** Signs that only a line `sep=` can tell. */
  sep: fc.constantFrom('none', 'same', '^', '~'),
  has_spaces: fc.boolean(),
  quoting: fc.constantFrom('needed', 'texts', 'all'),
  line_end: fc.constantFrom('\r\n', '\n', '\r'),
  spelling: fc.constantFrom(...Object.keys(SPELLINGS)),
  encoding: fc.constantFrom(...Object.keys(ENCODINGS)),
  are_short: fc.boolean(),
  empty_cells_behind: fc.nat({ max: 3 }),
  blanks: fc.array(fc.constantFrom('nothing', 'spaces', 'delimiters', 'quotes'), { maxLength: 3 }),
  blanks_first: fc.boolean(),
  has_last_end: fc.boolean(),
})
type Dialect = typeof dialect extends fc.Arbitrary<infer D> ? D : never

function written(rows: readonly Row[], how: Dialect): Buffer {
  const delimiter = how.sep === '^' || how.sep === '~' ? how.sep : how.delimiter
  const between = how.has_spaces ? `${delimiter} ` : delimiter
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const cellOf = (value: string | null, column: Column): string => {
    const cell = csvCell(value)
    if (cell.startsWith('"')) return cell
    const is_text = value !== null && column !== 'total_audience_size'
    const is_odd = cell.includes(delimiter) || cell.startsWith(' ') || cell.startsWith('\u00a0')
    return how.quoting === 'all' || (how.quoting === 'texts' && is_text) || is_odd ? quoted(cell) : cell
  }
  const line = (cells: string[]) => [...cells, ...Array<string>(how.empty_cells_behind).fill('')].join(between)
  const spell = SPELLINGS[how.spelling]!
  const header = how.columns.map((name) => (how.quoting === 'all' ? quoted(spell(name)) : spell(name))).join(between)
  const lines = rows.map((values) => {
    const cells = how.columns.map((name) => cellOf(values[name], name))
    const last = how.are_short ? how.columns.findLastIndex((name) => values[name] !== null) : cells.length
    return line(cells.slice(0, last + 1))
  })
  const BLANKS = {
    nothing: '',
    spaces: '  ',
    delimiters: delimiter.repeat(7),
    quotes: Array(4).fill('""').join(between),
  }
  const blanks = how.blanks.map((kind) => BLANKS[kind])
  const all = [
    ...(how.sep === 'none' ? [] : [`sep=${delimiter}`]),
    header,
    ...(how.blanks_first ? blanks : []),
    ...lines,
    ...(how.blanks_first ? [] : blanks),
  ]
  const content = all.join(how.line_end) + (how.has_last_end ? how.line_end : '')
  return ENCODINGS[how.encoding]!(content)
}

async function read(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const entry of readCsv(path, AUDIENCES_IMPORT)) {
    if (entry.kind === 'bad') throw new Error(`line ${entry.number} ${entry.reason}`)
    rows.push(entry.fields as Row)
  }
  return rows
}

test(`a file in any dialect has the same records as the plain one (${REPEAT})`, async () => {
  const path = join(await temporaryFolder(), 'odd.csv')
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), dialect, async (rows, how) => {
      await writeFile(path, written(rows, how))
      expect((await read(path)).map((found) => told(found))).toEqual(rows.map((wanted) => told(wanted)))
    }),
    runs(50, 5000),
  )
})

/** The fields of ours; a file that quotes everything cannot tell an empty text from nothing. */
function told(fields: Row): unknown {
  return Object.fromEntries(COLUMNS.map((name) => [name, fields[name] || null]))
}

const FAULTS: Record<string, { spoil: (bytes: Buffer, how: Dialect) => Buffer; message: RegExp }> = {
  'in Windows-1252': {
    spoil: () => Buffer.from('audience_id;name\r\naud-1;Zürich\r\n', 'latin1'),
    message: /^the text is not UTF-8 \(line 2\)/,
  },
  'as a workbook': {
    spoil: (bytes) => Buffer.concat([Buffer.from('PK\x03\x04'), bytes]),
    message: /^the file is an Excel workbook/,
  },
  'cut within a character of UTF-16': {
    spoil: (bytes, how) =>
      (how.encoding.startsWith('UTF-16') ? bytes : Buffer.from(`\ufeff${bytes.toString()}`, 'utf16le')).subarray(0, -1),
    message: /^the text is cut, or is not UTF-16[LB]E/,
  },
}

test(`a file that is not understood is refused by one message with the cause (${REPEAT})`, async () => {
  const path = join(await temporaryFolder(), 'odd.csv')
  const fault = fc.constantFrom(...Object.values(FAULTS))
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 3 }),
      dialect,
      fault,
      async (rows, how, { spoil, message }) => {
        await writeFile(path, spoil(written(rows, how), how))
        const failure: unknown = await read(path).catch((error: unknown) => error)
        expect(failure).toBeInstanceOf(UnreadableFile)
        expect((failure as Error).message).toMatch(message)
      },
    ),
    runs(30, 500),
  )
})

test(`a header that lacks or repeats a field is refused by its name, in any dialect (${REPEAT})`, async () => {
  const path = join(await temporaryFolder(), 'odd.csv')
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 3 }),
      dialect,
      fc.boolean(),
      async (rows, how, is_lacking) => {
        const columns: Column[] = is_lacking ? how.columns.filter((name) => name !== 'name') : [...how.columns, 'name']
        await writeFile(path, written(rows, { ...how, columns }))
        const failure: unknown = await read(path).catch((error: unknown) => error)
        expect(failure).toBeInstanceOf(UnreadableFile)
        expect((failure as Error).message).toMatch(
          is_lacking ? /^the header has no column name: it has/ : /^the header names "name" twice/,
        )
      },
    ),
    runs(30, 500),
  )
})
