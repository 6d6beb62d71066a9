import { isObject } from '../base/is-object.ts'
import * as z from 'zod/mini'

import type { RecordValue } from './rows.ts'

/**
 * What bodies of requests have in common, whatever the kind: every field may be left out or null, what an answer shows
 * and no client sets may be sent back and counts for nothing.
 */

type Shape = Readonly<Record<string, z.ZodMiniType>>

/** The fields as a body may have them: null = back to the default. */
export function sentFields<Fields extends Shape>(fields: Fields) {
  const entries = Object.entries(fields).map(([name, field]) => [name, z.nullish(field)])
  return Object.fromEntries(entries) as { [Name in keyof Fields]: z.ZodMiniOptional<z.ZodMiniNullable<Fields[Name]>> }
}

/** Members that a client may echo back: accepted, whatever they are. `withoutMembers` takes them out again. */
export function echoedMembers<Name extends string>(names: readonly Name[]) {
  const entries = names.map((name) => [name, z.optional(z.unknown())])
  return Object.fromEntries(entries) as Record<Name, z.ZodMiniOptional<z.ZodMiniUnknown>>
}

export function namesOf<Name extends string>(members: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(members) as Name[]
}

/** The id in a body, where a client names the record it means. */
export const sentId = z.optional(z.string().check(z.maxLength(300)))

/** Takes members out of a body. */
export function withoutMembers<Name extends string>(names: readonly Name[]) {
  const dropped: readonly string[] = names
  return <Sent extends RecordValue>(sent: Sent) =>
    Object.fromEntries(Object.entries(sent).filter(([name]) => !dropped.includes(name))) as Omit<Sent, Name>
}

/** A body without the id of a record makes one: then it must have the field `name`. */
export function requiredWithout<Sent extends RecordValue>(id_column: string, name: string) {
  return z.refine<Sent>((sent) => !isObject(sent) || !isNil(sent[id_column]) || !isNil(sent[name]), {
    path: [name],
    error: 'is required',
    // Also when other fields are bad: all of them are named together.
    when: () => true,
  })
}

export function isNil(value: unknown): value is null | undefined {
  return value === null || value === undefined
}
