import type { SourceFields } from '../readers/source-fields.ts'
import { squashed } from './field-names.ts'

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

/** The choice that a value spells: `Google Ads`, ` ACTIVE`, `first-party`. Any other value as it is. */
export function choice(value: unknown, choices: readonly string[]): unknown {
  if (typeof value !== 'string') return value
  const word = squashed(value)
  return choices.find((name) => squashed(name) === word) ?? (value.trim() === '' ? null : value)
}

/** The field of a row with the choice that it spells; nothing where the row has no such field. */
export function spelledAs(source: SourceFields, name: string, choices: readonly string[]): SourceFields {
  return Object.hasOwn(source, name) ? { [name]: choice(source[name], choices) } : {}
}
