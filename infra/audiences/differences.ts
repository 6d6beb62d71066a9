import { isObject } from '#shared/base/is-object.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { cutTo, fieldPath } from '#shared/records/validation/field-path.ts'

/** A value that differs, by where it stands: `segments[2].size`. Absent is `undefined`. */
export interface Difference {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** Every value that differs. A text, a number or an absence is a value; objects and lists are looked into. */
export function differences(before: unknown, after: unknown, path: readonly PropertyKey[]): Difference[] {
  if (isSameJson(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) {
    const places = Array.from({ length: Math.max(before.length, after.length) }, (_, at) => at)
    return places.flatMap((at) => differences(before[at], after[at], [...path, at]))
  }
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => differences(own(before, name), own(after, name), [...path, name]))
  }
  return [{ path: fieldPath(path), before, after }]
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

const VALUE_CHARACTERS_MAX = 120

/** A value in one line without control characters; what is absent or null as a dash. */
export function valueText(value: unknown): string {
  return value === undefined || value === null ? '–' : cutTo(plainText(JSON.stringify(value)), VALUE_CHARACTERS_MAX)
}

/** For a terminal: what would move its cursor or turn the direction of its text is spelled out. */
export function plainText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (one) => `\\u${one.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
