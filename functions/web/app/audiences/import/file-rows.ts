/** What the readers of files have in common. */

/** A row of a file, as far as it could be told from others. */
export interface FileRow {
  /** Of a CSV file the line, of a list the place in it; from 1. */
  readonly line: number
  readonly source: Readonly<Record<string, unknown>>
}

/** A file that says nothing about audiences. Its message is for the user. */
export class UnreadableFile extends Error {}
