import { timeZoneHere } from '../base/time-zone.ts'
import { momentWithin, written } from '../format/dates.ts'
import { instantsAt, isTimeZone, isUtc, placeOf, wallTimeAt, type WallTime } from './time-zones.ts'

/** When a send goes: as users type it, and as they read it. Pure. */

const DAY_MS = 86_400_000

/** A later time as users type it, by the clocks of a place. */
export interface TypedTime extends WallTime {
  readonly time_zone: string
  /** Of a time that clocks show twice: the second one. */
  readonly is_second: boolean
}

/** When a send goes, and the time zone it was planned in. */
export interface Schedule {
  /** ISO 8601. */
  readonly instant: string
  readonly time_zone: string
}

/** Tomorrow at nine by the clocks here: what a form begins with. */
export function tomorrowMorning(now_ms: number): TypedTime {
  const time_zone = timeZoneHere()
  return { ...wallTimeAt(now_ms + DAY_MS, time_zone), time: '09:00', time_zone, is_second: false }
}

/** An instant as it is typed. */
export function typedTimeOf(instant: string, time_zone: string): TypedTime {
  const time_ms = Date.parse(instant)
  const wall = wallTimeAt(time_ms, time_zone)
  return { ...wall, time_zone, is_second: instantsAt(wall, time_zone)[1] === time_ms }
}

/** The time zone that a send was planned in; where nobody has said it, that of this device. */
export function timeZoneOf({ metadata }: { readonly metadata: Readonly<Record<string, unknown>> }): string {
  const { time_zone } = metadata
  return isTimeZone(time_zone) ? time_zone : timeZoneHere()
}

/** An instant that was typed, or what is wrong with it. */
export type Planned =
  | {
      readonly ok: true
      /** ISO 8601. */
      readonly instant: string
      /** Clocks show this time twice, at these instants in milliseconds. */
      readonly twice?: readonly [number, number]
    }
  | { readonly ok: false; readonly fault: string }

export function instantOf(typed: TypedTime, now_ms: number): Planned {
  if (Number.isNaN(Date.parse(`${typed.date}T${typed.time}Z`))) return { ok: false, fault: 'Choose a day and a time.' }
  const [first, second] = instantsAt(typed, typed.time_zone)
  if (first === undefined) {
    const place = placeOf(typed.time_zone)
    return { ok: false, fault: `Clocks in ${place} skip ${typed.time} on that day. Choose another time.` }
  }
  const time_ms = typed.is_second ? (second ?? first) : first
  if (time_ms <= now_ms) return { ok: false, fault: 'Choose a time that is still ahead.' }
  const instant = new Date(time_ms).toISOString()
  return second === undefined ? { ok: true, instant } : { ok: true, instant, twice: [first, second] }
}

/**
 * "17 Nov 09:00 in Berlin (08:00 UTC)": by the clocks of the place that it was planned in. Where that is another place than
 * here, the time here stands beside it.
 */
export function scheduleInWords(
  instant: string,
  now_ms: number,
  time_zone = timeZoneHere(),
  time_zone_here = timeZoneHere(),
): string {
  return `${momentWithin(instant, now_ms, time_zone)} ${placeInWords(instant, time_zone, time_zone_here)}`
}

/** "in Berlin (08:00 UTC)". */
export function placeInWords(instant: string, time_zone: string, time_zone_here = timeZoneHere()): string {
  const others = [...new Set(['UTC', time_zone_here])]
    .filter((other) => other !== time_zone && !(isUtc(other) && isUtc(time_zone)))
    .map((other) => timeBeside(instant, time_zone, other))
  const where = isUtc(time_zone) ? 'UTC' : `in ${placeOf(time_zone)}`
  return others.length === 0 ? where : `${where} (${others.join(', ')})`
}

/** "08:00 UTC", with the day where it is another one there. */
function timeBeside(instant: string, planned_in: string, other: string): string {
  const date = new Date(instant)
  const day = written('day', date, other)
  const time = written('time', date, other)
  const where = isUtc(other) ? 'UTC' : `in ${placeOf(other)}`
  return day === written('day', date, planned_in) ? `${time} ${where}` : `${day} ${time} ${where}`
}
