/** How relevant a variable is: 0–1 in records, percent on the screen. */

const PERCENT = /^(\d{1,3})(?:[.,](\d{1,2}))?\s*%?$/

/** @returns 0–1; null: nothing was said; undefined: it is no percentage */
export function percentIn(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const [, whole, decimals = ''] = PERCENT.exec(trimmed) ?? []
  if (whole === undefined) return undefined
  const percent = Number(`${whole}.${decimals}`)
  return percent > 100 ? undefined : Math.round(percent * 100) / 10_000
}

/** As it is typed. @param score 0–1 */
export function percentText(score: number | null | undefined): string {
  return score === null || score === undefined ? '' : String(Math.round(score * 10_000) / 100)
}

export const RELEVANCE_WORDS = 'Use a number from 0 to 100'
