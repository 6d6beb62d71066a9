/** A committed file, or a table in one, that follows from the TypeScript code. */
export interface GeneratedFile {
  /** From the project's folder. */
  readonly path: string
  readonly content: string | Uint8Array
}
