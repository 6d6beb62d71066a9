import * as z from 'zod'

import { MINUTE_MS } from '#shared/base/durations.ts'
import { type Clock, isoTime } from '#shared/base/clock.ts'
import type { GcloudCommands } from './commands.ts'
import { type GcloudRunner, outputOf } from './gcloud.ts'

/** How Cloud Scheduler's call of an operator route ended, as the log tells it. */
export type ScheduleProof =
  | { readonly kind: 'answered' }
  /** The revision answered, and never 200. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** There is no line: the call did not arrive, or could not be made, or the log could not be read. */
  | { readonly kind: 'silent'; readonly reason: string }

/**
 * Proves that the schedule reaches a revision that has all traffic of the maintenance function.
 * @throws the signal's reason when it is aborted
 */
export type ProveSchedule = (revision: string, signal: AbortSignal) => Promise<ScheduleProof>

interface ScheduleTools {
  readonly run: GcloudRunner
  readonly commands: GcloudCommands
  readonly clock: Clock
}

const PROOF_DURATION_MS_MAX = 4 * MINUTE_MS
/** A call may still reach the revision before: traffic moves within seconds. */
const CALL_AGAIN_MS = MINUTE_MS
/** A line is in the log some seconds after its request. */
const POLL_MS = 10_000

/** The fields of `gcloud logging read --format=json` that are read here. */
const loggedLines = z.array(z.object({ httpRequest: z.object({ status: z.int() }) }))

/**
 * Has Cloud Scheduler call an operator route, with its own account, audience and address, and reads the answer in the log.
 * Smoke tests cannot do that: nobody but the scheduler has its token.
 */
export function scheduleProof({ run, commands, clock }: ScheduleTools): ProveSchedule {
  return async (revision, signal) => {
    const since = isoTime(clock.nowMs())
    const started_ms = clock.monotonicMs()
    const elapsedMs = () => clock.monotonicMs() - started_ms
    let last: ScheduleProof = { kind: 'silent', reason: '' }
    let called_ms = -Infinity
    while (elapsedMs() < PROOF_DURATION_MS_MAX) {
      signal.throwIfAborted()
      try {
        if (elapsedMs() - called_ms >= CALL_AGAIN_MS) {
          called_ms = elapsedMs()
          await outputOf(run, commands.runScheduledJob())
        }
        const statuses = await statusesOf(revision, since)
        if (statuses.includes(200)) return { kind: 'answered' }
        last = proofOf(revision, statuses)
      } catch (error) {
        last = { kind: 'silent', reason: error instanceof Error ? error.message : String(error) }
      }
      await clock.sleep(POLL_MS, signal)
    }
    return last
  }

  async function statusesOf(revision: string, since: string): Promise<number[]> {
    const printed = await outputOf(run, commands.readScheduledCalls(revision, since))
    return loggedLines.parse(JSON.parse(printed)).map(({ httpRequest }) => httpRequest.status)
  }
}

function proofOf(revision: string, [status]: readonly number[]): ScheduleProof {
  if (status !== undefined) return { kind: 'refused', reason: `${revision} answered ${status} to Cloud Scheduler` }
  const minutes = PROOF_DURATION_MS_MAX / MINUTE_MS
  return {
    kind: 'silent',
    reason: `within ${minutes} minutes the log of ${revision} had no line of Cloud Scheduler's call`,
  }
}
