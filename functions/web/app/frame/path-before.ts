import { Cell } from '../base/cell.ts'

/** Where the user was before this page; undefined: it is the first one. */
export const path_before = new Cell<string | undefined>(undefined)
