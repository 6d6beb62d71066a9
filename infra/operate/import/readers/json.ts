import { isObject } from '#shared/base/is-object.ts'
import { stat } from 'node:fs/promises'

import { parseJson } from '../json-text.ts'
import { type Reader, UnreadableFile, unreadable, type SourceEntry } from './reader.ts'
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

/** One list of a document that has several, as the file that a client's user downloads. */
export function readJsonList(member: string): Reader {
  return async function* (path) {
    const document = await documentIn(path)
    const list = isObject(document) ? document[member] : undefined
    if (!Array.isArray(list)) throw new UnreadableFile(`the document has no list ${member} any more`)
    for (const [at, record] of list.entries()) yield entryOf(record, at + 1)
  }
}

/** The lists of records that a JSON document has; none where it cannot be read, which its reader tells. */
export async function listsIn(path: string): Promise<readonly string[]> {
  if ((await sizeOf(path)) > DOCUMENT_BYTES_MAX) return []
  const document = await documentIn(path).catch(() => undefined)
  return isObject(document) ? LIST_MEMBERS.filter((name) => Array.isArray(document[name])) : []
}

async function documentIn(path: string): Promise<unknown> {
  const pieces: string[] = []
  for await (const piece of readText(path)) pieces.push(piece)
  return parseJson(pieces.join(''))?.parsed
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
