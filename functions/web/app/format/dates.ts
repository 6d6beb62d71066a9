/** Days and times as people read them, in the language and the time zone of the browser. Instants are ISO 8601. */

/** @param time_zone undefined: the browser's */
const formatsIn = (time_zone?: string) =>
  ({
    time: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: time_zone }),
    day: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: time_zone }),
    day_of_year: new Intl.DateTimeFormat(undefined, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      timeZone: time_zone,
    }),
    year: new Intl.DateTimeFormat(undefined, { year: 'numeric', timeZone: time_zone }),
  }) as const
const HERE = formatsIn()
const { time: TIME, day: DAY, day_of_year: DAY_OF_YEAR } = HERE
const TIME_TO_SECOND = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })
const MONTH = new Intl.DateTimeFormat(undefined, { month: 'short' })
const WHOLE_MONTH = new Intl.DateTimeFormat(undefined, { month: 'long' })
const MONTH_OF_YEAR = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric' })
const DAY_MS = 86_400_000

/** "Today 10:42", "Yesterday 18:12", "14 Nov 09:41", "4 Jan 2026, 07:30". @param time_zone where it is not the browser's */
export function momentOf(instant: string, now_ms: number, time_zone?: string): string {
  const date = new Date(instant)
  const now = new Date(now_ms)
  const { time, day, day_of_year, year } = time_zone === undefined ? HERE : formatsIn(time_zone)
  const isSameDay = (other: Date) => day_of_year.format(date) === day_of_year.format(other)
  if (isSameDay(now)) return `Today ${time.format(date)}`
  if (isSameDay(new Date(now_ms - DAY_MS))) return `Yesterday ${time.format(date)}`
  if (year.format(date) === year.format(now)) return `${day.format(date)} ${time.format(date)}`
  return `${day_of_year.format(date)}, ${time.format(date)}`
}

/** "14 Nov 09:41:12", with the year where it is another one. */
export function momentToSecond(instant: string, now_ms: number): string {
  const date = new Date(instant)
  const is_this_year = date.getFullYear() === new Date(now_ms).getFullYear()
  return `${(is_this_year ? DAY : DAY_OF_YEAR).format(date)} ${TIME_TO_SECOND.format(date)}`
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
  return DAY_OF_YEAR.format(new Date(instant))
}

/** "10:42". */
export function timeOf(instant: string): string {
  return TIME.format(new Date(instant))
}

/** "Monday, 16 November 2026". */
export function weekdayOf(time_ms: number): string {
  return WEEKDAY.format(new Date(time_ms))
}

/** "Nov". @param month as `2026-11` */
export function monthOf(month: string): string {
  return MONTH.format(new Date(`${month}-15`))
}

/** "November": inside a sentence. @param month as `2026-11` */
export function wholeMonthOf(month: string): string {
  return WHOLE_MONTH.format(new Date(`${month}-15`))
}

/** "Nov 2026". @param month as `2026-11` */
export function yearMonthOf(month: string): string {
  return MONTH_OF_YEAR.format(new Date(`${month}-15`))
}

/** With seconds and time zone, for a tooltip. */
export function exactlyOf(instant: string): string {
  return EXACT.format(new Date(instant))
}
