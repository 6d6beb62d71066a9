import { momentIn, zoneOf } from './time-zones.ts'

/**
 * Times that other programs wrote as text. What has one meaning is understood; what has several (05/06/2025) and what
 * contradicts itself (31 February, the wrong weekday) is refused with the reason.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const WEEKDAY = '(?:(?<weekday>Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*\\.?,?\\s+)?'
const MONTH = '(?<month_name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\\.?'
const TIME =
  '(?<hour>\\d\\d?):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?)?(?:\\s?(?<half>[AP]M))?'
const COMPACT_TIME = '(?<hour>\\d\\d)(?:(?<minute>\\d\\d)(?:(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?)?)?'
const ZONE = '(?<zone>(?:\\s|[Z+\\u2212[-]|UTC|GMT).*)?'

/** Each is tried on the whole text, the most frequent first. */
const FORMS = [
  // ISO 8601, RFC 3339 and 9557, and what databases and languages make of them; the year first, so no order is in doubt.
  `(?<year>\\d{4})(?<separator>[-/.])(?<month>\\d\\d?)\\k<separator>(?<day>\\d\\d?)(?:(?:T|\\s+)(?:${TIME})${ZONE})?`,
  `(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)T${COMPACT_TIME}${ZONE}`,
  // Basic ISO 8601.
  `(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:(?:T|\\s+)(?:${COMPACT_TIME})${ZONE})?`,
  `(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:T|\\s+)${TIME}${ZONE}`,
  `(?<year>(?:19|20)\\d\\d)(?<month>\\d\\d)(?<day>\\d\\d)(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)`,
  // RFC 1123, 5322 and 850: `Wed, 28 May 2025 12:00:00 GMT`.
  `${WEEKDAY}(?<day>\\d\\d?)(?:\\s+|-)${MONTH}(?:\\s+|-)(?<year>\\d{4}|\\d\\d)(?:,?\\s+${TIME}${ZONE})?`,
  // JavaScript and people: `Wed May 28 2025 12:00:00 GMT+0200 (…)`.
  `${WEEKDAY}${MONTH}\\s+(?<day>\\d\\d?),?\\s+(?<year>\\d{4})(?:,?\\s+${TIME}${ZONE})?`,
  // C and Unix: `Wed May 28 12:00:00 UTC 2025`.
  `${WEEKDAY}${MONTH}\\s+(?<day>\\d\\d?)\\s+${TIME}(?<zone>(?:\\s+(?:[A-Z]{1,5}|[+-]\\d{4}))?)\\s+(?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'))

/** A date that begins with its day or its month. */
const DAY_OR_MONTH_FIRST = /^\d\d?([-/.])\d\d?\1\d{2,4}(?!\d)/

type Parts = Readonly<Record<string, string | undefined>>

/** @returns milliseconds since 1970, or a text that says after the name of the field what is wrong */
export function timeInText(text: string): number | string {
  for (const form of FORMS) {
    const match = form.exec(text)
    if (match) return momentOf(match.groups as Parts)
  }
  return DAY_OR_MONTH_FIRST.test(text)
    ? 'may have the day or the month first: write the year first, as in 2025-05-28'
    : 'is not a time'
}

function momentOf(parts: Parts): number | string {
  const day_ms = dayOf(parts)
  if (typeof day_ms === 'string') return day_ms
  const zone = zoneOf(parts['zone'] ?? '')
  if (typeof zone === 'string') return zone
  const hour = hourOf(parts)
  const minute = Number(parts['minute'] ?? 0)
  const second = Number(parts['second'] ?? 0)
  const fraction_ms = Number((parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0'))
  const is_end_of_day = hour === 24 && minute + second + fraction_ms === 0
  if (hour === undefined || (hour > 23 && !is_end_of_day) || minute > 59 || second > 60) return NO_TIME_OF_DAY
  const local_ms = day_ms + ((hour * 60 + minute) * 60 + second) * 1000 + fraction_ms
  const time_ms = momentIn(zone, local_ms)
  // A leap second is the last one of a day of UTC; clocks without leap seconds show the next day's first.
  const is_leap_second = typeof time_ms === 'number' && new Date(time_ms).toISOString().slice(11, 19) === '00:00:00'
  return second === 60 && typeof time_ms === 'number' && !is_leap_second ? NO_TIME_OF_DAY : time_ms
}

const NO_TIME_OF_DAY = 'has a time of day that does not exist'

function dayOf({ year, month, month_name, day, weekday }: Parts): number | string {
  // Of this century in two digits: no record is older than 2000.
  const full_year = year!.length === 2 ? 2000 + Number(year) : Number(year)
  const month_at = month_name === undefined ? Number(month) - 1 : MONTHS.indexOf(month_name.toLowerCase())
  const day_ms = Date.UTC(full_year, month_at, Number(day))
  const date = new Date(day_ms)
  if (date.getUTCMonth() !== month_at || date.getUTCDate() !== Number(day))
    return 'has a day that is not in the calendar'
  const actual = WEEKDAYS[date.getUTCDay()]!
  if (weekday === undefined || weekday.toLowerCase() === actual) return day_ms
  return `has the wrong weekday (that day is a ${actual[0]!.toUpperCase()}${actual.slice(1)})`
}

/** @returns `undefined` when there is none on a clock of twelve hours */
function hourOf({ hour = '0', half }: Parts): number | undefined {
  if (half === undefined) return Number(hour)
  if (Number(hour) < 1 || Number(hour) > 12) return undefined
  return (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0)
}
