import type { ImportKind } from '../kinds/import-kind.ts'
import type { SourceFields, ValueChange } from './source-fields.ts'

/** An entry of a file of any format: a row with its place in the file. */
export type SourceEntry =
  | {
      readonly kind: 'row'
      readonly number: number
      readonly fields: SourceFields
      /** Values that the reader did not take as they are in the file. */
      readonly changes?: readonly ValueChange[]
      /** Why the row may be refused: it has fewer cells than the header. */
      readonly shortfall?: string
    }
  /** This row is unreadable; later rows are not affected. */
  | { readonly kind: 'bad'; readonly number: number; readonly reason: string }

/**
 * Reads a file from its start. `number` is the row of a Parquet file, the line where the record begins in CSV and JSON
 * lines, and the element of a JSON list; each counts from 1.
 * @param kind the kind of its records, whose fields a CSV header spells in many ways
 * @throws UnreadableFile; earlier entries stay valid
 */
export type Reader = (path: string, kind?: ImportKind) => AsyncGenerator<SourceEntry>

/** The file, or the rest of it, is unreadable. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** Failures of the file system make a file unreadable too. */
export function unreadable(error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error
  return new UnreadableFile(error instanceof Error ? error.message : String(error), { cause: error })
}
