import type { MinReader } from '../storage.ts'

/**
 * What a storage of the client holds. Everything that belongs together changes in one transaction: a change and its
 * number, pulled rows and their cursor, answers and what they acknowledge.
 */

/** What a release can read of all this; a later one raises `min_reader` for entries that this one must not touch. */
export const READER = 1

/** JSON objects, as answers of the service have them. */
export type JsonRecord = Readonly<Record<string, unknown>>

export type RecordNoun = 'audience' | 'platform' | 'distribution'

/** What lists count and order by: it lies beside the text of a row, so that nobody parses rows that are not shown. */
export interface ListedColumns {
  readonly status?: string | undefined
  readonly updated_at?: string | undefined
  /** JSON of the row. What is not in it is not in the record. */
  readonly text?: string
}

/** A record as the server has it. As text, because many are read together and few of them are looked at. */
export interface RowEntry extends ListedColumns {
  readonly version: number
  readonly deleted: boolean
  /** JSON of the whole row, or of a deleted one of its id, version and `deleted`. */
  readonly text: string
  /** Of a deleted record: JSON of what it was, so that it can be shown again before the server has it back. */
  readonly before?: string
}

export type ServerRow = JsonRecord & { readonly version: number; readonly deleted: boolean }

/** A page of a partition that is not complete yet. */
export interface StagedEntry {
  readonly reset: boolean
  /** The service was put back, and has lost what was done after this moment; ISO 8601. */
  readonly put_back_to?: string
  readonly rows: readonly StagedRow[]
}

export type StagedRow = RowEntry & { readonly id: string }

/**
 * Rows of a partition that came whole, some together: a browser reads and writes few large entries many times as fast as many
 * small ones. A row that has changed since lies beside it by its id, and counts.
 */
export interface RowBlock {
  readonly rows: readonly StagedRow[]
}

/** What a change does to its record. */
export type Change =
  | { readonly op: 'create'; readonly value: JsonRecord }
  | {
      readonly op: 'patch'
      readonly base_version: number
      /** Of `metadata` and `settings` the members that change, others whole. */
      readonly set: JsonRecord
      readonly unset?: Readonly<Record<string, readonly string[]>>
      /** What was there before, in the same form. */
      readonly base: JsonRecord
    }
  | { readonly op: 'delete' | 'restore'; readonly base_version: number }

/** A change that was made on this device. Its key is its number. An entry is never changed into another change. */
export interface OutboxEntry {
  readonly seq: number
  readonly mutation_id: string
  readonly kind: RecordNoun
  readonly id: string
  readonly change: Change
  /** Ids of the records that a new one refers to. */
  readonly refers_to: readonly string[]
  /** When it was made, by the clock of this device: for people to read. */
  readonly made_at: string
  /** The server has made it, as this version; it stays until that version has been pulled. */
  readonly done?: { readonly version: number }
  /** The server has refused it: it waits for the user. */
  readonly aside?: SetAside
}

export interface SetAside {
  readonly status: 'conflict' | 'invalid'
  /** Of a conflict: which fields, where the server knows. */
  readonly fields: readonly string[]
  /** Of a conflict: the record as it is there. */
  readonly server: ServerRow | null
  /** In a sentence for the user. */
  readonly reason: string
  readonly problem: JsonRecord
}

/** Who the storage belongs to. A guest has none. */
export interface Identity {
  readonly issuer: string
  readonly user_id: string
  /** Whose records they are: the user, or later a workspace. */
  readonly owner: string
}

export interface ClientEntry {
  readonly client_id: string
  /** The number of the last change. */
  readonly last_seq: number
  /** Up to this number every change has its final answer. */
  readonly acked: number
}

export interface SyncEntry {
  /** Null: everything is to be pulled. */
  readonly cursor: string | null
  /** When everything that the server had was here last; ISO 8601. */
  readonly pulled_at: string | null
}

/** Who the storage belongs to, and which one it is: a browser that cleared it gives an empty one of the same name. */
export interface OriginEntry {
  readonly storage_id: string
  readonly identity: Identity | null
}

/** A guest's records on their way into an account. It stands in the guest's storage, which takes no more changes. */
export interface MigrationPlan {
  readonly id: string
  readonly into: Identity
  readonly state: 'pushing' | 'checking' | 'done'
  /** New ids of records whose ids the server would not take. */
  readonly renamed: Readonly<Record<string, string>>
  readonly begun_at: string
  readonly done_at: string | null
  readonly expected: number | null
  readonly found: number | null
}

export interface LogEntry {
  readonly at: string
  readonly level: 'info' | 'problem'
  readonly text: string
}

/** A record that was taken in from an earlier store: its id here. */
export interface ImportedEntry {
  readonly id: string
}

/** A draft of a form: not a change yet, and never sent. */
export interface DraftEntry {
  readonly saved_at: string
  readonly value: JsonRecord
}

/** What was fetched of a distribution beyond what a pull brings. */
export interface DetailsEntry {
  readonly version: number
  readonly details: JsonRecord
}

/** A change that could not be read, with what was left of it; null when that is nothing. */
export interface QuarantinedEntry {
  readonly found_at: string
  readonly entry: unknown
}

/** By the keys of the store `meta`. */
export interface MetaEntries {
  readonly min_reader: MinReader
  readonly origin: OriginEntry
  readonly client: ClientEntry
  readonly sync: SyncEntry
  readonly plan: MigrationPlan
  /** What came from other storages, by its mutation ids: refused changes of guests, and what the browser had cleared. */
  readonly adopted: { readonly mutation_ids: readonly string[] }
  /** New ids of records whose ids the server would not take, by the old ones: old links follow them. */
  readonly renamed: { readonly ids: Readonly<Record<string, string>> }
  /** Room for deletions; see `reserve.ts`. */
  readonly reserve: { readonly text: string }
  /** Counts the transactions that change what tabs show. */
  readonly revision: { readonly revision: number }
  /** What a page shows first, as long as nothing has changed since; see `first-look.ts`. */
  readonly first_look: { readonly revision: number; readonly look: JsonRecord }
}

export type LocalContents = {
  readonly meta: MetaEntries[keyof MetaEntries]
  /** By partition and number those that came together; by partition and id those that have changed since. */
  readonly rows: RowBlock | RowEntry
  /** By partition and the number of the page. */
  readonly staged: StagedEntry
  /** By number. */
  readonly outbox: OutboxEntry
  /** By the earlier store, the kind and the key there: what was taken in from it. */
  readonly imports: ImportedEntry
  /** By the moment and the number that the change had. */
  readonly quarantine: QuarantinedEntry
  /** By the form. */
  readonly drafts: DraftEntry
  /** By the id of the distribution. */
  readonly details: DetailsEntry
  readonly log: LogEntry
}
