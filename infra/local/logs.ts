import { createWriteStream, type WriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock } from '#shared/base/clock.ts'
import { type LineStream, type Log, type LogEntry, type Severity, streamLog } from '#shared/logging/log.ts'

const FILE_BYTES_MAX = 16 * 1024 * 1024

/**
 * The structured lines that the cloud would collect, in `<data_dir>/logs/activation.jsonl`. A file over 16 MiB becomes
 * `activation.old.jsonl` at the next start. Nothing is touched before the first line: a start that is refused, because
 * another process owns the folder, writes none.
 */
export function fileLog(data_dir: string, clock: Clock, level: Severity): Log {
  return streamLog(clock, { stream: new LogFile(join(data_dir, 'logs')), level })
}

/** A file that is opened again after a line could not be written to it (a full disk). The terminal shows one message. */
class LogFile implements LineStream {
  readonly #folder: string
  readonly #path: string
  #is_rotated = false
  #stream: WriteStream | undefined
  #is_failing = false

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'activation.jsonl')
  }

  get writableLength(): number {
    return this.#stream?.writableLength ?? 0
  }

  write(text: string, written?: (error?: Error | null) => void): boolean {
    const stream = (this.#stream ??= this.#open())
    if (stream === undefined) {
      written?.()
      return true
    }
    return stream.write(text, (error) => {
      if (!error) this.#is_failing = false
      written?.(error)
    })
  }

  #open(): WriteStream | undefined {
    try {
      mkdirSync(this.#folder, { recursive: true })
      if (!this.#is_rotated) this.#rotate()
    } catch (error) {
      this.#tell(error)
      return undefined
    }
    const stream = createWriteStream(this.#path, { flags: 'a' })
    return stream.once('error', (error) => {
      if (this.#stream === stream) this.#stream = undefined
      this.#tell(error)
    })
  }

  #rotate(): void {
    const size_bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
    if (size_bytes > FILE_BYTES_MAX) renameSync(this.#path, join(this.#folder, 'activation.old.jsonl'))
    this.#is_rotated = true
  }

  #tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (!this.#is_failing) {
      console.error(`Cannot write ${this.#path}: ${reason}. Log lines are lost until it can be written again.`)
    }
    this.#is_failing = true
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
