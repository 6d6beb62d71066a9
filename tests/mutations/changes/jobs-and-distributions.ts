import { changesOf, type Change } from '../change.ts'

/** Of maintenance, and what may become of a distribution. */
export const JOBS_AND_DISTRIBUTIONS_CHANGES: readonly Change[] = [
  ...changesOf('functions/maintenance/jobs/dispatch.ts', 'tests/functions/maintenance/due.test.ts', [
    ['due_ms <= now_ms', 'due_ms < now_ms'],
    [' || facts.open.has(pair)', ''],
  ]),
  ...changesOf('shared/records/distribution-decisions.ts', 'tests/records/distribution-decisions.test.ts', [
    ['time_ms > now_ms', 'time_ms >= now_ms'],
    ['Date.parse(as_of) < Date.parse(known)', 'Date.parse(as_of) <= Date.parse(known)'],
    ['Date.parse(as_of) > now_ms + PAST_TOLERANCE_MS', 'Date.parse(as_of) >= now_ms + PAST_TOLERANCE_MS'],
    ['Date.parse(completed_at) > now_ms + PAST_TOLERANCE_MS', 'Date.parse(completed_at) > now_ms'],
    ['Date.parse(before.created_at) - DAY_MS', 'Date.parse(before.created_at)'],
  ]),
  ...changesOf('functions/maintenance/jobs/refresh.ts', 'tests/functions/maintenance/due.test.ts', [
    ['if (periods < 1)', 'if (periods <= 1)'],
  ]),
  ...changesOf('functions/maintenance/jobs/dispatch-summary.ts', 'tests/functions/maintenance/due.test.ts', [
    ['completed.distribution_id > known.distribution_id', 'completed.distribution_id < known.distribution_id'],
    ['(completed.completed_ms === known.completed_ms && completed.distribution_id > known.distribution_id)', 'false'],
  ]),
  ...changesOf('functions/maintenance/runner/scheduled-run.ts', 'tests/functions/maintenance/scheduled.test.ts', [
    [
      'processed.failure === undefined ? 0 : run.failures + 1',
      'processed.failure === undefined ? run.failures : run.failures + 1',
    ],
    ['FAILURES_MAX = 3', 'FAILURES_MAX = 4'],
  ]),
  ...changesOf('functions/maintenance/runner/progress.ts', 'tests/functions/maintenance/scheduled.test.ts', [
    ['Date.parse(claim.until) > this', 'Date.parse(claim.until) >= this'],
  ]),
  ...changesOf('shared/resources/distribution-listing.ts', 'tests/functions/distributions/old-ids.test.ts', [
    ["canonicalSpelling(AUDIENCES, cell('audience_id')) === audience", "cell('audience_id') === audience"],
  ]),
  ...changesOf('functions/distributions/handler.ts', 'tests/functions/distributions/old-ids.test.ts', [
    ['sent: spelledAsIn(current, sent)', 'sent'],
  ]),
  ...changesOf(
    'functions/maintenance/jobs/dispatch-summary.ts',
    'tests/functions/maintenance/object-summaries.test.ts',
    [['completed.completed_ms > known.completed_ms', 'completed.completed_ms >= known.completed_ms']],
  ),
  ...changesOf('functions/maintenance/jobs/refresh.ts', 'tests/functions/maintenance/due.test.ts', [
    ['if (!before || !audience) return false', 'if (!before || !audience) return true'],
    ['if (segments.length === 0 && segments_distributed.length > 0) return false', ''],
  ]),
  ...changesOf('functions/distributions/handler.ts', 'tests/functions/distributions/two-commits.test.ts', [
    ["error instanceof Problem && error.members['outcome'] === 'unknown'", 'error instanceof Problem'],
    ["if (outcome.kind === 'refused' && outcome.problem.kind !== 'not-found') throw outcome.problem", ''],
  ]),
]
