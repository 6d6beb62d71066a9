import type { RecordKind } from '#shared/records/record-kind.ts'

/** How the rows of one kind of record are taken over from another system. */
export interface ImportKind {
  readonly kind: RecordKind
  /** Lists of objects with a fixed set of fields. */
  readonly nested: readonly NestedFields[]
}

export interface NestedFields {
  readonly column: string
  readonly known: readonly string[]
  /** The free object of each element that takes unknown fields; without one the record's metadata does. */
  readonly unknown_into?: string
}
