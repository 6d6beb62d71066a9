import { createReadStream } from 'node:fs'

import { UnreadableFile, unreadable } from './reader.ts'

/** Pieces of a UTF-8 text file, without a byte order mark. Other encodings are refused. */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of createReadStream(path)) {
      const text = decodePiece(() => decoder.decode(chunk as Buffer, { stream: true }))
      if (text !== '') yield text
    }
    const rest = decodePiece(() => decoder.decode())
    if (rest !== '') yield rest
  } catch (error) {
    throw unreadable(error)
  }
}

function decodePiece(decode: () => string): string {
  try {
    return decode()
  } catch (cause) {
    throw new UnreadableFile('the text is not UTF-8', { cause })
  }
}

/** A longer line cannot be a record: records take 256 KiB at most. */
const LINE_CHARACTERS_MAX = 4 * 1024 * 1024

export interface Line {
  /** Without its line feed, with a carriage return before it. */
  readonly line: string
  /** From 1. */
  readonly number: number
}

/** The lines of a text file. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let pending = ''
  let number = 0
  for await (const piece of readText(path)) {
    const lines = (pending + piece).split('\n')
    pending = lines.pop()!
    if (pending.length > LINE_CHARACTERS_MAX) throw new UnreadableFile(`line ${number + lines.length + 1} is too long`)
    for (const line of lines) {
      yield { line, number: ++number }
    }
  }
  if (pending !== '') yield { line: pending, number: number + 1 }
}
