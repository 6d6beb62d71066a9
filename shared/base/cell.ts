/**
 * A value of one column of one row, in tables and in records alike: strings, finite numbers (also of 64-bit columns, which
 * the records keep within 2^53), booleans, milliseconds for times, string lists, and UTF-8 JSON text as bytes.
 */
export type Cell = string | number | boolean | readonly string[] | Uint8Array | null

/** What every stored row has, whatever its kind; times in milliseconds since 1970. */
export type SystemCells = {
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
  readonly rev: number
  readonly deleted: boolean
  readonly client_id: string | null
  readonly updated_by: string | null
}

/** What of a kind's rows makes history. */
export interface HistoryRules {
  /** Columns whose former values are kept. */
  readonly columns: readonly string[]
  /** Columns of which only the fact is kept that they were replaced: their values are nobody's business. */
  readonly secret_columns: readonly string[]
  /** Changes of a row in this state by one writer within ten minutes share an entry. */
  readonly draft?: { readonly column: string; readonly value: Cell }
}

export function isSameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && isSameBytes(a, b)
  }
  return a.length === b.length && a.every((element, at) => element === b[at])
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
