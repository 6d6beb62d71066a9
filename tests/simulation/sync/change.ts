import type { RecordKind } from '#shared/records/record-kind.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { isObject } from '#shared/base/is-object.ts'

/** What somebody wants of a record, as this simulation knows it: the code under test is not asked who did what. */
export interface Change {
  /** No other change has it. A device's is its mutation id, and whatever sets fields leaves it in the metadata, too. */
  readonly mark: string
  readonly kind: NounOfKind
  readonly record_id: string
  readonly op: 'create' | 'patch' | 'delete' | 'restore' | 'archive' | 'server_column'
  /** The device whose user wants it; undefined when it comes another way. */
  readonly device: string | undefined
  /** Names under which it was sent; null of a program without a name. */
  readonly client_ids: Set<string | null>
  /** Of all changes, in the order in which they were thought of. */
  readonly order: number
  /** The version that the user knew. */
  readonly base_version: number
  /** What it sets, as of `fieldsOf`. */
  readonly fields: Fields
  /** Records that it names besides its own. */
  readonly references: readonly string[]
  /** A release made it that knows no history. */
  readonly is_by_older_release: boolean
}

export type NounOfKind = 'audience' | 'platform' | 'distribution'

/** JSON texts by field; first-level members of objects count as fields, `ABSENT` as a value. */
export type Fields = ReadonlyMap<string, string>

export const ABSENT = 'absent'
const MARK = /^m\d+$/
const COMPARED = ['name', 'description', 'status'] as const
const MEMBERS = ['metadata', 'settings'] as const

/** What the simulation compares of a record in an answer, or of the values of a row. */
export function fieldsOf(record: Readonly<Record<string, unknown>>): Fields {
  const fields = new Map<string, string>()
  for (const name of COMPARED) {
    if (record[name] !== undefined) fields.set(name, JSON.stringify(record[name]))
  }
  for (const column of MEMBERS) {
    for (const [member, value] of membersOf(record[column])) {
      if (!MARK.test(member)) fields.set(`${column}.${member}`, JSON.stringify(value))
    }
  }
  return fields
}

/** The marks that changes have left in a record. */
export function marksOf(record: Readonly<Record<string, unknown>>): string[] {
  return membersOf(record['metadata']).flatMap(([member]) => (MARK.test(member) ? [member] : []))
}

export function valueOf(fields: Fields, name: string): string {
  return fields.get(name) ?? ABSENT
}

function membersOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}

export const KINDS = { audience: AUDIENCES, platform: PLATFORMS, distribution: DISTRIBUTIONS } as const

export function kindOfId(id: string): NounOfKind {
  const [noun] = Object.entries(KINDS).find(([, kind]: [string, RecordKind]) => id.startsWith(`${kind.id_prefix}_`))!
  return noun as NounOfKind
}

/** Records that a change names. */
export function namesOf({ record_id, references }: Pick<Change, 'record_id' | 'references'>): readonly string[] {
  return [record_id, ...references]
}

type Naming = Pick<Change, 'record_id' | 'references'>

/** Neither of two changes may overtake the other. */
export function isTied(one: Naming, other: Naming): boolean {
  return namesOf(one).includes(other.record_id) || namesOf(other).includes(one.record_id)
}
