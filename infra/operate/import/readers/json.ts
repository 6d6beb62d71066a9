import { isObject } from '#shared/base/is-object.ts'
import { stat } from 'node:fs/promises'

import { parseJson } from '../json-text.ts'
import { UnreadableFile, unreadable, type SourceEntry } from './reader.ts'
import { readLines, readText } from './text.ts'

/** A JSON document is held in memory as a whole; JSON lines are not. */
const DOCUMENT_BYTES_MAX = 256 * 1024 * 1024

/** A JSON document: a list of records, `{"audiences": […]}` as an export has it, or one record; else JSON lines. */
export async function* readJson(path: string): AsyncGenerator<SourceEntry> {
  const size_bytes = await sizeOf(path)
  if (size_bytes > DOCUMENT_BYTES_MAX) {
    throw new UnreadableFile(`a JSON document of ${size_bytes} bytes is too large: convert it to JSON lines (.jsonl)`)
  }
  const pieces: string[] = []
  for await (const piece of readText(path)) pieces.push(piece)
  const document = parseJson(pieces.join(''))
  if (document) {
    yield* recordsOf(document.parsed)
  } else if (await beginsWithJsonLine(path)) {
    yield* readJsonLines(path)
  } else {
    throw new UnreadableFile('the file is not JSON')
  }
}

/** JSON lines: one record on each line. */
export async function* readJsonLines(path: string): AsyncGenerator<SourceEntry> {
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '') continue
    const record = parseJson(line)
    if (!record) yield { kind: 'bad', number, reason: 'the line is not JSON' }
    else yield entryOf(record.parsed, number)
  }
}

function* recordsOf(document: unknown): Generator<SourceEntry> {
  const wrapped = isObject(document) ? listIn(document) : document
  const records: unknown[] = Array.isArray(wrapped) ? wrapped : [document]
  for (const [at, record] of records.entries()) yield entryOf(record, at + 1)
}

/** Exports and responses of listings name their list after the table. */
const LIST_MEMBERS = ['audiences', 'platforms', 'distributions']

function listIn(document: Record<string, unknown>): unknown {
  const members = LIST_MEMBERS.filter((name) => Array.isArray(document[name]))
  if (members.length > 1) {
    throw new UnreadableFile(`the document has several lists (${members.join(', ')}): split it into one file for each`)
  }
  const [member] = members
  return member === undefined ? undefined : document[member]
}

function entryOf(record: unknown, number: number): SourceEntry {
  if (isObject(record)) return { kind: 'row', number, fields: record }
  return { kind: 'bad', number, reason: 'is not a JSON object' }
}

async function beginsWithJsonLine(path: string): Promise<boolean> {
  for await (const { line } of readLines(path)) if (line.trim() !== '') return isObject(parseJson(line)?.parsed)
  return false
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    throw unreadable(error)
  }
}
