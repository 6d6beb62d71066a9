import { Problem } from '#shared/base/problem.ts'
import { isoTime } from '#shared/base/clock.ts'
import type { ReportItem, Job, JobName } from './job.ts'
import { maintenanceJobs, presentedItem, runDependencies, type MaintenanceDependencies } from '../jobs/all-jobs.ts'
import type { JobRun } from './progress.ts'
import { callScheduled, type Period, type ScheduledDependencies } from './scheduled-run.ts'
import { processUsers, type ProcessedUsers } from './process-users.ts'

/** With the grace of the last turns and the writing of the progress within the 30 s of a request. */
const CALL_MS_MAX = 16_000

const PERIODS = {
  retention: 'day',
  metrics: 'day',
  purge: 'week',
  integrity: 'week',
  reencrypt: 'week',
} as const satisfies Record<Exclude<JobName, 'dispatch'>, Period>

export interface JobQuery {
  readonly cursor?: string | undefined
  readonly dry_run?: 'true' | 'false' | undefined
}

type JobAnswer = Readonly<Record<string, unknown>>

/** What a call over HTTP makes of the jobs: a part of a run, as long as a request may take, and what to answer. */
export class Calls {
  readonly #dependencies: MaintenanceDependencies
  readonly #jobs: Readonly<Record<JobName, Job>>
  readonly #runs: ScheduledDependencies

  constructor(dependencies: MaintenanceDependencies) {
    this.#dependencies = dependencies
    this.#jobs = maintenanceJobs(dependencies)
    this.#runs = runDependencies(dependencies)
  }

  /** Runs every minute from the start: a call that processed all users has nothing to remember, and writes nothing. */
  async dispatch({ cursor }: JobQuery): Promise<JobAnswer> {
    const { progress } = this.#runs
    const { progress: noted, generation } = await progress.read('dispatch')
    const after = cursor === undefined ? (noted.run?.after ?? undefined) : placeOf(cursor)
    const processed = await processUsers(this.#runs, this.#jobs.dispatch, {
      after,
      dry_run: false,
      duration_ms_max: CALL_MS_MAX,
      stops_when_unavailable: false,
    })
    if (cursor === undefined && processed.stopped_after !== after) {
      await progress.write('dispatch', { run: this.#passing(processed), claim: undefined }, generation)
    }
    if (processed.failure !== undefined) throw processed.failure
    return { ...processed.sums, ...nextCursor(processed) }
  }

  /** Without a cursor a part of the run of the day or week; with one, or trying, apart from it. */
  async job(name: keyof typeof PERIODS, query: JobQuery): Promise<JobAnswer> {
    const job = this.#jobs[name]
    if (query.cursor !== undefined || query.dry_run === 'true') return await this.#alone(job, query)
    const started_ms = this.#dependencies.clock.monotonicMs()
    const called = await callScheduled(this.#runs, job, PERIODS[name], CALL_MS_MAX)
    const processed = 'processed' in called ? called.processed : nothing(job)
    if ('processed' in called) this.#logCall(job, processed, { is_dry: false, started_ms })
    if (called.state === 'done') this.#logRun(job, called.run)
    const run = 'run' in called ? called.run : undefined
    return { ...this.#answer(called.state, processed, run ?? processed), run: run ? shownRun(run) : null }
  }

  async #alone(job: Job, { cursor = '', dry_run }: JobQuery): Promise<JobAnswer> {
    const started_ms = this.#dependencies.clock.monotonicMs()
    const is_dry = dry_run === 'true'
    const processed = await processUsers(this.#runs, job, {
      after: placeOf(cursor),
      dry_run: is_dry,
      duration_ms_max: CALL_MS_MAX,
      stops_when_unavailable: true,
    })
    if (processed.failure !== undefined) throw processed.failure
    this.#logCall(job, processed, { is_dry, started_ms })
    return { ...this.#answer(stateOf(processed), processed, processed), run: null }
  }

  #answer(
    state: string,
    processed: ProcessedUsers,
    reported: Pick<ProcessedUsers, 'report' | 'report_omitted'>,
  ): JobAnswer {
    const report = reported.report.map((item: ReportItem) => presentedItem(item, this.#dependencies.hashUser))
    return { state, ...processed.sums, report, report_omitted: reported.report_omitted, ...nextCursor(processed) }
  }

  #logCall(job: Job, processed: ProcessedUsers, { is_dry, started_ms }: { is_dry: boolean; started_ms: number }): void {
    const { log, clock } = this.#dependencies
    log.write({
      severity: processed.sums.failed_users > 0 ? 'WARNING' : 'INFO',
      message: `maintenance ${job.name}${is_dry ? ', dry run' : ''}: ${stateOf(processed)}`,
      event: 'maintenance_call',
      job: job.name,
      dry_run: is_dry,
      state: stateOf(processed),
      ...processed.sums,
      ms: Math.round(clock.monotonicMs() - started_ms),
    })
  }

  #logRun(job: Job, run: JobRun): void {
    this.#dependencies.log.write({
      severity: Number(run.sums['failed_users']) > 0 ? 'WARNING' : 'INFO',
      message: `maintenance ${job.name}: all users processed`,
      event: 'maintenance_finished',
      job: job.name,
      ...shownRun(run),
    })
  }

  /** What is remembered of a dispatch. */
  #passing({ sums, stopped_after }: ProcessedUsers): JobRun {
    return {
      started_at: isoTime(this.#dependencies.clock.nowMs()),
      finished_at: null,
      after: stopped_after ?? null,
      calls: 1,
      failures: 0,
      sums,
      report: [],
      report_omitted: 0,
    }
  }
}

function nothing(job: Job): ProcessedUsers {
  const sums = { users: 0, failed_users: 0, ...job.begin() }
  return { sums, report: [], report_omitted: 0, stopped_after: undefined, failure: undefined }
}

function stateOf({ stopped_after }: ProcessedUsers): 'done' | 'more' {
  return stopped_after === undefined ? 'done' : 'more'
}

function shownRun({ started_at, finished_at, calls, sums }: JobRun): JobAnswer {
  return { started_at, finished_at, calls, ...sums }
}

function nextCursor({ stopped_after }: ProcessedUsers): { next_cursor: string | null } {
  return { next_cursor: stopped_after === undefined ? null : Buffer.from(stopped_after).toString('base64url') }
}

/**
 * @returns undefined for the empty cursor, which means the beginning
 * @throws Problem `invalid-input` for what cannot be a cursor; any place may be named, there need not be anything
 */
function placeOf(cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString('utf8')
  if (Buffer.from(place).toString('base64url') === cursor) return place === '' ? undefined : place
  throw new Problem('invalid-input', 'Invalid cursor. Use `next_cursor` from an earlier response.', {
    errors: [{ path: 'cursor', message: 'must be the next_cursor of an earlier response' }],
  })
}
