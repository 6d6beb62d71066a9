import { DAY_MS } from '#shared/base/durations.ts'
import { isoTime, type Clock } from '#shared/base/clock.ts'
import { addUp, type Job, type Sums } from './job.ts'
import type { ProgressObjects, JobRun } from './progress.ts'
import { mergedReport, processUsers, type ProcessedUsers, type ProcessUsersDependencies } from './process-users.ts'

export type Period = 'day' | 'week'

/** What became of a call without a cursor. */
export type Called =
  | { readonly state: 'done' | 'more'; readonly processed: ProcessedUsers; readonly run: JobRun }
  /** The run of this period is done: `run` is it. */
  | { readonly state: 'waiting'; readonly run: JobRun }
  /** Another call is at it. */
  | { readonly state: 'busy' }

export interface ScheduledDependencies extends ProcessUsersDependencies {
  readonly progress: ProgressObjects
}

/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const DAYS_FROM_MONDAY = 3

/** So many calls wait for an unavailable service; after that, users who cannot be processed are skipped. */
const FAILURES_MAX = 3

/**
 * One call of the scheduler, which knows no cursors: the run of this day or week goes on where the last call stopped,
 * whichever instance that was. So the scheduler calls often, and most calls cost one GET. A run that its period was too
 * short for is brought to its end before the next one begins.
 */
export async function callScheduled(
  dependencies: ScheduledDependencies,
  job: Job,
  period: Period,
  duration_ms_max: number,
): Promise<Called> {
  const { clock, progress } = dependencies
  const { progress: before, generation } = await progress.read(job.name)
  if (progress.isClaimed(before)) return { state: 'busy' }
  const now_ms = clock.nowMs()
  if (before.run?.finished_at && isSamePeriod(period, Date.parse(before.run.started_at), now_ms)) {
    return { state: 'waiting', run: before.run }
  }
  const current = before.run && before.run.finished_at === null ? before.run : newRun(job, now_ms)
  const claimed = await progress.claim(job.name, current, generation)
  if (claimed === undefined) return { state: 'busy' }

  const after = current.after ?? undefined
  const stops_when_unavailable = current.failures < FAILURES_MAX
  const processed = await processUsers(dependencies, job, {
    after,
    dry_run: false,
    duration_ms_max,
    stops_when_unavailable,
  })
  const run = withSlice(job, current, processed, clock)
  // If another call took over since, its word stands; what both did was done once.
  await progress.write(job.name, { run, claim: undefined }, claimed)
  if (processed.failure !== undefined) throw processed.failure
  if (run.finished_at === null) return { state: 'more', processed, run }
  job.onFinished?.(run.sums, run.report)
  return { state: 'done', processed, run }
}

function newRun(job: Job, now_ms: number): JobRun {
  const sums: Sums = { users: 0, failed_users: 0, ...job.begin() }
  const started_at = isoTime(now_ms)
  return { started_at, finished_at: null, after: null, calls: 0, failures: 0, sums, report: [], report_omitted: 0 }
}

function withSlice(job: Job, run: JobRun, processed: ProcessedUsers, clock: Clock): JobRun {
  const sums: Sums = structuredClone(run.sums)
  addUp(sums, processed.sums)
  const report = mergedReport(job, run.report, processed.report)
  const left_out = run.report.length + processed.report.length - report.length
  const is_finished = processed.stopped_after === undefined && processed.failure === undefined
  return {
    started_at: run.started_at,
    finished_at: is_finished ? isoTime(clock.nowMs()) : null,
    after: is_finished ? null : (processed.stopped_after ?? run.after),
    calls: run.calls + 1,
    failures: processed.failure === undefined ? 0 : run.failures + 1,
    sums,
    report,
    report_omitted: run.report_omitted + processed.report_omitted + left_out,
  }
}

function isSamePeriod(period: Period, a_ms: number, b_ms: number): boolean {
  return periodOf(period, a_ms) === periodOf(period, b_ms)
}

function periodOf(period: Period, time_ms: number): number {
  const day = Math.floor(time_ms / DAY_MS)
  return period === 'day' ? day : Math.floor((day + DAYS_FROM_MONDAY) / 7)
}
