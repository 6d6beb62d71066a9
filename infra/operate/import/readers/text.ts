import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'

import { UnreadableFile, unreadable } from './reader.ts'

/**
 * Pieces of a text file, without a byte order mark: UTF-8, or UTF-16 with a byte order mark or with ASCII at its
 * beginning, which is plain from its zero bytes. Other encodings are refused.
 */
export async function* readText(path: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  try {
    for await (const chunk of createReadStream(path)) {
      decoder ??= new TextDecoder(encodingOf(chunk as Buffer), { fatal: true })
      const text = decoder.decode(chunk as Buffer, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder?.decode() ?? ''
    if (rest !== '') yield rest
  } catch (error) {
    if (!(error instanceof TypeError)) throw unreadable(error)
    throw new UnreadableFile(await whyUndecodable(path, decoder!.encoding), { cause: error })
  }
}

/** What is no text although its name says so, by its first bytes. */
const NO_TEXT: readonly [first_bytes: string, what: string][] = [
  ['504b0304', 'an Excel workbook or another ZIP file'],
  ['d0cf11e0', 'an old Excel workbook'],
  ['1f8b', 'compressed by gzip'],
  ['50415231', 'a Parquet file'],
  ['fffe0000', 'UTF-32 text'],
  ['0000feff', 'UTF-32 text'],
]

/** @param head the first bytes of the file */
function encodingOf(head: Buffer): string {
  const first_bytes = head.toString('hex', 0, 4)
  const no_text = NO_TEXT.find(([bytes]) => first_bytes.startsWith(bytes))
  if (no_text) throw new UnreadableFile(`the file is ${no_text[1]}: save it as text in UTF-8`)
  if (/^fffe|^(?!00)..00(?!00)..00/.test(first_bytes)) return 'utf-16le'
  if (/^feff|^00(?!00)..00(?!00)../.test(first_bytes)) return 'utf-16be'
  return 'utf-8'
}

async function whyUndecodable(path: string, encoding: string): Promise<string> {
  if (encoding !== 'utf-8') return `the text is cut, or is not ${encoding.toUpperCase()} as it begins`
  let number = 1
  let pending = Buffer.alloc(0)
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([pending, chunk as Buffer])
    let from = 0
    for (let end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', from)) {
      if (!isUtf8(bytes.subarray(from, end))) return notUtf8(number)
      number++
      from = end + 1
    }
    pending = bytes.subarray(from)
    if (pending.length > 4 * LINE_CHARACTERS_MAX) break
  }
  return notUtf8(number)
}

function notUtf8(line: number): string {
  return `the text is not UTF-8 (line ${line}): save it as UTF-8, in Excel as "CSV UTF-8"`
}

/** A longer line cannot be a record: records take 256 KiB at most. */
const LINE_CHARACTERS_MAX = 4 * 1024 * 1024

export interface Line {
  /** Without its line feed, with a carriage return before it. */
  readonly line: string
  /** From 1. */
  readonly number: number
}

/** The lines of a text file, which end with a line feed. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  for await (const { line, number } of linesAt(/\n/g, path)) yield { line: line.replace(/\n$/, ''), number }
}

/** The lines of a text file with their ends: CR LF, LF, or CR. */
export function readLinesOfAnyEnd(path: string): AsyncGenerator<Line> {
  // Whether a CR at the end of a piece is a line end shows in the next piece.
  return linesAt(/\r\n|\n|\r(?!\n|$)/g, path)
}

async function* linesAt(end: RegExp, path: string): AsyncGenerator<Line> {
  let pending = ''
  let number = 0
  for await (const piece of readText(path)) {
    const text = pending + piece
    let from = 0
    for (const { index, 0: found } of text.matchAll(end)) {
      const until = index + found.length
      yield { line: text.slice(from, until), number: ++number }
      from = until
    }
    pending = text.slice(from)
    if (pending.length > LINE_CHARACTERS_MAX) throw new UnreadableFile(`line ${number + 1} is too long`)
  }
  if (pending !== '') yield { line: pending, number: number + 1 }
}
