import { Pull } from '#functions/sync/pull/pull.ts'
import { Push } from '#functions/sync/push/push.ts'
import { Problem } from '#shared/base/problem.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { Table } from '#shared/table/table.ts'
import type { Release } from '../instance.ts'
import { startMortal, type Mortal } from '../mortal.ts'
import { between, oneOf } from '../seeded-random.ts'
import type { Change } from './change.ts'
import { isDone, type Judgement, type PushResult } from './journal.ts'
import type { OutboxEntry, PulledRow } from './local-store.ts'
import { USER_ID, type SyncHistory } from './sync-history.ts'

export interface SyncServer extends Pick<Mortal, 'crashed' | 'crash'> {
  readonly tables: Tables
  readonly push: Push
  readonly pull: Pull
}

type Tables = ConstructorParameters<typeof Pull>[0]

export interface PushRequest {
  readonly client_id: string
  readonly acked: number
  readonly mutations: readonly { readonly seq: number; readonly mutation_id: string }[]
}

export type PushAnswer =
  | { readonly kind: 'results'; readonly results: readonly PushResult[] }
  | { readonly kind: 'forked' }
  | { readonly kind: 'nothing' }

export type PullAnswer =
  | {
      readonly kind: 'page'
      readonly cursor: string
      readonly more: boolean
      readonly partitions: readonly {
        readonly partition: string
        readonly reset: boolean
        readonly last: boolean
        readonly rows: readonly PulledRow[]
      }[]
    }
  | { readonly kind: 'nothing' }

/** A history of seconds or weeks: clocks may be wrong by so much all the time. */
const AHEAD_MS_MAX = 15_000
/** A copy of a request on its way arrives within this time. */
const LATE_MS_MAX = 20_000

/** The instances, with wrong clocks; some crash and are replaced. What they answer goes into the journal. */
export class SyncServers {
  readonly #history: SyncHistory
  readonly #running: SyncServer[] = []
  /** One whose instance crashed stays: what it sent may still land. */
  readonly #under_way = new Set<PushUnderWay>()
  /** It writes through the tables only: that release has no sync. */
  readonly older: Tables | undefined

  constructor(history: SyncHistory, older_release: Release['Table'] | undefined) {
    this.#history = history
    for (let count = between(history.random, 1, 2); count > 0; count--) this.#running.push(this.#start())
    this.older = older_release && tablesOf(older_release, history, history)
  }

  any(): SyncServer {
    return oneOf(this.#history.random, this.#running)
  }

  /** None of them crashes any more, and all tell the right time. */
  calm(): void {
    this.#running.splice(0, Infinity, this.#start(), this.#start())
  }

  async push(request: PushRequest, sent: readonly OutboxEntry[]): Promise<PushAnswer> {
    const history = this.#history
    const { push, crashed } = this.any()
    const begun_at = history.events.length
    const isAlone = this.#underWay(sent)
    try {
      const { client_id, acked, mutations } = JSON.parse(JSON.stringify(request)) as PushRequest
      const answer = await Promise.race([push.results(USER_ID, { client_id, acked, mutations }), crashed])
      if (answer === 'crashed') {
        history.add({ kind: 'unanswered', changes: sent.map(({ change }) => change) })
        return { kind: 'nothing' }
      }
      const results = JSON.parse(JSON.stringify(answer)) as PushResult[]
      this.#requireResults(request, results)
      const judgements = sent.map(({ change, is_renumbered }, at): Judgement => ({
        change,
        is_renumbered,
        result: results[at]!,
      }))
      judgements.forEach(({ result }) => this.#count(result))
      history.add({ kind: 'judged', judgements, is_calm: history.is_calm, begun_at, is_alone: isAlone() })
      return { kind: 'results', results }
    } catch (error) {
      isAlone()
      history.add({ kind: 'unanswered', changes: sent.map(({ change }) => change) })
      if (!isExpected(error)) throw error
      if (error.members['code'] !== 'client_forked') return { kind: 'nothing' }
      history.counts.forks++
      history.note(`a push under an id that somebody else has, too: ${error.message}`)
      return { kind: 'forked' }
    }
  }

  /** @returns whether no other push of one of these changes was under way meanwhile, as after a crash of the device */
  #underWay(sent: readonly OutboxEntry[]): () => boolean {
    const own: PushUnderWay = { changes: new Set(sent.map(({ change }) => change)), is_alone: true }
    for (const other of this.#under_way) {
      const changes = sent.flatMap(({ change }) => (other.changes.has(change) ? [change] : []))
      if (changes.length === 0) continue
      other.is_alone = false
      own.is_alone = false
      this.#history.add({ kind: 'unanswered', changes })
    }
    this.#under_way.add(own)
    return () => {
      this.#under_way.delete(own)
      return own.is_alone
    }
  }

  /** A copy of the request that the network keeps for a while. */
  sendLater(request: PushRequest, sent: readonly OutboxEntry[]): void {
    const { clock, random } = this.#history
    const late = async () => {
      await clock.sleep(between(random, 0, this.#history.has.forgetting ? 300 * 86_400_000 : LATE_MS_MAX))
      this.#history.counts.late_copies++
      this.#history.note(`a late copy of the push of ${sent.map(({ change }) => change.mark).join(', ')} arrives`)
      await this.push(request, sent)
    }
    this.#history.inBackground(late())
  }

  async pull(request: { cursor: string | null; limit_bytes: number }): Promise<PullAnswer> {
    const { pull, crashed } = this.any()
    try {
      const answer = await Promise.race([pull.page(USER_ID, request), crashed])
      if (answer === 'crashed') return { kind: 'nothing' }
      const page = JSON.parse(Buffer.concat(answer.json).toString()) as SentPage
      const partitions = page.partitions.map((one) => ({ ...one, rows: one.rows.map(pulledRow) }))
      const { cursor, more, unreadable } = page
      return { kind: 'page', cursor, more: more || unreadable !== undefined, partitions }
    } catch (error) {
      if (!isExpected(error)) throw error
      return { kind: 'nothing' }
    }
  }

  #requireResults({ mutations }: PushRequest, results: readonly PushResult[]): void {
    if (results.map(({ seq }) => seq).join() !== mutations.map(({ seq }) => seq).join()) {
      this.#history.add({ kind: 'wrong', why: 'a push has results of other changes than it sent' })
    }
  }

  #count(result: PushResult): void {
    const { counts } = this.#history
    if (result.status === 'applied') counts.applied++
    if (result.status === 'merged') counts.merged++
    if (result.status === 'duplicate') counts.duplicates++
    if (result.status === 'conflict') counts.conflicts++
    if (result.status === 'invalid') counts.invalid++
    if (result.status === 'retry') counts.retries++
    if (!isDone(result) && dependsOn(result) !== undefined) counts.depending++
  }

  /** An instance that, for one in three, crashes at some await of its own, and is then replaced. */
  #start(): SyncServer {
    const history = this.#history
    const { clock, random, store, is_calm } = history
    const ahead_ms = is_calm ? 0 : between(random, -AHEAD_MS_MAX, AHEAD_MS_MAX)
    const mortal = startMortal({
      store,
      clock: clock.skewed(ahead_ms),
      ...(!is_calm && random.uniform() < 0.33 ? { awaits_until_crash: between(random, 1, 120) } : {}),
      onCrash: () => {
        history.note('an instance crashes')
        const at = this.#running.indexOf(server)
        if (at >= 0) this.#running.splice(at, 1, this.#start())
      },
    })
    const tables = tablesOf(Table, history, mortal)
    const server: SyncServer = {
      tables,
      push: new Push(tables, { clock: mortal.clock }),
      pull: new Pull(tables),
      crashed: mortal.crashed,
      crash: mortal.crash,
    }
    return server
  }
}

/** The change of the same push that this one was refused for. */
export function dependsOn({ problem }: PushResult): unknown {
  return problem?.['code'] === 'depends-on' ? problem['seq'] : undefined
}

interface PushUnderWay {
  readonly changes: ReadonlySet<Change>
  is_alone: boolean
}

interface SentPage {
  readonly cursor: string
  readonly more: boolean
  /** Not known for now: the device knows these as they were, and asks again. */
  readonly unreadable?: readonly string[]
  readonly partitions: readonly {
    readonly partition: string
    readonly reset: boolean
    readonly last: boolean
    readonly rows: readonly Readonly<Record<string, unknown>>[]
  }[]
}

function pulledRow(record: Readonly<Record<string, unknown>>): PulledRow {
  const id = record['distribution_id'] ?? record['audience_id'] ?? record['platform_id']
  return { id: String(id), version: Number(record['version']), deleted: record['deleted'] === true, record }
}

function tablesOf(
  OneTable: Release['Table'],
  { random }: Pick<SyncHistory, 'random'>,
  { store, clock }: Pick<Mortal, 'store' | 'clock'>,
): Tables {
  const ignore = (): void => undefined
  const corrupt = (object: string, reason: string): never => {
    throw new Error(`${object} was called corrupt: ${reason}`)
  }
  const events: TableEvents = { committed: ignore, corrupt, storeFailed: ignore, nearLimit: ignore }
  const dependencies = { store, clock, random, events, cache_bytes_max: 256 * 1024 }
  return {
    audiences: new OneTable(AUDIENCES, dependencies),
    platforms: new OneTable(PLATFORMS, dependencies),
    distributions: new OneTable(DISTRIBUTIONS, dependencies),
  }
}

/** Only problems are answers; anything else is a fault that the history found. */
export function isExpected(error: unknown): error is Problem {
  return error instanceof Problem && error.kind !== 'internal'
}
