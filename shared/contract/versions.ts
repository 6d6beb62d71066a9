import * as z from 'zod/mini'

import { READ_ONLY_SHAPE } from '../records/record-kind.ts'
import { paging } from './paging.ts'
import type { RecordSubject, Route } from './route.ts'

/** The routes of the past of a record, which three kinds have. */

/** What answers show of a record as it was: of its oldest version nobody knows who made it. */
export const PAST_SHAPE = { ...READ_ONLY_SHAPE, updated_at: z.nullable(READ_ONLY_SHAPE.updated_at) }

const success = { success: z.literal(true) }

const version = z.object({
  version: z.int(),
  at: z.iso.datetime().check(z.describe('When the change was made; of several that share an entry, the last.')),
  since: z.optional(z.iso.datetime()).check(z.describe('The first of several that share an entry.')),
  by: z.nullable(z.string()).check(z.describe('The user; null when no user asked for the change.')),
  via: z.enum(['api', 'sync', 'import', 'restore', 'retention', 'dispatch', 'maintenance']),
  client_id: z.nullable(z.string()),
  changed: z.array(z.string()).check(z.describe('Fields that it changed; none for the creation.')),
})

const versionPage = z.object({
  ...success,
  versions: z.array(version),
  count: z.int(),
  kept_since_version: z.int().check(z.describe('The earliest version that can be shown.')),
  gap: z
    .boolean()
    .check(z.describe('Whether something before that was not recorded, rather than left out because it is old.')),
  next_cursor: z.nullable(z.string()),
})

const obstacles = z
  .array(z.object({ path: z.string(), message: z.string() }))
  .check(z.describe('What stands against restoring it, by field; empty when it can be restored.'))

const versionNumber = z.pipe(z.string().check(z.regex(/^[1-9][0-9]{0,15}$/)), z.transform(Number))

/** Reads `{version}` of a path. */
export function versionOf(text: string): number | undefined {
  const read = versionNumber.safeParse(text)
  return read.success ? read.data : undefined
}

/** The query of a list of versions. */
const listQuery = z.strictObject(paging)

/**
 * The four routes for one kind of record.
 * @param past the record as it was
 * @param one the record as it is now
 */
export function versionRoutes<
  const Function extends Route['function'],
  const Path extends string,
  const Noun extends string,
  Past extends z.ZodMiniType,
  One extends z.ZodMiniType,
>({ function: name, path, noun, a_noun }: RecordSubject<Function, Path, Noun>, past: Past, one: One) {
  const base = { function: name, access: 'user' } as const
  const named = <S>(schema: S) => ({ [noun]: schema }) as { readonly [N in Noun]: S }
  return {
    list: {
      ...base,
      method: 'GET',
      path: `${path}/versions`,
      summary: `Who changed ${a_noun}, when, and which fields, newest first.`,
      query: listQuery,
      answers: { 200: { description: 'At most fifty are kept.', body: versionPage } },
    },
    get: {
      ...base,
      method: 'GET',
      path: `${path}/versions/{version}`,
      summary: `${capital(a_noun)} as it was at a version.`,
      query: z.strictObject({}),
      answers: {
        200: {
          description: 'What users set of it. Fields whose former values were too large to keep are absent.',
          body: z.object({ ...success, ...named(past), restorable: z.boolean(), obstacles }),
        },
      },
    },
    restore: {
      ...base,
      method: 'POST',
      path: `${path}/versions/{version}/restore`,
      summary: `Give ${a_noun} the values that it had at a version, as one more change.`,
      conditional: true,
      idempotent_by_key: true,
      answers: {
        200: {
          description: `The ${noun} as it is now.`,
          body: z.object({ ...success, ...named(one), message: z.string() }),
        },
      },
    },
    forget: {
      ...base,
      method: 'DELETE',
      path: `${path}/versions`,
      summary: `Forget what ${a_noun} was before.`,
      conditional: true,
      answers: { 204: { description: 'Forgotten. The record itself is as it was.' } },
    },
  } as const
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
