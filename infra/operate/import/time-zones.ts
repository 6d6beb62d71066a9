import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'

/** What the end of a time says about its zone. */
export type Zone =
  | { readonly kind: 'offset'; readonly offset_ms: number }
  /** `[Europe/Berlin]`, with the offset before it; `Z` before it says nothing about the zone's own offset (RFC 9557). */
  | { readonly kind: 'named'; readonly name: string; readonly offset_ms: number | undefined; readonly is_utc: boolean }

/** RFC 822 defines these; other abbreviations mean several zones. */
const US_ZONES_HOURS: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
}

/** Brackets hold a zone, or annotations such as `u-ca=gregory`; only critical ones (`!`) have to be understood. */
const ZONE =
  /^(?:(Z|UTC|UT|GMT)(?=$|[^A-Z])|([ECMP][SD]T)(?=$|[^A-Z]))?\s*(?:([+\u2212-])(\d\d?)(?::?(\d\d))?(?::\d\d)?(?!\d))?(?:\s+[A-Z]{2,5})?\s*(?:\([^()]*\))?((?:\[[^\][]*\])*)$/i

/** @returns a text that says what is wrong, after the name of the field */
export function zoneOf(spelled: string): Zone | string {
  const text = spelled.trim()
  if (text === '') return { kind: 'offset', offset_ms: 0 }
  const match = ZONE.exec(text)
  const [, utc, us, sign, hours, minutes = '0', brackets = ''] = match ?? []
  if (!match || (us !== undefined && sign !== undefined) || (!utc && !us && !sign && !text.startsWith('['))) {
    return /^[A-Z]{2,5}$/i.test(text)
      ? `has the zone ${text}, which several zones are called: write the offset`
      : 'is not a time'
  }
  if (Number(hours ?? 0) > 23 || Number(minutes) > 59) return 'has an offset that does not exist'
  const signed_minutes = (Number(hours ?? 0) * 60 + Number(minutes)) * (sign === '+' ? 1 : -1)
  const us_hours = us === undefined ? undefined : US_ZONES_HOURS[us.toUpperCase()]!
  const offset_ms = (us_hours === undefined ? signed_minutes : us_hours * 60) * MINUTE_MS
  return withBrackets(brackets, { offset_ms, has_offset: sign !== undefined || us !== undefined, is_utc: !!utc })
}

function withBrackets(
  brackets: string,
  { offset_ms, has_offset, is_utc }: { offset_ms: number; has_offset: boolean; is_utc: boolean },
): Zone | string {
  const annotations = [...brackets.matchAll(/\[([^\]]*)\]/g)].map(([, content]) => content!)
  const critical = annotations.find((annotation) => /^!.*=/.test(annotation))
  if (critical !== undefined) return `has an annotation that is not known: ${critical}`
  const [name, other] = annotations.filter((annotation) => !annotation.includes('='))
  if (other !== undefined) return 'names two zones'
  if (name === undefined)
    return has_offset || is_utc ? { kind: 'offset', offset_ms: has_offset ? offset_ms : 0 } : 'is not a time'
  return {
    kind: 'named',
    name: name.replace(/^!/, ''),
    offset_ms: has_offset ? offset_ms : undefined,
    is_utc: is_utc && !has_offset,
  }
}

/** The moment at which clocks of the zone show a time. @returns a text that says what is wrong */
export function momentIn(zone: Zone, local_ms: number): number | string {
  if (zone.kind === 'offset') return local_ms - zone.offset_ms
  const { name, offset_ms, is_utc } = zone
  const offsetAt = offsetsOf(name)
  if (!offsetAt) return `names a time zone that does not exist: ${name}`
  if (is_utc) return local_ms
  if (offset_ms !== undefined) {
    const time_ms = local_ms - offset_ms
    return offsetAt(time_ms) === offset_ms ? time_ms : `has an offset that ${name} does not have at that time`
  }
  const offsets = new Set([offsetAt(local_ms - DAY_MS), offsetAt(local_ms + DAY_MS)])
  const [time_ms, other] = [...offsets].map((one) => local_ms - one).filter((at) => at + offsetAt(at) === local_ms)
  if (time_ms === undefined) return `does not exist in ${name}, where clocks were put forward`
  return other === undefined ? time_ms : `exists twice in ${name}, where clocks were put back: write the offset`
}

type OffsetAt = (time_ms: number) => number

/** By name; making one costs more than a thousand uses. */
const known_zones = new Map<string, OffsetAt | undefined>()
const KNOWN_ZONES_MAX = 1000

/** @returns `undefined` for a zone that does not exist */
function offsetsOf(name: string): OffsetAt | undefined {
  if (!known_zones.has(name)) {
    if (known_zones.size >= KNOWN_ZONES_MAX) known_zones.clear()
    known_zones.set(name, makeOffsets(name))
  }
  return known_zones.get(name)
}

function makeOffsets(name: string): OffsetAt | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    return (time_ms) => {
      const parts = new Map(format.formatToParts(time_ms).map(({ type, value }) => [type, Number(value)]))
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!
      const date_ms = Date.UTC(part('year'), part('month') - 1, part('day'))
      const shown_ms = date_ms + ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
      return shown_ms - Math.floor(time_ms / 1000) * 1000
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
