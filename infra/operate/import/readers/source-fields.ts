/** Values by field name, as in the file. */
export type SourceFields = Readonly<Record<string, unknown>>

/** A value that the import did not take as it is in the source. */
export interface ValueChange {
  readonly field: string
  readonly change: string
}
