import { unguarded } from '#shared/records/csv.ts'
import { csvRows } from './csv-rows.ts'

/** A CSV file as a table under the columns of its head, for people's own lists: spaces around a cell say nothing. */

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

/** @param text with or without a byte order mark */
export function csvTableOf(text: string): CsvTable {
  const { rows: lines, open_quote_line } = csvRows(text)
  const [head, ...rows] = lines.filter(({ cells }) => cells.some((cell) => cell.text.trim() !== ''))
  const columns = (head?.cells ?? []).map((cell) => cell.text.trim())
  return {
    columns,
    rows: rows.map(({ line, cells }) => ({
      line,
      cells: Object.fromEntries(columns.map((name, at) => [name, unguarded(cells[at]?.text.trim() ?? '')])),
    })),
    open_quote_line,
  }
}
