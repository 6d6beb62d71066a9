import { PRICES } from './prices.ts'

/**
 * What it costs that apps ask for changes: how often a tab polls, and what its LISTs cost. A tab polls 20 s after its
 * user's last input, then after twice as long each time nothing has happened, up to 5 minutes; a hidden tab never does,
 * and of several tabs of one browser only one.
 */
const POLL_S = { first: 20, longest: 300 } as const
/** Of an idle pull: one per record kind, and no GET. */
export const LISTS_PER_POLL = 3

const HOUR_S = 3600
const WORKDAY_HOURS = 8
const WORKDAYS_PER_MONTH = 22
/** In which users are at work. */
export const WORK_HOURS_PER_MONTH = WORKDAY_HOURS * WORKDAYS_PER_MONTH

/** One hour with the app in view. Assumed, not measured. */
interface Presence {
  /** In which something is entered at least every 20 s, so that a poll never waits longer. */
  readonly input_s: number
  /** The rest of the hour: pauses of this length, in which nothing happens. */
  readonly pause_s: number
}

const PRESENCE: Presence = { input_s: 900, pause_s: 900 }

/** When a tab polls in a pause, in seconds from its last input. */
export function pollTimes(pause_s: number): number[] {
  const times: number[] = []
  let interval_s: number = POLL_S.first
  for (let time_s = interval_s; time_s <= pause_s; time_s += interval_s) {
    times.push(time_s)
    interval_s = Math.min(interval_s * 2, POLL_S.longest)
  }
  return times
}

/** Of a user who has the app in view for an hour. */
export function pollsPerHour({ input_s, pause_s }: Presence = PRESENCE): number {
  const pauses = (HOUR_S - input_s) / pause_s
  return input_s / POLL_S.first + pauses * pollTimes(pause_s).length
}

/**
 * Dollars per month for the LISTs of so many users.
 * @param in_view_hours per user and month
 */
function pollingDollars(users: number, in_view_hours: number, polls_per_hour: number): number {
  return users * in_view_hours * polls_per_hour * LISTS_PER_POLL * PRICES.class_a
}

export interface PollingCost {
  /** As the app does it. */
  readonly polling_dollars_per_month: number
  /** If every user's app polled every 20 s, through each working day or around the clock. */
  readonly workday_dollars_per_month: number
  readonly all_hours_dollars_per_month: number
}

/** @param active_share of all users in the busiest hour; all hours of all working days count as this one, so it is an upper bound */
export function pollingCost(users: number, active_share: number): PollingCost {
  const workday_hours = WORK_HOURS_PER_MONTH
  const always_per_hour = HOUR_S / POLL_S.first
  return {
    polling_dollars_per_month: pollingDollars(users, active_share * workday_hours, pollsPerHour()),
    workday_dollars_per_month: pollingDollars(users, workday_hours, always_per_hour),
    all_hours_dollars_per_month: pollingDollars(users, 30 * 24, always_per_hour),
  }
}
