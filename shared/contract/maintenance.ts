import * as z from 'zod/mini'

import type { Routes } from './route.ts'

/** The routes of the maintenance function: for operators and the scheduler only. */

const count = z.int()
const users = count.check(z.describe('Users processed in this call.'))
const failed_users = count.check(z.describe('Users whose processing failed; the log says why.'))
const next_cursor = z.nullable(z.string()).check(z.describe('Where to continue; null when all users are processed.'))

const cursor = z.optional(z.string().check(z.maxLength(2000)))

const dispatched = z.object({
  success: z.literal(true),
  users,
  started: count.check(z.describe('Scheduled distributions that were due and are pending now.')),
  cancelled: count.check(
    z.describe('Scheduled distributions that were due, but whose audience or platform cannot be used any more.'),
  ),
  refreshed: count.check(z.describe('Refresh distributions that were created.')),
  failed_users,
  next_cursor,
})

const STATE =
  '`done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, ' +
  'nothing was read. `busy`: another call is running the job.'

/** What the jobs answer that walk all users in runs of a day or a week. */
function ran<Sums extends z.core.$ZodShape, Item extends z.core.$ZodShape>(sums: Sums, item: Item) {
  const counted = { users, failed_users, ...sums }
  return z.object({
    success: z.literal(true),
    state: z.enum(['done', 'more', 'waiting', 'busy']).check(z.describe(STATE)),
    ...counted,
    report: z
      .array(z.object(item))
      .check(z.describe('The first results, of the run so far or, outside of a run, of this call.')),
    report_omitted: count.check(z.describe('Results that the report leaves out.')),
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
    overtaken: count.check(z.describe('Of those, changed in the meantime and therefore skipped.')),
  },
  { user_hash, audience_id: z.string(), idle_days: count },
)

const purged = ran(
  {
    tombstones: count.check(z.describe('Deleted records.')),
    old: count.check(z.describe('Of those, deleted more than PURGE_AFTER_DAYS ago.')),
    referred_to: count.check(z.describe('Of those, kept because a distribution refers to them.')),
    purged: count.check(z.describe('Of those, removed permanently.')),
    overtaken: count.check(z.describe('Of those, restored in the meantime and therefore skipped.')),
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
    orphans: count.check(z.describe('Distributions whose audience or platform does not exist.')),
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
    outdated: count.check(z.describe('Of those, encrypted with another key version than the primary one.')),
    reencrypted: count.check(z.describe('Of those, encrypted again.')),
    overtaken: count.check(z.describe('Of those, changed in the meantime and therefore skipped.')),
    failed: count.check(
      z.describe('Of those, impossible to decrypt: the key version is disabled or destroyed, or the data is damaged.'),
    ),
  },
  { user_hash, platform_id: z.string(), key_version: z.string(), reason: z.string() },
)

const walking = z.strictObject({
  cursor: cursor.check(
    z.describe(
      '`next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run ' +
        'of the day or week, which every call continues where the previous one stopped.',
    ),
  ),
})

const trying = z.extend(walking, {
  dry_run: z
    .optional(z.enum(['true', 'false']))
    .check(z.describe('`true`: change nothing; only report what would be done, from the first user on.')),
})

function job<Path extends string, Query extends z.ZodMiniType, Body extends z.ZodMiniType>(
  path: Path,
  summary: string,
  query: Query,
  body: Body,
) {
  const answers = { 200: { description: 'The results.', body } }
  return { function: 'maintenance', method: 'POST', path, summary, access: 'operator', query, answers } as const
}

export const maintenanceRoutes = {
  dispatch: job(
    '/api/maintenance/dispatch',
    'Start the scheduled distributions that are due, and create the refreshes that platforms ask for.',
    z.strictObject({
      cursor: cursor.check(
        z.describe('`next_cursor` of the previous call. Without it the call continues where the last one stopped.'),
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
    'Remove records permanently that were deleted long ago and that nothing refers to: one run a week.',
    trying,
    purged,
  ),
  integrity: job(
    '/api/maintenance/integrity',
    'Check every stored object completely and report what is wrong: one run a week. Repairs nothing.',
    walking,
    verified,
  ),
  metrics: job('/api/maintenance/metrics', 'Measure the stored objects and records: one run a day.', walking, measured),
  reencrypt: job(
    '/api/maintenance/reencrypt',
    'Encrypt credentials again that another version of the key than the primary one encrypted: one run a week.',
    trying,
    reencrypted,
  ),
} as const satisfies Routes
