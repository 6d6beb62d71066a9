import { MINUTE_MS } from '#shared/base/durations.ts'
import { JOB_NAMES } from '#functions/maintenance/runner/job.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Log } from '#shared/logging/log.ts'

/** Replaces Cloud Scheduler: calls operator routes at their times, with a token for the function. */
export interface ScheduleOptions {
  /** Where the maintenance function answers. */
  maintenance_url: string
  /** A token of an operator account for that URL. */
  token: () => Promise<string>
  clock: Clock
  log: Log
}

const DISPATCH_EACH_MS = MINUTE_MS
/** Often: the jobs themselves know whether the run of this day or week is done. */
const JOBS_EACH_MS = 60 * 60 * 1000
const JOBS = JOB_NAMES.filter((name) => name !== 'dispatch')

/** @returns to be called before the functions end; resolves when no call of the schedule is under way any more */
export function startSchedule({ maintenance_url, token, clock, log }: ScheduleOptions): () => Promise<void> {
  const stopped = new AbortController()
  const warn = (job: string, what: string): void => {
    if (!stopped.signal.aborted) log.write({ severity: 'WARNING', message: `scheduled ${job}: ${what}` })
  }
  const call = async (job: string) => {
    const response = await fetch(`${maintenance_url}/api/maintenance/${job}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token()}` },
      signal: stopped.signal,
    })
    const text = await response.text()
    if (!response.ok) warn(job, `${response.status} ${text}`)
  }
  const run = async (jobs: readonly string[], each_ms: number) => {
    for (;;) {
      await clock.sleep(each_ms, stopped.signal)
      for (const job of jobs) {
        if (stopped.signal.aborted) return
        await call(job).catch((error: unknown) => warn(job, String(error)))
      }
    }
  }
  const running = [run(['dispatch'], DISPATCH_EACH_MS), run(JOBS, JOBS_EACH_MS)]
  return async () => {
    stopped.abort()
    await Promise.all(running)
  }
}
