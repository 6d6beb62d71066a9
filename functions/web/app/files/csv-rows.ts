/**
 * A CSV file as rows of cells, as spreadsheets of any language write it (RFC 4180): commas, semicolons or tabs, a `sep=` line in
 * front, quoted cells with line breaks. (csv-parse would be 14 kB for a page that imports a file once.)
 */

export interface CsvCell {
  readonly text: string
  /** An empty text in quotes is a text; without them it is nothing. */
  readonly is_quoted: boolean
}

export interface CsvRow {
  /** Where it begins in the file, from 1: how people find it again. */
  readonly line: number
  readonly cells: readonly CsvCell[]
}

export interface CsvRows {
  /** Those with any text. */
  readonly rows: readonly CsvRow[]
  /** The line where a quote opens that is never closed: nothing below it was read. */
  readonly open_quote_line: number | null
}

const DELIMITERS = [',', ';', '\t', '|'] as const
const SEPARATOR_LINE = /^sep=(.)\r?\n/i

/** @param text with or without a byte order mark */
export function csvRows(text: string): CsvRows {
  const rows: CsvRow[] = []
  const reading = csvRowsOneByOne(text)
  for (;;) {
    const { done, value } = reading.next()
    if (done) return { rows, open_quote_line: value }
    rows.push(value)
  }
}

/** The same for a large file, of which a page reads some rows at a time. @returns `open_quote_line` */
export function* csvRowsOneByOne(text: string): Generator<CsvRow, number | null, void> {
  const marked = text.replace(/^\ufeff/, '')
  const separator = SEPARATOR_LINE.exec(marked)
  const content = separator ? marked.slice(separator[0].length) : marked
  const delimiter = separator?.[1] ?? delimiterOf(content)
  let cells: CsvCell[] = []
  let line = separator ? 2 : 1
  let begun_at = line
  let at = 0
  while (at < content.length) {
    const cell = cellAt(content, at, delimiter)
    if (!cell) return line
    cells.push(cell)
    line += cell.line_breaks
    at = cell.end
    if (content[at] === delimiter) {
      at++
      // The last cell of the file is an empty one.
      if (at === content.length) cells.push({ text: '', is_quoted: false })
      continue
    }
    at += content.startsWith('\r\n', at) ? 2 : 1
    line++
    if (hasText(cells)) yield { line: begun_at, cells }
    cells = []
    begun_at = line
  }
  if (hasText(cells)) yield { line: begun_at, cells }
  return null
}

function hasText(cells: readonly CsvCell[]): boolean {
  return cells.some(({ text, is_quoted }) => text !== '' || is_quoted)
}

interface CellRead extends CsvCell {
  readonly end: number
  readonly line_breaks: number
}

/** @returns undefined of a quote that is never closed */
function cellAt(content: string, start: number, delimiter: string): CellRead | undefined {
  const endFrom = (from: number): number => {
    let end = from
    while (end < content.length && content[end] !== delimiter && content[end] !== '\n' && content[end] !== '\r') end++
    return end
  }
  if (content[start] !== '"') {
    const end = endFrom(start)
    return { text: content.slice(start, end), is_quoted: false, end, line_breaks: 0 }
  }
  let [text, at] = ['', start + 1]
  for (;;) {
    const quote = content.indexOf('"', at)
    if (quote === -1) return undefined
    text += content.slice(at, quote)
    at = quote + 1
    if (content[at] !== '"') break
    text += '"'
    at++
  }
  // What follows a closing quote belongs to the cell: some programs write it so.
  const end = endFrom(at)
  text += content.slice(at, end)
  return { text, is_quoted: true, end, line_breaks: text.split('\n').length - 1 }
}

/** The sign that parts the first line most often, outside of quotes. */
function delimiterOf(content: string): string {
  const first = firstLineOf(content)
  const count = (sign: string) => first.split(sign).length
  return DELIMITERS.reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

/** The first line without its quoted cells. */
function firstLineOf(content: string): string {
  let [line, at] = ['', 0]
  while (at < content.length && content[at] !== '\n' && content[at] !== '\r') {
    const close = content[at] === '"' ? content.indexOf('"', at + 1) : -1
    if (close === -1) line += content[at]
    at = Math.max(at, close) + 1
  }
  return line
}
