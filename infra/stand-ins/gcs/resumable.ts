/**
 * Resumable uploads: a session gathers bytes over several requests, and the last one makes the object.
 * Sessions live in memory: a restart ends them, which clients meet with a new upload, as when a real one expires.
 * Source: https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
import type { Answer } from '../kit/answers.ts'
import type { ObjectSettings } from './catalog.ts'
import type { Checksums } from './checksums.ts'
import { Mutexes } from './mutexes.ts'
import type { Preconditions } from './preconditions.ts'
import { invalid } from './refusals.ts'

const SESSIONS_MAX = 1000

export interface UploadSession {
  id: string
  bucket: string
  name: string
  preconditions: Preconditions
  settings: ObjectSettings
  declared: Checksums
  parts: Buffer[]
  received_bytes: number
  /** The answer of the request that made the object: asking again gives it again. */
  finished?: Answer
}

export class UploadSessions {
  /** One request at a time per session. */
  readonly mutexes = new Mutexes()
  /** Oldest first; beyond the limit the oldest is given up. */
  readonly #sessions = new Map<string, UploadSession>()

  add(session: UploadSession): void {
    this.#sessions.set(session.id, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest)
  }

  get(id: string): UploadSession | undefined {
    return this.#sessions.get(id)
  }

  remove(id: string): void {
    this.#sessions.delete(id)
  }
}

/** What a request of a session brings. */
export interface SentRange {
  /** Where its first byte belongs; undefined: it brings none and only asks how far the server is. */
  start: number | undefined
  /** The size of the whole object; undefined: not known yet. */
  total: number | undefined
  /** Whether the object ends where this request's body ends. */
  is_last: boolean
}

/**
 * `bytes FIRST-LAST/TOTAL`, where LAST and TOTAL, or FIRST-LAST together, may be an asterisk. No header: all the rest.
 * @throws Refusal 400
 */
export function parseContentRange(header: string | undefined, received_bytes: number): SentRange {
  if (header === undefined) return { start: received_bytes, total: undefined, is_last: true }
  const match = /^bytes (?:\*|(\d+)-(-1|\d+|\*))\/(\d+|\*)$/.exec(header)
  if (!match) throw invalid(`Invalid Content-Range: ${JSON.stringify(header.slice(0, 60))}`)
  const [, start, end, total] = match
  return {
    start: start === undefined ? undefined : Number(start),
    total: total === '*' ? undefined : Number(total),
    is_last: end === '*' && total === '*',
  }
}

/** Takes in the bytes that the session does not have yet. @throws Refusal 400 when some before them are missing */
export function receive(session: UploadSession, start: number, bytes: Buffer): void {
  if (start > session.received_bytes) {
    throw invalid(
      `Invalid request. There are ${session.received_bytes} bytes here, and the request starts at ${start}.`,
    )
  }
  const fresh = bytes.subarray(session.received_bytes - start)
  if (fresh.length === 0) return
  session.parts.push(fresh)
  session.received_bytes += fresh.length
}
