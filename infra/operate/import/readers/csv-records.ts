import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'

import { isNothing, unguarded } from '#shared/records/csv.ts'
import type { Line } from './text.ts'

/** How the cells of a CSV file are put side by side. */
export interface CsvDialect {
  readonly delimiter: string
  /** Every delimiter has a space behind it that is no part of the cell. */
  readonly has_spaces: boolean
}

/** A cell: null when empty and unquoted, a word for nothing with how it stands there, or text without its guard. */
export type Cell = string | null | NothingWord
export type Cells = readonly Cell[]

/** `NaN`, `None` and the like: whether it is nothing depends on the column. */
export class NothingWord {
  readonly text: string
  readonly is_quoted: boolean

  constructor(text: string, is_quoted: boolean) {
    this.text = text
    this.is_quoted = is_quoted
  }
}

export type ReadRecord = { number: number; cells: Cells } | { number: number; reason: string }

/** Lines that are probably one record: from the first up to the one that closes its quotes. */
interface CandidateRecord {
  readonly number: number
  /** With the line ends of the file. */
  readonly text: string
  /** Lines after the first. They are read again if this is not a record. */
  readonly further: readonly Line[]
  readonly is_open: boolean
  /** A quoted cell goes on behind its closing quote. */
  readonly is_stray: boolean
}

/** A longer record has lost its closing quote: records take 256 KiB at most. */
const RECORD_CHARACTERS_MAX = 4 * 1024 * 1024
/** Records per parser: making a parser costs more than parsing a record. */
const BATCH_RECORDS = 500

/**
 * The records of these lines. A stray or missing quote costs only its own line, which csv-parse cannot do by itself:
 * after a quote that is never closed it reads to the end of the file. A quote within an unquoted cell is a part of it.
 */
export async function* readRecords(lines: LineQueue, dialect: CsvDialect): AsyncGenerator<ReadRecord> {
  let waiting: CandidateRecord[] = []
  for (let next = await nextCandidate(lines, dialect); next; next = await nextCandidate(lines, dialect)) {
    if (next.further.length === 0 && !next.is_open && !next.is_stray) {
      waiting.push(next)
      if (waiting.length < BATCH_RECORDS) continue
      yield* parseAll(waiting, dialect)
      waiting = []
    } else {
      yield* parseAll(waiting, dialect)
      waiting = []
      const record = next.is_open ? { number: next.number, reason: 'a quote is never closed' } : parseOne(next, dialect)
      if ('reason' in record) lines.putBack(next.further)
      yield record
    }
  }
  yield* parseAll(waiting, dialect)
}

/** The next lines up to one on which no quote is open. */
async function nextCandidate(lines: LineQueue, dialect: CsvDialect): Promise<CandidateRecord | undefined> {
  const first = await lines.nextWithText()
  if (!first) return undefined
  const further: Line[] = []
  let characters = first.line.length
  let { is_open, is_stray } = quotesOf(first.line, false, dialect)
  while (is_open && characters <= RECORD_CHARACTERS_MAX) {
    const line = await lines.next()
    if (!line) break
    further.push(line)
    characters += line.line.length
    const quotes = quotesOf(line.line, true, dialect)
    is_open = quotes.is_open
    is_stray ||= quotes.is_stray
  }
  const text = [first, ...further].map(({ line }) => line).join('')
  return { number: first.number, text, further, is_open, is_stray }
}

/** What the quotes of a line do: only one at the beginning of a cell opens, and within quotes two are one. */
function quotesOf(
  line: string,
  was_open: boolean,
  { delimiter, has_spaces }: CsvDialect,
): { is_open: boolean; is_stray: boolean } {
  let is_stray = false
  let at = 0
  for (let is_open = was_open; ; is_open = false) {
    if (!is_open) {
      while (has_spaces && line[at] === ' ') at++
      is_open = line[at] === '"'
      if (is_open) at++
    }
    if (is_open) {
      let close = line.indexOf('"', at)
      while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2)
      if (close < 0) return { is_open: true, is_stray }
      at = close + 1
      const behind = line[at]
      is_stray ||= behind !== undefined && behind !== delimiter && behind !== '\r' && behind !== '\n'
    }
    const next = line.indexOf(delimiter, at)
    if (next < 0) return { is_open: false, is_stray }
    at = next + 1
  }
}

function* parseAll(candidates: readonly CandidateRecord[], dialect: CsvDialect): Generator<ReadRecord> {
  if (candidates.length === 0) return
  const records = tryParse(candidates.map(({ text }) => text).join(''), dialect)
  if (records instanceof CsvError || records.length !== candidates.length) {
    for (const candidate of candidates) yield parseOne(candidate, dialect)
  } else {
    for (const [at, { number }] of candidates.entries()) yield { number, cells: records[at]! }
  }
}

function parseOne({ text, number, is_stray }: CandidateRecord, dialect: CsvDialect): ReadRecord {
  const records = tryParse(text, dialect, !is_stray)
  if (records instanceof CsvError) return { number, reason: `is not CSV: ${reasonOf(records, text)}` }
  return records.length === 1 ? { number, cells: records[0]! } : { number, reason: 'is not one CSV record' }
}

function reasonOf({ message }: CsvError, text: string): string {
  if (text.includes('\\"')) return 'Quotes within it are escaped by a backslash, where CSV doubles them'
  // The parser counts lines from the beginning of its batch, which means nothing to the operator.
  return message.replace(/ at line \d+/, '')
}

/** The cells of the first record of a text, or undefined when it is not CSV. */
export function firstCells(text: string, dialect: CsvDialect): Cells | undefined {
  const records = tryParse(text, dialect)
  return records instanceof CsvError ? undefined : records[0]
}

function tryParse(text: string, { delimiter, has_spaces }: CsvDialect, relax_quotes = true): Cells[] | CsvError {
  try {
    return parse(text, {
      cast: (value, { quoting }): Cell => {
        if (value === '' && !quoting) return null
        return isNothing(value) ? new NothingWord(value, quoting) : unguarded(value)
      },
      delimiter,
      ltrim: has_spaces,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes,
    })
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

/** Lines in order; lines that are put back come again. */
export class LineQueue {
  readonly #lines: AsyncGenerator<Line>
  /** Lines that were put back, the next one last. */
  readonly #again: Line[] = []

  constructor(lines: AsyncGenerator<Line>) {
    this.#lines = lines
  }

  async next(): Promise<Line | undefined> {
    const again = this.#again.pop()
    if (again) return again
    const next = await this.#lines.next()
    return next.done === true ? undefined : next.value
  }

  /** The next line that has more than spaces. */
  async nextWithText(): Promise<Line | undefined> {
    let line = await this.next()
    while (line && line.line.trim() === '') line = await this.next()
    return line
  }

  putBack(lines: readonly Line[]): void {
    for (const line of lines.toReversed()) this.#again.push(line)
  }
}
