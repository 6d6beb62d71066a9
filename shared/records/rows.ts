import type { Column } from './columns.ts'

/**
 * Records as clients see them (ISO times, parsed JSON) to rows as tables keep them (milliseconds, JSON text), and back.
 * JSON is parsed here and nowhere below, for the rows somebody asked for.
 */
export type Cells = Readonly<Record<string, string | number | boolean | readonly string[] | Uint8Array | null>>

export type RecordValue = Readonly<Record<string, unknown>>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The cells of `columns`; a field the record lacks is null. */
export function toRow(columns: readonly Column[], record: RecordValue): Cells {
  return Object.fromEntries(columns.map(({ name, type }) => [name, toCell(type, record[name])]))
}

function toCell(type: Column['type'], value: unknown): Cells[string] {
  if (value === null || value === undefined) return null
  if (type === 'json') return encoder.encode(JSON.stringify(value))
  if (type === 'timestamp') return Date.parse(value as string)
  return value as Cells[string]
}

/** The record of a row, or of as much of it as the row has. */
export function fromRow(columns: readonly Column[], row: Cells): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const { name, type } of columns) {
    const cell = row[name]
    if (cell !== undefined) record[name] = fromCell(type, cell)
  }
  return record
}

function fromCell(type: Column['type'], cell: Cells[string]): unknown {
  if (cell === null) return null
  if (type === 'json') return JSON.parse(decoder.decode(cell as Uint8Array))
  if (type === 'timestamp') return new Date(cell as number).toISOString()
  return cell
}

/** Whether two rows say the same in `names`. */
export function sameCells(a: Cells, b: Cells, names: Iterable<string>): boolean {
  for (const name of names) if (!sameCell(a[name] ?? null, b[name] ?? null)) return false
  return true
}

function sameCell(a: Cells[string], b: Cells[string]): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  return a.length === b.length && a.every((element, at) => element === b[at])
}
