import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'

import { unguarded } from '#shared/records/csv.ts'
import { UnreadableFile, type SourceEntry } from './reader.ts'
import { readLines, type Line } from './text.ts'

type Cells = readonly (string | null)[]

/** Lines that are probably one record: from the first up to the one that closes its quotes. */
interface CandidateRecord {
  readonly number: number
  /** With the line ends of the file. */
  readonly text: string
  /** Lines after the first. They are read again if this is not a record. */
  readonly further: readonly Line[]
  readonly is_open: boolean
}

/** A longer record has lost its closing quote: records take 256 KiB at most. */
const RECORD_CHARACTERS_MAX = 4 * 1024 * 1024
/** Records per parser: making a parser costs more than parsing a record. */
const BATCH_RECORDS = 500

/**
 * Records of a CSV file (RFC 4180) with a header line. An empty cell is null, a quoted empty one is empty text; the
 * guard that exports put before formulas is removed. A stray or missing quote costs only its own line, which csv-parse
 * cannot do by itself: after a quote that is never closed it reads to the end of the file.
 */
export async function* readCsv(path: string): AsyncGenerator<SourceEntry> {
  let header: readonly string[] | undefined
  for await (const entry of readRecords(path)) {
    if ('reason' in entry) {
      if (!header) throw new UnreadableFile(`the header line is not CSV: ${entry.reason}`)
      yield { kind: 'bad', ...entry }
    } else if (header) {
      yield entryOf(header, entry.cells, entry.number)
    } else {
      header = headerOf(entry.cells)
    }
  }
  if (!header) throw new UnreadableFile('the file has no header line')
}

type ReadRecord = { number: number; cells: Cells } | { number: number; reason: string }

async function* readRecords(path: string): AsyncGenerator<ReadRecord> {
  const lines = new LineQueue(readLines(path))
  let waiting: CandidateRecord[] = []
  for (let next = await nextCandidate(lines); next; next = await nextCandidate(lines)) {
    if (next.further.length === 0 && !next.is_open) {
      waiting.push(next)
      if (waiting.length < BATCH_RECORDS) continue
      yield* parseAll(waiting)
      waiting = []
    } else {
      yield* parseAll(waiting)
      waiting = []
      const record = next.is_open ? { number: next.number, reason: 'a quote is never closed' } : parseOne(next)
      if ('reason' in record) lines.putBack(next.further)
      yield record
    }
  }
  yield* parseAll(waiting)
}

/** The next lines up to an even number of quotes. */
async function nextCandidate(lines: LineQueue): Promise<CandidateRecord | undefined> {
  let first = await lines.next()
  while (first && first.line.trim() === '') first = await lines.next()
  if (!first) return undefined
  const further: Line[] = []
  let characters = first.line.length
  let is_open = hasOpenQuote(first.line)
  while (is_open && characters <= RECORD_CHARACTERS_MAX) {
    const line = await lines.next()
    if (!line) break
    further.push(line)
    characters += line.line.length
    if (hasOpenQuote(line.line)) is_open = false
  }
  const text = [first, ...further].map(({ line }) => `${line}\n`).join('')
  return { number: first.number, text, further, is_open }
}

function hasOpenQuote(line: string): boolean {
  let is_open = false
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) is_open = !is_open
  return is_open
}

function* parseAll(candidates: readonly CandidateRecord[]): Generator<ReadRecord> {
  if (candidates.length === 0) return
  const records = tryParse(candidates.map(({ text }) => text).join(''))
  if (records instanceof CsvError || records.length !== candidates.length) {
    for (const candidate of candidates) yield parseOne(candidate)
  } else {
    for (const [at, { number }] of candidates.entries()) yield { number, cells: records[at]! }
  }
}

function parseOne({ text, number }: CandidateRecord): ReadRecord {
  const records = tryParse(text)
  if (records instanceof CsvError) return { number, reason: `is not CSV: ${withoutLine(records.message)}` }
  return records.length === 1 ? { number, cells: records[0]! } : { number, reason: 'is not one CSV record' }
}

/** The parser counts lines from the beginning of its batch, which means nothing to the operator. */
function withoutLine(message: string): string {
  return message.replace(/ at line \d+/, '')
}

function tryParse(text: string): Cells[] | CsvError {
  try {
    return parse(text, {
      cast: (value, { quoting }) => (value === '' && !quoting ? null : unguarded(value)),
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
    })
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

function headerOf(cells: Cells): string[] {
  const names = cells.map((name) => name?.trim() ?? '')
  if (names.some((name) => name.includes('\r'))) throw new UnreadableFile('its lines end with CR only')
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at)
  if (twice !== undefined) throw new UnreadableFile(`the header names ${JSON.stringify(twice)} twice`)
  return names
}

function entryOf(header: readonly string[], cells: Cells, number: number): SourceEntry {
  if (cells.length !== header.length) {
    return { kind: 'bad', number, reason: `has ${cells.length} cells where the header has ${header.length}` }
  }
  return { kind: 'row', number, fields: Object.fromEntries(header.map((name, at) => [name, cells[at]])) }
}

/** Lines in order; lines that are put back come again. */
class LineQueue {
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

  putBack(lines: readonly Line[]): void {
    for (const line of lines.toReversed()) this.#again.push(line)
  }
}
