import * as z from 'zod/mini'

import type { Column } from './columns.ts'

/** What every kind of record has, besides its own id and fields. All of it is the server's: read-only for clients. */
export const SYSTEM_SHAPE = {
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** 1, and +1 with every change. */
  version: z.int(),
  /** The commit that last touched the row; orders the change feed and is not part of an answer. */
  rev: z.int(),
  deleted: z.boolean(),
  /** Who wrote last, as the client names itself; `import` for the import. */
  client_id: z.nullable(z.string()),
}

/** What answers show of it, besides `rev`, and whose the record is: read-only for clients. */
export const READ_ONLY_SHAPE = {
  user_id: z.string(),
  created_at: SYSTEM_SHAPE.created_at,
  updated_at: SYSTEM_SHAPE.updated_at,
  version: SYSTEM_SHAPE.version,
  deleted: SYSTEM_SHAPE.deleted,
  client_id: SYSTEM_SHAPE.client_id,
}

/** One kind of record: what table, handlers and import need to know of it. */
export interface RecordKind {
  /** Table name and first component of its object names. */
  readonly name: string
  /** What a person calls one: `audience`. */
  readonly noun: string
  readonly id_prefix: string
  readonly id_column: string
  readonly partitioned_by: 'month' | 'user'
  readonly columns: readonly Column[]
  /** Columns of whole records only; listings go without them. */
  readonly detail_columns: readonly string[]
  /** Columns kept for listings and readers of the files, computed from the fields, absent from whole records. */
  readonly derive: (fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** Columns that are stored and never shown, such as sealed credentials. */
  readonly hidden_columns: readonly string[]
  /** Fields that stay as they were at creation. */
  readonly immutable_fields: readonly string[]
  /** Everything a client may set, whole and in its final form. */
  readonly fields: z.ZodMiniObject
  /** What a field is when nothing was said about it; a field without a default must be given. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** What a new record may be; without it any status. */
  readonly initial_statuses?: readonly string[]
  /** Moves that clients may ask for, from each status; staying is no move. */
  readonly transitions: Readonly<Record<string, readonly string[]>>
  /** Statuses that no client can ask for, and what brings them about: `connected` → `a test that succeeds`. */
  readonly set_by_server?: Readonly<Record<string, string>>
  /** What a deletion sets besides: columns that it empties at once, the status that a restore gives back. */
  readonly deletion_sets?: Readonly<Record<string, unknown>>
}

/** `client_id` of rows whose last writer is the import. */
export const IMPORT_CLIENT_ID = 'import'
