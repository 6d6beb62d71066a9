import { isObject } from '#shared/base/is-object.ts'
import { parsedJson } from '#shared/base/parsed-json.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { isNothing, unguarded } from '#shared/records/csv.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { csvRowsOneByOne, type CsvCell, type CsvRow } from '../../files/csv-rows.ts'
import { UnreadableFile, type FileRow } from './file-rows.ts'

/** Audiences of a CSV file: of an export, or of a spreadsheet whose columns have names that people write. */

const TYPES: ReadonlyMap<string, ColumnType> = new Map(AUDIENCES.columns.map(({ name, type }) => [name, type]))

/** Headings of people, by the columns that they mean. */
const HEADINGS: Readonly<Record<string, string>> = {
  audience: 'name',
  audience_name: 'name',
  id: 'audience_id',
  type: 'data_type',
  records: 'total_audience_size',
  size: 'total_audience_size',
  audience_size_total: 'total_audience_size',
  variables: 'selected_variables',
  query: 'original_query',
}
const MEMBERS: Readonly<Record<string, string>> = {
  tag: 'tags',
  tags: 'tags',
  campaign: 'campaign_id',
  campaign_id: 'campaign_id',
}

/** One by one: a large file is read in steps. @throws UnreadableFile */
export function* csvAudiences(text: string): Generator<FileRow, void, void> {
  const rows = rowsOf(text)
  const header = rows.next().value
  if (!header) throw new UnreadableFile('The file is empty.')
  const names = header.cells.map(({ text: heading }) => columnOf(heading))
  if (!names.includes('name') && !names.includes('audience_id')) {
    throw new UnreadableFile('Its first line names no column “name”. The first line has to name the columns.')
  }
  for (const row of rows) yield audienceIn(row, names)
}

function audienceIn({ line, cells }: CsvRow, names: readonly string[]): FileRow {
  const source: Record<string, unknown> = {}
  const metadata: Record<string, unknown> = {}
  for (const [at, name] of names.entries()) {
    const cell = cells[at]
    if (!cell || name === '') continue
    const member = TYPES.has(name) ? undefined : MEMBERS[name]
    if (member === undefined) source[name] = valueOf(cell, TYPES.get(name))
    else if (cell.text.trim() !== '') metadata[member] = member === 'tags' ? tagsIn(cell.text) : unguarded(cell.text)
  }
  if (Object.keys(metadata).length === 0) return { line, source }
  const said = source['metadata']
  return { line, source: { ...source, metadata: { ...(isObject(said) && said), ...metadata } } }
}

function* rowsOf(text: string): Generator<CsvRow, undefined, void> {
  const open_quote_line = yield* csvRowsOneByOne(text)
  if (open_quote_line === null) return
  throw new UnreadableFile(`A quote that opens in line ${open_quote_line} is never closed.`)
}

/** `Data type` is data_type. */
function columnOf(heading: string): string {
  const name = heading
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  return HEADINGS[name] ?? name
}

function valueOf(cell: CsvCell, type: ColumnType | undefined): unknown {
  const { text, is_quoted } = cell
  if (!is_quoted && (text.trim() === '' || (type !== undefined && isNothing(text)))) return null
  switch (type) {
    case 'int64':
    case 'double':
      return numberIn(text)
    case 'string_list':
    case 'json':
      return listIn(text, type)
    case 'boolean':
      return parsedJson(text.trim().toLowerCase()) ?? text
    case 'string':
    case 'timestamp':
    case undefined:
      return unguarded(text)
  }
}

/** Digits in groups, as spreadsheets write them. What is no number stays a text, and is refused by name. */
function numberIn(text: string): unknown {
  const digits = /^\d{1,3}(?:([,.'’ \u00a0\u202f])\d{3})(?:\1\d{3})*$/.test(text.trim())
    ? text.replaceAll(/\D/g, '')
    : text.trim()
  if (digits === '') return null
  const value = Number(digits)
  return Number.isNaN(value) ? text : value
}

/** JSON, as exports have it; a list of words also with signs between them. */
function listIn(text: string, type: 'string_list' | 'json'): unknown {
  if (text.trim() === '') return null
  const value = parsedJson(unguarded(text))
  if (value !== undefined && typeof value === 'object') return value
  return type === 'string_list' ? tagsIn(text) : (value ?? text)
}

function tagsIn(text: string): readonly string[] {
  const value = parsedJson(text)
  if (Array.isArray(value)) return value.map(String)
  return unguarded(text)
    .split(/[,;|]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
