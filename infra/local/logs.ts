import { createWriteStream, type WriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock } from '#shared/base/clock.ts'
import { OperatorError } from '../command/operator-error.ts'
import { type LineStream, type Log, type LogEntry, type Severity, streamLog } from '#shared/logging/log.ts'

const FILE_BYTES_MAX = 16 * 1024 * 1024

/**
 * The structured lines that the cloud would collect, in `<data_dir>/logs/activation.jsonl`. A file over 16 MiB becomes
 * `activation.old.jsonl` at the next start.
 */
export function fileLog(data_dir: string, clock: Clock, level: Severity): Log {
  const folder = join(data_dir, 'logs')
  makeFolder(folder)
  const path = join(folder, 'activation.jsonl')
  const size_bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size_bytes > FILE_BYTES_MAX) renameSync(path, join(folder, 'activation.old.jsonl'))
  return streamLog(clock, { stream: new LogFile(path), level })
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OperatorError(
      `Cannot make the folder ${folder}: ${reason}. Choose another one: npm start -- --data DIR`,
      { cause },
    )
  }
}

/** A file that is opened again after a line could not be written to it (a full disk). The terminal shows one message. */
class LogFile implements LineStream {
  readonly #path: string
  #stream: WriteStream | undefined
  #is_failing = false

  constructor(path: string) {
    this.#path = path
  }

  get writableLength(): number {
    return this.#stream?.writableLength ?? 0
  }

  write(text: string, written?: (error?: Error | null) => void): boolean {
    const stream = (this.#stream ??= this.#open())
    return stream.write(text, (error) => {
      if (!error) this.#is_failing = false
      written?.(error)
    })
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a' })
    return stream.once('error', (error) => {
      if (this.#stream === stream) this.#stream = undefined
      if (!this.#is_failing) {
        console.error(`Cannot write ${this.#path}: ${error.message}. Log lines are lost until it can be written again.`)
      }
      this.#is_failing = true
    })
  }
}

/** The same for a person at a terminal: one short line per request; warnings and errors in full. */
export function terminalLog(write: (text: string) => void): Log {
  return {
    write(entry) {
      const is_shown = entry.severity === 'INFO' ? entry['httpRequest'] !== undefined : entry.severity !== 'DEBUG'
      if (is_shown) write(`${shortLine(entry)}\n`)
    },
    flush: async () => undefined,
  }
}

function shortLine({ severity, message, outcome, ms }: LogEntry): string {
  const parts = [severity === 'INFO' ? '' : severity, message]
  if (typeof outcome === 'string' && outcome !== 'ok') parts.push(outcome)
  if (typeof ms === 'number') parts.push(`${ms} ms`)
  return parts.filter(Boolean).join('  ')
}
