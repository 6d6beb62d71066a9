import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import type { Shelf, UserFolder } from '#shared/table/read/user-folders.ts'
import { addUp, type Item, type Job, type JobName, type Line, type Sums } from './job.ts'

export interface SliceDependencies {
  readonly clock: Clock
  /** Every user's folders behind a place, in order. */
  readonly folders: (shelves: readonly Shelf[], after: string | undefined) => AsyncIterable<UserFolder>
  readonly log: (line: Line, item: Item) => void
  /** Told of every item of the report, also of those that it leaves out. */
  readonly told?: (item: Item) => void
  /** Told of what kept one user from a turn; the others have theirs all the same. */
  readonly fault: (job: JobName, user_id: string, error: unknown) => void
}

export interface SliceRequest {
  /** Place of the last user who needs no more turn; none: from the first one. */
  readonly after: string | undefined
  readonly dry_run: boolean
  /** No further turn begins then. Without it every user has one, however long it takes. */
  readonly duration_ms_max: number | undefined
  /** When storage or key service is away, which says nothing about a user, the slice ends where it is. */
  readonly stops_when_away: boolean
}

/** The turns of some users who follow one another. */
export interface Slice {
  readonly sums: Sums & { users: number; failed_users: number }
  readonly report: readonly Item[]
  readonly report_omitted: number
  /** The last one who had a turn, when others have not had theirs. */
  readonly stopped_after: string | undefined
  /** Why the walk could not go on, if it could not. */
  readonly failure: Error | undefined
}

/** What came of one turn. */
interface Taken {
  readonly place: string
  readonly items: readonly Item[]
  readonly sums: Sums
  /** Why the slice ends here. */
  readonly away?: Error
}

const USERS_SIDE_BY_SIDE = 8
/** Objects that are held at once, whatever their number: an instance has 512 MiB. */
const BYTES_SIDE_BY_SIDE = 64 * 1024 * 1024
/** A turn that has begun may take so long beyond the slice's own time; what it does afterwards goes uncounted. */
const TURN_GRACE_MS = 5_000
const REPORT_ITEMS_MAX = 100

/** Gives users their turns in order, some side by side, until the time is over or all had one. */
export async function runSlice(dependencies: SliceDependencies, job: Job, request: SliceRequest): Promise<Slice> {
  const { clock, folders } = dependencies
  const { after, duration_ms_max = Infinity } = request
  const until_ms = clock.monotonicMs() + duration_ms_max
  const sums = { users: 0, failed_users: 0, ...job.begin() }
  const report = new Report(job)
  let last = after
  let failure: Error | undefined
  let is_complete = false
  try {
    const walk = folders(job.shelves, after)[Symbol.asyncIterator]()
    let next = await walk.next()
    while (!next.done && clock.monotonicMs() < until_ms) {
      const batch: UserFolder[] = []
      for (let bytes = 0; !next.done && batch.length < USERS_SIDE_BY_SIDE; next = await walk.next()) {
        bytes += largestBytes(next.value)
        if (batch.length > 0 && bytes > BYTES_SIDE_BY_SIDE) break
        batch.push(next.value)
      }
      const turns = batch.map((folder) => takeTurn(dependencies, job, folder, { ...request, until_ms }))
      for (const { place, items, sums: own, away } of await Promise.all(turns)) {
        // Those behind have their turn again, and count then.
        if (away !== undefined) throw away
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

async function takeTurn(
  { clock, fault, log, told }: SliceDependencies,
  job: Job,
  folder: UserFolder,
  { dry_run, stops_when_away, until_ms }: SliceRequest & { until_ms: number },
): Promise<Taken> {
  const items: Item[] = []
  const tell = (item: Item): void => {
    items.push(item)
    told?.(item)
    const line = dry_run ? undefined : job.line?.(item)
    if (line) log(line, item)
  }
  const own = { sums: job.begin(), tell }
  const { place, user_id, strays } = folder
  if (strays.length > 0) job.strays?.(strays, own)
  if (user_id === undefined) return { place, items, sums: own.sums }
  try {
    const work = () => job.turn({ ...own, user_id, folder, dry_run })
    const limit_ms = until_ms + TURN_GRACE_MS - clock.monotonicMs()
    await (limit_ms === Infinity ? work() : withTimeLimit(clock, limit_ms, work, tookTooLong))
    return { place, items, sums: { ...own.sums, users: 1 } }
  } catch (error) {
    if (stops_when_away && isAway(error)) return { place, items, sums: own.sums, away: error }
    fault(job.name, user_id, error)
    // What a turn that was left still does goes uncounted.
    return { place, items: [...items], sums: { ...structuredClone(own.sums), users: 1, failed_users: 1 } }
  }
}

function isAway(error: unknown): error is Error {
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
  #items: readonly Item[] = []
  #count = 0

  constructor(job: Job) {
    this.#job = job
  }

  add(items: readonly Item[]): void {
    this.#count += items.length
    this.#items = mergedReport(this.#job, this.#items, items)
  }

  get content(): Pick<Slice, 'report' | 'report_omitted'> {
    return { report: this.#items, report_omitted: this.#count - this.#items.length }
  }
}

/** The report over what two parts of a run told. */
export function mergedReport(job: Job, before: readonly Item[], more: readonly Item[]): readonly Item[] {
  const items = [...before, ...more]
  return job.digest?.(items) ?? items.slice(0, REPORT_ITEMS_MAX)
}
