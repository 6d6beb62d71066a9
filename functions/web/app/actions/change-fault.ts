import { Cell } from '../base/cell.ts'

/** The last change that was not kept, in words. */
export const change_fault = new Cell<string | undefined>(undefined)
