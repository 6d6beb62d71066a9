/** What every format gives: rows one after another, each with its place in the file. */
export type SourceEntry =
  | { readonly kind: 'row'; readonly number: number; readonly fields: SourceFields }
  /** This one row cannot be made out; the rows behind it can. */
  | { readonly kind: 'bad'; readonly number: number; readonly reason: string }

/** By field name, as the file has them. */
export type SourceFields = Readonly<Record<string, unknown>>

/**
 * Reads a file from its start. `number` is the row of a Parquet file, the line where the record begins in CSV and JSON
 * lines, and the element of a JSON list; each counts from 1.
 * @throws UnreadableFile; the entries before it stand
 */
export type Reader = (path: string) => AsyncGenerator<SourceEntry>

/** The file, or the rest of it, cannot be read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** Failures of the file system are the file's fault as well. */
export function unreadable(error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error
  return new UnreadableFile(error instanceof Error ? error.message : String(error), { cause: error })
}
