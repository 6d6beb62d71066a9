import type { Cell } from '../../parquet/schema.ts'

export function isSameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  return a.length === b.length && a.every((element, at) => element === b[at])
}

/** Bytes of a row before compression. */
export function rowBytes(row: Readonly<Record<string, Cell>>): number {
  let bytes = 0
  for (const cell of Object.values(row)) bytes += cellBytes(cell)
  return bytes
}

function cellBytes(cell: Cell): number {
  if (cell === null) return 0
  if (typeof cell === 'string') return Buffer.byteLength(cell)
  if (cell instanceof Uint8Array) return cell.length
  if (typeof cell === 'object') return cell.reduce((sum, element) => sum + Buffer.byteLength(element), 0)
  return 8
}
