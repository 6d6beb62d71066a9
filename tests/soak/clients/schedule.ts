import { JOB_NAMES } from '#functions/maintenance/runner/job.ts'
import { systemClock } from '#shared/base/clock.ts'
import { sent } from './repeated.ts'
import type { Site } from './site.ts'

const DISPATCH_EACH_MS = 2000
/** Of the other jobs one after every so many dispatches. */
const OTHERS_EACH = 5
const JOBS = JOB_NAMES.filter((name) => name !== 'dispatch')

/** The schedule: maintenance dispatches what is due, and runs its other jobs in turn. */
export async function schedule(site: Site): Promise<void> {
  const { ending } = site
  for (let round = 0; !ending.aborted; round++) {
    await runJob(site, 'dispatch')
    if (round % OTHERS_EACH === 0) await runJob(site, JOBS[(round / OTHERS_EACH) % JOBS.length]!)
    await systemClock.sleep(DISPATCH_EACH_MS, ending)
  }
}

/** @returns whether it ran to its end */
export async function runJob({ system, ledger, count }: Site, job: string): Promise<boolean> {
  const reply = await sent(() => system.asOperator().call('POST', `/api/maintenance/${job}`))
  count('maintenance jobs')
  if (reply && ![200, 429, 503].includes(reply.status))
    ledger.report(`${job} was answered ${reply.status} ${reply.text}`)
  return reply?.status === 200 && (reply.body['next_cursor'] ?? null) === null
}
