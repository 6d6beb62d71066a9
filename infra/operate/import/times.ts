import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'

/** Times that other programs wrote, in milliseconds since 1970. Finer parts are cut off; times without a zone are UTC. */

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(?:(Z|UTC)|([+-])(\d\d)(?::?(\d\d))?)?)?$/i

const EARLIEST_MS = Date.UTC(2000, 0, 1)
const AHEAD_MAX_MS = DAY_MS

/** @returns `undefined` when the value is not a time */
export function parseTimeMs(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime()
  if (typeof value === 'number' || typeof value === 'bigint') return epochTimeMs(Number(value))
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{9,19}$/.test(text)) return epochTimeMs(Number(text))
  const match = ISO.exec(text)
  if (!match) return undefined
  const part = (at: number): number => Number(match[at] ?? 0)
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)]
  const fraction_ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const local_ms = Date.UTC(year, month - 1, day, hour, minute, second, fraction_ms)
  const is_real =
    new Date(local_ms).getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60 && part(10) < 24
  if (!is_real) return undefined
  const offset_ms = (part(10) * 60 + part(11)) * MINUTE_MS
  return match[9] === '-' ? local_ms + offset_ms : local_ms - offset_ms
}

/** Seconds, milliseconds, microseconds or nanoseconds: for times of this century their sizes cannot be confused. */
function epochTimeMs(value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined
  if (value < 1e11) return Math.trunc(value * 1000)
  if (value < 1e14) return Math.trunc(value)
  if (value < 1e17) return Math.trunc(value / 1e3)
  return Math.trunc(value / 1e6)
}

/** The bounds that also hold for ids which clients choose: times outside them come from wrong clocks. */
export function isTimely(time_ms: number, now_ms: number): boolean {
  return time_ms >= EARLIEST_MS && time_ms <= now_ms + AHEAD_MAX_MS
}
