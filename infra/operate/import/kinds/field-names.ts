import type { ImportKind } from './import-kind.ts'

/** How records of a kind may spell their fields in the header of a CSV file. */
export interface FieldNames {
  /** The name of ours that a spelling such as `Audience ID` means. */
  readonly nameOf: (spelled: string) => string | undefined
  /** Fields without which no record is valid, each with its old names. */
  readonly required: readonly (readonly string[])[]
}

/** Columns that say whose a row is and where it stood. */
const OF_THE_ROW = ['user_id', 'year', 'month']

export function fieldNames({ kind, old_names = {} }: ImportKind): FieldNames {
  const names = [...kind.columns.map(({ name }) => name), ...OF_THE_ROW, ...Object.keys(old_names)]
  const by_spelling = new Map(names.toReversed().map((name) => [squashed(name), name]))
  const required = Object.keys(kind.fields.shape).filter((name) => !Object.hasOwn(kind.defaults, name))
  return {
    nameOf: (spelled) => (names.includes(spelled) ? spelled : by_spelling.get(squashed(spelled))),
    required: required.map((name) => [name, ...Object.keys(old_names).filter((old) => old_names[old] === name)]),
  }
}

/** Case, spaces, hyphens, underscores and dots make no other word: `Audience ID` is `audience_id`. */
export function squashed(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
}
