import type { Clock } from '../base/clock.ts'
import { isoTime } from '../base/clock.ts'

/**
 * Structured log lines for Cloud Logging: one JSON object per line on standard output.
 * Source: https://cloud.google.com/logging/docs/structured-logging
 */

export const SEVERITIES = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface LogEntry {
  severity: Severity
  message: string
  /** Further members; `undefined` ones are left out. Never a token, a credential or a request body. */
  [field: string]: unknown
}

/** Where log lines go. Writing never throws and never waits. */
export interface Log {
  /** The line leaves the process with the others of the same tick; an error leaves immediately. */
  write(entry: LogEntry): void
  /** Resolves when everything written so far has left the process (before an exit). */
  flush(): Promise<void>
}

/** The part of a Node stream that a log needs. */
export interface LineStream {
  readonly writableLength: number
  write(text: string, written?: (error?: Error | null) => void): boolean
}

const STRING_CHARACTERS_MAX = 2_000
const MESSAGE_CHARACTERS_MAX = 8_000
const LINE_CHARACTERS_MAX = 64_000
/** Beyond this many bytes waiting in the stream, lines are dropped and counted rather than kept in memory. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024
/** So much at most is written together: a process that is killed in the middle of a burst takes no more lines with it. */
const TOGETHER_CHARACTERS_MAX = 16 * 1024
/** What may be the last line of the process waits for no other. */
const IMMEDIATE_FROM = SEVERITIES.indexOf('ERROR')

/**
 * JSON lines on a stream (standard output by default), least `level` and above. The lines of one tick are one write, since
 * each costs a call of the system: a save has a line for its commit and one for its request, a burst thousands.
 */
export function streamLog(clock: Clock, options: { stream?: LineStream; level?: Severity } = {}): Log {
  const stream: LineStream = options.stream ?? process.stdout
  const least = SEVERITIES.indexOf(options.level ?? 'INFO')
  let dropped_lines = 0
  let together = ''
  const leave = () => {
    unsent.delete(leave)
    if (together === '') return
    const lines = together
    together = ''
    stream.write(lines)
  }
  const add = (line: string) => {
    if (together === '') {
      unsent.add(leave)
      process.nextTick(leave)
    }
    together += line
  }
  return {
    write(entry) {
      const severity = SEVERITIES.indexOf(entry.severity)
      if (severity < least) return
      if (stream.writableLength > WAITING_BYTES_MAX) {
        dropped_lines += 1
        return
      }
      const time_ms = clock.nowMs()
      if (dropped_lines > 0) {
        const lost: LogEntry = { severity: 'WARNING', message: 'log lines were dropped', dropped_lines }
        dropped_lines = 0
        add(logLine(lost, time_ms))
      }
      add(logLine(entry, time_ms))
      if (severity >= IMMEDIATE_FROM || together.length >= TOGETHER_CHARACTERS_MAX) leave()
    },
    flush: () => {
      leave()
      return new Promise((resolve) => stream.write('', () => resolve()))
    },
  }
}

/** Of logs with lines that have not left yet: a process that exits in the middle of a tick writes them. */
const unsent = new Set<() => void>()
process.on('exit', () => {
  for (const leave of unsent) leave()
})

/** Writes every entry to each of `logs`. */
export function teeLog(...logs: readonly Log[]): Log {
  return {
    write(entry) {
      for (const log of logs) log.write(entry)
    },
    async flush() {
      await Promise.all(logs.map((log) => log.flush()))
    },
  }
}

/** Keeps nothing. */
export const silentLog: Log = { write: () => undefined, flush: async () => undefined }

/**
 * One entry as a line of JSON. Line breaks of any kind and control characters cannot leave their string; long strings are cut,
 * and text that looks like a token is masked everywhere.
 */
export function logLine(entry: LogEntry, time_ms: number): string {
  const { severity, message, ...fields } = entry
  const shown = { severity, time: isoTime(time_ms), message: clean(message, MESSAGE_CHARACTERS_MAX), ...fields }
  const line = JSON.stringify(shown, (key, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return typeof value === 'string' && key !== 'message' ? clean(value, STRING_CHARACTERS_MAX) : value
  })
  if (line.length <= LINE_CHARACTERS_MAX) return `${plain(line)}\n`
  const head = { severity, time: shown.time, message: clean(message, STRING_CHARACTERS_MAX) }
  return `${plain(JSON.stringify({ ...head, cut_characters: line.length }))}\n`
}

/** Characters that JSON leaves unescaped, although some readers end a line there and terminals interpret them. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu

function plain(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const TOKEN_PATTERN = /\bBearer\s+[^\s"',]+|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/gi

function clean(text: string, characters_max: number): string {
  const cut = text.length > characters_max ? `${text.slice(0, characters_max)}… (${text.length} characters)` : text
  // Nothing that short holds a token; most strings of a line are.
  return cut.length < 20 ? cut : cut.replace(TOKEN_PATTERN, '[token]')
}
