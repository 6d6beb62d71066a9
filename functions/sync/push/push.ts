import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { sideBySide } from '#shared/base/side-by-side.ts'
import type { SentMutation } from '#shared/contract/sync.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import type { Cells } from '#shared/records/rows.ts'
import type {
  PushDecision,
  PushedChange,
  PushMoment,
  PushOutcome,
  PushUnit,
  PushVerdict,
} from '#shared/table/commit/mutation.ts'
import { CommitTime, OBJECTS_TOGETHER, ROWS_BYTES_MAX, UNKNOWN_BYTES } from '#shared/resources/commit-limits.ts'
import { ledgerHash, type PushEntry } from '#shared/table/object/client-ledgers.ts'
import type { Month } from '#shared/table/object/partition.ts'
import { rowBytes } from '#shared/table/object/row-bytes.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import { inOrder, type SyncTable, type SyncTables } from '../tables.ts'
import { decidePushed, refused } from './decide.ts'
import { findTied, type OrderedChange, type PushObject, type Ties, tiesOf, wavesOf } from './order.ts'
import { readChange, recordKey, type ReadChange } from './read-change.ts'
import { dependsOn, type PushResult, Results } from './results.ts'
import { Sources } from './sources.ts'
import { UnitOfPush } from './unit.ts'

/** What a client pushes, as the contract has read it. */
export interface PushedOutbox {
  readonly client_id: string
  /** The client has the final answers up to this number. */
  readonly acked: number
  readonly mutations: readonly SentMutation[]
}

const WAVES_MAX = 4

/** Carries out what clients have changed on their own. */
export class Push {
  readonly #dependencies: Dependencies

  /** @param onFault called for changes that could not be decided, which is a fault of ours */
  constructor(tables: SyncTables, { clock, onFault }: { readonly clock: Clock; readonly onFault?: OnFault }) {
    this.#dependencies = { tables: inOrder(tables), sources: tables, clock, onFault }
  }

  /**
   * One result for each change, in their order. A refused one blocks only what depends on it; a failed commit only its
   * own object.
   * @throws Problem `conflict` with the code `client_forked`, before anything is done
   */
  async results(user_id: string, outbox: PushedOutbox): Promise<readonly PushResult[]> {
    return await new OnePush(user_id, outbox, this.#dependencies).results()
  }
}

type OnFault = (error: unknown) => void

interface Dependencies {
  readonly onFault: OnFault | undefined
  readonly tables: readonly SyncTable[]
  readonly sources: Pick<SyncTables, 'audiences' | 'platforms'>
  readonly clock: Clock
}

/** An object that changes of the push are about. */
interface NamedObject extends PushObject {
  readonly table: SyncTable
  /** Undefined for ids that no record can have: nothing is read or written for them. */
  readonly month: Month | undefined
  bytes: number
  /** Why nothing more of the push goes into it. */
  failure: Problem | undefined
  /** What the push has come to in it so far. */
  readonly entries: PushEntry[]
}

/** A change with its place. */
interface PlacedChange extends ReadChange, OrderedChange {
  /** As the record is stored. */
  readonly id: string
  readonly mutation_hash: string
  readonly object: NamedObject | undefined
}

type Judged = Pick<PushOutcome<Cells>, 'verdict' | 'problem' | 'row'>

/** One request, from its changes to their results. */
class OnePush {
  readonly #user_id: string
  readonly #outbox: PushedOutbox
  readonly #client_hash: string
  readonly #dependencies: Dependencies
  readonly #time: CommitTime
  readonly #judged: (Judged | undefined)[]
  readonly #units: UnitOfPush[] = []
  #changes: readonly PlacedChange[] = []
  #ties: readonly (readonly Ties[])[] = []

  /** A failure that may pass, or a fault of ours: nothing is decided, and the changes may be pushed again. */
  readonly #passing = (error: unknown): Problem => {
    if (error instanceof Problem) return error
    this.#dependencies.onFault?.(error)
    return undecided()
  }

  constructor(user_id: string, outbox: PushedOutbox, dependencies: Dependencies) {
    this.#user_id = user_id
    this.#outbox = outbox
    this.#client_hash = ledgerHash(outbox.client_id)
    this.#dependencies = dependencies
    this.#time = new CommitTime(dependencies.clock)
    this.#judged = outbox.mutations.map(() => undefined)
  }

  async results(): Promise<readonly PushResult[]> {
    this.#changes = await this.#placed(this.#outbox.mutations.map(readChange))
    this.#ties = tiesOf(this.#changes)
    const waves = wavesOf(this.#changes, this.#ties)
    await this.#requireNoFork()
    for (let wave = 0; wave < WAVES_MAX; wave++) {
      for (const table of this.#dependencies.tables) {
        await this.#commit(
          [...waves.keys()].filter((at) => waves[at] === wave && this.#changes[at]!.object?.table === table),
        )
      }
    }
    const results = new Results(this.#user_id, this.#dependencies.clock.nowMs())
    return this.#changes.map((change, at) => {
      const kind = change.object?.table.kind
      return results.of({ ...change, kind }, this.#judged[at] ?? (change.object ? LATER : unreadable(change)))
    })
  }

  /** Where each change belongs; the index of old ids is read once. */
  async #placed(changes: readonly ReadChange[]): Promise<readonly PlacedChange[]> {
    const { tables } = this.#dependencies
    const places = await Promise.all(
      tables.map(async ({ kind, table }) => {
        const ids = changes.flatMap(({ subject }) => (subject?.kind.name === kind.name ? [subject.id] : []))
        const located = ids.length === 0 ? [] : await table.locateAll(this.#user_id, ids).catch(this.#passing)
        return located instanceof Problem ? located : new Map(ids.map((id, at) => [id, located[at]]))
      }),
    )
    const objects = new Map<string, NamedObject>()
    const objectOf = (rank: number, month: Month | undefined): NamedObject => {
      const table = tables[rank]!
      const name = `${rank}/${month ?? 'none'}`
      const known = objects.get(name)
      if (known) return known
      const bytes = month === undefined ? 0 : (table.table.knownBytes(this.#user_id, month) ?? UNKNOWN_BYTES)
      const located = places[rank]
      const failure = located instanceof Problem ? located : undefined
      const object: NamedObject = { rank, table, month, bytes, failure, entries: [] }
      objects.set(name, object)
      return object
    }
    return changes.map((change) => {
      const { subject } = change
      const mutation_hash = ledgerHash(change.mutation_id)
      if (!subject) return { ...change, mutation_hash, key: undefined, id: '', object: undefined }
      const rank = tables.findIndex(({ kind }) => kind.name === subject.kind.name)
      const located = places[rank]!
      const place = located instanceof Problem ? undefined : located.get(subject.id)
      const id = place?.id ?? subject.id
      return { ...change, mutation_hash, key: recordKey(subject.kind, id), id, object: objectOf(rank, place?.month) }
    })
  }

  /**
   * Reads the ledgers of all objects, as they are now, before the first commit: a copy of the client that uses the same
   * numbers is told so while nothing is done yet.
   */
  async #requireNoFork(): Promise<void> {
    const by_object = Map.groupBy(this.#changes, ({ object }) => object)
    const objects = [...by_object.keys()].filter((object) => object !== undefined)
    await sideBySide(objects, OBJECTS_TOGETHER, async (object) => {
      if (object.month === undefined) return
      const pushed = await object.table.table.pushed(this.#user_id, object.month).catch(this.#passing)
      if (pushed instanceof Problem) {
        object.failure = pushed
        return
      }
      object.bytes = pushed.size_bytes
      const { acked, entries } = pushed.clients.get(this.#client_hash)
      const known = new Map(entries.map((entry) => [entry.seq, entry.mutation_hash]))
      for (const { seq, mutation_hash } of by_object.get(object)!) {
        if (seq <= acked || (known.get(seq) ?? mutation_hash) !== mutation_hash) throw forked(seq)
      }
    })
  }

  /** @param places of changes of one wave and kind: they are committed object by object, some simultaneously */
  async #commit(places: readonly number[]): Promise<void> {
    const by_object = Map.groupBy(places, (at) => this.#changes[at]!.object!)
    const sources = await this.#sourcesOf(places)
    await sideBySide([...by_object.keys()], OBJECTS_TOGETHER, async (object) => {
      const unit = new UnitOfPush(by_object.get(object)!, sources)
      this.#units.push(unit)
      const problem = object.failure ?? (await this.#commitUnit(object, unit).catch(this.#passing))
      if (!problem) return
      object.failure = problem
      for (const at of unit.places) this.#judged[at] = { verdict: RETRY, problem, row: undefined }
    })
  }

  /** @returns why nothing was done, when there was no time left @throws Problem when nothing is known */
  async #commitUnit(object: NamedObject, unit: UnitOfPush): Promise<Problem | undefined> {
    if (this.#time.is_over) return outOfTime()
    const outcomes =
      object.month === undefined
        ? this.#judgedWithoutRows(unit)
        : await object.table.table.push(
            this.#user_id,
            object.month,
            this.#pushedChanges(object, unit),
            this.#time.left_ms,
          )
    for (const [n, at] of unit.places.entries()) {
      const outcome = outcomes[n]!
      const { seq, mutation_hash } = this.#changes[at]!
      const { status, fields } = outcome.verdict
      this.#judged[at] = outcome
      // Without a cause it is one that was told already.
      if (outcome.problem?.cause !== undefined && outcome.problem.kind === 'internal') {
        this.#dependencies.onFault?.(outcome.problem.cause)
      }
      if (status === 'retry') continue
      object.entries.push({ seq, mutation_hash, status: status === 'duplicate' ? 'applied' : status, fields })
    }
    return undefined
  }

  #pushedChanges(object: NamedObject, unit: UnitOfPush): readonly PushedChange<Cells>[] {
    const { acked, client_id } = this.#outbox
    const push_unit: PushUnit = { client_hash: this.#client_hash, acked, earlier: [...object.entries] }
    const writer: Writer = { by: this.#user_id, client_id, via: 'sync' }
    return unit.places.map((at) => {
      const { id, seq, mutation_hash, size_bytes } = this.#changes[at]!
      const decide: PushedChange<Cells>['decide'] = (row, moment) => this.#decide(at, row, unit, moment)
      return { id, unit: push_unit, seq, mutation_hash, size_bytes, writer, decide }
    })
  }

  /** Of a record that can be in no object there is nothing to read or to write. */
  #judgedWithoutRows(unit: UnitOfPush): readonly Judged[] {
    const now_ms = this.#dependencies.clock.nowMs()
    const judged: Judged[] = []
    for (const at of unit.places) {
      const before = judged.map(({ verdict }) => verdict)
      const decision = this.#decide(at, undefined, unit, { now_ms, before, is_purged: false })
      judged.push({ verdict: decision.verdict, problem: problemIn(decision), row: undefined })
    }
    return judged
  }

  #decide(at: number, row: StoredRow<Cells> | undefined, unit: UnitOfPush, moment: PushMoment): PushDecision<Cells> {
    const { before } = moment
    const { operation, object, id } = this.#changes[at]!
    const { kind } = object!.table
    const ties = this.#ties[at]!
    unit.decides(at)
    const written_bytes = this.#units.reduce((sum, one) => sum + one.written_bytes, 0)
    if (written_bytes > ROWS_BYTES_MAX) return { kind: 'leave', verdict: RETRY, problem: tooMuch() }
    const statusOf = (earlier: number) => {
      const place = unit.placeOf(earlier)
      return (place === undefined ? this.#judged[earlier]?.verdict : before[place])?.status ?? 'retry'
    }
    if (findTied(ties, (earlier) => statusOf(earlier) === 'retry') !== undefined) {
      return { kind: 'leave', verdict: RETRY, problem: waitsForEarlier() }
    }
    const refused_at = findTied(ties, (earlier, depends) => depends && REFUSED.includes(statusOf(earlier)))
    if (refused_at !== undefined) return dependent(this.#changes[refused_at]!.seq)
    if (operation.op === 'unreadable') return refused(operation.problem)
    const { client_id } = this.#outbox
    const asking = { kind, user_id: this.#user_id, client_id, id, operation, sources: unit.sources }
    const decision = decidePushed(asking, row, moment)
    if (decision.kind === 'write') unit.wrote(rowBytes(decision.row))
    return decision
  }

  /** What new distributions hand over. */
  async #sourcesOf(places: readonly number[]): Promise<Sources> {
    const created = places.flatMap((at) => {
      const { operation, object } = this.#changes[at]!
      return operation.op === 'create' && object?.table.kind.name === DISTRIBUTIONS.name ? [operation.value] : []
    })
    return await Sources.read(this.#dependencies.sources, this.#user_id, created, this.#passing)
  }
}

const RETRY: PushVerdict = { status: 'retry', fields: [] }
const REFUSED: readonly PushVerdict['status'][] = ['conflict', 'invalid', 'depends-on']

/** A change that no wave of this push has reached. */
const LATER: Judged = {
  verdict: RETRY,
  problem: new Problem('unavailable', 'Earlier changes of this push come first; push the rest again.', {
    retry_after_ms: 0,
  }),
  row: undefined,
}

function unreadable({ operation }: ReadChange): Judged {
  const problem = operation.op === 'unreadable' ? operation.problem : undefined
  return { verdict: { status: 'invalid', fields: [] }, problem, row: undefined }
}

function waitsForEarlier(): Problem {
  return new Problem('unavailable', 'An earlier change of the same record has to be pushed again first.', {
    retry_after_ms: 1000,
  })
}

function tooMuch(): Problem {
  return new Problem('unavailable', 'The push writes too much at a time; push the rest again.', { retry_after_ms: 0 })
}

function outOfTime(): Problem {
  return new Problem('unavailable', 'The push took too long; push the rest again.', { retry_after_ms: 0 })
}

/** @param seq of the refused change */
function dependent(seq: number): PushDecision<Cells> {
  const verdict = { status: 'depends-on', fields: [String(seq)] } as const
  return { kind: 'leave', verdict, problem: dependsOn(seq) }
}

function forked(seq: number): Problem {
  return new Problem(
    'conflict',
    'Another copy of this client has used its numbers. Take a new client_id and number the changes again.',
    { members: { code: 'client_forked', seq } },
  )
}

function problemIn(decision: PushDecision<Cells>): Problem | undefined {
  return decision.kind === 'leave' ? decision.problem : undefined
}

function undecided(): Problem {
  return new Problem('internal', 'The change could not be decided.')
}
