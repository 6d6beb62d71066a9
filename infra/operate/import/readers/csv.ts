import { fieldNames } from '../kinds/field-names.ts'
import type { ImportKind } from '../kinds/import-kind.ts'
import { type CellReader, cellReaders } from './csv-cells.ts'
import { type CsvHeader, dialectOf, headerOf, sepOf, textOf } from './csv-header.ts'
import { type Cells, LineQueue, readRecords } from './csv-records.ts'
import { UnreadableFile, type SourceEntry } from './reader.ts'
import type { ValueChange } from './source-fields.ts'
import { type Line, readLinesOfAnyEnd } from './text.ts'

/**
 * Records of a CSV file (RFC 4180 and the dialects of spreadsheets) with a header line. An empty cell is null, a quoted
 * empty one is empty text; the guard that exports put before formulas is removed; rows without any text are no records.
 */
export async function* readCsv(path: string, kind?: ImportKind): AsyncGenerator<SourceEntry> {
  const lines = new LineQueue(readLinesOfAnyEnd(path))
  const known = kind && fieldNames(kind)
  const first = await nextWithNames(lines)
  const sep = first && sepOf(first.line)
  const header_line = sep === undefined ? first : await nextWithNames(lines)
  if (!header_line) throw new UnreadableFile('the file has no header line')
  const header_lines = [header_line, ...(await restOfHeader(lines, header_line))]
  const header_text = header_lines.map(({ line }) => line).join('')
  const dialect = dialectOf(header_text, sep, known)
  lines.putBack(header_lines)

  let header: CsvHeader | undefined
  let readers: readonly CellReader[] = []
  for await (const entry of readRecords(lines, dialect)) {
    if ('reason' in entry) {
      if (!header) throw new UnreadableFile(`the header line is not CSV: ${entry.reason.replace(/^is not CSV: /, '')}`)
      yield { kind: 'bad', ...entry }
    } else if (!header) {
      header = headerOf(entry.cells, header_text, dialect, known)
      readers = cellReaders(header, dialect.delimiter, kind)
    } else if (!isBlank(entry.cells)) {
      yield entryOf(header.names, readers, entry.cells, entry.number)
    }
  }
}

/** The next line that has more than delimiters and quotes. */
async function nextWithNames(lines: LineQueue): Promise<Line | undefined> {
  let line = await lines.nextWithText()
  while (line && /^[\s,;|"]*$/.test(line.line)) line = await lines.nextWithText()
  return line
}

/** Names may have line ends in them, within quotes; no header has more lines than this. */
const HEADER_LINES_MAX = 100

/** The lines up to one that closes the quotes of the header. */
async function restOfHeader(lines: LineQueue, { line }: Line): Promise<Line[]> {
  const rest: Line[] = []
  for (let quotes = line.split('"').length - 1; quotes % 2 === 1 && rest.length < HEADER_LINES_MAX;) {
    const next = await lines.next()
    if (!next) break
    rest.push(next)
    quotes += next.line.split('"').length - 1
  }
  return rest
}

/** Cells that are all empty: what spreadsheets write for rows that once had text. */
function isBlank(cells: Cells): boolean {
  return cells.every((cell) => cell === null || (cells.length > 1 && textOf(cell).trim() === ''))
}

/** Programs leave out empty cells at the end of a row, or add some. */
function entryOf(names: readonly string[], readers: readonly CellReader[], cells: Cells, number: number): SourceEntry {
  const count = `has ${cells.length} cells where the header has ${names.length}`
  if (cells.slice(names.length).some((cell) => textOf(cell).trim() !== ''))
    return { kind: 'bad', number, reason: count }
  const changes: ValueChange[] = []
  const fields: [string, string | null][] = []
  for (const [at, name] of names.entries()) {
    const meaning = readers[at]!(cells[at] ?? null)
    if (meaning.kind === 'ambiguous') return { kind: 'bad', number, reason: `${name} is ambiguous: ${meaning.reason}` }
    if (meaning.change !== undefined) changes.push({ field: name, change: meaning.change })
    fields.push([name, meaning.value])
  }
  const is_short = cells.length < names.length
  if (is_short) changes.push({ field: names.slice(cells.length).join(', '), change: 'has no cell: stored as null' })
  return { kind: 'row', number, fields: Object.fromEntries(fields), changes, ...(is_short && { shortfall: count }) }
}
