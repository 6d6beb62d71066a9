import { fleetOf, predictIndependent, PROFILE } from './fleet.ts'
import { LISTS_PER_POLL, pollsPerHour, WORK_HOURS_PER_MONTH } from './polling.ts'
import { PRICES } from './prices.ts'

/**
 * What so many users do in a month, and what Google bills for it. It counts with the load model; what is added here is
 * assumed, not measured, unless it says so.
 */

const HOURS_PER_MONTH = 730
const MINUTES_PER_MONTH = HOURS_PER_MONTH * 60
const SECONDS_PER_HOUR = 3600
const GIB = 1024 ** 3

const ASSUMED = {
  /** Measured: a line of the functions has 415 to 570 bytes. Cloud Logging adds what it knows of the resource. */
  log_line_bytes: 1000,
  /** Cloud Run's own line of each request. */
  request_log_bytes: 1000,
  /** Billed in steps of 100 ms, as if no request shared its instance with another. */
  save_s: 0.6,
  read_s: 0.1,
  memory_gib: 0.5,
  /** Functions that users' requests reach; each has an instance of its own while it has any request. */
  functions: 5,
  page_bytes: 30_000,
  poll_bytes: 1000,
  /** Both keys; a new version each 90 days, and those of the last year are still in use. */
  key_versions: 6,
  alert_conditions: 30,
  scheduler_jobs: 6,
  armor_rules: 2,
  /** Production keeps one of each of three functions. */
  warm_instances: 3,
  /** One uptime check per function, each five minutes from six places. */
  uptime_requests: 8 * (MINUTES_PER_MONTH / 5) * 6,
  /** The copies in BigQuery read all objects each hour. */
  copies: HOURS_PER_MONTH,
  /** Old generations, against what is live: 30 days of them, then 14 of soft deletion. */
  history_share: 2.5,
} as const

export interface Month {
  readonly requests: number
  readonly polls: number
  readonly puts: number
  readonly gets: number
  readonly lists: number
  /** Of the credentials key. */
  readonly key_uses: number
  readonly log_gib: number
  /** After 24 months. */
  readonly objects: number
  readonly stored_gb: number
}

export function monthOf(users: number): Month {
  const fleet = fleetOf(users)
  const active_hours = users * PROFILE.active_share * WORK_HOURS_PER_MONTH
  const each = predictIndependent({ saves_each: PROFILE.saves, instances: fleet.instances })
  const requests = active_hours * (PROFILE.saves + PROFILE.gets + PROFILE.pages)
  const polls = active_hours * pollsPerHour()
  const puts = active_hours * each.puts
  const lines = requests + polls + puts + ASSUMED.uptime_requests
  return {
    requests,
    polls,
    puts,
    gets: active_hours * (each.gets + PROFILE.gets + PROFILE.pages * (1 - 1 / fleet.instances)),
    lists: active_hours * PROFILE.pages + polls * LISTS_PER_POLL + dispatchLists(users),
    key_uses: active_hours * PROFILE.credential_calls,
    log_gib: (lines * ASSUMED.log_line_bytes + (lines - puts) * ASSUMED.request_log_bytes) / GIB,
    objects: fleet.objects,
    stored_gb: (fleet.objects * PROFILE.object_bytes) / 1e9,
  }
}

/** Dispatch lists all distributions, each minute. */
function dispatchLists(users: number): number {
  return Math.max(1, fleetOf(users).dispatch_pages) * MINUTES_PER_MONTH
}

/** Dollars per month, by what is billed. */
export function billOf(users: number): ReadonlyMap<string, number> {
  const month = monthOf(users)
  const requests = month.requests + month.polls
  const all_requests = requests + ASSUMED.uptime_requests + MINUTES_PER_MONTH
  const out_gib = ((month.requests / 2) * ASSUMED.page_bytes + month.polls * ASSUMED.poll_bytes) / GIB
  const copied_gib = ((month.stored_gb * 1e9) / GIB) * ASSUMED.copies
  const over = (amount: number, free: number) => Math.max(0, amount - free)
  return new Map([
    ['Cloud Run: requests and their CPU and memory', runDollars(users, month) + all_requests * PRICES.request],
    [
      'Cloud Run: three warm instances',
      ASSUMED.warm_instances *
        HOURS_PER_MONTH *
        SECONDS_PER_HOUR *
        (PRICES.warm_vcpu_s + ASSUMED.memory_gib * PRICES.gib_s),
    ],
    [
      'load balancer, Cloud Armor, traffic out',
      HOURS_PER_MONTH * PRICES.forwarding_rules_hour +
        PRICES.armor_policy +
        ASSUMED.armor_rules * PRICES.armor_rule +
        requests * PRICES.armor_request +
        out_gib * (PRICES.balanced_gib + PRICES.egress_gib),
    ],
    ['Cloud Storage: LISTs of polls', month.polls * LISTS_PER_POLL * PRICES.class_a],
    ['Cloud Storage: LISTs of dispatch', dispatchLists(users) * PRICES.class_a],
    [
      'Cloud Storage: other operations, and what is stored',
      (month.puts + month.requests * (PROFILE.pages / (PROFILE.saves + PROFILE.gets + PROFILE.pages))) *
        PRICES.class_a +
        month.gets * PRICES.class_b +
        month.stored_gb * (1 + ASSUMED.history_share) * PRICES.gb_month,
    ],
    [
      'Cloud KMS: keys, their use, and one use per object read or written',
      ASSUMED.key_versions * PRICES.key_version + (month.key_uses + month.puts + month.gets) * PRICES.key_use,
    ],
    [
      'BigQuery: hourly copies',
      over(copied_gib / 1024, PRICES.free_scanned_tib) * PRICES.scanned_tib +
        month.objects * ASSUMED.copies * PRICES.class_b,
    ],
    ['Cloud Logging', over(month.log_gib, PRICES.free_log_gib) * PRICES.log_gib],
    [
      'Cloud Scheduler, alerts',
      over(ASSUMED.scheduler_jobs, PRICES.free_jobs) * PRICES.job + ASSUMED.alert_conditions * PRICES.alert_condition,
    ],
  ])
}

/** Requests of few users share no instance; those of many share as few as their CPU needs. */
function runDollars(users: number, month: Month): number {
  const { instances, poll_instances } = fleetOf(users)
  const saves = month.requests * (PROFILE.saves / (PROFILE.saves + PROFILE.gets + PROFILE.pages))
  const apart_s = saves * ASSUMED.save_s + (month.requests - saves + month.polls) * ASSUMED.read_s
  const shared_s = (ASSUMED.functions - 2 + instances + poll_instances) * WORK_HOURS_PER_MONTH * SECONDS_PER_HOUR
  const idle_s = (ASSUMED.uptime_requests + MINUTES_PER_MONTH) * ASSUMED.read_s
  return (Math.min(apart_s, shared_s) + idle_s) * (PRICES.vcpu_s + ASSUMED.memory_gib * PRICES.gib_s)
}

/** The tables of infra/docs/cost-and-scale.md, by their names there. */
export function costTables(): ReadonlyMap<string, string> {
  return new Map([
    ['counts', countsTable()],
    ['bill', billTable([0, 1000, 100_000])],
    ['scale', scaleTable([10_000, 100_000, 1_000_000])],
  ])
}

function countsTable(): string {
  const { requests, polls, puts, gets, lists, key_uses, log_gib } = monthOf(1000)
  const idle = monthOf(0)
  return table(
    ['a month', 'of 1000 users', 'with none'],
    [
      ['requests', rounded(requests), '0'],
      ['polls', rounded(polls), '0'],
      ['PUTs', rounded(puts), '0'],
      ['GETs', rounded(gets), '0'],
      ['LISTs', rounded(lists), rounded(idle.lists)],
      ['uses of the credentials key', rounded(key_uses), '0'],
      ['logs', `${log_gib.toFixed(1)} GiB`, `${idle.log_gib.toFixed(1)} GiB`],
    ],
  )
}

function billTable(users: readonly number[]): string {
  const bills = users.map(billOf)
  const rows = [...bills[0]!.keys()].map((item) => [item, ...bills.map((bill) => dollars(bill.get(item)!))])
  const sums = bills.map((bill) => dollars([...bill.values()].reduce((sum, amount) => sum + amount, 0)))
  return table(['dollars a month', ...users.map(counted)], [...rows, ['**all**', ...sums.map((sum) => `**${sum}**`)]])
}

function scaleTable(users: readonly number[]): string {
  const fleets = users.map((count) => fleetOf(count))
  const row = (line: string, limit: string, valueOf: (fleet: (typeof fleets)[number]) => number) => [
    line,
    limit,
    ...fleets.map((fleet) => rounded(valueOf(fleet))),
  ]
  return table(
    ['line', 'limit', ...users.map(counted)],
    [
      row('seconds that dispatch lists', '16', ({ dispatch_listing_ms }) => dispatch_listing_ms / 1000),
      row('files behind one table of BigQuery', '10 million', ({ objects }) => objects / 2),
      row(
        'reads and LISTs a second',
        '5000 at first',
        ({ reads_per_s, poll_lists_per_s }) => reads_per_s + poll_lists_per_s,
      ),
      row('object writes a second', '1000 at first', ({ writes_per_s }) => writes_per_s),
      row('uses of the credentials key a second', '1000', ({ kms_calls_per_s }) => kms_calls_per_s),
      row('instances', '10 a function by default', ({ instances, poll_instances }) => instances + poll_instances),
      [
        'dollars for LISTs of polls',
        'your budget',
        ...users.map((count) => dollars(billOf(count).get('Cloud Storage: LISTs of polls')!)),
      ],
      ['dollars for logs', 'your budget', ...users.map((count) => dollars(billOf(count).get('Cloud Logging')!))],
    ],
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`)
  return [lines[0], `|${'---|'.repeat(head.length)}\n`, ...lines.slice(1)].join('')
}

function counted(users: number): string {
  return users === 0 ? 'no user' : `${grouped(users)} users`
}

/** Two digits say all that a model like this knows. */
function rounded(value: number): string {
  if (value === 0 || (value < 10 && Number.isInteger(value))) return String(value)
  const digits = Math.max(0, 1 - Math.floor(Math.log10(value)))
  if (value < 10) return value.toFixed(Math.min(digits, 3))
  const step = 10 ** (Math.floor(Math.log10(value)) - 1)
  const whole = Math.round(value / step) * step
  return whole >= 1e6 ? `${whole / 1e6} million` : grouped(whole)
}

function dollars(value: number): string {
  return value < 1 ? value.toFixed(2) : rounded(value)
}

function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', value < 10_000 ? '' : ' ')
}
