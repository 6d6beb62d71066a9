import type { Cell } from '../../parquet/schema.ts'
import type { Row } from './schema.ts'

/** What rows take while they are held. */

/** JSON cells are views into the decoded page of their row group: a copy lets go of the page. */
export function detached<R extends Row>(row: R): R {
  const copy: Record<string, Cell> = {}
  for (const name of Object.keys(row)) {
    const cell = row[name] as Cell
    copy[name] = cell instanceof Uint8Array ? cell.slice() : cell
  }
  return copy as R
}

/** Roughly, and rather more than less. */
export function memoryBytes(row: Row): number {
  return Object.values(row).reduce<number>((sum, cell) => sum + cellBytes(cell), 0)
}

const CELL_BYTES = 32

function cellBytes(cell: Cell): number {
  if (cell === null || typeof cell === 'number' || typeof cell === 'boolean') return CELL_BYTES
  if (typeof cell === 'string' || cell instanceof Uint8Array) return CELL_BYTES + cell.length
  return cell.reduce((sum, element) => sum + CELL_BYTES + element.length, CELL_BYTES)
}
