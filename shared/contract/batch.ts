import * as z from 'zod/mini'

import { text } from '../records/fields.ts'
import { told } from './openapi-schemas.ts'
import { paging } from './paging.ts'
import { partialProblem } from './problem-document.ts'
import type { Route } from './route.ts'
import { usage } from './usage.ts'

/** One action for many records, which two kinds have. */

const RECORDS_MAX = 200
const TAGS_MAX = 50

export const audienceActions = z.enum(['archive', 'restore', 'delete', 'undelete', 'tag', 'untag'])
/** Platforms cannot be archived. */
export const platformActions = z.enum(['delete', 'undelete', 'tag', 'untag'])
export type BatchAction = z.output<typeof audienceActions>

/** They need tags; the others have none. */
const WITH_TAGS: readonly string[] = ['tag', 'untag'] satisfies BatchAction[]
/** What uses a record is told in a dry run, and may keep it from them. */
const TAKING_AWAY: readonly string[] = ['archive', 'delete'] satisfies BatchAction[]
/** A filter finds only what is not deleted. */
const BY_ID: readonly string[] = ['undelete'] satisfies BatchAction[]

/** Whether what uses a record loses it by the action. */
export const takesAway = (action: BatchAction): boolean => TAKING_AWAY.includes(action)

const id = z.string().check(z.minLength(1), z.maxLength(300))
/** As the filter of a list takes one. */
export const tag = text(200).check(z.minLength(1))

/** What of the body no schema of one member tells. */
interface Together {
  readonly ids?: unknown
  readonly filter?: unknown
  readonly cursor?: unknown
  readonly tags?: unknown
  readonly if_unused?: unknown
  readonly action: string
}

function faultsTogether({ ids, filter, cursor, tags, if_unused, action }: Together): [path: string, message: string][] {
  const needs_tags = WITH_TAGS.includes(action)
  const faults: [string, string | false][] = [
    ['ids', ids === undefined && filter === undefined && 'is required, unless there is a filter'],
    ['filter', ids !== undefined && filter !== undefined && 'must be left out beside ids'],
    ['filter', ids === undefined && filter !== undefined && BY_ID.includes(action) && `finds nothing to ${action}`],
    ['cursor', cursor !== undefined && filter === undefined && 'is for a filter only'],
    ['tags', needs_tags && tags === undefined && `is required to ${action}`],
    ['tags', !needs_tags && tags !== undefined && `must be left out to ${action}`],
    ['if_unused', if_unused !== undefined && !TAKING_AWAY.includes(action) && `must be left out to ${action}`],
  ]
  return faults.flatMap(([path, message]) => (message === false ? [] : [[path, message] as [string, string]]))
}

/** The same for the contract. */
function alternatives(actions: readonly string[]) {
  const of = (names: readonly string[], ...absent: readonly string[]) => ({
    properties: { ...Object.fromEntries(absent.map((name) => [name, false])), action: { enum: names } },
  })
  const taking_away = actions.filter((name) => TAKING_AWAY.includes(name))
  const tagging = actions.filter((name) => WITH_TAGS.includes(name))
  const back = actions.filter((name) => !TAKING_AWAY.includes(name) && !WITH_TAGS.includes(name))
  const back_by_filter = back.filter((name) => !BY_ID.includes(name))
  const all = [
    { required: ['ids'], ...of(taking_away, 'filter', 'cursor', 'tags') },
    { required: ['ids'], ...of(back, 'filter', 'cursor', 'tags', 'if_unused') },
    { required: ['ids', 'tags'], ...of(tagging, 'filter', 'cursor', 'if_unused') },
    { required: ['filter'], ...of(taking_away, 'ids', 'tags') },
    { required: ['filter'], ...of(back_by_filter, 'ids', 'tags', 'if_unused') },
    { required: ['filter', 'tags'], ...of(tagging, 'ids', 'if_unused') },
  ]
  return { anyOf: all.filter(({ properties }) => properties.action.enum.length > 0) }
}

export const batchOutcome = z.enum(['changed', 'unchanged', 'refused', 'retry'])
export type BatchOutcome = z.output<typeof batchOutcome>

const result = z.object({
  id: z.string().check(z.describe('As it was sent, or as the filter found it.')),
  outcome: batchOutcome,
  version: z
    .optional(z.int())
    .check(z.describe('Of changed and unchanged records: as it is now; in a dry run as it would be.')),
  usage: z
    .optional(usage)
    .check(z.describe('In a dry run of `archive` and `delete`: what uses a record that would be changed.')),
  problem: z.optional(partialProblem).check(z.describe('Of records that are refused or to be retried.')),
  retry_after_ms: z.optional(z.int()),
})

const count = z.int()
const answer = z.object({
  success: z.literal(true),
  dry_run: z.boolean(),
  results: z.array(result),
  counts: z.object({ changed: count, unchanged: count, refused: count, retry: count }),
  next_cursor: z
    .nullable(z.string())
    .check(z.describe('Of a filter that finds more records: send it as `cursor` beside the same filter.')),
})

interface Subject<Function extends Route['function'], Path extends string> {
  readonly function: Function
  /** Of all records of the kind. */
  readonly path: Path
  readonly plural: string
}

/**
 * The route for one kind of record.
 * @param filters as the query of its list has them
 */
export function batchRoute<
  const Function extends Route['function'],
  const Path extends string,
  Actions extends z.ZodMiniType<BatchAction> & { readonly options: readonly BatchAction[] },
  Filters extends Readonly<Record<string, z.ZodMiniType>>,
>({ function: name, path, plural }: Subject<Function, Path>, actions: Actions, filters: Filters) {
  const body = z
    .strictObject({
      ids: z.optional(z.array(id).check(z.minLength(1), z.maxLength(RECORDS_MAX))),
      filter: z.optional(z.strictObject(filters)),
      cursor: paging.cursor,
      action: actions,
      tags: z.optional(z.array(tag).check(z.minLength(1), z.maxLength(TAGS_MAX))),
      if_unused: z
        .optional(z.boolean())
        .check(z.describe('To `archive` and `delete` only what nothing uses; what is used is refused.')),
      dry_run: z.optional(z.boolean()),
    })
    .check(
      z.superRefine((sent, context) => {
        for (const [path_of_fault, message] of faultsTogether(sent as Together)) {
          context.addIssue({ code: 'custom', path: [path_of_fault], message })
        }
      }),
    )
  return {
    function: name,
    method: 'POST',
    path: `${path}/batch`,
    summary: `Archive, delete, restore or tag up to ${RECORDS_MAX} ${plural}, or ask what that would do.`,
    access: 'user',
    body: told(body, (document) => ({ ...document, ...alternatives(actions.options) })),
    answers: { 200: { description: 'One result for each record, in order.', body: answer } },
  } as const
}
