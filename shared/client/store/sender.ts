import { type Clock, isoTime } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { PullAnswer, PushAnswerResult, PushBody, SyncProblem, SyncResult, SyncServer } from './answers.ts'
import { type AppliedPush, applyFork, applyPush, type PushedAs, refusedWith } from './apply-push.ts'
import { applyPull } from './apply-pull.ts'
import type { JsonRecord, OutboxEntry } from './entries.ts'
import { localKind } from './kinds.ts'
import type { LocalStore } from './local-store.ts'
import { newMutationId } from './mutation-id.ts'
import { hasPush, nextPush, objectOf, pushedChange } from './outbox.ts'
import { RequestSize } from './request-size.ts'
import type { Telling } from './telemetry.ts'

export interface SenderOptions {
  readonly store: LocalStore
  readonly server: SyncServer
  readonly clock: Clock
  readonly random: Random
  /** What the client says about itself with each request. */
  readonly telemetry: Telling
}

/** What came of one exchange. */
export type Exchange =
  | {
      readonly kind: 'done'
      readonly changed: number
      readonly aside: number
      /** Of a pull: how many partitions the server could not read. */
      readonly unreadable?: number
    }
  /** There is nothing to do, or nothing that may be done yet: `pause_ms` says for how long, where that is known. */
  | { readonly kind: 'idle'; readonly pause_ms?: number }
  | { readonly kind: 'failed'; readonly problem: SyncProblem }

const PULL_BYTES = { first: 1_000_000, least: 64 * 1024, most: 4 * 1024 * 1024 }
const PUSH_BYTES = { first: 300_000, least: 32 * 1024, most: 900_000 }
/** Pages of one pull, at most: then others have their turn. */
const PAGES_MAX = 1000
/** After a push that nothing came of, whatever the server says. */
const FRUITLESS_PAUSE_MS = 1000

/**
 * Exchanges one storage with the server. Two of them at once do no harm: a change is made once, and a page that another has
 * taken in already is dropped.
 */
export class Sender {
  readonly #options: SenderOptions
  /** Objects that want a pause, and until when, by the monotonic clock. */
  readonly #paused_until_ms = new Map<string, number>()
  readonly #pull_size = new RequestSize(PULL_BYTES)
  readonly #push_size = new RequestSize(PUSH_BYTES)

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Pushes the next changes. */
  async push(signal: AbortSignal, more: Pick<PushBody, 'migration'> = {}): Promise<Exchange> {
    const { store, server } = this.#options
    const { client, outbox } = await store.outbox()
    const entries = nextPush(outbox, (entry) => this.#isPaused(entry), this.#push_size.bytes)
    if (entries.length === 0 && !more.migration) return { kind: 'idle' }
    const { client_id, acked } = client
    const mutations = entries.map(pushedChange)
    const result = await this.#timed(this.#push_size, (told) =>
      server.push({ client_id, acked, mutations, client: told, ...more }, signal),
    )
    if (!result.ok) return await this.#pushFailed(result.problem, { client, entries })
    const { results } = result.body
    const changed = results.filter(({ status }) => status !== 'retry').length
    const by_seq = new Map(entries.map((entry) => [entry.seq, entry]))
    for (const { seq, status, retry_after_ms = FRUITLESS_PAUSE_MS } of results) {
      const entry = by_seq.get(seq)
      const pause_ms = changed === 0 ? Math.max(retry_after_ms, FRUITLESS_PAUSE_MS) : retry_after_ms
      if (status === 'retry' && entry) this.#pause(objectOf(entry), pause_ms)
    }
    const applied = await this.#apply({ client, entries }, results)
    if (applied.kind === 'outdated') return { kind: 'done', changed: 0, aside: 0 }
    return changed === 0 ? { kind: 'idle' } : { kind: 'done', changed, aside: applied.aside }
  }

  /** Pulls everything that has changed. */
  async pull(signal: AbortSignal): Promise<Exchange> {
    const { store, server, clock, random } = this.#options
    // What was answered before the pull began is in what it brings.
    const { client, outbox } = await store.outbox()
    const answered = new Set(outbox.filter(({ done }) => done).map(({ mutation_id }) => mutation_id))
    let changed = 0
    let aside = 0
    let unreadable = 0
    for (let page = 0; page < PAGES_MAX && !signal.aborted; page++) {
      const { cursor } = await store.synced()
      const limit_bytes = this.#pull_size.bytes
      const result: SyncResult<PullAnswer> = await this.#timed(this.#pull_size, (told) =>
        server.pull({ client_id: client.client_id, cursor, limit_bytes, client: told }, signal),
      )
      if (!result.ok) return { kind: 'failed', problem: result.problem }
      const answer = result.body
      unreadable = answer.unreadable?.length ?? 0
      const is_quiet = answer.partitions.length === 0 && answer.cursor === cursor && answered.size === 0
      if (is_quiet) break
      // A page that a loss of power takes back takes its cursor with it, and is pulled again.
      const applied = await store.write(
        ['rows', 'staged', 'outbox'],
        (changes) =>
          applyPull(changes, cursor, answer, {
            user_id: store.identity?.user_id ?? null,
            pulled_at: isoTime(clock.nowMs()),
            seen: ({ mutation_id }) => answered.has(mutation_id),
            newMutationId: () => newMutationId({ clock, random }),
          }),
        { durability: 'relaxed' },
      )
      if (applied.kind === 'applied') {
        changed += applied.rows
        aside += applied.offered
      }
      if (applied.kind === 'applied' && !answer.more) break
    }
    return { kind: 'done', changed, aside, unreadable }
  }

  /** When the next change may be pushed, in milliseconds from now; Infinity when there is none. */
  dueInMs(entries: readonly OutboxEntry[]): number {
    if (hasPush(entries, (entry) => this.#isPaused(entry))) return 0
    if (this.#paused_until_ms.size === 0 || !hasPush(entries)) return Infinity
    const now_ms = this.#options.clock.monotonicMs()
    const waits = [...this.#paused_until_ms.values()].map((until_ms) => until_ms - now_ms).filter((wait) => wait > 0)
    return Math.min(...waits)
  }

  /** Pauses are over: the user, or the network, wants it tried now. */
  hurry(): void {
    this.#paused_until_ms.clear()
  }

  /** Learns from a request how much the next one may carry. */
  async #timed<Body>(
    size: RequestSize,
    work: (told: JsonRecord) => Promise<SyncResult<Body>>,
  ): Promise<SyncResult<Body>> {
    const { clock, telemetry } = this.#options
    const told = telemetry.take()
    const begun_ms = clock.monotonicMs()
    const result = await work(told)
    if (!result.ok) telemetry.takeBack(told)
    if (result.ok) size.answered(clock.monotonicMs() - begun_ms)
    else if (result.problem.kind === 'timeout' || result.problem.kind === 'too-large') size.tooMuch()
    return result
  }

  async #pushFailed(problem: SyncProblem, pushed: PushedAs): Promise<Exchange> {
    const { store, clock, random } = this.#options
    if (problem.members['code'] === 'client_forked') {
      const client_id = newId('cli', Math.max(0, clock.nowMs()), random)
      await store.write(['outbox'], (changes) => applyFork(changes, pushed.client, client_id))
      // Not immediately: a server that sees a fork each time must not be asked without end.
      return { kind: 'failed', problem }
    }
    const refused = refusedWith(problem, pushed.entries)
    if (refused.length === 0) return { kind: 'failed', problem }
    // A change that the service cannot even read must not keep the others from being sent.
    const applied = await this.#apply(pushed, refused)
    return { kind: 'done', changed: 0, aside: applied.kind === 'applied' ? applied.aside : 0 }
  }

  async #apply(pushed: PushedAs, results: readonly PushAnswerResult[]): Promise<AppliedPush> {
    const { store, clock, random } = this.#options
    return await store.write(['outbox'], (changes) =>
      applyPush(changes, pushed, results, {
        newId: (entry, server_time_ms) => this.#newRecordId(entry, server_time_ms),
        newMutationId: () => newMutationId({ clock, random }),
      }),
    )
  }

  #newRecordId({ kind }: OutboxEntry, server_time_ms: number): string {
    return newId(localKind(kind).kind.id_prefix, server_time_ms, this.#options.random)
  }

  #pause(object: string, pause_ms: number): void {
    const now_ms = this.#options.clock.monotonicMs()
    // Jittered upwards: those who were told the same wait do not come back together.
    const until_ms = now_ms + pause_ms * (1 + this.#options.random.uniform())
    this.#paused_until_ms.set(object, Math.max(until_ms, this.#paused_until_ms.get(object) ?? 0))
  }

  #isPaused(entry: OutboxEntry): boolean {
    if (this.#paused_until_ms.size === 0) return false
    return (this.#paused_until_ms.get(objectOf(entry)) ?? -Infinity) > this.#options.clock.monotonicMs()
  }
}
