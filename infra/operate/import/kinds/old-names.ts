import type { SourceFields } from '../readers/reader.ts'

/** The source with names of today; an old name gives way where today's has a value. */
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

/** As names of types and statuses are compared: `Google`, ` ACTIVE`. */
export function lowered(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase().replaceAll(/[ -]+/g, '_') : value
}
