import type * as z from 'zod/mini'

import type { ImportKind } from '../kinds/import-kind.ts'
import { type Cell, NothingWord } from './csv-records.ts'
import type { CsvHeader } from './csv-header.ts'

/**
 * What the cells of a column mean, which CSV itself does not say: words for nothing, and numbers as spreadsheets write
 * them. Text of a column that has to have one is never touched.
 */

export type CellMeaning =
  | { readonly kind: 'value'; readonly value: string | null; readonly change?: string }
  | { readonly kind: 'ambiguous'; readonly reason: string }

export type CellReader = (cell: Cell) => CellMeaning

/** A cell of each column of the header. */
export function cellReaders(
  { names, is_quoted }: CsvHeader,
  delimiter: string,
  import_kind: ImportKind | undefined,
): CellReader[] {
  return names.map((name) => {
    const column = import_kind && columnOf(import_kind, name)
    if (!column) return readText
    if (column.type === 'string') return column.is_nullable ? (cell) => readNullable(cell, is_quoted) : readText
    const is_number = column.type === 'int64' || column.type === 'double'
    return is_number ? (cell) => readNumber(cell, column.type === 'int64', delimiter) : readOther
  })
}

function columnOf({ kind, old_names = {} }: ImportKind, spelled: string) {
  const name = old_names[spelled] ?? spelled
  const column = kind.columns.find((known) => known.name === name)
  if (!column || name === kind.id_column) return undefined
  const schema = (kind.fields.shape as Readonly<Record<string, z.ZodMiniType | undefined>>)[name]
  // What is no field is set by the server and may be absent; the names of other records are names, and ids are ids.
  const is_nullable = schema ? schema.safeParse(null).success : !/_id$|^(?:audience|platform)_name$/.test(name)
  return { type: column.type, is_nullable }
}

function readText(cell: Cell): CellMeaning {
  return { kind: 'value', value: cell instanceof NothingWord ? cell.text : cell }
}

/** A word that may also be a text (North America, infinity) is nothing only where no text belongs. */
const MAY_BE_TEXT = /^(?:na|nil|[-+]?infinity)$/i

/** @param quotes_say_nothing every cell is quoted, also those that are nothing */
function readNullable(cell: Cell, quotes_say_nothing: boolean): CellMeaning {
  const is_nothing =
    cell instanceof NothingWord && (quotes_say_nothing || !cell.is_quoted) && !MAY_BE_TEXT.test(cell.text.trim())
  return is_nothing ? nothing(cell) : readText(cell)
}

function readOther(cell: Cell): CellMeaning {
  return cell instanceof NothingWord ? nothing(cell) : readText(cell)
}

function nothing({ text }: NothingWord): CellMeaning {
  return { kind: 'value', value: null, change: `${text.trim()} means nothing: stored as null` }
}

/** Digits in groups of three: `1.234.567`, `1 234 567`. */
const GROUPED = /^([+-]?[1-9]\d{0,2})(?:([.,'’ \u00a0\u202f])\d{3})(?:\2\d{3})*$/
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/
const PERCENT = /^([+-]?\d+(?:[.,]\d+)?)\s?%$/

function readNumber(cell: Cell, is_whole: boolean, delimiter: string): CellMeaning {
  if (typeof cell !== 'string') return readOther(cell)
  const text = cell.trim()
  const [, , group] = GROUPED.exec(text) ?? []
  if (group !== undefined && is_whole) {
    const reading = text.replaceAll(group, '')
    const is_one_sign = (group === '.' || group === ',') && text.indexOf(group) === text.lastIndexOf(group)
    if (!is_one_sign) return { kind: 'value', value: reading }
    // Where a comma is the decimal sign it cannot be the delimiter, and a point may group.
    if (delimiter === ',') return { kind: 'value', value: group === ',' ? reading : text }
    return { kind: 'ambiguous', reason: `${text} may be ${reading} or ${text.split(group)[0]}` }
  }
  const [, share] = is_whole ? [] : (PERCENT.exec(text) ?? [])
  if (share !== undefined) return { kind: 'value', value: `${share.replace(',', '.')}e-2` }
  return { kind: 'value', value: DECIMAL_COMMA.test(text) ? text.replace(',', '.') : cell }
}
