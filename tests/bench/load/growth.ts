import { isoTime } from '#shared/base/clock.ts'
import { idTimeMs, newId } from '#shared/base/ids.ts'
import { footerBytes } from '#shared/parquet/file.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decidePatch, decideSave, type Decision } from '#shared/records/decisions.ts'
import { decideCreation, decideReport } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { distributionSource } from '#shared/records/distribution-source.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { between, oneOf, seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { megabytes, printRow } from '../figures.ts'
import { PRICES } from '../model/prices.ts'
import { sampleAudience } from '../sample-audience.ts'
import { REPORTED } from './latent-store.ts'
import { pageOf } from '#tests/table/pages.ts'
import { WRITER } from '#tests/table/notes.ts'

/**
 * One user's month. Assumed: the old papers ask for the growth and name no figures. A marketer saves an audience each
 * working day, edits each a few times, hands half of them over and looks at the list before every save.
 */
const MONTHLY = { audiences: 20, edits_each: 3, distributions: 10, reports_each: 2 } as const
const MONTHS = 24
const SHOWN = [1, 6, 12, 24]
const INSTANCES = 3
const SEED = 1
const USER = 'marketer'
const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS

/** How long a generation that was overwritten is kept and paid for: the bucket's lifecycle decides, this is assumed. */
const NONCURRENT_DAYS = 30

interface MonthEnd {
  readonly objects: number
  readonly records: number
  readonly bytes_live: number
  readonly bytes_largest: number
  readonly groups_each: number
  readonly footer_each: number
  /** Since the first month. */
  readonly bytes_written: number
  readonly puts: number
  readonly gets: number
  readonly lists: number
}

/** Two years of one user on virtual time, by the real decisions and the real table. */
export async function benchGrowth(): Promise<void> {
  const ends = await new Growth().run()
  const shown = SHOWN.map((month) => ({ ...ends[month - 1]!, before: ends[month - 2] }))
  type Shown = (typeof shown)[number]
  const row = (what: string, cell: (end: Shown) => string): void => printRow(what, shown.map(cell))
  const inMonth = (end: Shown, count: 'puts' | 'gets' | 'lists' | 'bytes_written'): number =>
    end[count] - (end.before?.[count] ?? 0)
  const operations = (end: Shown): number =>
    (inMonth(end, 'puts') + inMonth(end, 'lists')) * PRICES.class_a + inMonth(end, 'gets') * PRICES.class_b
  const storage = (bytes: number): number => (bytes / 1e9) * PRICES.gb_month
  const perThousand = (dollars: number): string => `$ ${(dollars * 1000).toFixed(2)}`

  printRow(
    `one user, ${MONTHLY.audiences} audiences and ${MONTHLY.distributions} hand-overs a month`,
    SHOWN.map((month) => `month ${month}`),
  )
  row('records', ({ records }) => String(records))
  row('objects', ({ objects }) => String(objects))
  row('live', ({ bytes_live }) => megabytes(bytes_live))
  row('… the largest object', ({ bytes_largest }) => megabytes(bytes_largest))
  row('row groups per object', ({ groups_each }) => groups_each.toFixed(1))
  row('footer per object', ({ footer_each }) => `${(footer_each / 1e3).toFixed(1)} kB`)
  row('written so far, all generations', ({ bytes_written }) => megabytes(bytes_written))
  row('… written per byte live', ({ bytes_written, bytes_live }) => `${(bytes_written / bytes_live).toFixed(1)} ×`)
  row('PUTs in the month', (end) => String(inMonth(end, 'puts')))
  row('GETs · LISTs', (end) => `${inMonth(end, 'gets')} · ${inMonth(end, 'lists')}`)
  row('1000 such users, that month: operations', (end) => perThousand(operations(end)))
  row('… live bytes', ({ bytes_live }) => perThousand(storage(bytes_live)))
  row(`… old generations, kept ${NONCURRENT_DAYS} days`, (end) =>
    perThousand(storage((inMonth(end, 'bytes_written') * NONCURRENT_DAYS) / 30)),
  )
}

class Growth {
  readonly #random = seededRandom(SEED)
  readonly #clock = new VirtualClock('2025-01-01T00:00:00Z')
  #bytes_written = 0
  readonly #store = new MemoryObjectStore({
    clock: this.#clock,
    is_rate_limited: true,
    latencyMs: ({ operation, name }) => this.#latencyMs(operation, name),
    onLanding: ({ bytes }) => void (this.#bytes_written += bytes.length),
  })
  readonly #instances = Array.from({ length: INSTANCES }, () => ({
    audiences: this.#table(AUDIENCES),
    platforms: this.#table(PLATFORMS),
    distributions: this.#table(DISTRIBUTIONS),
  }))
  readonly #steps: { at_ms: number; work: () => Promise<void> }[] = []
  #saves = 0

  async run(): Promise<MonthEnd[]> {
    const ends: MonthEnd[] = []
    await this.#clock.run(async () => {
      const platform_id = await this.#create(
        ({ platforms }) => platforms,
        PLATFORMS,
        (id, created_at) =>
          decideSave(asking(PLATFORMS), id, created_at, undefined, { platform_type: 'meta', name: 'Our seat' }),
      )
      for (let month = 0; month < MONTHS; month++) {
        const start_ms = Date.UTC(2025, month, 1)
        const end_ms = Date.UTC(2025, month + 1, 1)
        for (let at = 0; at < MONTHLY.audiences; at++) {
          this.#at(between(this.#random, start_ms, end_ms - 1), () =>
            this.#saveAudience(platform_id, at < MONTHLY.distributions),
          )
        }
        await this.#until(end_ms)
        ends.push(this.#monthEnd())
      }
    })
    return ends
  }

  async #saveAudience(platform_id: string, is_handed_over: boolean): Promise<void> {
    await pageOf(oneOf(this.#random, this.#instances).audiences, USER, { limit: 50 })
    const audience_id = await this.#create(
      ({ audiences }) => audiences,
      AUDIENCES,
      (id, created_at) => decideSave(asking(AUDIENCES), id, created_at, undefined, sampleAudience(this.#saves++)),
    )
    for (let edit = 1; edit <= MONTHLY.edits_each; edit++) {
      this.#at(this.#clock.nowMs() + edit * between(this.#random, HOUR_MS, 3 * DAY_MS), () =>
        this.#change(
          ({ audiences }) => audiences,
          AUDIENCES,
          audience_id,
          (row) => decidePatch(asking(AUDIENCES), row, { name: `Edit ${edit}` }),
        ),
      )
    }
    if (is_handed_over) this.#at(this.#clock.nowMs() + DAY_MS, () => this.#handOver(audience_id, platform_id))
  }

  async #handOver(audience_id: string, platform_id: string): Promise<void> {
    const { audiences, platforms } = oneOf(this.#random, this.#instances)
    const found = await Promise.all([audiences.get(USER, audience_id), platforms.get(USER, platform_id)])
    const distribution_id = await this.#create(
      ({ distributions }) => distributions,
      DISTRIBUTIONS,
      (id, created_at, now_ms) =>
        decideCreation({
          asking: asking(DISTRIBUTIONS),
          id,
          created_at,
          current: undefined,
          sent: { audience_id, platform_id },
          source: distributionSource(...found, []),
          now_ms,
        }),
    )
    const match_results = { matched_records: 1000, match_rate: 0.5 }
    const reports = [{ status: 'in_progress' as const }, { status: 'completed' as const, match_results }]
    for (const [at, report] of reports.slice(0, MONTHLY.reports_each).entries()) {
      this.#at(this.#clock.nowMs() + (at + 1) * HOUR_MS, () =>
        this.#change(
          ({ distributions }) => distributions,
          DISTRIBUTIONS,
          distribution_id,
          (row, now_ms) => decideReport(asking(DISTRIBUTIONS), row, report, now_ms),
        ),
      )
    }
  }

  async #create<K extends RecordKind>(
    tableOf: (instance: Instance) => Table<RowOf<K>>,
    kind: K,
    decide: (id: string, created_at: string, now_ms: number) => Decision<K>,
  ): Promise<string> {
    const id = newId(kind.id_prefix, this.#clock.nowMs(), this.#random)
    const created_at = isoTime(idTimeMs(kind.id_prefix, id)!)
    await this.#change(tableOf, kind, id, (_, now_ms) => decide(id, created_at, now_ms))
    return id
  }

  async #change<K extends RecordKind>(
    tableOf: (instance: Instance) => Table<RowOf<K>>,
    _kind: K,
    id: string,
    decide: (row: RowOf<K> | undefined, now_ms: number) => Decision<K>,
  ): Promise<void> {
    const outcome = await tableOf(oneOf(this.#random, this.#instances)).mutate(USER, {
      id,
      writer: WRITER,
      size_bytes: 4000,
      decide,
    })
    if (outcome.kind === 'refused') throw outcome.problem
  }

  #at(time_ms: number, work: () => Promise<void>): void {
    const behind = this.#steps.findLastIndex(({ at_ms }) => at_ms <= time_ms)
    this.#steps.splice(behind + 1, 0, { at_ms: time_ms, work })
  }

  /** Lets the user work until `time_ms`. */
  async #until(time_ms: number): Promise<void> {
    while (this.#steps.length > 0 && this.#steps[0]!.at_ms < time_ms) {
      const { at_ms, work } = this.#steps.shift()!
      await this.#clock.sleep(at_ms - this.#clock.nowMs())
      await work()
    }
    await this.#clock.sleep(time_ms - this.#clock.nowMs())
  }

  #monthEnd(): MonthEnd {
    const snapshots = this.#store.names().map((name) => {
      const bytes = this.#store.bytesOf(name)!
      return { groups: wholeSnapshot(name, 'live', bytes).file.groups, bytes: bytes.length, footer: footerBytes(bytes) }
    })
    const sum = (figure: (snapshot: (typeof snapshots)[number]) => number): number =>
      snapshots.reduce((total, snapshot) => total + figure(snapshot), 0)
    const { write, read, list } = this.#store.counts
    return {
      objects: snapshots.length,
      records: sum(({ groups }) => groups.reduce((total, { row_count }) => total + row_count, 0)),
      bytes_live: sum(({ bytes }) => bytes),
      bytes_largest: Math.max(...snapshots.map(({ bytes }) => bytes)),
      groups_each: sum(({ groups }) => groups.length) / snapshots.length,
      footer_each: sum(({ footer }) => footer) / snapshots.length,
      bytes_written: this.#bytes_written,
      puts: write,
      gets: read,
      lists: list,
    }
  }

  #latencyMs(operation: string, name: string): number {
    if (operation === 'write') return this.#store.bytesOf(name) ? REPORTED.overwrite_ms : REPORTED.create_ms
    return operation === 'list' ? REPORTED.list_ms : REPORTED.get_ms
  }

  #table<R extends Row>(kind: TableSchema<R>): Table<R> {
    const ignore = (): void => undefined
    return new Table(kind, {
      store: this.#store,
      clock: this.#clock,
      random: this.#random,
      events: { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore },
      cache_bytes_max: 32 * 1024 * 1024,
    })
  }
}

interface Instance {
  readonly audiences: Table<AudienceRow>
  readonly platforms: Table<PlatformRow>
  readonly distributions: Table<DistributionRow>
}

function asking<K extends RecordKind>(kind: K): { kind: K; user_id: string } {
  return { kind, user_id: USER }
}
