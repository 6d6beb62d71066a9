/**
 * Cells of an exported CSV file (RFC 4180), safe to open in a spreadsheet and read back exactly.
 *
 * A spreadsheet runs text that begins like a formula; an apostrophe in front stops it. It trims spaces, drops quotes and
 * control characters first, and takes the full-width signs for the plain ones. Text that already begins with apostrophes
 * and then like a formula gets one more, so that taking one away is always right. Numbers are left alone.
 * Source: OWASP, "CSV Injection".
 */
const FORMULA_LIKE = /^[\s'"]*[=+\-@＝＋－＠\p{Cc}]/u

/** Words that other programs write for nothing. An unquoted one is read as null, so that text of the kind is quoted. */
const NOTHING = /^[-+]?(?:nan|nat|none|null|n\/a|inf|infinity|na|nil|<na>|#n\/a|\\n)$/i

/** Starts a file that Excel is to read as UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff'

/** One cell: text guarded and quoted, numbers and booleans as they are, null empty, lists and objects as JSON. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const guarded = FORMULA_LIKE.test(text) ? `'${text}` : text
  // An empty text is quoted, so that it can be told from null.
  return guarded === '' || /[",\r\n]/.test(guarded) || isNothing(guarded)
    ? `"${guarded.replaceAll('"', '""')}"`
    : guarded
}

/** The text that `csvCell` guarded, now or before it knew more than `=`, `+`, `-`, `@`, tab and CR. */
export function unguarded(text: string): string {
  return text.startsWith("'") && FORMULA_LIKE.test(text.slice(1)) ? text.slice(1) : text
}

/** Whether an unquoted cell is a word for nothing: `NaN`, `None`, `NULL`, `N/A`. */
export function isNothing(text: string): boolean {
  return NOTHING.test(text.trim())
}
