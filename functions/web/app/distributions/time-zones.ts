/** What clocks show in a place, and when. Time zones are named as `Europe/Berlin`. Pure. */

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** A day and a time as a clock shows them. */
export interface WallTime {
  /** `2026-11-17`. */
  readonly date: string
  /** `09:00`. */
  readonly time: string
}

export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string') return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** "Berlin", "New York". */
export function placeOf(time_zone: string): string {
  return isUtc(time_zone) ? 'UTC' : time_zone.split('/').at(-1)!.replaceAll('_', ' ')
}

export function isUtc(time_zone: string): boolean {
  return time_zone === 'UTC' || time_zone === 'Etc/UTC'
}

/** The time zones that a list offers, by the part of the world; this device's own one and UTC stand before them. */
export function timeZoneGroups(): ReadonlyMap<string, readonly string[]> {
  const names = Intl.supportedValuesOf('timeZone').filter((name) => name.includes('/') && !isUtc(name))
  return Map.groupBy(names, (name) => name.slice(0, name.indexOf('/')))
}

/**
 * The instants at which clocks show a time, in milliseconds, the earliest first. None where they skip it in spring, two where
 * they show it twice in autumn; none as well where it is no time.
 */
export function instantsAt({ date, time }: WallTime, time_zone: string): readonly number[] {
  const wall_ms = Date.parse(`${date}T${time}Z`)
  if (Number.isNaN(wall_ms)) return []
  const offsets_ms = new Set([-DAY_MS, DAY_MS].map((step_ms) => offsetMs(wall_ms + step_ms, time_zone)))
  return [...offsets_ms]
    .map((offset_ms) => wall_ms - offset_ms)
    .filter((time_ms) => time_ms + offsetMs(time_ms, time_zone) === wall_ms)
    .toSorted((one, other) => one - other)
}

/** What clocks show at an instant. */
export function wallTimeAt(time_ms: number, time_zone: string): WallTime {
  const shown = new Date(time_ms + offsetMs(time_ms, time_zone)).toISOString()
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) }
}

/** "UTC+2", "UTC−3:30": how far clocks are ahead of it at an instant. */
export function offsetInWords(time_ms: number, time_zone: string): string {
  const minutes = offsetMs(time_ms, time_zone) / MINUTE_MS
  const rest = Math.abs(minutes) % 60
  const hours = Math.floor(Math.abs(minutes) / 60)
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function offsetMs(time_ms: number, time_zone: string): number {
  let format = formats.get(time_zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en', { timeZone: time_zone, timeZoneName: 'longOffset' })
    formats.set(time_zone, format)
  }
  const said = format.formatToParts(time_ms).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(said) ?? []
  const ahead_ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS
  return sign === '-' ? -ahead_ms : ahead_ms
}
