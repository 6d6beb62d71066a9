import { numberOf } from '../../../format/numbers.ts'

/** Sizes as people type them and files have them. */

/** Digits, or groups with the same sign between them, as a language groups them: 12,400, 12.400, 12 400, 1,84,200. */
const WHOLE =
  /^(?:\d+|\d{1,3}(?:(?<sign>[\s,.'’_])\d{3}|(?<other>[\s,.'’_])\d{2,3}(?:\k<other>\d{2,3})*\k<other>\d{3}))$/u
/** As data frames write whole numbers. */
const POINT_ZERO = /^(\d+)\.0{1,2}$/
const UNKNOWN = /^(?:nan|none|null|n\/a|-|–|—|\?|unknown|not known yet)?$/i

/** What a text says of a size; null: it is not known yet. Undefined: it is no size. */
export function sizeIn(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (UNKNOWN.test(trimmed)) return null
  const whole = POINT_ZERO.exec(trimmed)?.[1] ?? (WHOLE.test(trimmed) ? trimmed.replaceAll(/\D/g, '') : undefined)
  if (whole === undefined) return undefined
  const size = Number(whole)
  return Number.isSafeInteger(size) ? size : undefined
}

export const SIZE_WORDS = 'Use digits only, for example 12,400'

/** A size as its field shows it when nobody types into it. What would not be read again stays as it was typed. */
export function shownSize(text: string): string {
  const size = sizeIn(text)
  if (typeof size !== 'number') return text
  const shown = numberOf(size)
  return sizeIn(shown) === size ? shown : text
}
