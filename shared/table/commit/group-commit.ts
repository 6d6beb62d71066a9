import type { Clock } from '../../base/clock.ts'
import { processEnding } from '../../base/ending.ts'
import { Problem } from '../../base/problem.ts'
import { currentTrace } from '../../base/trace.ts'
import { LIMITS } from '../object/limits.ts'
import type { Row } from '../object/schema.ts'
import type { Change, ChangeOutcome } from './mutation.ts'
import type { WritePacer } from './write-pacer.ts'

/**
 * Group commit: the mutations of one object inside one instance queue up; the first caller to find it idle takes all
 * that are queued and commits them together, and a commit on its way gathers its followers. Nothing is acknowledged before its
 * own commit is.
 */
export class GroupCommit<TableObject extends { readonly name: string }, R extends Row = Row> {
  readonly #commit: Committer<TableObject, R>['commit']
  readonly #clock: Clock
  readonly #pacer: WritePacer | undefined
  readonly #ending: AbortSignal | undefined
  readonly #queues = new Map<string, Waiting<R>[]>()
  readonly #gatherings = new Map<string, Gathering>()
  /** Resolves when the last object that asked for a turn has had it. */
  #last_turn = Promise.resolve()

  /** @param ending refuses, when it aborts, what waits and what comes; a commit on its way answers for itself */
  constructor(
    commit: Committer<TableObject, R>['commit'],
    clock: Clock,
    { pacer, ending }: { pacer?: WritePacer | undefined; ending?: AbortSignal | undefined } = {},
  ) {
    this.#commit = commit
    this.#clock = clock
    this.#pacer = pacer
    this.#ending = ending
    ending?.addEventListener('abort', () => this.#refuseWaiting(), { once: true })
  }

  /**
   * Tells that a mutation of `owner` (a user and kind) is on its way, so that a commit about to start may wait for it.
   * @returns to be called when it is queued or given up; further calls do nothing
   */
  announce(owner: string): () => void {
    let gathering = this.#gatherings.get(owner)
    if (!gathering) this.#gatherings.set(owner, (gathering = new Gathering()))
    gathering.expected++
    let is_awaited = true
    return () => {
      if (!is_awaited) return
      is_awaited = false
      if (--gathering.expected === 0) {
        this.#gatherings.delete(owner)
        gathering.complete.abort(COMPLETE)
      }
    }
  }

  /**
   * Queues changes that belong together, and resolves with their outcomes, true of the stored object. They share one
   * commit.
   * @throws Problem `too-many-requests` when the queue is full, or what the commit threw
   */
  async submit(
    owner: string,
    object: TableObject,
    changes: readonly Change<R>[],
  ): Promise<readonly ChangeOutcome<R>[]> {
    if (this.#ending?.aborted) throw processEnding()
    const queue = this.#queues.get(object.name)
    if (queue && operationsOf(queue) >= LIMITS.queue_operations) {
      throw new Problem('too-many-requests', 'Too many changes are waiting to be stored. Try again shortly.', {
        retry_after_ms: 1000,
      })
    }
    const { promise, resolve, reject } = Promise.withResolvers<Committed<R>>()
    const waiting: Waiting<R> = { changes, resolve, reject, since_ms: this.#clock.monotonicMs() }
    if (queue) {
      queue.push(waiting)
    } else {
      this.#queues.set(object.name, [waiting])
      void this.#drain(owner, object)
    }
    const { outcomes, group_size } = await promise
    currentTrace().group_size = group_size
    return outcomes
  }

  #refuseWaiting(): void {
    for (const queue of this.#queues.values()) {
      for (const { reject } of queue.splice(0)) reject(processEnding())
    }
  }

  /** Commits batch after batch until the queue is empty. Never rejects: each waiting mutation has its own answer. */
  async #drain(owner: string, object: TableObject): Promise<void> {
    const queue = this.#queues.get(object.name)!
    for (let committed = 0; queue.length > 0;) {
      await this.#linger(owner, queue, committed)
      await this.#pacer?.ready(object.name)
      const batch = takeBatch(queue)
      committed = batch.length
      const oldest_ms = this.#clock.monotonicMs() - WAIT_MAX_MS
      const overdue = batch.filter(({ since_ms }) => since_ms < oldest_ms)
      for (const { reject } of overdue) reject(waitedTooLong())
      const due = batch.filter(({ since_ms }) => since_ms >= oldest_ms)
      if (due.length === 0) continue
      try {
        const batch_changes = due.flatMap(({ changes }) => changes)
        const outcomes = [...(await this.#commit(object, batch_changes))]
        for (const { changes, resolve } of due) {
          resolve({ outcomes: outcomes.splice(0, changes.length), group_size: batch_changes.length })
        }
      } catch (error) {
        for (const { reject } of due) reject(error)
      }
    }
    this.#queues.delete(object.name)
  }

  /**
   * Waits, at most 100 ms and the turns of the objects before this one, for mutations that are on their way: those
   * announced, and, in a crowd, those that keep arriving. A lone save has none to wait for: it gives way to what has
   * already arrived, and goes.
   * @param committed how many went with the batch before: who comes right behind a crowd belongs to it
   */
  async #linger(owner: string, queue: readonly Waiting<R>[], committed: number): Promise<void> {
    const until_ms = this.#clock.monotonicMs() + LINGER_MAX_MS
    for (let before = 0; before < queue.length && this.#clock.monotonicMs() < until_ms;) {
      before = queue.length
      if (Math.max(before, committed) >= BURST_OPERATIONS) await this.#clock.sleep(BURST_PAUSE_MS)
      await this.#ownTurn(queue[0]!.since_ms)
      const gathering = this.#gatherings.get(owner)
      if (gathering) await this.#clock.sleep(until_ms - this.#clock.monotonicMs(), gathering.complete.signal)
    }
  }

  /**
   * Of all objects that wait one takes its turn at a time, and first lets what has arrived in this process be read: the
   * saves of a crowd then share a few commits, where each would go by itself if commits came first (decision 0038).
   * @param since_ms when the oldest of its mutations came
   */
  async #ownTurn(since_ms: number): Promise<void> {
    const turn = this.#last_turn.then(async () => {
      let now_ms = this.#clock.monotonicMs()
      const until_ms = Math.min(now_ms + READING_MAX_MS, since_ms + READING_BEHIND_MS)
      let begun_ms
      do {
        begun_ms = now_ms
        await this.#clock.turn()
        now_ms = this.#clock.monotonicMs()
      } while (now_ms - begun_ms >= IDLE_TURN_MS && now_ms < until_ms)
    })
    this.#last_turn = turn
    await turn
  }
}

/** From this batch size on we assume a burst and wait for the rest of it: its members arrive closer together than the pause. */
const BURST_OPERATIONS = 4
const BURST_PAUSE_MS = 20
const LINGER_MAX_MS = 100
/** A turn of the event loop that is this short had nothing to do; reading one request takes longer. */
const IDLE_TURN_MS = 0.3
/** What is read between two commits takes this long at most, and no longer at all where a mutation has waited that long. */
const READING_MAX_MS = 20
const READING_BEHIND_MS = 1000
/** Without a reason of ours, every abort would make an exception with a stack. */
const COMPLETE = 'complete'
/** A mutation that waited this long behind others is refused, so that it is answered within the request's time. */
const WAIT_MAX_MS = 8000

/** Methods, here and in `Resolver`, so that a table of one kind is also a table of any kind. */
interface Committer<TableObject, R extends Row> {
  commit(object: TableObject, batch: readonly Change<R>[]): Promise<readonly ChangeOutcome<R>[]>
}

interface Committed<R extends Row> {
  outcomes: readonly ChangeOutcome<R>[]
  group_size: number
}

interface Resolver<R extends Row> {
  resolve(committed: Committed<R>): void
}

interface Waiting<R extends Row> {
  readonly changes: readonly Change<R>[]
  readonly since_ms: number
  readonly resolve: Resolver<R>['resolve']
  readonly reject: (error: unknown) => void
}

class Gathering {
  expected = 0
  readonly complete = new AbortController()
}

function takeBatch<R extends Row>(queue: Waiting<R>[]): Waiting<R>[] {
  let count = 0
  let operations = 0
  let bytes = 0
  for (const { changes } of queue) {
    operations += changes.length
    bytes += changes.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
    if (count > 0 && (operations > LIMITS.batch_operations || bytes > LIMITS.batch_bytes)) break
    count++
  }
  return queue.splice(0, count)
}

function operationsOf(queue: readonly Waiting<Row>[]): number {
  return queue.reduce((sum, { changes }) => sum + changes.length, 0)
}

function waitedTooLong(): Problem {
  return new Problem('contended', 'Too many simultaneous changes; this one was not made. Try again shortly.', {
    retry_after_ms: 2000,
  })
}
