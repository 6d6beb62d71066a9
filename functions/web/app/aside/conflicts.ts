import { isObject } from '#shared/base/is-object.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { isFree } from '#shared/client/store/overlay.ts'
import { isOffer } from '#shared/client/store/put-back.ts'
import { fieldInWords } from '../audiences/field-words.ts'
import { fieldValueInWords } from './field-values.ts'

/** A change of this device beside what another device made of the same record. Pure. */
export interface Conflict {
  readonly seq: number
  /** When it was made here. */
  readonly made_at: string
  /** When the other one was made; null where that is not known. */
  readonly server_at: string | null
  /** `deleted_there`: this device edited what another deleted; `deleted_here`: the other way round. */
  readonly kind: 'edited' | 'deleted_there' | 'deleted_here'
  readonly fields: readonly ConflictingField[]
  /** Whose the other values are: the service's own, where it was put back to before the change. */
  readonly other: 'device' | 'service'
}

export interface ConflictingField {
  readonly field: string
  readonly label: string
  /** Null: nothing. */
  readonly mine: string | null
  readonly theirs: string | null
}

export function conflictOf(entry: OutboxEntry): Conflict | undefined {
  const { seq, kind: noun, made_at, change, aside } = entry
  if (aside?.status !== 'conflict') return undefined
  const server: Readonly<Record<string, unknown>> | null = aside.server
  const updated_at = server?.['updated_at']
  const other = isOffer(entry) ? 'service' : 'device'
  const about = { seq, made_at, server_at: typeof updated_at === 'string' ? updated_at : null, other } as const
  if (change.op === 'delete') return { ...about, kind: 'deleted_here', fields: [] }
  if (server === null || server['deleted'] === true) return { ...about, kind: 'deleted_there', fields: [] }
  if (change.op !== 'create' && change.op !== 'patch') return { ...about, kind: 'edited', fields: [] }
  const said = change.op === 'create' ? change.value : change.set
  const named = aside.fields.filter((field) => field !== 'deleted')
  const fields = (named.length > 0 ? named : fieldsIn(said)).map((field) => ({
    field,
    label: fieldInWords(field),
    mine: fieldValueInWords(noun, field, memberOf(said, field)),
    theirs: fieldValueInWords(noun, field, memberOf(server, field)),
  }))
  return { ...about, kind: 'edited', fields }
}

/** `metadata` and `settings` are one field for each of their members. */
function fieldsIn(said: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(said).flatMap(([column, value]) =>
    isFree(column) && isObject(value) ? Object.keys(value).map((name) => `${column}.${name}`) : [column],
  )
}

function memberOf(record: Readonly<Record<string, unknown>>, field: string): unknown {
  const [column = '', ...member] = field.split('.')
  const value = record[column]
  if (member.length === 0) return value
  return isObject(value) ? value[member.join('.')] : undefined
}

/** "Keep this device’s name": what the button does, in one line. */
export function keepingInWords({ kind, fields, other }: Conflict, whose: 'mine' | 'theirs'): string {
  const theirs = other === 'service' ? 'the service’s' : 'the other device’s'
  const device = whose === 'mine' ? 'this device’s' : theirs
  if (kind === 'deleted_there') return whose === 'mine' ? 'Bring it back with my changes' : 'Leave it deleted'
  if (kind === 'deleted_here') return whose === 'mine' ? 'Delete it all the same' : 'Keep it with the other changes'
  const [only] = fields
  return `Keep ${device} ${fields.length === 1 && only ? only.label.toLowerCase() : 'version'}`
}
