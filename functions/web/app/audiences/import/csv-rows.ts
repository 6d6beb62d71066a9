/** A CSV file as rows of cells (RFC 4180), with the delimiters that spreadsheets write. */

export interface CsvCell {
  readonly text: string
  /** An empty text in quotes is a text; without them it is nothing. */
  readonly is_quoted: boolean
}

export interface CsvRow {
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly cells: readonly CsvCell[]
}

const DELIMITERS = [',', ';', '\t', '|'] as const

/** Rows without any text are left out. @throws SyntaxError when a quote is never closed */
export function csvRows(text: string): readonly CsvRow[] {
  const content = text.replace(/^\ufeff/, '')
  const delimiter = delimiterOf(content)
  const rows: CsvRow[] = []
  let cells: CsvCell[] = []
  let [line, begun_at] = [1, 1]
  let at = 0
  const end = (): void => {
    if (cells.some((cell) => cell.text !== '' || cell.is_quoted)) rows.push({ line: begun_at, cells })
    cells = []
  }
  while (at < content.length) {
    const cell = cellAt(content, at, delimiter)
    if (!cell) throw new SyntaxError(`A quote that opens in line ${line} is never closed.`)
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
    end()
    begun_at = line
  }
  end()
  return rows
}

interface CellRead extends CsvCell {
  readonly end: number
  readonly line_breaks: number
}

/** @returns undefined of a quote that is never closed */
function cellAt(content: string, start: number, delimiter: string): CellRead | undefined {
  const ends = delimiter === '|' ? /[|\r\n]/g : new RegExp(`[${delimiter}\r\n]`, 'g')
  const endFrom = (from: number): number => {
    ends.lastIndex = from
    return ends.exec(content)?.index ?? content.length
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

/** Of the header the sign that makes the most cells. */
function delimiterOf(content: string): string {
  const header = content.slice(0, content.search(/[\r\n]|$/))
  const count = (sign: string) => header.split(sign).length
  return DELIMITERS.reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}
