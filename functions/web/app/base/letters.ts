import { Cell } from './cell.ts'
import { keep, kept } from './kept.ts'

/** Whether single letters act: who dictates, or types with one hand, may switch them off. */
export const letters_on = new Cell(kept('letters') !== 'off')

export function switchLetters(is_on: boolean): void {
  letters_on.set(is_on)
  keep('letters', is_on ? null : 'off')
}
