import { isObject } from '#shared/base/is-object.ts'
import type { ImportKind, NoteField } from './kinds/import-kind.ts'
import type { ValueChange } from './readers/source-fields.ts'
import { plain, type Note } from './values.ts'

/**
 * Fields of the source that records do not have. They are kept under `metadata.imported_fields`, those of a segment in
 * the segment's free object if the name is free there; no field is dropped silently.
 */

/** Member of metadata: `imported_fields.{column}`, `imported_fields.{list}.{index}.{field}`. */
const KEPT_UNDER = 'imported_fields'

/** Columns without information of their own: partition keys, the table's columns, and pandas' row labels. */
const DERIVED_COLUMNS = new Set(['user_id', 'year', 'month', 'rev', 'variable_count', 'segment_count'])
const PANDAS_INDEX = /^(?:|Unnamed: \d+|__index_level_\d+__)$/

export interface Folded {
  readonly fields: Readonly<Record<string, unknown>>
  /** Names of the unknown fields that have a value: `old_score`, `segments[].color`. */
  readonly unknown: readonly string[]
}

/**
 * Moves every unknown field of a row to its place.
 * @param fields the row's known fields, converted
 * @param source every field of the row as it is in the file
 */
export function foldUnknown(
  { kind, nested }: ImportKind,
  fields: Readonly<Record<string, unknown>>,
  source: Readonly<Record<string, unknown>>,
  { note, changes }: { note: NoteField; changes: ValueChange[] },
): Folded {
  const folded: Record<string, unknown> = { ...fields }
  const kept = new Map<string, unknown>()
  const unknown = new Set<string>()
  const known = new Set(kind.columns.map(({ name }) => name))
  for (const [name, value] of Object.entries(source)) {
    if (known.has(name) || DERIVED_COLUMNS.has(name) || PANDAS_INDEX.test(name)) continue
    const kept_value = plain(value, noteFor(note, name), () => void changes.push(digitsKept(name)))
    if (kept_value === null) continue
    kept.set(name, kept_value)
    unknown.add(name)
  }

  for (const { column, known: known_names, unknown_into } of nested) {
    const list = folded[column]
    if (!Array.isArray(list)) continue
    const homeless: Record<string, Record<string, unknown>> = {}
    folded[column] = list.map((element: unknown, at) => {
      if (!isObject(element)) return element
      const surplus = Object.entries(element).filter(([name]) => !known_names.includes(name))
      if (surplus.length === 0) return element
      const { tidy, left } = tidyElement(element, surplus, unknown_into)
      for (const [name, value] of surplus) if (value !== null) unknown.add(`${column}[].${name}`)
      if (left.length > 0) homeless[String(at)] = Object.fromEntries(left)
      return tidy
    })
    if (Object.keys(homeless).length > 0) kept.set(column, homeless)
  }

  if (kept.size > 0) folded['metadata'] = withKept(folded['metadata'], Object.fromEntries(kept))
  return { fields: folded, unknown: [...unknown] }
}

type Entries = [name: string, value: unknown][]

/** Moves surplus fields of an element into its free object, as far as their names are free there. */
function tidyElement(
  element: Record<string, unknown>,
  surplus: Entries,
  unknown_into: string | undefined,
): { tidy: Record<string, unknown>; left: Entries } {
  const names = new Set(surplus.map(([name]) => name))
  const tidy = Object.fromEntries(Object.entries(element).filter(([name]) => !names.has(name)))
  const said = surplus.filter(([, value]) => value !== null)
  if (unknown_into === undefined || said.length === 0) return { tidy, left: said }
  const home = tidy[unknown_into] ?? {}
  if (!isObject(home)) return { tidy, left: said }
  const fitting = said.filter(([name]) => !Object.hasOwn(home, name))
  tidy[unknown_into] = { ...home, ...Object.fromEntries(fitting) }
  return { tidy, left: said.filter(([name]) => Object.hasOwn(home, name)) }
}

/** Metadata with the kept fields, beside those of an earlier import. */
function withKept(metadata: unknown, kept: Record<string, unknown>): unknown {
  const before = metadata ?? {}
  // Metadata that is not an object stays, and the schema refuses it.
  if (!isObject(before)) return metadata
  const earlier = before[KEPT_UNDER]
  const merged =
    isObject(earlier) || earlier === undefined ? { ...earlier, ...kept } : { ...kept, [KEPT_UNDER]: earlier }
  return { ...before, [KEPT_UNDER]: merged }
}

/** What the report says of a number that no double holds. */
export function digitsKept(field: string): ValueChange {
  return { field, change: 'a number beyond ±9007199254740991 is stored as text' }
}

function noteFor(note: NoteField, path: string): Note {
  return (message) => note(path, message)
}
