import type { Clock } from '#shared/base/clock.ts'
import type { CredentialVault } from '#shared/credentials/vault.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import type { RecordValue } from '#shared/records/rows.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { SourceFields } from '../readers/reader.ts'
import type { ImportMode } from '../import-mode.ts'
import type { SourceCredentials } from './source-credentials.ts'

/** How the rows of one kind of record are taken over from another system. */
export interface ImportKind {
  readonly kind: RecordKind
  /** Lists of objects with a fixed set of fields. */
  readonly nested: readonly NestedFields[]
  /** Columns beside the fields that the import fills as well. */
  readonly server_columns?: readonly string[]
  /** Brings old names and spellings to ours, and takes out what must not go on as it is. */
  readonly tidy?: (source: SourceFields, options: TidyOptions) => Tidied
  /** What `server_columns` hold, from the row alone. */
  readonly serverValues?: (row: ConvertedRow, note: NoteField) => RecordValue
  /** What depends on the bucket or the key: the row as it is to be stored. */
  readonly complete?: (draft: Draft, tools: CompletionTools) => Promise<Completion>
}

export interface NestedFields {
  readonly column: string
  readonly known: readonly string[]
  /** The free object of each element that takes unknown fields; without one the record's metadata does. */
  readonly unknown_into?: string
}

export type NoteField = (path: string, message: string) => void

export interface TidyOptions {
  readonly now_ms: number
  /** `--encryption-key`: what the old client encrypted credentials with. */
  readonly encryption_key: string | undefined
}

export interface Tidied {
  readonly source: SourceFields
  readonly credentials?: SourceCredentials
  /** For the report; no value of a secret. */
  readonly remarks: readonly string[]
}

export interface ConvertedRow {
  /** Every known column that the row has, converted; times in milliseconds. */
  readonly cells: Readonly<Record<string, unknown>>
  /** `undefined` when they are not valid. */
  readonly fields: RecordValue | undefined
  readonly created_at_ms: number | undefined
  readonly updated_at_ms: number | undefined
}

export interface Draft {
  readonly user_id: string
  readonly row: Row
  readonly credentials: SourceCredentials | undefined
  /** As it is stored now. */
  readonly current: Row | undefined
}

export interface CompletionTools {
  readonly mode: ImportMode
  readonly bucket: string
  readonly vault: CredentialVault | undefined
  readonly clock: Clock
  /** The version of the key that new credentials get: asked for once in a run. */
  readonly primaryVersion: () => Promise<string>
  /** A record of another kind, as it is stored. */
  readonly find: <K extends RecordKind>(kind: K, user_id: string, id: string) => Promise<RowOf<K> | undefined>
  /** Whether the source has it, so that it will be there after an import. */
  readonly isInSource: (kind_name: string, user_id: string, id: string) => boolean
}

export type Completion =
  | {
      readonly kind: 'row'
      readonly row: Row
      /** What holds whenever the row is as the source says. */
      readonly remarks: readonly string[]
      /** What happened to it only if it was written. */
      readonly remarks_if_written?: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reason: string }
