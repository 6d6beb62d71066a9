import * as z from 'zod/mini'

import { canonicalSpelling } from '#shared/base/ids.ts'
import type { Problem } from '#shared/base/problem.ts'
import type { SentMutation } from '#shared/contract/sync.ts'
import { AUDIENCES, audienceFields, audienceInput } from '#shared/records/audience.ts'
import { DISTRIBUTIONS, distributionFields, distributionInput } from '#shared/records/distribution.ts'
import { PLATFORMS, platformFields, platformInput } from '#shared/records/platform.ts'
import type { RecordValue } from '#shared/records/rows.ts'
import { sentFields } from '#shared/records/sent-fields.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { collect, invalid } from '#shared/records/validation/validate.ts'
import { SYNC_KINDS, type SyncKind } from '../tables.ts'
import { ABSENT, type Edit, editsOf, memberOf } from './edits.ts'
import { REFERENCES, withCanonicalReferences } from './references.ts'

/** What a pushed change asks for. */
export type Operation =
  | { readonly op: 'create'; readonly value: RecordValue }
  | { readonly op: 'patch'; readonly base_version: number; readonly edits: readonly Edit[] }
  | { readonly op: 'delete' | 'restore'; readonly base_version: number }

/** A record that a change is about. */
interface Subject {
  readonly kind: SyncKind
  readonly id: string
}

/** A pushed change as it was read. */
export interface ReadChange {
  readonly seq: number
  readonly mutation_id: string
  readonly size_bytes: number
  /** The record that it is about, where that can be read; the id in one spelling. */
  readonly subject: Subject | undefined
  /** The keys of the records that a new one refers to. */
  readonly refers_to: readonly string[]
  /** What it asks for, or what is wrong with it. */
  readonly operation: Operation | { readonly op: 'unreadable'; readonly problem: Problem }
}

/** Reads one change; what is wrong with it is its own business. */
export function readChange(sent: SentMutation): ReadChange {
  const { seq, mutation_id } = sent
  const size_bytes = JSON.stringify(sent).length
  const kind = SYNC_KINDS.find(({ noun }) => noun === sent['kind'])
  const { id } = sent
  const subject =
    kind && typeof id === 'string' && id.length > 0 && id.length <= ID_CHARACTERS_MAX
      ? { kind, id: canonicalSpelling(kind, id) }
      : undefined
  const head = { seq, mutation_id, size_bytes, subject }
  const errors = new FieldErrors()
  const schema = kind && typeof sent['op'] === 'string' ? SCHEMAS.get(kind)?.get(sent['op']) : undefined
  const read = collect(schema ?? anyChange, sent, errors, 'mutation') as AnyChange | undefined
  if (!read || !kind || !subject) {
    return { ...head, refers_to: [], operation: { op: 'unreadable', problem: invalid(errors) } }
  }
  return { ...head, ...meaningOf(subject, read) }
}

function meaningOf({ kind, id }: Subject, read: AnyChange): Pick<ReadChange, 'refers_to' | 'operation'> {
  const { base_version = 0 } = read
  switch (read.op) {
    case 'create': {
      const value = withCanonicalReferences(kind, read.value ?? {})
      const own_id = value[kind.id_column]
      if (typeof own_id === 'string' && canonicalSpelling(kind, own_id) !== id) {
        const path = `value.${kind.id_column}`
        const problem = invalid([{ path, message: 'must be the id of the change, or be left out' }])
        return { refers_to: [], operation: { op: 'unreadable', problem } }
      }
      return { refers_to: kind === DISTRIBUTIONS ? referencesIn(value) : [], operation: { op: 'create', value } }
    }
    case 'patch':
      return { refers_to: [], operation: { op: 'patch', base_version, edits: editsOf(kind, read) } }
    case 'delete':
    case 'restore':
      return { refers_to: [], operation: { op: read.op, base_version } }
  }
}

/** How changes of a push name a record among themselves. */
export function recordKey({ noun }: SyncKind, id: string): string {
  return `${noun}:${id}`
}

function referencesIn(value: RecordValue): readonly string[] {
  return REFERENCES.flatMap((kind) => {
    const id = value[kind.id_column]
    return typeof id === 'string' ? [recordKey(kind, id)] : []
  })
}

const ID_CHARACTERS_MAX = 300

interface AnyChange {
  readonly op: 'create' | 'patch' | 'delete' | 'restore'
  readonly base_version?: number
  readonly value?: RecordValue
  readonly set?: RecordValue
  readonly unset?: Readonly<Record<string, readonly string[]>>
  readonly base?: RecordValue
}

const envelope = { seq: z.int(), mutation_id: z.string(), kind: z.string() }
const id = z.string().check(z.minLength(1), z.maxLength(ID_CHARACTERS_MAX))
const baseVersion = z.int().check(z.minimum(0))

/** Says what a change must be, of one whose kind or operation is none. */
const anyChange = z.looseObject({
  kind: z.enum(SYNC_KINDS.map(({ noun }) => noun)),
  op: z.enum(['create', 'patch', 'delete', 'restore']),
  id,
})

const members = z.record(z.string(), z.unknown())
const memberNames = z.array(z.string()).check(z.maxLength(1000))

type Shape = Readonly<Record<string, z.ZodMiniType>>

/**
 * The schemas of the changes of one kind, by operation.
 * @param patched what a patch may set, besides members of `of_members`
 */
function changesOf(value: z.ZodMiniType, patched: Shape, of_members: readonly string[]) {
  const patch = z
    .strictObject({
      ...envelope,
      id,
      op: z.literal('patch'),
      base_version: baseVersion,
      set: z.optional(z.strictObject({ ...patched, ...ofMembers(of_members, members) })),
      unset: z.optional(z.strictObject(ofMembers(of_members, memberNames))),
      base: z.optional(members),
    })
    .check(
      z.superRefine(({ set = {}, unset = {}, base = {} }, context) => {
        for (const name of Object.keys(set)) {
          if (of_members.includes(name) || Object.hasOwn(base, name)) continue
          context.addIssue({ code: 'custom', path: ['base', name], message: 'is required, because the patch sets it' })
        }
        for (const [column, names] of Object.entries<readonly string[] | undefined>(unset)) {
          for (const name of names ?? []) {
            if (memberOf(set[column], name) === ABSENT) continue
            context.addIssue({ code: 'custom', path: ['unset', column], message: 'names what the patch also sets' })
          }
        }
      }),
    )
  const simple = (op: string) => z.strictObject({ ...envelope, id, op: z.literal(op), base_version: baseVersion })
  return new Map<string, z.ZodMiniType>([
    ['create', z.strictObject({ ...envelope, id, op: z.literal('create'), value })],
    ['patch', patch],
    ['delete', simple('delete')],
    ['restore', simple('restore')],
  ])
}

/** One schema for each of some columns, all of which may be left out. */
function ofMembers<S extends z.ZodMiniType>(names: readonly string[], schema: S): Record<string, z.ZodMiniOptional<S>> {
  return Object.fromEntries(names.map((name) => [name, z.optional(schema)]))
}

const { metadata: _of_audience, ...audiencePatched } = sentFields(audienceFields.shape)

/** Credentials need a connection, and their own request. */
const noCredentials = z.nullish(
  z.looseObject({ encrypted: z.literal(true) }, { error: 'cannot be pushed; they are set by PUT …/credentials only' }),
)
const newPlatform = platformInput(noCredentials).check(
  z.superRefine(({ status }, context) => {
    if (status === undefined || status === null || status === 'pending') return
    context.addIssue({ code: 'custom', path: ['status'], message: 'must be "pending" of a new platform' })
  }),
)
const platformPatched = {
  name: z.nullish(platformFields.shape.name),
  status: z.optional(z.enum(['pending', 'disconnected'])),
}
const distributionPatched = {
  scheduled_at: z.nullish(distributionFields.shape.scheduled_at),
  status: z.optional(z.enum(['pending', 'cancelled'])),
}

/** By kind, and by operation. */
const SCHEMAS = new Map<SyncKind, ReadonlyMap<string, z.ZodMiniType>>([
  [AUDIENCES, changesOf(audienceInput, audiencePatched, ['metadata'])],
  [PLATFORMS, changesOf(newPlatform, platformPatched, ['metadata', 'settings'])],
  [DISTRIBUTIONS, changesOf(distributionInput, distributionPatched, ['metadata'])],
])
