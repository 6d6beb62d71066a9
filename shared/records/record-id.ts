import { DAY_MS } from '../base/durations.ts'
import { isoTime } from '../base/clock.ts'
import { idTimeMs } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import type { RecordKind } from './record-kind.ts'

/** What the id of a record says: the time at which it was made. */

const EARLIEST_ID_MS = Date.UTC(2000, 0, 1)
const AHEAD_MAX_MS = DAY_MS

/** The time that an id tells; `undefined` for an id of the old system, which nothing new may get. */
export function createdAt({ id_prefix }: RecordKind, id: string): string | undefined {
  const time_ms = idTimeMs(id_prefix, id)
  return time_ms === undefined ? undefined : isoTime(time_ms)
}

/** By this code a client knows that a record needs another id. */
export const ID_TIME = 'id_time'

/**
 * Why a new record cannot have an id that a client chose: it says when it was made, and a client whose clock is far off
 * is told so by `code`.
 */
export function untimely(kind: RecordKind, id: string, now_ms: number): Problem | undefined {
  const time_ms = idTimeMs(kind.id_prefix, id)
  if (time_ms === undefined || (time_ms >= EARLIEST_ID_MS && time_ms <= now_ms + AHEAD_MAX_MS)) return undefined
  return untimelyId(kind, now_ms)
}

/** The problem of a record whose id carries such a time, or did when it was pushed. */
export function untimelyId({ id_column }: RecordKind, now_ms: number): Problem {
  const message = 'carries a time before 2000 or more than a day ahead'
  return new Problem('invalid-input', `${id_column} ${message}.`, {
    errors: [{ path: id_column, message }],
    members: { code: ID_TIME, server_time: isoTime(now_ms) },
  })
}
