import type { Clock } from '#shared/base/clock.ts'
import type { CredentialVault } from '#shared/credentials/vault.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import type { Cells, RecordValue } from '#shared/records/rows.ts'
import type { SourceFields } from '../readers/source-fields.ts'
import type { ImportMode } from '../import-mode.ts'
import type { SourceCredentials } from './source-credentials.ts'

/** How rows of one kind of record are imported from another system. */
export interface ImportKind {
  readonly kind: RecordKind
  /** Lists of objects with a fixed set of fields. */
  readonly nested: readonly NestedFields[]
  /** Names of fields in the old system, with those of today. */
  readonly old_names?: Readonly<Record<string, string>>
  /** Columns of numbers of people, where platforms write -1 for too few to tell. */
  readonly sizes: readonly string[]
  /** Columns of free JSON. */
  readonly free_objects: readonly string[]
  /** Columns of text that platforms and programs wrote about a failure. */
  readonly error_texts?: readonly string[]
  /** Messages may quote a value that cannot be converted; where credentials may be anywhere, none does. */
  readonly quotes_values?: true
  /** Columns besides the fields that the import fills. */
  readonly server_columns?: readonly string[]
  /** Replaces old names and spellings by ours, and takes credentials out. */
  readonly tidy: (source: SourceFields, options: TidyOptions) => TidiedRow
  /** Values of `server_columns` that depend on the row only. */
  readonly serverValues?: (row: ConvertedRow, note: NoteField) => RecordValue
  /**
   * The row as it is to be stored, with the values that depend on the bucket or the key. A method, so that a kind can
   * name the type of its own rows.
   */
  complete?(this: void, draft: RowDraft, tools: CompletionTools): Promise<CompletedRow>
}

export interface NestedFields {
  readonly column: string
  readonly known: readonly string[]
  /** Members that are numbers of people. */
  readonly sizes?: readonly string[]
  /** The free object of each element that takes unknown fields; without one the record's metadata does. */
  readonly unknown_into?: string
}

export type NoteField = (path: string, message: string) => void

export interface TidyOptions {
  readonly now_ms: number
  /** `--encryption-key`: passphrase with which the old client encrypted credentials. */
  readonly encryption_key: string | undefined
}

export interface TidiedRow {
  readonly source: SourceFields
  readonly credentials?: SourceCredentials
  /** Paths of secrets that were left out. */
  readonly removed?: readonly string[]
  /** Messages for the report; they quote no secret. */
  readonly remarks: readonly string[]
}

export interface ConvertedRow {
  /** The known columns of the row, converted; times in milliseconds. */
  readonly cells: Readonly<Record<string, unknown>>
  /** `undefined` when they are invalid. */
  readonly fields: RecordValue | undefined
  readonly created_at_ms: number | undefined
  readonly updated_at_ms: number | undefined
}

export interface RowDraft<R extends Cells = Cells> {
  readonly user_id: string
  readonly row: R
  /** When the source changed it last. */
  readonly updated_at_ms: number
  readonly credentials: SourceCredentials | undefined
  /** The stored row. */
  readonly current: R | undefined
}

export interface CompletionTools {
  readonly mode: ImportMode
  readonly bucket: string
  readonly vault: CredentialVault | undefined
  readonly clock: Clock
  /** Whether this account may not open credentials: found out once in a run, because each denial alerts. */
  readonly opening: { is_denied?: Promise<boolean> }
  /** The version of the key that seals new credentials; looked up once in a run. */
  readonly primaryVersion: () => Promise<string>
  /** The stored record of another kind. */
  readonly find: <K extends RecordKind>(kind: K, user_id: string, id: string) => Promise<RowOf<K> | undefined>
  /** Whether the source has the record, so that it is stored after an import. */
  readonly isInSource: (kind_name: string, user_id: string, id: string) => boolean
}

export type CompletedRow<R extends Cells = Cells> =
  | {
      readonly kind: 'row'
      readonly row: R
      /** Messages when the stored row is as the source has it. */
      readonly remarks: readonly string[]
      /** Further messages when the row was written. */
      readonly remarks_if_written?: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reason: string }
