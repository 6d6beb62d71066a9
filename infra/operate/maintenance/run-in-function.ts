import * as z from 'zod'

import { addUp, type JobName, type ReportItem, type Sums } from '#functions/maintenance/runner/job.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import type { Clock } from '#shared/base/clock.ts'
import { MINUTE_MS } from '#shared/base/durations.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'

/** Longer than a request of the function may last. */
const CALL_DURATION_MS_MAX = 6 * MINUTE_MS

export interface FunctionCalls {
  /** The maintenance function's own URL. */
  readonly url: string
  /** An identity token of the operator account for this URL. */
  readonly token: string
  readonly dry_run: boolean
  readonly clock: Clock
  readonly onReportItem: (item: ReportItem) => void
}

const item = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
const number: z.ZodType<number | Sums> = z.lazy(() => z.union([z.number(), z.record(z.string(), number)]))
const answered = z.looseObject({
  report: z.array(item).default([]),
  next_cursor: z.string().nullable(),
})

/**
 * Has the maintenance function run a job for all users, in as many calls as it takes.
 * @returns the sums of all calls
 * @throws OperatorError when a call is not answered 200; what was done stays done
 */
export async function runInFunction(job: JobName, calls: FunctionCalls): Promise<Sums> {
  const total: Sums = {}
  for (let cursor: string | null = ''; cursor !== null;) {
    const { report, next_cursor, ...rest } = answered.parse(await callFunction(job, cursor, calls))
    for (const found of report) {
      calls.onReportItem(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value ?? undefined])))
    }
    addUp(total, numbersIn(rest))
    cursor = next_cursor
  }
  return total
}

async function callFunction(job: JobName, cursor: string, { url, token, dry_run, clock }: FunctionCalls) {
  const target = new URL(`/api/maintenance/${job}`, url)
  target.searchParams.set('cursor', cursor)
  if (dry_run) target.searchParams.set('dry_run', 'true')
  const late = () =>
    new OperatorError(`${target.host} did not answer within ${CALL_DURATION_MS_MAX / MINUTE_MS} minutes`)
  return await withTimeLimit(
    clock,
    CALL_DURATION_MS_MAX,
    async (signal) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(target, { method: 'POST', headers, signal, redirect: 'error' })
      const text = await response.text()
      if (response.status === 200) return JSON.parse(text) as unknown
      throw new OperatorError(
        `${target.host} answered ${response.status}: ${text.slice(0, 500)}\nWhat was done stays done; run it again.`,
      )
    },
    late,
  )
}

/** What an answer says of its call and not of the users. */
const OF_THE_CALL: ReadonlySet<string> = new Set(['run', 'report_omitted'])

function numbersIn(answer: Readonly<Record<string, unknown>>): Sums {
  const numbers: Sums = {}
  for (const [name, value] of Object.entries(answer)) {
    const parsed = number.safeParse(value)
    if (parsed.success && !OF_THE_CALL.has(name)) numbers[name] = parsed.data
  }
  return numbers
}
