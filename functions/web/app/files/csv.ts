import { unguarded } from '#shared/records/csv.ts'

/**
 * CSV as spreadsheets of any language write it: commas, semicolons or tabs, a `sep=` line in front, quoted cells with line
 * breaks. (csv-parse would be 14 kB for a page that imports a file once.)
 */

/** A row under the columns of the head. Cells are text; a cell that the row does not have is empty. */
export interface CsvRow {
  /** Of the file, from 1: how people find it again. */
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}

export interface CsvTable {
  /** Names of the columns as they stand in the file. */
  readonly columns: readonly string[]
  readonly rows: readonly CsvRow[]
  /** The line where a quote opens that is never closed: nothing below it was read. */
  readonly open_quote_line: number | null
}

interface CsvLine {
  readonly line: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t', '|'] as const
const SEPARATOR_LINE = /^sep=(.)\r?\n/i

/** @param text with or without a byte order mark */
export function csvTableOf(text: string): CsvTable {
  const marked = text.replace(/^\uFEFF/, '')
  const separator = SEPARATOR_LINE.exec(marked)
  const body = separator ? marked.slice(separator[0].length) : marked
  const { lines, open_quote_line } = linesOf(body, separator?.[1] ?? delimiterOf(body), separator ? 2 : 1)
  const [head, ...rows] = lines.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  const columns = (head?.cells ?? []).map((name) => name.trim())
  return {
    columns,
    rows: rows.map(({ line, cells }) => ({
      line,
      cells: Object.fromEntries(columns.map((name, at) => [name, unguarded(cells[at]?.trim() ?? '')])),
    })),
    open_quote_line,
  }
}

/** The sign that parts the first line most often, outside of quotes. */
function delimiterOf(text: string): string {
  const first = text.replaceAll(/"[^"]*"/g, '').split(/\r|\n/, 1)[0]!
  const counted = DELIMITERS.map((sign) => ({ sign, count: first.split(sign).length }))
  return counted.toSorted((one, other) => other.count - one.count)[0]!.sign
}

function linesOf(
  text: string,
  delimiter: string,
  first_line: number,
): { readonly lines: readonly CsvLine[]; readonly open_quote_line: number | null } {
  const lines: CsvLine[] = []
  let cells: string[] = []
  let line = first_line
  let started_at = line
  let at = 0
  const endLine = () => {
    lines.push({ line: started_at, cells })
    cells = []
    started_at = line
  }
  while (at < text.length) {
    if (text[at] === '"') {
      const quoted = quotedCell(text, at)
      if (!quoted) return { lines, open_quote_line: line }
      line += quoted.text.split('\n').length - 1
      at = quoted.end
      const rest = plainCell(text, at, delimiter)
      cells.push(quoted.text + rest)
      at += rest.length
    } else {
      const plain = plainCell(text, at, delimiter)
      cells.push(plain)
      at += plain.length
    }
    if (text[at] === delimiter) {
      at++
      // A delimiter at the very end has an empty cell behind it.
      if (at === text.length) cells.push('')
      continue
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
    line++
    endLine()
  }
  if (cells.length > 0) endLine()
  return { lines, open_quote_line: null }
}

/** Within quotes two of them are one. */
function quotedCell(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let close = text.indexOf('"', start + 1)
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  if (close < 0) return undefined
  return { text: text.slice(start + 1, close).replaceAll('""', '"'), end: close + 1 }
}

function plainCell(text: string, start: number, delimiter: string): string {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return text.slice(start, end)
}
