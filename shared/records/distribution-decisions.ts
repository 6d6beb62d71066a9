import { DAY_MS, MINUTE_MS } from '../base/durations.ts'
import * as z from 'zod/mini'

import { isoTime } from '../base/clock.ts'
import { Problem, type FieldError } from '../base/problem.ts'
import {
  decideSave,
  decideSet,
  decideStatus,
  type Asking as AskingOf,
  type Decision as DecisionOn,
  type Sent,
} from './decisions.ts'
import {
  DISTRIBUTIONS,
  distributionFields,
  type Attempt,
  type DistributionRow,
  type DistributionStatus,
} from './distribution.ts'
import type { DistributionReport } from './distribution-report.ts'
import type { DistributionSource, UnusableReference } from './distribution-source.ts'
import { mergePatch } from './merge-patch.ts'
import type { RecordOf } from './record-kind.ts'
import { recordOf } from './record-rows.ts'
import type { RecordValue } from './rows.ts'
import { FieldErrors } from './validation/field-errors.ts'
import { collect, invalid } from './validation/validate.ts'

/** What may become of a distribution: pure decisions, as those of every kind (decisions.ts) with its run ledger. */

/** A client's "now" has passed when it arrives, and its clock is its own. */
const PAST_TOLERANCE_MS = MINUTE_MS
/** Of the newest; the numbers go on. */
const ATTEMPTS_KEPT = 10
const ATTEMPT_MESSAGE_LENGTH_MAX = 1000

type Distribution = RecordOf<typeof DISTRIBUTIONS>
type Asking = AskingOf<typeof DISTRIBUTIONS>
type Decision = DecisionOn<typeof DISTRIBUTIONS>

export interface Creation {
  readonly asking: Asking
  readonly id: string
  /** The time that the id tells; `undefined` for an id of the old system. */
  readonly created_at: string | undefined
  readonly current: DistributionRow | undefined
  readonly sent: Sent<typeof DISTRIBUTIONS>
  /** What audience and platform are, or why they cannot be used; asked for only when the distribution is a new one. */
  readonly source: DistributionSource | Problem | undefined
  readonly now_ms: number
}

/**
 * Creates a distribution: `scheduled` when its time is ahead, else `pending`. One that exists can still be given
 * another time while it is scheduled, other metadata, and a status by its machine.
 */
export function decideCreation(creation: Creation): Decision {
  const { asking, id, created_at, current, sent, source, now_ms } = creation
  if (current) return current.deleted ? decideSave(asking, id, created_at, current, {}) : decideChange(creation)
  const { scheduled_at } = sent
  if (typeof scheduled_at === 'string' && Date.parse(scheduled_at) < now_ms - PAST_TOLERANCE_MS) {
    return refuse(invalid([NOT_AHEAD]))
  }
  const first = isAhead(scheduled_at, now_ms) ? 'scheduled' : 'pending'
  // Which of the two it is follows from its time; any other is refused by the machine.
  const asked = sent.status ?? first
  const status = DISTRIBUTIONS.initial_statuses?.includes(asked) ? first : asked
  if (source instanceof Problem) return refuse(source)
  const server = { ...NOTHING_YET, ...source, attempts: status === 'pending' ? [queued(1, isoTime(now_ms))] : [] }
  return decideSave(asking, id, created_at, undefined, { ...sent, status }, server)
}

function decideChange({ asking, id, created_at, current, sent, now_ms }: Creation): Decision {
  const { status, ...others } = sent
  const is_moved = others.scheduled_at !== undefined && !isSameTime(others.scheduled_at, current!.scheduled_at)
  if (is_moved && current!.status !== 'scheduled') {
    return refuse(
      invalid([{ path: 'scheduled_at', message: 'can be changed only while the distribution is scheduled' }]),
    )
  }
  if (is_moved && !isAhead(others.scheduled_at, now_ms)) return refuse(invalid([NOT_AHEAD]))
  const saved = decideSave(asking, id, created_at, current, others)
  if (saved.kind === 'refuse' || status === null || status === undefined || status === current!.status) return saved
  const moved = { ...asking, condition: undefined }
  return decideReport(moved, saved.row, { status }, now_ms)
}

/** Moves a distribution along its machine and takes in what was reported. Staying where it is is no move. */
export function decideReport(
  asking: Asking,
  current: DistributionRow | undefined,
  report: DistributionReport,
  now_ms: number,
): Decision {
  const moved = decideStatus(asking, current, report.status)
  if (moved.kind === 'refuse') return moved
  const before = recordOf(DISTRIBUTIONS, current!)
  const errors = new FieldErrors(reportFaults(before, report, now_ms))
  const metadata = mergePatch(before.metadata, report.metadata ?? {}) as Distribution['metadata']
  collect(z.pick(distributionFields, { metadata: true }), { metadata }, errors, 'body')
  if (errors.count > 0) return refuse(invalid(errors))
  return decideSet(asking, current, {
    ...runValues(before, report, now_ms),
    ...matchValues(before, report),
    status: report.status,
    metadata,
  })
}

/**
 * Starts what is due, or cancels it when its audience or platform cannot be used any more; whatever else became of the
 * distribution meanwhile stands.
 */
export function decideDue(
  asking: Asking,
  current: DistributionRow | undefined,
  now_ms: number,
  unusable: readonly UnusableReference[],
): Decision {
  const is_due = current?.status === 'scheduled' && !isAhead(current.scheduled_at, now_ms)
  if (!current || current.deleted) return decideSet(asking, current, {})
  if (!is_due) return { kind: 'keep', row: current, status: 200 }
  return decideReport(asking, current, unusable.length === 0 ? { status: 'pending' } : cancelled(unusable), now_ms)
}

/** @param unusable at least one; the first gives the code */
function cancelled(unusable: readonly UnusableReference[]): DistributionReport {
  const reasons = unusable.map(({ code }) => CANCELLED_BECAUSE[code])
  return {
    status: 'cancelled',
    error_message: `Not started when it was due: ${reasons.join(', and ')}.`,
    error_details: { code: unusable[0]!.code },
  }
}

const CANCELLED_BECAUSE: Readonly<Record<UnusableReference['code'], string>> = {
  audience_deleted: 'the audience was deleted',
  audience_archived: 'the audience was archived',
  platform_deleted: 'the platform was deleted',
  platform_disconnected: 'the platform was disconnected',
}

/** What the server knows of a distribution that nobody has worked on. */
const NOTHING_YET = {
  started_at: null,
  completed_at: null,
  matched_records: null,
  match_rate: null,
  match_results_as_of: null,
  platform_audience_id: null,
  error_message: null,
  error_details: null,
}

function queued(attempt: number, queued_at: string): Attempt {
  return { attempt, queued_at, started_at: null, ended_at: null, outcome: null, error: null }
}

const NOT_AHEAD = { path: 'scheduled_at', message: 'must be in the future; leave it out to start immediately' }

const WITH_RESULTS: readonly DistributionStatus[] = ['in_progress', 'completed', 'failed']
const WITH_ERROR: readonly DistributionStatus[] = ['failed', 'cancelled']

/** Old clients send local times without a zone: these may be off by most of a day. */

function reportFaults(before: Distribution, report: DistributionReport, now_ms: number): FieldError[] {
  const faults: FieldError[] = []
  const { status, matched_records, match_rate, error_message, error_details, completed_at, as_of } = report
  const results = [matched_records, match_rate, report.platform_audience_id, as_of]
  const has_results = results.some((result) => result !== undefined)
  if (has_results && !WITH_RESULTS.includes(status)) {
    faults.push({ path: 'match_results', message: `cannot be reported of a distribution that is ${status}` })
  }
  if ((error_message !== undefined || error_details !== undefined) && !WITH_ERROR.includes(status)) {
    const path = error_message === undefined ? 'error_details' : 'error_message'
    faults.push({ path, message: `cannot be reported of a distribution that is ${status}` })
  }
  const total = before.total_records
  if (matched_records !== undefined && total !== null && matched_records > total) {
    faults.push({ path: 'match_results.matched_records', message: `must be at most total_records (${total})` })
  }
  if (completed_at !== undefined && Date.parse(completed_at) > now_ms + PAST_TOLERANCE_MS) {
    faults.push({ path: 'metadata.completed_at', message: 'must not be in the future' })
  }
  if (completed_at !== undefined && Date.parse(completed_at) < Date.parse(before.created_at) - DAY_MS) {
    faults.push({ path: 'metadata.completed_at', message: 'must not be before the distribution was created' })
  }
  // It would keep every true count after it from being taken in.
  if (as_of !== undefined && Date.parse(as_of) > now_ms + PAST_TOLERANCE_MS) {
    faults.push({ path: 'match_results.as_of', message: 'must not be in the future' })
  }
  return faults
}

/** Times, error and run ledger after the move. */
function runValues(before: Distribution, report: DistributionReport, now_ms: number): Partial<Distribution> {
  const now = isoTime(now_ms)
  const { status } = report
  const { attempts } = before
  const is_move = before.status !== status
  if (is_move && status === 'pending') {
    const next = queued((attempts.at(-1)?.attempt ?? 0) + 1, now)
    return { ...NOTHING_YET, attempts: [...attempts, next].slice(-ATTEMPTS_KEPT) }
  }
  if (is_move && status === 'in_progress') return { started_at: now, attempts: withLast(attempts, { started_at: now }) }
  if (is_move && status === 'completed') {
    const completed_at = report.completed_at ?? now
    return { completed_at, attempts: withLast(attempts, { ended_at: completed_at, outcome: 'completed' }) }
  }
  if (status !== 'failed' && status !== 'cancelled') return {}
  const ended = is_move ? { ended_at: now, outcome: status } : {}
  const { error_message = before.error_message, error_details = before.error_details } = report
  const error = attemptError(error_message, error_details)
  return { error_message, error_details, attempts: withLast(attempts, { ...ended, error }) }
}

function attemptError(error_message: string | null, error_details: RecordValue | null): Attempt['error'] {
  if (error_message === null && error_details === null) return null
  return {
    code: errorCodeOf(error_details),
    message: error_message?.slice(0, ATTEMPT_MESSAGE_LENGTH_MAX).toWellFormed() ?? null,
  }
}

/** How a sender calls what went wrong; at most 200 characters. */
export function errorCodeOf(error_details: Readonly<Record<string, unknown>> | null | undefined): string | null {
  const code = error_details?.['code']
  return typeof code === 'string' || typeof code === 'number' ? String(code).slice(0, 200) : null
}

function withLast(attempts: readonly Attempt[], values: Partial<Attempt>): Attempt[] {
  const last = attempts.at(-1)
  return last ? [...attempts.slice(0, -1), { ...last, ...values }] : []
}

/** Only what was reported; a count that is older than the one known says nothing new. */
function matchValues(before: Distribution, report: DistributionReport): Partial<Distribution> {
  const { matched_records, match_rate, platform_audience_id, as_of } = report
  const known = before.match_results_as_of
  if (as_of !== undefined && known !== null && Date.parse(as_of) < Date.parse(known)) return {}
  const said = { matched_records, match_rate, platform_audience_id, match_results_as_of: as_of }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

function isAhead(time: string | number | null | undefined, now_ms: number): boolean {
  const time_ms = typeof time === 'string' ? Date.parse(time) : time
  return typeof time_ms === 'number' && time_ms > now_ms
}

function isSameTime(sent: string | null, stored: number | null): boolean {
  return (sent === null ? null : Date.parse(sent)) === stored
}

function refuse(problem: Problem): Decision {
  return { kind: 'refuse', problem }
}
