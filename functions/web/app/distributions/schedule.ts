import { momentWithin } from '../format/dates.ts'

/** A later time as users type it, in the time zone of this device. */
export interface TypedTime {
  /** `2026-11-17`. */
  readonly date: string
  /** `09:00`. */
  readonly time: string
}

/** Tomorrow at nine: what a form begins with. */
export function tomorrowMorning(now_ms: number): TypedTime {
  const date = new Date(now_ms)
  date.setDate(date.getDate() + 1)
  return { date: dayInDigits(date), time: '09:00' }
}

/** The day of today, as a date field has it. */
export function todayOf(now_ms: number): string {
  return dayInDigits(new Date(now_ms))
}

/** The instant that was typed, or what is wrong with it. */
export function instantOf(
  { date, time }: TypedTime,
  now_ms: number,
): { readonly ok: true; readonly instant: string } | { readonly ok: false; readonly fault: string } {
  const time_ms = Date.parse(`${date}T${time}`)
  if (Number.isNaN(time_ms)) return { ok: false, fault: 'Choose a day and a time.' }
  if (time_ms <= now_ms) return { ok: false, fault: 'Choose a time that is still ahead.' }
  return { ok: true, instant: new Date(time_ms).toISOString() }
}

/** `Europe/Berlin`. */
export function timeZoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "17 Nov 09:00 in Berlin (08:00 UTC)". @param time_zone of this device: the time is told in it */
export function scheduleInWords(instant: string, now_ms: number, time_zone = timeZoneHere()): string {
  const here = momentWithin(instant, now_ms)
  if (time_zone === 'UTC' || time_zone === 'Etc/UTC') return `${here} UTC`
  const place = time_zone.split('/').at(-1)!.replaceAll('_', ' ')
  const is_same_day = DAY_IN_UTC.format(new Date(instant)) === DAY_HERE.format(new Date(instant))
  const day = is_same_day ? '' : `${DAY_IN_UTC.format(new Date(instant))} `
  return `${here} in ${place} (${day}${TIME_IN_UTC.format(new Date(instant))} UTC)`
}

const TIME_IN_UTC = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })
const DAY_IN_UTC = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const DAY_HERE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

function dayInDigits(date: Date): string {
  const digits = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`
}
