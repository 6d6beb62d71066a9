import * as z from 'zod/mini'

import { instant, utcTime } from '../records/fields.ts'
import { partialProblem } from './problem-document.ts'

/** Taking back one's own latest changes. */

export const undoBody = z.strictObject({
  at: instant.check(z.describe('Everything is to be as it was then: at most a day ago.')),
  dry_run: z.optional(z.boolean()),
})

const about = {
  kind: z.enum(['audience', 'platform', 'distribution']),
  id: z.string(),
  name: z.nullable(z.string()).check(z.describe('Of a distribution: of its audience.')),
}

export const undoneChange = z.enum(['deleted', 'restored', 'changed'])
export type UndoneChange = z.output<typeof undoneChange>

export const leftReason = z.enum([
  'changed_by_others',
  'shared_entry',
  'not_kept',
  'already_sent',
  'past_due',
  'cannot_go_back',
  'retry',
])
export type LeftReason = z.output<typeof leftReason>

export const undoAnswer = z.object({
  success: z.literal(true),
  at: utcTime(),
  dry_run: z.boolean(),
  undone: z.array(
    z.object({
      ...about,
      change: undoneChange.check(
        z.describe(
          '`deleted`: it was made since; `restored`: it was deleted since; `changed`: its fields are as they were.',
        ),
      ),
      fields: z.array(z.string()).check(z.describe('Fields that have their former values again.')),
      kept: z.array(z.string()).check(z.describe('Fields that were changed since and cannot go back.')),
      version: z.int().check(z.describe('As it is now; in a dry run as it would be.')),
    }),
  ),
  left: z
    .array(z.object({ ...about, reason: leftReason, problem: z.optional(partialProblem) }))
    .check(z.describe('The first 1000 of those that stay as they are, and of those to be asked for again.')),
  left_count: z.int().check(z.describe('How many stay as they are.')),
  retry_count: z.int().check(z.describe('How many could not be decided, with the reason `retry`: ask again.')),
  more: z.boolean().check(z.describe('Whether there is more to take back: ask again with the same time.')),
})
