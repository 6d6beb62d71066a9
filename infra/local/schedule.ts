import type { Clock } from '#shared/base/clock.ts'
import type { Log } from '#shared/http/log.ts'

/** What Cloud Scheduler does in the cloud: calls operator routes at their times, with a token for the function. */
export interface ScheduleOptions {
  /** Where the maintenance function answers. */
  maintenance_url: string
  /** A token of an operator account for that URL. */
  token: () => Promise<string>
  clock: Clock
  log: Log
}

const DISPATCH_EACH_MS = 60_000

/** @returns to be called before the functions end; resolves when no call of the schedule is under way any more */
export function startSchedule({ maintenance_url, token, clock, log }: ScheduleOptions): () => Promise<void> {
  const stopped = new AbortController()
  const dispatch = async () => {
    const response = await fetch(`${maintenance_url}/api/maintenance/dispatch`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token()}` },
      signal: stopped.signal,
    })
    const text = await response.text()
    if (!response.ok) log.write({ severity: 'WARNING', message: `scheduled dispatch: ${response.status} ${text}` })
  }
  const run = async () => {
    for (;;) {
      await clock.sleep(DISPATCH_EACH_MS, stopped.signal)
      if (stopped.signal.aborted) return
      await dispatch().catch((error: unknown) => {
        if (!stopped.signal.aborted) log.write({ severity: 'WARNING', message: `scheduled dispatch: ${String(error)}` })
      })
    }
  }
  const running = run()
  return async () => {
    stopped.abort()
    await running
  }
}
