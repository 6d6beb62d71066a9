import { DAY_MS } from '#shared/base/durations.ts'
import { timeInText } from './time-texts.ts'

/** Times that other programs wrote, in milliseconds since 1970. Finer parts are cut off; times without a zone are UTC. */

const EARLIEST_MS = Date.UTC(2000, 0, 1)
const AHEAD_MAX_MS = DAY_MS

/** @returns `undefined` when the value is not a time */
export function parseTimeMs(value: unknown): number | undefined {
  const time = readTime(value)
  return typeof time === 'number' ? time : undefined
}

/** @returns milliseconds since 1970, or a text that says after the name of the field what is wrong */
export function readTime(value: unknown): number | string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? NOT_A_TIME : value.getTime()
  if (typeof value === 'number' || typeof value === 'bigint') return timeInNumber(Number(value))
  if (typeof value !== 'string') return NOT_A_TIME
  const text = value.trim()
  if (text.length > TEXT_LENGTH_MAX) return NOT_A_TIME
  const time = timeInText(text)
  return typeof time === 'string' && EPOCH.test(text) ? timeInNumber(Number(text)) : time
}

const NOT_A_TIME = 'is not a time'
/** The longest of the forms has some 80. */
const TEXT_LENGTH_MAX = 128
const EPOCH = /^\d{9,19}(?:\.\d+)?$/

/** Seconds, milliseconds, microseconds or nanoseconds: for times of this century their sizes cannot be confused. */
function timeInNumber(value: number): number | string {
  if (!Number.isFinite(value)) return NOT_A_TIME
  // As seconds, 20250528 and 20250528120000 are in 1970 and in the year 643 000: they are dates in digits.
  if (DIGITS_OF_A_DATE.test(String(value))) return timeInText(String(value))
  if (value < 1e11) return Math.trunc(value * 1000)
  if (value < 1e14) return Math.trunc(value)
  if (value < 1e17) return Math.trunc(value / 1e3)
  return Math.trunc(value / 1e6)
}

const DIGITS_OF_A_DATE = /^(?:19|20)\d{6}(?:\d{6})?$/

/** The bounds that also hold for ids which clients choose: times outside them come from wrong clocks. */
export function isTimely(time_ms: number, now_ms: number): boolean {
  return time_ms >= EARLIEST_MS && time_ms <= now_ms + AHEAD_MAX_MS
}
