import * as z from 'zod/mini'

import type { RecordSubject, Route } from './route.ts'

/** Ids of the other end that an answer names. */
export const REFRESHING_MAX = 100

/** What uses a record: its distributions. */
export const usage = z.object({
  scheduled: z.int(),
  pending: z.int(),
  in_progress: z.int(),
  refreshing_on: z
    .array(z.string())
    .check(
      z.describe(
        'Ids of the platforms on which the audience is refreshed by itself; for a platform, of the audiences. At most ' +
          `${REFRESHING_MAX}.`,
      ),
    ),
  refreshing_count: z.int().check(z.describe('How many there are.')),
  completed_count: z.int(),
  last_at: z.nullable(z.iso.datetime()).check(z.describe('When the last one was completed; null when none was.')),
})
export type Usage = z.output<typeof usage>

/** Query of a change that a record in use is to be kept from. */
export const ifUnused = z.strictObject({
  if_unused: z.optional(z.enum(['true', 'false'])),
})

/** The route that tells of one record what uses it. */
export function usageRoute<
  const Function extends Route['function'],
  const Path extends string,
  const Noun extends string,
>({ function: name, path, a_noun }: RecordSubject<Function, Path, Noun>) {
  return {
    function: name,
    method: 'GET',
    path: `${path}/usage`,
    summary: `What uses ${a_noun}: its distributions that are not done, and its refreshes.`,
    access: 'user',
    query: z.strictObject({}),
    answers: { 200: { description: 'Counts.', body: z.object({ success: z.literal(true), usage }) } },
  } as const
}
