import * as z from 'zod/mini'

import type { Routes } from './route.ts'

/** The routes of the maintenance function: for operators and the scheduler only. */

const count = z.int()
const users = count.check(z.describe('Users who had their turn in this call.'))
const failed_users = count.check(z.describe('Users whose turn came to no good end; the log says why.'))
const next_cursor = z.nullable(z.string()).check(z.describe('Where to go on; null when every user had a turn.'))

const cursor = z.optional(z.string().check(z.maxLength(2000)))

const dispatched = z.object({
  success: z.literal(true),
  users,
  started: count.check(z.describe('Scheduled distributions that were due and are pending now.')),
  refreshed: count.check(z.describe('Refresh distributions that were created.')),
  failed_users,
  next_cursor,
})

const STATE =
  '`done`: every user had a turn. `more`: others have not; call again. `waiting`: the run of this day or week is done, ' +
  'nothing was looked at. `busy`: another call is at it.'

/** What the jobs answer that walk all users in runs of a day or a week. */
function ran<Sums extends z.core.$ZodShape, Item extends z.core.$ZodShape>(sums: Sums, item: Item) {
  const counted = { users, failed_users, ...sums }
  return z.object({
    success: z.literal(true),
    state: z.enum(['done', 'more', 'waiting', 'busy']).check(z.describe(STATE)),
    ...counted,
    report: z
      .array(z.object(item))
      .check(z.describe('The first of what was done or found, in the run so far or, outside of one, in this call.')),
    report_omitted: count.check(z.describe('What the report leaves out.')),
    run: z
      .nullable(
        z.object({
          started_at: z.iso.datetime(),
          finished_at: z.nullable(z.iso.datetime()),
          calls: count,
          ...counted,
        }),
      )
      .check(z.describe('All calls of the run so far; null for a call with a cursor, for a dry run and while busy.')),
    next_cursor,
  })
}

const user_hash = z.string().check(z.describe('As in the logs.'))

const archived = ran(
  {
    active: count.check(z.describe('Active audiences.')),
    idle: count.check(z.describe('Of those, neither changed nor distributed for RETENTION_IDLE_DAYS.')),
    archived: count.check(z.describe('Of those, archived now.')),
    overtaken: count.check(z.describe('Of those, changed meanwhile and left alone.')),
  },
  { user_hash, audience_id: z.string(), idle_days: count },
)

const purged = ran(
  {
    tombstones: count.check(z.describe('Deleted records.')),
    old: count.check(z.describe('Of those, deleted more than PURGE_AFTER_DAYS ago.')),
    referred_to: count.check(z.describe('Of those, kept because a distribution refers to them.')),
    purged: count.check(z.describe('Of those, taken out for good.')),
    overtaken: count.check(z.describe('Of those, restored meanwhile and left alone.')),
  },
  { user_hash, table: z.string(), record_id: z.string(), deleted_days: count },
)

const verified = ran(
  {
    objects: count,
    bytes: count,
    records: count,
    findings: count.check(z.describe('Of all checks together.')),
    unreadable: count.check(z.describe('Objects that cannot be read.')),
    strays: count.check(z.describe('Objects that no writer of this system put there.')),
    orphans: count.check(z.describe('Distributions whose audience or platform is not there.')),
  },
  {
    user_hash: z.nullable(user_hash),
    object: z.string(),
    check: z.string(),
    detail: z.string(),
    records: count.check(z.describe('0 when it is about the object as a whole.')),
  },
)

const byStatus = z.record(z.string(), count)
const stored = z.object({ objects: count, bytes: count, records: count, deleted: count, by_status: byStatus })

const measured = ran(
  {
    objects: count,
    bytes: count,
    near_limit: count.check(z.describe('Objects beyond 70 % of a limit.')),
    audiences: stored,
    platforms: stored,
    distributions: stored,
  },
  { user_hash, objects: count, bytes: count, records: count },
)

const reencrypted = ran(
  {
    sealed: count.check(z.describe('Platforms that have credentials.')),
    outdated: count.check(z.describe('Of those, sealed with another version than the primary one.')),
    reencrypted: count.check(z.describe('Of those, sealed anew.')),
    overtaken: count.check(z.describe('Of those, changed meanwhile and left alone.')),
    failed: count.check(
      z.describe('Of those, impossible to open: their version is disabled or destroyed, or they are damaged.'),
    ),
  },
  { user_hash, platform_id: z.string(), key_version: z.string(), reason: z.string() },
)

const walking = z.strictObject({
  cursor: cursor.check(
    z.describe(
      '`next_cursor` of the call before, or empty to begin with the first user. Without it the call takes part in the run ' +
        'of the day or week, which every call carries on where the one before stopped.',
    ),
  ),
})

const trying = z.extend(walking, {
  dry_run: z
    .optional(z.enum(['true', 'false']))
    .check(z.describe('`true`: only tell what would be done, from the first user on.')),
})

function job<Path extends string, Query extends z.ZodMiniType, Body extends z.ZodMiniType>(
  path: Path,
  summary: string,
  query: Query,
  body: Body,
) {
  const answers = { 200: { description: 'What was done.', body } }
  return { function: 'maintenance', method: 'POST', path, summary, access: 'operator', query, answers } as const
}

export const maintenanceRoutes = {
  dispatch: job(
    '/api/maintenance/dispatch',
    'Start the scheduled distributions that are due and refresh what a platform wants refreshed.',
    z.strictObject({
      cursor: cursor.check(
        z.describe('`next_cursor` of the call before. Without it the call goes on where the last one stopped.'),
      ),
    }),
    dispatched,
  ),
  retention: job(
    '/api/maintenance/retention',
    'Archive active audiences that were neither changed nor distributed for long: one run a day.',
    trying,
    archived,
  ),
  purge: job(
    '/api/maintenance/purge',
    'Take out records that were deleted long ago and that nothing refers to: one run a week.',
    trying,
    purged,
  ),
  integrity: job(
    '/api/maintenance/integrity',
    'Read every stored object whole and report what is not as it should be: one run a week. Repairs nothing.',
    walking,
    verified,
  ),
  metrics: job('/api/maintenance/metrics', 'Measure what is stored: one run a day.', walking, measured),
  reencrypt: job(
    '/api/maintenance/reencrypt',
    "Seal credentials anew that another than the key's primary version sealed: one run a week.",
    trying,
    reencrypted,
  ),
} as const satisfies Routes
