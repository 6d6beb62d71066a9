import { NAME_LENGTH_MAX } from './fields.ts'

/** What a copy of a record is called, on a device as well as by the service. */

const MARK = / \(copy(?: ([1-9]\d{0,8}))?\)$/

/**
 * "Trail runners (copy)", then "Trail runners (copy 2)": the first that none of the names has. The copy of a copy counts on; a
 * long name is cut, so that its copy is not too long.
 * @param names of the records of this kind, in any spelling of Unicode
 */
export function copyName(name: string, names: Iterable<string>): string {
  const known = new Set(Array.from(names, (one) => one.normalize('NFC')))
  const stem = name.replace(MARK, '') || name
  for (let number = 1; ; number++) {
    const mark = number === 1 ? ' (copy)' : ` (copy ${number})`
    const copy = cut(stem, NAME_LENGTH_MAX - mark.length) + mark
    if (!known.has(copy.normalize('NFC'))) return copy
  }
}

/** At most so many UTF-16 units, and no half of a character. */
function cut(text: string, length_max: number): string {
  if (text.length <= length_max) return text
  return text
    .slice(0, length_max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()
}
