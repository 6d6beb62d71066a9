import { createHash } from 'node:crypto'
import type * as z from 'zod/mini'

import { isoTime } from '#shared/base/clock.ts'
import { canonicalSpelling, idTimeMs } from '#shared/base/ids.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { collect } from '#shared/records/validation/validate.ts'
import type { FieldsOf, RecordKind } from '#shared/records/record-kind.ts'
import type { RecordValue } from '#shared/records/rows.ts'
import { startOfMonthMs } from '#shared/table/object/partition.ts'
import type { ImportKind, NoteField } from './kinds/import-kind.ts'
import type { SourceCredentials } from './kinds/source-credentials.ts'
import type { SourceFields, ValueChange } from './readers/source-fields.ts'
import type { SourceFile } from './source-files.ts'
import { withoutTooFew } from './sizes.ts'
import { isTimely } from './times.ts'
import { digitsKept, foldUnknown } from './unknown-fields.ts'
import { withoutSecrets } from './secrets/secrets.ts'
import { userOf } from './users.ts'
import { columnValue, FORBIDDEN_NAME, idText, LOST_DIGITS, plain, shown } from './values.ts'

/** A row of the source as a valid record of ours, with user, id and times. */
export interface SourceRecord {
  readonly user_id: string
  /** As the source spells it; derived from user and content when the source has none. */
  readonly id: string
  /** The same for all spellings of an id. */
  readonly key: string
  /** The id has no time in it: the index says which month the record is in. */
  readonly is_old_id: boolean
  readonly created_at_ms: number
  readonly updated_at_ms: number
  readonly deleted: boolean
  /** Every field a client may set, in its final form. */
  readonly fields: FieldsOf<RecordKind>
  /** Names of fields that records here do not have; they are kept in `fields`. */
  readonly unknown: readonly string[]
  /** Values that are stored otherwise than the source has them. */
  readonly changes: readonly ValueChange[]
  /** Paths of secrets that were left out. */
  readonly removed_secrets: readonly string[]
  /** `created_at` of the source, when the id has another time. */
  readonly created_at_was_ms: number | undefined
  /** Columns that only the server sets. */
  readonly server: RecordValue
  readonly credentials: SourceCredentials | undefined
  /** Messages for the report. */
  readonly remarks: readonly string[]
}

export type Conversion =
  | { readonly kind: 'record'; readonly record: SourceRecord }
  | { readonly kind: 'refused'; readonly id: string | undefined; readonly reason: string }

export interface ConversionOptions {
  /** `--user` */
  readonly user_id: string | undefined
  /** `--encryption-key` */
  readonly encryption_key?: string | undefined
  readonly now_ms: number
}

/** Converts one row to a record, or names every fault of it. */
export function toSourceRecord(file: SourceFile, given: SourceFields, options: ConversionOptions): Conversion {
  const { kind, tidy, serverValues, quotes_values = false } = file.kind
  const errors = new FieldErrors()
  const note: NoteField = (path, message) => errors.add(path, message)
  const { encryption_key, now_ms } = options
  if (Object.hasOwn(given, FORBIDDEN_NAME)) note(FORBIDDEN_NAME, 'is not an allowed name')
  const changes: ValueChange[] = []
  const tidied = tidy(withoutTooFew(file.kind, given, changes), { encryption_key, now_ms })
  const removed = [...(tidied.removed ?? [])]
  const source = withoutSecrets(file.kind, tidied.source, (path) => void removed.push(path))
  const noteCell: NoteField = (path, message) => note(path, quotes_values ? message : unquoted(message))
  // Lists that were text, and what was in the metadata, show their sizes only now.
  const cells = withoutTooFew(file.kind, cellsOf(file.kind, source, noteCell, changes), changes)
  const user_id = userOf(file, source['user_id'], options.user_id, (message) => note('user_id', message))
  const folded = foldUnknown(file.kind, cells, source, { note, changes })
  const fields = validFields(file.kind, folded.fields, errors)
  const said_ms = cells['created_at'] as number | null | undefined
  const created_ms = said_ms ?? (file.month === undefined ? undefined : startOfMonthMs(file.month))
  const identity = identityOf(file.kind, source[kind.id_column], { user_id, fields, created_ms }, note)
  const created_at_ms = identity.time_ms ?? created_ms
  const updated_at_ms = (cells['updated_at'] as number | null | undefined) ?? created_at_ms
  const server = serverValues?.({ cells, fields, created_at_ms, updated_at_ms }, note) ?? {}
  checkTime('created_at', created_at_ms, options.now_ms, note)
  if (updated_at_ms !== created_at_ms) checkTime('updated_at', updated_at_ms, options.now_ms, note)
  if (errors.count > 0) return { kind: 'refused', id: identity.id, reason: reasonOf(errors) }
  return {
    kind: 'record',
    record: {
      user_id: user_id!,
      id: identity.id!,
      key: canonicalSpelling(kind, identity.id!),
      is_old_id: identity.time_ms === undefined,
      created_at_ms: created_at_ms!,
      updated_at_ms: updated_at_ms!,
      deleted: cells['deleted'] === true,
      fields: fields!,
      unknown: folded.unknown,
      changes,
      removed_secrets: removed,
      created_at_was_ms: typeof said_ms === 'number' && said_ms !== created_at_ms ? said_ms : undefined,
      server,
      credentials: tidied.credentials,
      remarks: tidied.remarks,
    },
  }
}

/** Messages end with the value after a colon. */
function unquoted(message: string): string {
  return message.replace(/: .*$/s, '')
}

/** The known fields that the row has, converted for their columns. @param changes gets what was changed */
function cellsOf(
  { kind }: ImportKind,
  source: SourceFields,
  note: NoteField,
  changes: ValueChange[],
): Record<string, unknown> {
  const columns = kind.columns.filter(({ name }) => name !== kind.id_column && Object.hasOwn(source, name))
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const noteCell = (message: string) => note(name, message)
      return [name, columnValue(type, source[name], noteCell, () => void changes.push(digitsKept(name)))]
    }),
  )
}

/** The fields as the schema of the kind has them; null and absent become the default. */
function validFields(
  { kind }: ImportKind,
  fields: Readonly<Record<string, unknown>>,
  errors: FieldErrors,
): FieldsOf<RecordKind> | undefined {
  const shape = kind.fields.shape as Readonly<Record<string, z.ZodMiniType>>
  const said = Object.entries(fields).filter(([name, value]) => {
    if (!Object.hasOwn(shape, name) || value === null || value === undefined) return false
    // A choice such as the status that is empty was never made; an empty description was.
    return value !== '' || shape[name]!.safeParse('').success
  })
  const times = new Set(kind.columns.filter(({ type }) => type === 'timestamp').map(({ name }) => name))
  const spelled = said.map(([name, value]) => {
    return [name, times.has(name) && typeof value === 'number' ? isoTime(value) : value] as const
  })
  const wanted = { ...kind.defaults, ...Object.fromEntries(spelled) }
  return collect(kind.fields, wanted, errors, 'the row') as FieldsOf<RecordKind> | undefined
}

function checkTime(name: string, time_ms: number | undefined, now_ms: number, note: NoteField): void {
  if (time_ms === undefined) {
    if (name === 'created_at') note(name, 'is missing, and neither folder nor file name has the month')
  } else if (!isTimely(time_ms, now_ms)) {
    note(name, `is before 2000 or more than a day ahead: ${shown(plain(new Date(time_ms), () => {}))}`)
  }
}

const REASONS_SHOWN = 10

function reasonOf({ shown: errors, members: { errors_omitted = 0 } }: FieldErrors): string {
  // An unreadable value becomes null, which the schema may refuse too: only the first reason of a field is shown.
  const reasons = errors.filter(({ path }, at) => errors.findIndex((other) => other.path === path) === at)
  const more_count = reasons.length - REASONS_SHOWN + errors_omitted
  const more = more_count > 0 ? `; and ${more_count} more` : ''
  const shown_reasons = reasons.slice(0, REASONS_SHOWN).map(({ path, message }) => `${path} ${message}`)
  return `${shown_reasons.join('; ')}${more}`
}

interface Identity {
  readonly id: string | undefined
  /** The time inside the id. */
  readonly time_ms: number | undefined
}

const OLD_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/

/** An id of ours has a time; any other is an old one; a row without an id gets one derived from its content. */
function identityOf(
  { kind }: ImportKind,
  source_id: unknown,
  of: { user_id: string | undefined; fields: RecordValue | undefined; created_ms: number | undefined },
  note: NoteField,
): Identity {
  if (source_id === null || source_id === undefined || source_id === '' || Number.isNaN(source_id)) {
    return { id: of.fields && of.user_id !== undefined ? derivedId(kind.id_prefix, of) : undefined, time_ms: undefined }
  }
  const id = idText(source_id)
  if (id === undefined) {
    note(kind.id_column, LOST_DIGITS)
    return { id: undefined, time_ms: undefined }
  }
  if (typeof id !== 'string' || !OLD_ID.test(id)) {
    note(kind.id_column, `must be 1 to 200 printable ASCII characters: ${shown(source_id)}`)
    return { id: undefined, time_ms: undefined }
  }
  // The old spelling with a hyphen, of an id of ours.
  const canonical = canonicalSpelling(kind, id)
  const time_ms = idTimeMs(kind.id_prefix, canonical)
  return time_ms === undefined ? { id, time_ms } : { id: canonical, time_ms }
}

/** The same row gives the same id in every run; its length differs from that of our ids. */
function derivedId(prefix: string, content: unknown): string {
  return `${prefix}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32)}`
}
