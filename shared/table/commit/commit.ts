import { fullJitterMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import { processEnding, untilEnding } from '../../base/ending.ts'
import { Problem } from '../../base/problem.ts'
import type { Random } from '../../base/random.ts'
import { currentTrace } from '../../base/trace.ts'
import type { ObjectStore, WriteResult } from '../../objects/object-store.ts'
import { NO_OBJECT, StoreError } from '../../objects/object-store.ts'
import { assembleFile } from '../../parquet/file.ts'
import { evaluate, newerRelease, readBatchRows, type Admission, type BatchRows, type BatchEffect } from './evaluate.ts'
import type { TableEvents } from '../events.ts'
import { namingObject, outcomeUnknown, retryReads } from '../object/failures.ts'
import {
  encodeFooter,
  isForgotten,
  OLDEST_WRITER_BESIDE,
  withCommit,
  WRITER_RELEASE,
  type CommitMark,
  type Footer,
} from '../object/footer.ts'
import { layOut } from '../object/layout.ts'
import { LIMITS, WARN_SHARE } from '../object/limits.ts'
import { HISTORY_BYTES_MAX, HISTORY_BYTES_NEAR_LIMIT } from '../object/row-history.ts'
import type { Change, ChangeOutcome } from './mutation.ts'
import type { WritePacer } from './write-pacer.ts'
import type { Month } from '../object/partition.ts'
import type { SnapshotCache } from '../object/snapshot-cache.ts'
import { rowCount, type Snapshot } from '../object/snapshot.ts'
import type { Row, TableSchema } from '../object/schema.ts'

/**
 * The commit protocol: optimistic, on the object's generation, with proof inside the object. README.md tells it whole.
 */
export interface CommitDependencies {
  readonly store: ObjectStore
  readonly cache: SnapshotCache
  readonly pacer: WritePacer
  readonly clock: Clock
  readonly random: Random
  readonly events: TableEvents
  readonly ending?: AbortSignal | undefined
}

export interface TableObject<R extends Row = Row> {
  readonly schema: TableSchema<R>
  readonly month: Month
  /** The object's full name. */
  readonly name: string
}

const ATTEMPTS_MAX = 8
const COMMIT_DEADLINE_MS = 20_000
/** Cloud Storage takes about one write per second of one name; refused writers spread over that. */
const THROTTLED_BACKOFF = { base_ms: 1000, cap_ms: 3000 }
/** Short: an instance that commits without a pause knows the newest generation first, and who waits long loses again. */
const CONFLICT_BACKOFF = { base_ms: 100, cap_ms: 1000 }

/** A snapshot with the proof that it was current after the batch began. */
interface View {
  readonly snapshot: Snapshot
  readonly is_proven: boolean
}

/** A new generation, ready to be sent. */
export interface NextGeneration {
  readonly snapshot: Omit<Snapshot, 'generation'>
  readonly bytes: Uint8Array
  readonly crc32c: number
  readonly commit_id: string
}

/**
 * Carries out a batch of changes of one object: every outcome is true of the stored object, or the call throws.
 * @throws Problem `contended` or `unavailable`, with `outcome: "unknown"` when the batch may have landed
 */
export async function commitBatch<R extends Row>(
  dependencies: CommitDependencies,
  object: TableObject<R>,
  batch: readonly Change<R>[],
): Promise<readonly ChangeOutcome<R>[]> {
  const attempts = new Attempts(dependencies)
  return await untilEnding(
    dependencies.ending,
    () => commitAttempts(dependencies, object, batch, attempts),
    () => attempts.abandoned(),
  )
}

async function commitAttempts<R extends Row>(
  dependencies: CommitDependencies,
  object: TableObject<R>,
  batch: readonly Change<R>[],
  attempts: Attempts,
): Promise<readonly ChangeOutcome<R>[]> {
  const { cache, pacer, clock, events } = dependencies
  const { schema, name } = object
  const refresh = async (): Promise<View> => ({
    snapshot: await retryReads(dependencies, () => cache.whole(schema, name)),
    is_proven: true,
  })
  const seen = cache.peek(name)
  let view: View = seen?.whole ? { snapshot: seen, is_proven: false } : await refresh()

  for (;;) {
    const { effect, next } = await prepare(dependencies, object, view.snapshot, batch)
    if (!next) {
      // A refusal, a no-op or a replay is answered only from rows proven current.
      if (view.is_proven) return effect.outcomes
      const fresh = await refresh()
      if (fresh.snapshot.generation === view.snapshot.generation) return effect.outcomes
      view = fresh
      continue
    }

    const { result, was_unanswered } = await attempts.send(name, next, view.snapshot.generation)
    if (result.kind === 'written') {
      const snapshot: Snapshot = { ...next.snapshot, generation: result.generation }
      cache.put(snapshot)
      pacer.landed(name)
      report(events, snapshot, next, effect, attempts.count, false)
      return effect.outcomes
    }
    if (was_unanswered) {
      const landed = await refresh().catch((error: unknown) => {
        throw attempts.exhausted(error)
      })
      if (hasLanded(next, landed.snapshot)) {
        // The attempt whose answer was lost had landed: the whole batch stands as computed.
        report(events, landed.snapshot, next, effect, attempts.count, true)
        return effect.outcomes
      }
    }
    if (result.kind === 'conflict') await attempts.waitAfterConflict()
    if (clock.monotonicMs() > attempts.deadline_ms) throw attempts.exhausted()
    // Only now: rows read before the wait would lose the next race as well.
    view = await refresh()
  }
}

/** What a batch would come to on the object as it is now, without being carried out: one conditional GET. */
export async function tryBatch<R extends Row>(
  dependencies: CommitDependencies,
  object: TableObject<R>,
  batch: readonly Change<R>[],
): Promise<readonly ChangeOutcome<R>[]> {
  const { cache, clock } = dependencies
  const snapshot = await retryReads(dependencies, () => cache.whole(object.schema, object.name))
  const batch_rows = await readBatchRows(object.schema, snapshot, batch)
  const admission = isReservedForNewer(snapshot.footer) ? 'read_only' : 'all'
  const options = { now_ms: clock.nowMs(), admission, history_bytes_max: HISTORY_BYTES_MAX } as const
  return evaluate(object, batch_rows, batch, options).outcomes
}

/** Evaluates the batch on a snapshot and, when it changes anything, builds the next generation. */
async function prepare<R extends Row>(
  dependencies: CommitDependencies,
  object: TableObject<R>,
  snapshot: Snapshot,
  batch: readonly Change<R>[],
): Promise<{ effect: BatchEffect<R>; next: NextGeneration | undefined }> {
  const { schema } = object
  const now_ms = dependencies.clock.nowMs()
  const batch_rows = await readBatchRows(schema, snapshot, batch)
  if (isReservedForNewer(snapshot.footer)) {
    // Reads, no-ops, replays and refusals go on; each write is refused by itself.
    return {
      effect: evaluate(object, batch_rows, batch, { now_ms, admission: 'read_only', history_bytes_max: 0 }),
      next: undefined,
    }
  }
  for (const { admission, history_bytes_max, object_bytes_max } of stepsFor(snapshot)) {
    const effect = evaluate(object, batch_rows, batch, { now_ms, admission, history_bytes_max })
    if (effect.writes.length + effect.ledger_entries.length === 0) return { effect, next: undefined }
    const next = await build(dependencies, schema, batch_rows, effect, now_ms)
    if (next.bytes.length <= object_bytes_max) return { effect, next }
  }
  throw new Error('a batch that may write nothing writes')
}

/** What is given up, one after another, for a batch to fit into an object. */
function stepsFor({ size_bytes }: Snapshot): readonly Step[] {
  const is_near = size_bytes > LIMITS.object_bytes * WARN_SHARE
  const object_bytes_max = LIMITS.object_bytes
  return [
    { admission: 'all', history_bytes_max: is_near ? HISTORY_BYTES_NEAR_LIMIT : HISTORY_BYTES_MAX, object_bytes_max },
    { admission: 'all', history_bytes_max: 0, object_bytes_max },
    { admission: 'replacements', history_bytes_max: 0, object_bytes_max },
    // Archive, delete and restore always find room: they write a row that is hardly larger.
    { admission: 'no_larger', history_bytes_max: 0, object_bytes_max: object_bytes_max + LIMITS.object_reserve_bytes },
    // With no write admitted there can be purges yet, which make room in the end.
    { admission: 'none', history_bytes_max: 0, object_bytes_max: Infinity },
  ]
}

interface Step {
  readonly admission: Admission
  readonly history_bytes_max: number
  readonly object_bytes_max: number
}

function isReservedForNewer({ min_writer }: Footer): boolean {
  return min_writer > WRITER_RELEASE
}

/** @throws Problem `unavailable` when this release must not write the object */
export function requireWriter(footer: Footer): void {
  if (isReservedForNewer(footer)) throw newerRelease()
}

async function build(
  { random }: CommitDependencies,
  schema: TableSchema,
  batch_rows: BatchRows,
  effect: BatchEffect,
  now_ms: number,
): Promise<NextGeneration> {
  const base = batch_rows.snapshot
  const file = await namingObject(base.name, () => layOut(schema, base, effect.writes, batch_rows.decoded))
  return assembleNext(base, file, {
    commit_id: randomMark(random),
    time_ms: now_ms,
    footer: {
      epoch: base.generation === NO_OBJECT ? randomMark(random) : base.footer.epoch,
      ledger: base.footer.ledger.with(effect.ledger_entries, now_ms),
      clients: base.footer.clients.with(effect.client_updates, now_ms),
      floor: Math.max(base.footer.floor, effect.purges.floor),
      purged_version: Math.max(base.footer.purged_version, effect.purges.version),
      purged: base.footer.purged.with(effect.purges.is_purged),
    },
  })
}

/** The generation after `base`: these rows, one revision on, and of the footer what a commit always changes. */
export function assembleNext(
  base: Snapshot,
  file: Snapshot['file'],
  { commit_id, time_ms, footer: changed }: CommitMark & { footer: Partial<Footer> },
): NextGeneration {
  const footer: Footer = {
    ...base.footer,
    ...changed,
    rev: base.footer.rev + 1,
    min_writer: Math.max(base.footer.min_writer, OLDEST_WRITER_BESIDE),
    commits: withCommit(base.footer.commits, { commit_id, time_ms }),
  }
  const { bytes, crc32c } = assembleFile({ ...file, key_values: encodeFooter(footer) })
  return {
    snapshot: { name: base.name, size_bytes: bytes.length, file, footer, whole: true },
    bytes,
    crc32c,
    commit_id,
  }
}

/**
 * Whether a generation whose answer was lost is among those that a later one goes on from.
 * @throws Problem with `outcome: "unknown"` when so many commits came between that nobody can tell
 */
export function hasLanded({ commit_id, snapshot }: NextGeneration, { footer }: Snapshot): boolean {
  if (footer.commits.some((commit) => commit.commit_id === commit_id)) return true
  if (isForgotten(footer, snapshot.footer.rev)) throw outcomeUnknown()
  return false
}

/** A commit id, or an epoch. */
export function randomMark(random: Random): string {
  return Buffer.from(random.bytes(8)).toString('hex')
}

/** The attempts that one batch makes, counted and bounded. */
export class Attempts {
  readonly #dependencies: CommitDependencies
  readonly deadline_ms: number
  count = 0
  #conflicts = 0
  #failures = 0
  #may_have_landed = false
  #is_sent = false
  #is_abandoned = false

  constructor(dependencies: CommitDependencies) {
    this.#dependencies = dependencies
    this.deadline_ms = dependencies.clock.monotonicMs() + COMMIT_DEADLINE_MS
  }

  /**
   * Sends the same bytes until the store gives a definite answer. Re-sending is safe: at most one of them can find the
   * generation it names. Being throttled is definite too (nothing happened), and means that others write: the wait is
   * over when this returns, and the rows are to be read again.
   */
  async send(
    name: string,
    next: NextGeneration,
    if_generation: string,
  ): Promise<{ result: WriteResult | { kind: 'throttled' }; was_unanswered: boolean }> {
    const { store, pacer, clock, random } = this.#dependencies
    let was_unanswered = false
    this.#may_have_landed = false
    for (;;) {
      if (this.#is_abandoned || this.count >= ATTEMPTS_MAX || clock.monotonicMs() > this.deadline_ms) {
        throw this.exhausted()
      }
      if (this.count++ > 0) currentTrace().retries++
      this.#is_sent = true
      try {
        const result = await store.write(name, next.bytes, {
          if_generation,
          crc32c: next.crc32c,
          content_type: 'application/vnd.apache.parquet',
        })
        return { result, was_unanswered }
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        if (error.kind === 'rejected') throw was_unanswered ? this.exhausted(error) : error
        if (error.kind === 'unavailable') was_unanswered = this.#may_have_landed = true
        else pacer.throttled(name)
        this.#is_sent = false
        await clock.sleep(fullJitterMs(++this.#failures, THROTTLED_BACKOFF, random))
        if (!was_unanswered) return { result: { kind: 'throttled' }, was_unanswered }
      }
    }
  }

  async waitAfterConflict(): Promise<void> {
    const { clock, random } = this.#dependencies
    // The generation has moved on, so an unanswered attempt can land no more: what we send next is new.
    this.#may_have_landed = false
    this.#is_sent = false
    await clock.sleep(fullJitterMs(++this.#conflicts, CONFLICT_BACKOFF, random))
  }

  /** Makes no further attempt, since the process ends. @returns the honest answer at this moment */
  abandoned(): Problem {
    this.#is_abandoned = true
    return this.#is_sent || this.#may_have_landed ? outcomeUnknown() : processEnding()
  }

  /** The honest answer when no further attempt is made. */
  exhausted(cause?: unknown): Problem {
    if (this.#may_have_landed) return outcomeUnknown(cause)
    return new Problem('contended', 'Too many simultaneous writers; the change was not made. Try again shortly.', {
      retry_after_ms: 2000,
    })
  }
}

export function report(
  events: TableEvents,
  snapshot: Snapshot,
  { commit_id, bytes, snapshot: own }: NextGeneration,
  effect: Pick<BatchEffect, 'changes'>,
  attempts: number,
  answer_lost: boolean,
): void {
  const { name: object, generation } = snapshot
  events.committed({
    object,
    generation,
    rev: own.footer.rev,
    commit_id,
    attempts,
    answer_lost,
    bytes: bytes.length,
    records: effect.changes,
  })
  const rows = rowCount(snapshot)
  if (rows > LIMITS.object_rows * WARN_SHARE) events.nearLimit(object, 'object_rows', rows, LIMITS.object_rows)
  if (snapshot.size_bytes > LIMITS.object_bytes * WARN_SHARE) {
    events.nearLimit(object, 'object_bytes', snapshot.size_bytes, LIMITS.object_bytes)
  }
}
