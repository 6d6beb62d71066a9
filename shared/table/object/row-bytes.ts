import type { Cell } from '../../parquet/schema.ts'

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
