import { madeOnce } from '../base/made-once.ts'

/** Numbers as people read them, in the language of the browser. Unknown is a word, and never comes here. */

const wholeFormat = madeOnce(() => new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 }))
const shareFormat = madeOnce(
  () => new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
)
const shortFormat = madeOnce(() => new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }))
const pluralRules = madeOnce(() => new Intl.PluralRules('en'))

/** A no-break space between a number and its sign. */
const NARROW = '\u00A0'

export function numberOf(value: number): string {
  return wholeFormat().format(value)
}

/** `17.1 M`: on axes only. */
export function shortNumberOf(value: number): string {
  return shortFormat()
    .format(value)
    .replace(/(?<=\d)(?=\p{L})/u, NARROW)
    .replace(/\b[a-z]$/, (letter) => letter.toUpperCase())
}

/** One decimal; what is not all of it never reads 100 %, what is not nothing never 0 %. @param ratio 0–1 */
export function percentOf(ratio: number): string {
  const tenths = Math.round(ratio * 1000)
  const shown = ratio < 1 && tenths >= 1000 ? 999 : ratio > 0 && tenths === 0 ? 1 : tenths
  return `${shareFormat().format(shown / 10)}${NARROW}%`
}

/** `1 record`, `2,404,912 records`. @param several where it is not the noun with an s */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${numberOf(count)} ${pluralRules().select(count) === 'one' ? one : several}`
}

const BYTES = ['bytes', 'kB', 'MB', 'GB'] as const

/** `4.1 MB`. */
export function bytesOf(count: number): string {
  const power = Math.min(BYTES.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  const value = count / 1000 ** power
  const number = power === 0 ? wholeFormat().format(value) : shareFormat().format(value)
  return `${number}${NARROW}${BYTES[power]!}`
}
