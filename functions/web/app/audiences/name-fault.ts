import { NAME_LENGTH_MAX } from '#shared/records/fields.ts'

/** What is wrong with a name, and what would be right; undefined: nothing. */
export function nameFault(name: string): string | undefined {
  const { length } = name.trim()
  if (length === 0) return 'An audience needs a name, for example “Weekend trail runners”.'
  if (length > NAME_LENGTH_MAX) return `The name has ${length} characters. Use ${NAME_LENGTH_MAX} at most.`
  return undefined
}
