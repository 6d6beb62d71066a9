import { DAY_MS, MINUTE_MS } from '../../base/durations.ts'
import type { Creation, Mutation } from './mutation.ts'
import type { Row } from '../object/schema.ts'
import { monthOf, startOfMonthMs, type Month } from '../object/partition.ts'

/**
 * How the idempotency key of a creation without an id is honoured across a month's end, where a repetition would look
 * for its first attempt in another object. README.md tells it whole.
 */
export interface EarlierLedger {
  readonly month: Month
  /** A write sent before the month's end may still be on its way there. */
  readonly may_still_grow: boolean
}

/**
 * A PUT that has not landed ten minutes after it was sent is taken for lost: no front end holds a request so long. A minute
 * more, because it may be sent half a minute into the month (a request goes on for so long, by a clock that is behind) and
 * be looked for by a clock that is ahead.
 */
const LANDS_WITHIN_MS = 11 * MINUTE_MS
/** As long as ledger entries live, and a minute for clocks that disagree. */
const ASKED_FOR_MS = DAY_MS + MINUTE_MS

/** The ledger, besides that of the month of `now_ms`, in which a first attempt may be. */
export function earlierLedger(now_ms: number): EarlierLedger | undefined {
  const month_start_ms = startOfMonthMs(monthOf(now_ms))
  const age_ms = now_ms - month_start_ms
  if (age_ms >= ASKED_FOR_MS) return undefined
  return { month: monthOf(month_start_ms - 1), may_still_grow: age_ms < LANDS_WITHIN_MS }
}

export function creationOf<R extends Row>(id: string, creation: Creation<R>): Mutation<R> {
  return { ...creation, id, decide: (row, now_ms) => creation.decide(id, row, now_ms) }
}

/** Records the key of a creation, and the id that it will have, in a ledger that is not that id's own. */
export function reservationOf<R extends Row>(creation: Mutation<R>): Mutation<R> {
  return {
    ...creation,
    is_reservation: true,
    decide: (current, now_ms) => {
      const decision = creation.decide(current, now_ms)
      return decision.kind === 'write' ? { kind: 'keep', row: decision.row, status: decision.status } : decision
    },
  }
}
