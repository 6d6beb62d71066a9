/**
 * Cells of an exported CSV file (RFC 4180), safe to open in a spreadsheet and read back exactly.
 *
 * A spreadsheet runs text that begins like a formula; an apostrophe in front stops it. Text that already begins with
 * apostrophes and then like a formula gets one more, so that taking one away is always right. Numbers are left alone.
 * Source: OWASP, "CSV Injection".
 */
const FORMULA_LIKE = /^'*[=+\-@\t\r]/
const GUARDED = /^'+[=+\-@\t\r]/

/** One cell: text guarded and quoted, numbers and booleans as they are, null empty, lists and objects as JSON. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const guarded = FORMULA_LIKE.test(text) ? `'${text}` : text
  // An empty text is quoted, so that it can be told from null.
  return guarded === '' || /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** The text that `csvCell` guarded. */
export function unguarded(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text
}
