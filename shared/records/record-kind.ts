import * as z from 'zod/mini'

import type { HistoryRules } from '../base/cell.ts'
import { columnsOf, type Column } from './columns.ts'
import { utcTime } from './fields.ts'
import type { Cells, CellsOf, RecordValue } from './rows.ts'

/** What every kind of record has, besides its own id and fields. All of it is the server's: read-only for clients. */
const SYSTEM_SHAPE = {
  created_at: utcTime(),
  updated_at: utcTime(),
  /** 1, and +1 with every change. */
  version: z.int(),
  /** The commit that last touched the row; orders the change feed and is not part of an answer. */
  rev: z.int(),
  deleted: z.boolean(),
  /** The program that wrote last, as it named itself by `Client-Id`; one of the server's own by its name: `import`. */
  client_id: z.nullable(z.string()),
  /** The user who wrote last; null when it was one of the server's own writers. */
  updated_by: z.nullable(z.string()),
}

/** What answers show of it, besides `rev`, and whose the record is: read-only for clients. */
export const READ_ONLY_SHAPE = {
  user_id: z.string(),
  created_at: SYSTEM_SHAPE.created_at,
  updated_at: SYSTEM_SHAPE.updated_at,
  version: SYSTEM_SHAPE.version,
  deleted: SYSTEM_SHAPE.deleted,
  client_id: SYSTEM_SHAPE.client_id,
  updated_by: SYSTEM_SHAPE.updated_by,
}

/** Schemas by the names of what they describe. */
export type Shape = Readonly<Record<string, z.ZodMiniType>>

/** The types of one kind: its rows as they are stored, and its records and their fields as clients see them. */
export interface KindTypes {
  readonly column: string
  readonly row: Cells
  readonly record: RecordValue
  readonly fields: FieldValues
}

/** Every kind has a status, which its machine moves. */
type FieldValues = RecordValue & { readonly status: string }

/** One kind of record: what table, handlers and import need to know of it. */
export interface RecordKind<T extends KindTypes = KindTypes> {
  /** Never there: it tells the compiler which rows and records the kind has. */
  readonly types?: T
  /** Table name and first component of its object names. */
  readonly name: string
  /** What a person calls one: `audience`. */
  readonly noun: string
  readonly id_prefix: string
  readonly id_column: T['column']
  readonly partitioned_by: 'month' | 'user'
  readonly columns: readonly Column<T['column']>[]
  /** Columns of whole records only; listings go without them. */
  readonly detail_columns: readonly T['column'][]
  /** Columns kept for listings and readers of the files, computed from the fields, absent from whole records. */
  derive(fields: T['fields']): RecordValue
  readonly derived_columns: readonly T['column'][]
  /** The only fields that `derive` looks at. */
  readonly derived_from: readonly string[]
  /** Columns that are stored and never shown, such as sealed credentials. */
  readonly hidden_columns: readonly T['column'][]
  /** Fields that stay as they were at creation. */
  readonly immutable_fields: readonly string[]
  /** Fields that tell how far work on the record is: giving it the values of an earlier version leaves these as they are. */
  readonly progress_fields: readonly string[]
  /** Everything a client may set, whole and in its final form. */
  readonly fields: z.ZodMiniObject
  /** What a field is when nothing was said about it; a field without a default must be given. */
  readonly defaults: RecordValue
  /** What a new record may be; without it any status. */
  readonly initial_statuses?: readonly T['fields']['status'][]
  /** Moves that clients may ask for, from each status; staying is no move. */
  readonly transitions: Readonly<Record<string, readonly T['fields']['status'][]>>
  /** Statuses that no client can ask for, and what brings them about: `connected` → `a test that succeeds`. */
  readonly set_by_server?: Readonly<Record<string, string>>
  /** What of it is kept when it changes. */
  readonly history: HistoryRules
  /** Values that a deletion also sets: columns that it empties, the status that a restore gives back. */
  readonly deletion_sets?: RecordValue
}

/** A record of the kind as its table stores it: a cell per column. */
export type RowOf<K extends RecordKind> = NonNullable<K['types']>['row']
export type ColumnOf<K extends RecordKind> = keyof RowOf<K> & string
/** A record of the kind with the values of all its columns: times in ISO 8601, JSON parsed. */
export type RecordOf<K extends RecordKind> = NonNullable<K['types']>['record']
/** What clients may set, whole and in its final form. */
export type FieldsOf<K extends RecordKind> = NonNullable<K['types']>['fields']
export type StatusOf<K extends RecordKind> = FieldsOf<K>['status']

type Values<S extends Shape> = { readonly [Name in keyof S]: z.output<S[Name]> }
type System = typeof SYSTEM_SHAPE

/** What its past is made of; never shown as it is stored. */
const HISTORY_SHAPE = { history: z.nullable(z.record(z.string(), z.unknown())) }

/** All columns of a kind: those that every kind has, its own, and its id. */
type Columns<Id extends string, Own extends Shape> = { readonly [Name in Id]: z.ZodMiniString } & System &
  Own &
  typeof HISTORY_SHAPE

interface TypesOf<Id extends string, Fields extends Shape, Other extends Shape> {
  readonly column: keyof Columns<Id, Fields & Other> & string
  readonly row: Proven<CellsOf<Columns<Id, Fields & Other>>, Cells>
  readonly record: Proven<Values<Columns<Id, Fields & Other>>, RecordValue>
  readonly fields: Proven<Values<Fields>, FieldValues>
}

/** `T` itself, where the compiler sees only once it knows `T` that it is a `Known`. */
type Proven<T, Known> = T extends Known ? T : never

type Status<Fields extends { readonly status: z.ZodMiniType<string> }> = z.output<Fields['status']>

interface Definition<
  Id extends string,
  Fields extends Shape & { readonly status: z.ZodMiniType<string> },
  Server extends Shape,
  Derived extends Shape,
  Hidden extends Shape,
> extends Pick<RecordKind, 'name' | 'noun' | 'id_prefix' | 'partitioned_by'> {
  readonly id_column: Id
  readonly fields: z.ZodMiniObject<Fields>
  /** Set by the server alone, and shown. */
  readonly server: Server
  /** Computed from the fields, for listings and readers of the files; absent from whole records. */
  readonly derived: Derived
  readonly derive: (fields: NoInfer<Values<Fields>>) => NoInfer<Values<Derived>>
  readonly derived_from: readonly NoInfer<keyof Fields & string>[]
  /** Stored and never shown. */
  readonly hidden: Hidden
  /** What listings go without; they stand last in the files. */
  readonly details: readonly NoInfer<keyof (Fields & Server & Hidden) & string>[]
  /** What row groups keep least and greatest values of, besides id, status and what every kind has. */
  readonly statistics: readonly NoInfer<keyof (Fields & Server) & string>[]
  readonly immutable_fields: readonly NoInfer<keyof Fields & string>[]
  readonly progress_fields: readonly NoInfer<keyof Fields & string>[]
  readonly defaults: NoInfer<Partial<Values<Fields>>>
  readonly initial_statuses?: readonly Status<Fields>[]
  readonly deletion_sets?: NoInfer<Partial<Values<Fields & Server & Hidden>>>
  readonly transitions: Readonly<Record<Status<Fields>, readonly Status<Fields>[]>>
  readonly set_by_server?: Readonly<Partial<Record<Status<Fields>, string>>>
  /** Columns of the server whose replacement is part of the past, and whose values are not. */
  readonly secrets?: readonly NoInfer<keyof Server & string>[]
}

const SYSTEM_STATISTICS = ['created_at', 'updated_at', 'version', 'rev', 'deleted', 'status']

/**
 * A kind of record made of the schemas of its fields, each declared once: the columns and the types of its rows follow.
 * Columns stand in the files in this order: id, what every kind has, fields, server, derived, hidden; details last.
 */
export function defineRecordKind<
  const Id extends string,
  Fields extends Shape & { readonly status: z.ZodMiniType<string> },
  Server extends Shape,
  Derived extends Shape,
  Hidden extends Shape,
>(
  definition: Definition<Id, Fields, Server, Derived, Hidden>,
): RecordKind<TypesOf<Id, Fields, Server & Derived & Hidden>> {
  const { server, derived, hidden, details, statistics, secrets = [], ...plain } = definition
  const detail_columns: readonly string[] = [...details, ...Object.keys(HISTORY_SHAPE)]
  const field_names = Object.keys(plain.fields.shape)
  const columns = columnsOf(
    {
      [plain.id_column]: z.string(),
      ...SYSTEM_SHAPE,
      ...plain.fields.shape,
      ...server,
      ...derived,
      ...hidden,
      ...HISTORY_SHAPE,
    },
    [plain.id_column, ...SYSTEM_STATISTICS, ...statistics],
  ).toSorted((a, b) => Number(detail_columns.includes(a.name)) - Number(detail_columns.includes(b.name)))
  const kind = {
    ...plain,
    columns,
    detail_columns,
    derived_columns: Object.keys(derived),
    hidden_columns: [...Object.keys(hidden), ...Object.keys(HISTORY_SHAPE)],
    history: {
      columns: [...field_names, 'deleted'],
      secret_columns: secrets,
      ...(Object.hasOwn(plain.transitions, 'draft') && { draft: { column: 'status', value: 'draft' } }),
    },
  }
  // The one place where schemas and the types made of them meet.
  return kind as RecordKind<TypesOf<Id, Fields, Server & Derived & Hidden>>
}
