import type { SourceFields } from '../readers/reader.ts'

/** Renames old fields to today's names, except where today's name has a value. */
export function renamed(source: SourceFields, names: Readonly<Record<string, string>>): SourceFields {
  const fields: Record<string, unknown> = { ...source }
  for (const [old, name] of Object.entries(names)) {
    if (!Object.hasOwn(fields, old) || !isEmpty(fields[name])) continue
    fields[name] = fields[old]
    delete fields[old]
  }
  return fields
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || Number.isNaN(value)
}

/** Normalizes spellings of types and statuses such as `Google` and ` ACTIVE`. */
export function lowered(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase().replaceAll(/[ -]+/g, '_') : value
}
