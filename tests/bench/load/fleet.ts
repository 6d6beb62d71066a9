import { printRow } from '../figures.ts'
import { firstLimits, fleetOf, type Fleet } from '../model/fleet.ts'

const USERS = [1000, 10_000, 100_000, 1_000_000]

/** What the model says of a fleet, and which limit so many users meet first. */
export async function benchFleet(): Promise<void> {
  const fleets = USERS.map((users) => fleetOf(users))
  const row = (what: string, cell: (fleet: Fleet) => string): void => printRow(what, fleets.map(cell))
  printRow(
    'users, by the model, in the busiest hour',
    USERS.map((users) => users.toLocaleString('en')),
  )
  row('requests per second', ({ requests_per_s }) => requests_per_s.toFixed(1))
  row('PUTs per second', ({ writes_per_s }) => writes_per_s.toFixed(1))
  row('GETs and LISTs per second', ({ reads_per_s }) => reads_per_s.toFixed(1))
  row('minutes until the bucket gives that', ({ ramp_min }) => ramp_min.toFixed(0))
  row('requests in flight', ({ in_flight }) => in_flight.toFixed(1))
  row('instances of a core', ({ instances }) => String(instances))
  row("an instance's cache, share in use", ({ cache_use }) => `${cache_use.toFixed(1)} ×`)
  row('Cloud KMS calls per second', ({ kms_calls_per_s }) => kms_calls_per_s.toFixed(2))
  row('polls per second', ({ polls_per_s }) => polls_per_s.toFixed(1))
  row('polls: LISTs per second', ({ poll_lists_per_s }) => poll_lists_per_s.toFixed(1))
  row('polls: instances of a core', ({ poll_instances }) => String(poll_instances))
  row('polls: their LISTs, each month', ({ polling_dollars_per_month }) => `$ ${polling_dollars_per_month.toFixed(0)}`)
  row(
    'polls: if every 20 s, each working day',
    ({ workday_dollars_per_month }) => `$ ${workday_dollars_per_month.toFixed(0)}`,
  )
  row('objects after 24 months', ({ objects }) => objects.toLocaleString('en'))
  row('dispatch: pages of a listing', ({ dispatch_pages }) => dispatch_pages.toLocaleString('en'))
  row('dispatch: seconds for them', ({ dispatch_listing_ms }) => (dispatch_listing_ms / 1000).toFixed(1))
  row(
    'dispatch: its LISTs, each month',
    ({ dispatch_dollars_per_month }) => `$ ${dispatch_dollars_per_month.toFixed(0)}`,
  )
  printRow('limits, the first to be met', ['users'])
  for (const { what, users } of firstLimits()) printRow(`  ${what}`, [Math.round(users).toLocaleString('en')])
}
