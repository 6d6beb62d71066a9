import { isDeepStrictEqual } from 'node:util'

import { isObject } from '#shared/base/is-object.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import type { RecordValue } from '#shared/records/rows.ts'

/**
 * The fields that a patch touches. A field is a column; in `metadata` and `settings` each member of the first level is one
 * by itself, so that two devices may set different ones.
 */
export interface Edit {
  readonly column: string
  /** Of a column whose members are fields. */
  readonly member: string | undefined
  /** `ABSENT`: the member is taken out. */
  readonly wanted: unknown
  /** What the device had before. */
  readonly base: unknown
}

/** A member that is not there; null is a value like any other. */
export const ABSENT = Symbol('absent')

/** Columns whose members of the first level are fields. */
const OF_MEMBERS: readonly string[] = ['metadata', 'settings']

/** What a patch says of fields, validated. */
export interface PatchBody {
  readonly set?: RecordValue | undefined
  readonly unset?: Readonly<Record<string, readonly string[]>> | undefined
  readonly base?: RecordValue | undefined
}

export function editsOf(kind: RecordKind, { set = {}, unset = {}, base = {} }: PatchBody): readonly Edit[] {
  const edits: Edit[] = []
  for (const [column, wanted] of Object.entries(set)) {
    const before = base[column]
    if (OF_MEMBERS.includes(column) && isObject(wanted)) {
      for (const [member, value] of Object.entries(wanted)) {
        edits.push({ column, member, wanted: value, base: memberOf(before, member) })
      }
    } else {
      edits.push({
        column,
        member: undefined,
        wanted: orDefault(kind, column, wanted),
        base: orDefault(kind, column, before),
      })
    }
  }
  for (const [column, members] of Object.entries(unset)) {
    for (const member of members) edits.push({ column, member, wanted: ABSENT, base: memberOf(base[column], member) })
  }
  return edits
}

/** How answers name a field: `name`, `metadata.tags`. */
export function fieldName({ column, member }: Edit): string {
  return member === undefined ? column : `${column}.${member}`
}

/** The field's value in a record. */
export function valueIn(record: RecordValue, { column, member }: Edit): unknown {
  return member === undefined ? record[column] : memberOf(record[column], member)
}

/** The columns of a record after some of its fields were edited; a column of members with all the others it has. */
export function editedColumns(record: RecordValue, edits: readonly Edit[]): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  for (const [column, of_column] of Map.groupBy(edits, (edit) => edit.column)) {
    const [first] = of_column
    columns[column] = first!.member === undefined ? first!.wanted : withMembers(record[column], of_column)
  }
  return columns
}

/** Whether two values of a column are the same: times as moments, everything else by its content. */
export function isSameValue(kind: RecordKind, column: string, a: unknown, b: unknown): boolean {
  const is_time = kind.columns.some(({ name, type }) => name === column && type === 'timestamp')
  if (is_time && typeof a === 'string' && typeof b === 'string') return Date.parse(a) === Date.parse(b)
  return isSameContent(a, b)
}

/** Members of objects count in any order. */
export function isSameContent(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b)
}

export function memberOf(value: unknown, member: string): unknown {
  return isObject(value) && Object.hasOwn(value, member) ? value[member] : ABSENT
}

function withMembers(value: unknown, edits: readonly Edit[]): Record<string, unknown> {
  const members = { ...(isObject(value) && value) }
  for (const { member, wanted } of edits) {
    // Assigning to `__proto__` would change what the object inherits.
    const property = { value: wanted, enumerable: true, configurable: true, writable: true }
    if (wanted === ABSENT) delete members[member!]
    else Object.defineProperty(members, member!, property)
  }
  return members
}

function orDefault({ defaults }: RecordKind, column: string, value: unknown): unknown {
  return value ?? defaults[column] ?? null
}
