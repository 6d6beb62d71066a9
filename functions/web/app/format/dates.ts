import { madeOnce } from '../base/made-once.ts'
import { timeZoneHere } from '../base/time-zone.ts'

/** Days and times as people read them, in the language and the time zone of the browser. Instants are ISO 8601. */

const FORMATS = {
  time: { hour: '2-digit', minute: '2-digit' },
  time_to_second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  day_of_year: { day: 'numeric', month: 'short', year: 'numeric' },
  weekday: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  month: { month: 'short' },
  whole_month: { month: 'long' },
  month_of_year: { month: 'short', year: 'numeric' },
  year: { year: 'numeric' },
  exact: { dateStyle: 'full', timeStyle: 'long' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

const DAY_MS = 86_400_000
const made = new Map<string, Intl.DateTimeFormat>()
/** The browser's when the page first told a time: a device that travels does not mix two of them. */
const zoneHere = madeOnce(timeZoneHere)

/** Each format is made when it is asked for first, and kept. @param time_zone undefined: the browser's */
export function written(format: keyof typeof FORMATS, date: Date, time_zone = zoneHere()): string {
  const key = `${format} ${time_zone}`
  let known = made.get(key)
  if (!known) {
    known = new Intl.DateTimeFormat(undefined, { ...FORMATS[format], timeZone: time_zone })
    made.set(key, known)
  }
  return known.format(date)
}

/** "Today 10:42", "Yesterday 18:12", "14 Nov 09:41", "4 Jan 2026, 07:30". @param time_zone where it is not the browser's */
export function momentOf(instant: string, now_ms: number, time_zone?: string): string {
  const date = new Date(instant)
  const now = new Date(now_ms)
  const shown = (format: keyof typeof FORMATS) => written(format, date, time_zone)
  const isSame = (format: 'day_of_year' | 'year', other: Date) => shown(format) === written(format, other, time_zone)
  if (isSame('day_of_year', now)) return `Today ${shown('time')}`
  if (isSame('day_of_year', new Date(now_ms - DAY_MS))) return `Yesterday ${shown('time')}`
  if (isSame('year', now)) return `${shown('day')} ${shown('time')}`
  return `${shown('day_of_year')}, ${shown('time')}`
}

/** "14 Nov 09:41:12", with the year where it is another one. */
export function momentToSecond(instant: string, now_ms: number): string {
  const date = new Date(instant)
  const is_this_year = date.getFullYear() === new Date(now_ms).getFullYear()
  return `${written(is_this_year ? 'day' : 'day_of_year', date)} ${written('time_to_second', date)}`
}

/** "today 10:42": inside a sentence. */
export function momentWithin(instant: string, now_ms: number, time_zone?: string): string {
  return momentOf(instant, now_ms, time_zone).replace(/^(Today|Yesterday)/, (word) => word.toLowerCase())
}

/** "4 Jan 2026, 07:30". */
export function dayAndTimeOf(instant: string): string {
  return `${dayOf(instant)}, ${timeOf(instant)}`
}

/** "12 Oct 2026". */
export function dayOf(instant: string): string {
  return written('day_of_year', new Date(instant))
}

/** "10:42". */
export function timeOf(instant: string): string {
  return written('time', new Date(instant))
}

/** "Monday, 16 November 2026". */
export function weekdayOf(time_ms: number): string {
  return written('weekday', new Date(time_ms))
}

/** "Nov". @param month as `2026-11` */
export function monthOf(month: string): string {
  return written('month', new Date(`${month}-15`))
}

/** "November": inside a sentence. @param month as `2026-11` */
export function wholeMonthOf(month: string): string {
  return written('whole_month', new Date(`${month}-15`))
}

/** "Nov 2026". @param month as `2026-11` */
export function yearMonthOf(month: string): string {
  return written('month_of_year', new Date(`${month}-15`))
}

/** With seconds and time zone, for a tooltip. */
export function exactlyOf(instant: string): string {
  return written('exact', new Date(instant))
}
