import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import type { TopFolder, UserFolder } from '#shared/table/read/user-folders.ts'
import { addUp, type ReportItem, type Job, type JobName, type ReportLine, type Sums } from './job.ts'

export interface ProcessUsersDependencies {
  readonly clock: Clock
  /** Every user's folders behind a place, in order. */
  readonly folders: (top_folders: readonly TopFolder[], after: string | undefined) => AsyncIterable<UserFolder>
  readonly log: (line: ReportLine, item: ReportItem) => void
  /** Called for every item of the report, also for those that it leaves out. */
  readonly onReportItem?: (item: ReportItem) => void
  /** Called when processing a user fails. Other users are still processed. */
  readonly onUserFailure: (job: JobName, user_id: string, error: unknown) => void
}

export interface ProcessUsersRequest {
  /** Place of the last user who was processed before; none: start with the first one. */
  readonly after: string | undefined
  readonly dry_run: boolean
  /** After this time no further user is started. Without it all users are processed, however long it takes. */
  readonly duration_ms_max: number | undefined
  /** When storage or key service is unavailable, which says nothing about a user, processing stops. */
  readonly stops_when_unavailable: boolean
}

/** What processing some successive users came to. */
export interface ProcessedUsers {
  readonly sums: Sums & { users: number; failed_users: number }
  readonly report: readonly ReportItem[]
  readonly report_omitted: number
  /** Place of the last user processed, when others are left. */
  readonly stopped_after: string | undefined
  /** Why processing had to stop, if it had to. */
  readonly failure: Error | undefined
}

/** What processing one user came to. */
interface ProcessedUser {
  readonly place: string
  readonly items: readonly ReportItem[]
  readonly sums: Sums
  /** Why processing stops here. */
  readonly unavailable?: Error
}

const USERS_SIDE_BY_SIDE = 8
/** Objects held simultaneously, whatever their number: an instance has 512 MiB. */
const BYTES_SIDE_BY_SIDE = 64 * 1024 * 1024
/** A user who was started may take this much longer than the call; what is done after that is not counted. */
const USER_GRACE_MS = 5_000
const REPORT_ITEMS_MAX = 100

/** Processes users in order, some side by side, until the time is over or all are processed. */
export async function processUsers(
  dependencies: ProcessUsersDependencies,
  job: Job,
  request: ProcessUsersRequest,
): Promise<ProcessedUsers> {
  const { clock, folders } = dependencies
  const { after, duration_ms_max = Infinity } = request
  const until_ms = clock.monotonicMs() + duration_ms_max
  const sums = { users: 0, failed_users: 0, ...job.begin() }
  const report = new Report(job)
  let last = after
  let failure: Error | undefined
  let is_complete = false
  try {
    const walk = folders(job.top_folders, after)[Symbol.asyncIterator]()
    let next = await walk.next()
    while (!next.done && clock.monotonicMs() < until_ms) {
      const batch: UserFolder[] = []
      for (let bytes = 0; !next.done && batch.length < USERS_SIDE_BY_SIDE; next = await walk.next()) {
        bytes += largestBytes(next.value)
        if (batch.length > 0 && bytes > BYTES_SIDE_BY_SIDE) break
        batch.push(next.value)
      }
      const turns = batch.map((folder) => processUser(dependencies, job, folder, { ...request, until_ms }))
      for (const { place, items, sums: own, unavailable } of await Promise.all(turns)) {
        // The users behind are processed again, and count then.
        if (unavailable !== undefined) throw unavailable
        addUp(sums, own)
        report.add(items)
        last = place
      }
    }
    is_complete = next.done === true
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  }
  return { sums, ...report.content, stopped_after: is_complete ? undefined : last, failure }
}

async function processUser(
  { clock, onUserFailure, log, onReportItem }: ProcessUsersDependencies,
  job: Job,
  folder: UserFolder,
  { dry_run, stops_when_unavailable, until_ms }: ProcessUsersRequest & { until_ms: number },
): Promise<ProcessedUser> {
  const items: ReportItem[] = []
  const addToReport = (item: ReportItem): void => {
    items.push(item)
    onReportItem?.(item)
    const line = dry_run ? undefined : job.line?.(item)
    if (line) log(line, item)
  }
  const own = { sums: job.begin(), report: addToReport }
  const { place, user_id, strays } = folder
  if (strays.length > 0) job.strays?.(strays, own)
  if (user_id === undefined) return { place, items, sums: own.sums }
  try {
    const work = () => job.processUser({ ...own, user_id, folder, dry_run })
    const limit_ms = until_ms + USER_GRACE_MS - clock.monotonicMs()
    await (limit_ms === Infinity ? work() : withTimeLimit(clock, limit_ms, work, tookTooLong))
    return { place, items, sums: { ...own.sums, users: 1 } }
  } catch (error) {
    if (stops_when_unavailable && isUnavailable(error)) return { place, items, sums: own.sums, unavailable: error }
    onUserFailure(job.name, user_id, error)
    // What continues after the time limit is not counted.
    return { place, items: [...items], sums: { ...structuredClone(own.sums), users: 1, failed_users: 1 } }
  }
}

function isUnavailable(error: unknown): error is Error {
  if (error instanceof KeyError) return error.kind === 'unavailable' || error.kind === 'denied'
  return error instanceof Problem && error.cause instanceof StoreError && error.cause.kind !== 'rejected'
}

/** A job holds one object of a user at a time. */
function largestBytes({ objects }: UserFolder): number {
  return Math.max(0, ...[...objects.values()].flat().map(({ size_bytes }) => size_bytes))
}

function tookTooLong(): Problem {
  return new Problem(
    'unavailable',
    'Processing one user took longer than a call may take. The local command has no time limit.',
  )
}

/** Keeps what a job wants kept of its items. */
class Report {
  readonly #job: Job
  #items: readonly ReportItem[] = []
  #count = 0

  constructor(job: Job) {
    this.#job = job
  }

  add(items: readonly ReportItem[]): void {
    this.#count += items.length
    this.#items = mergedReport(this.#job, this.#items, items)
  }

  get content(): Pick<ProcessedUsers, 'report' | 'report_omitted'> {
    return { report: this.#items, report_omitted: this.#count - this.#items.length }
  }
}

/** The report over the items of two parts of a run. */
export function mergedReport(
  job: Job,
  before: readonly ReportItem[],
  more: readonly ReportItem[],
): readonly ReportItem[] {
  const items = [...before, ...more]
  return job.digest?.(items) ?? items.slice(0, REPORT_ITEMS_MAX)
}
