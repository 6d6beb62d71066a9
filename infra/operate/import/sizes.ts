import { isObject } from '#shared/base/is-object.ts'
import type { ImportKind } from './kinds/import-kind.ts'
import type { SourceFields, ValueChange } from './readers/source-fields.ts'

/**
 * Numbers of people for which platforms write -1: too few to tell. They become null, which is what is known. Any other
 * negative number stays, and the schema of the record refuses it.
 */

const CHANGE = '-1 is too few to tell: stored as null'

/** The fields with their sizes, also under their old names. @param changes gets what was changed */
export function withoutTooFew(
  { sizes, old_names = {}, nested }: ImportKind,
  fields: SourceFields,
  changes: ValueChange[],
): SourceFields {
  const told: [string, unknown][] = Object.entries(fields).map(([name, value]) => {
    if (!sizes.includes(old_names[name] ?? name) || !isTooFew(value)) return [name, value]
    changes.push({ field: name, change: CHANGE })
    return [name, null]
  })
  const all = Object.fromEntries(told)
  for (const { column, sizes: members = [] } of nested) {
    const list = all[column]
    if (members.length === 0 || !Array.isArray(list)) continue
    all[column] = list.map((element: unknown) => {
      const found = isObject(element) ? members.filter((member) => isTooFew(element[member])) : []
      if (!isObject(element) || found.length === 0) return element
      for (const member of found) changes.push({ field: `${column}[].${member}`, change: CHANGE })
      return { ...element, ...Object.fromEntries(found.map((member) => [member, null])) }
    })
  }
  return all
}

function isTooFew(value: unknown): boolean {
  return typeof value === 'string' ? /^\s*-1(?:\.0*)?\s*$/.test(value) : value === -1 || value === -1n
}
