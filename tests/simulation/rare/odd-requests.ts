import { newId } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Decision, Mutation, Outcome } from '#shared/table/commit/mutation.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { monthOfId } from '#shared/table/object/partition.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { serverWriter, type Writer } from '#shared/table/object/writer.ts'
import { bodyCell, createNote, keyed, noteRow, type Key } from '#tests/table/notes.ts'
import type { Instance } from '../instance.ts'
import { between, oneOf } from '../seeded-random.ts'
import {
  answerOf,
  begin,
  expectFate,
  expectThat,
  fateOf,
  marking,
  settle,
  writerOf,
  type AskerWorld,
} from './asking.ts'

const UNIT_MS = 25_000
/** Longer than what a row's history keeps of one change. */
const LARGE_TEXT = 'large '.repeat(120)
const UNKNOWN = { request_hash: '00'.repeat(16), body_hash: '00'.repeat(16) }

/**
 * Somebody who asks for what few ask for: several notes in one unit, decisions that fail, ids that nobody has, keys again,
 * notes that come and go in one commit. Of each answer it is known what it may be.
 */
export class OddRequests {
  readonly #world: AskerWorld
  readonly #name: string
  readonly #writer: Writer
  #marks = 0

  constructor(name: string, world: AskerWorld) {
    this.#world = world
    this.#name = name
    this.#writer = writerOf(world.user_id, name)
  }

  async live(): Promise<void> {
    const { random, history } = this.#world
    const ways = [
      () => this.#unit(),
      () => this.#unit(),
      () => this.#failingDecision(),
      () => this.#nobody(),
      () => this.#refusedCreation(),
      () => this.#kept(),
      () => this.#comeAndGo(),
      () => this.#special(),
      () => this.#special(),
    ]
    for (let rounds = between(random, 6, 14); rounds > 0; rounds--) {
      await history.clock.sleep(between(random, 0, 3000))
      await oneOf(random, ways)()
    }
  }

  #mark(): string {
    return `${this.#name}.${this.#marks++}`
  }

  /** Known notes of this system, of one month. */
  #known(count: number): string[] {
    const { history, random, user_id } = this.#world
    const ids = [...history.knownOf(user_id).keys()].filter((id) => monthOfId(history.schema, id) !== undefined)
    if (ids.length === 0) return []
    const month = monthOfId(history.schema, oneOf(random, ids))
    return ids.filter((id) => monthOfId(history.schema, id) === month).slice(-count)
  }

  async #ask<T>(instance: Instance, work: Promise<T>): Promise<T | Problem | 'gone'> {
    return await answerOf(this.#world.history, instance, work)
  }

  /** Several notes in one unit, tried before; one change of them is asked for twice under one key. */
  async #unit(): Promise<void> {
    const { history, random, user_id, fleet } = this.#world
    const ids = this.#known(between(random, 1, 4))
    if (ids.length === 0) return
    const month = monthOfId(history.schema, ids[0]!)!
    const instance = fleet.any()
    const changes = (key?: Key) =>
      [...ids, ids[0]!].map((id) => {
        const mark = this.#mark()
        const known_version = history.knownOf(user_id).get(id) ?? 0
        const operation = begin(this.#world, { mark, kind: 'change', writer: this.#writer, note_id: id, known_version })
        const idempotency = id === ids[0] ? key : undefined
        return {
          operation,
          mutation: { id, writer: this.#writer, idempotency, size_bytes: 100, decide: marking(mark) },
        }
      })
    // What is only tried stays undone.
    const tried = changes().map(({ mutation }) => mutation)
    const trial = await this.#ask(instance, instance.table.tryMany(user_id, month, tried))
    if (Array.isArray(trial)) expectThat(trial.length === tried.length, 'a trial is answered whole')

    const key = random.uniform() < 0.6 ? keyed(`${this.#mark()}unit`) : undefined
    const unit = changes(key)
    const duration_ms = random.uniform() < 0.15 ? 1 : UNIT_MS
    const mutations = unit.map(({ mutation }) => mutation)
    const outcomes = await this.#ask(instance, instance.table.mutateMany(user_id, month, mutations, duration_ms))
    for (const [at, { operation }] of unit.entries()) {
      const outcome = Array.isArray(outcomes) ? (outcomes as readonly Outcome[])[at]! : (outcomes as Problem | 'gone')
      const is_again = key !== undefined && at === ids.length
      if (is_again && outcome !== 'gone' && !(outcome instanceof Problem)) {
        const { kind } = (outcomes as readonly Outcome[])[0]!
        const expected = kind === 'refused' ? 'refused' : 'replayed'
        expectThat(outcome.kind === expected, `${operation.mark} was ${outcome.kind} behind the same that was ${kind}`)
      } else if (!is_again) settle(this.#world, operation, outcome)
    }
  }

  /** A decision that throws is refused by itself, as what it threw. */
  async #failingDecision(): Promise<void> {
    const { random, user_id, fleet } = this.#world
    const [id] = this.#known(1)
    if (id === undefined) return
    const { table, ...instance } = fleet.any()
    const is_problem = random.uniform() < 0.5
    const decide = (): never => {
      throw is_problem ? new Problem('in-use', 'not so') : new Error('a fault of ours')
    }
    const mutation: Mutation = { id, writer: this.#writer, size_bytes: 100, decide }
    const answer = await this.#ask({ table, ...instance }, table.mutate(user_id, mutation))
    if (answer === 'gone') return
    if (answer instanceof Problem)
      return expectThat(answer.kind !== 'in-use', 'a decision that failed failed its whole batch')
    expectFate(answer, is_problem ? 'in-use' : 'internal', 'a decision that failed')
  }

  /** Ids that nobody has, or can have. */
  async #nobody(): Promise<void> {
    const { history, random, user_id, fleet } = this.#world
    const instance = fleet.any()
    const { table } = instance
    const possible = newId('note', history.clock.nowMs(), random)
    const ids = [possible, 'note-nobody', 'nonsense']
    for (const id of ids) {
      const read = await this.#ask(
        instance,
        random.uniform() < 0.5 ? table.get(user_id, id) : table.reader(user_id)(id),
      )
      expectThat(isNothing(read), `${id}, which nobody has, was shown`)
      const recalled = await this.#ask(instance, table.recall(user_id, id, UNKNOWN))
      expectThat(isNothing(recalled), `a request about ${id} was recalled that nobody made`)
      const refuses = random.uniform() < 0.5
      const decide = (): Decision =>
        refuses
          ? { kind: 'refuse', problem: new Problem('not-found', 'no such note') }
          : { kind: 'write', row: noteRow(id), status: 201 }
      // Under the first a note would be made.
      if (id === possible && !refuses) continue
      const answer = await this.#ask(
        instance,
        table.mutate(user_id, { id, writer: this.#writer, size_bytes: 9, decide }),
      )
      if (answer === 'gone' || answer instanceof Problem) continue
      expectFate(answer, refuses ? 'not-found' : 'invalid-input', id)
    }
    const old = [...history.knownOf(user_id).keys()].filter((id) => id.startsWith('note-'))
    const located = await this.#ask(instance, table.locateAll(user_id, [...ids, ...old]))
    if (!Array.isArray(located)) return
    const found = located.map((one) => (one as { id: string } | undefined)?.id)
    const expected = [possible, undefined, undefined, ...old]
    expectThat(found.join() === expected.join(), `${expected.join()} are said to be ${found.join()}`)
    const purge: Mutation = { id: possible, writer: this.#writer, size_bytes: 0, decide: () => ({ kind: 'purge' }) }
    const purged = await this.#ask(instance, table.mutateAll(user_id, monthOfId(history.schema, possible)!, [purge]))
    if (Array.isArray(purged)) expectFate((purged as readonly Outcome[])[0]!, 'internal', `the purge of ${possible}`)
  }

  /** A creation that its own decision refuses leaves its key free; one that is made is recalled by it. */
  async #refusedCreation(): Promise<void> {
    const { history, random, user_id, fleet } = this.#world
    const instance = fleet.any()
    const { table } = instance
    const mark = this.#mark()
    const key = keyed(`${mark}k`)
    const refusing = await this.#ask(
      instance,
      table.create(user_id, {
        id: undefined,
        writer: this.#writer,
        idempotency: key,
        size_bytes: 100,
        decide: () => ({ kind: 'refuse', problem: new Problem('in-use', 'not so') }),
      }),
    )
    if (typeof refusing === 'object' && !(refusing instanceof Problem)) {
      if (fateOf(refusing) !== 'too-many-requests') expectFate(refusing, 'in-use', `${mark}, which refuses itself,`)
    }
    if (refusing === 'gone') return
    const operation = begin(this.#world, { mark, kind: 'create', writer: this.#writer, key })
    const creation = createNote({ fields: { tags: [mark], size: 0, body: bodyCell({ marks: [mark] }) }, key })
    const answer = await this.#ask(instance, table.create(user_id, { ...creation, writer: this.#writer }))
    settle(this.#world, operation, answer)
    if (operation.status !== 'acknowledged') return
    const id = operation.note_id!
    const has_other_body = random.uniform() < 0.4
    const asked = has_other_body ? { ...key, body_hash: UNKNOWN.body_hash } : key
    const other = fleet.any()
    const recalled = await this.#ask(other, other.table.recall(user_id, id, asked))
    if (recalled === 'gone' || recalled instanceof Problem || recalled === undefined) {
      expectThat(recalled !== undefined, `${mark} was acknowledged, and its key is not known`)
      return
    }
    expectFate(recalled, has_other_body ? 'idempotency-mismatch' : 'replayed', `the recall of ${mark}`)
    if (recalled.kind === 'replayed') expectThat(recalled.id === id, `${mark} was recalled as ${recalled.id}`)
    history.reached.add('a key is recalled')
  }

  /** What changes nothing is remembered by its key all the same. */
  async #kept(): Promise<void> {
    const { user_id, fleet } = this.#world
    const [id] = this.#known(1)
    if (id === undefined) return
    const key = keyed(`${this.#mark()}keep`)
    const decide = (current: StoredRow | undefined): Decision =>
      current
        ? { kind: 'keep', row: current, status: 200 }
        : { kind: 'refuse', problem: new Problem('not-found', 'no such note') }
    let was_kept = false
    for (let times = 2; times > 0; times--) {
      const instance = fleet.any()
      const keeping = instance.table.mutate(user_id, {
        id,
        writer: this.#writer,
        idempotency: key,
        size_bytes: 9,
        decide,
      })
      const answer = await this.#ask(instance, keeping)
      if (answer === 'gone' || answer instanceof Problem || answer.kind === 'refused') continue
      expectThat(answer.kind !== 'written', `${id} was written by what keeps it`)
      expectThat(!was_kept || answer.kind === 'replayed', `${id} was kept twice under one key`)
      // Where only a newer release may write, or nothing more has room, nothing is remembered.
      const { store } = this.#world.history
      const is_near_full = store.names().some((name) => store.bytesOf(name)!.length > LIMITS.object_bytes * 0.8)
      was_kept = fleet.has_one_release && !is_near_full
    }
  }

  /** A note that is made, deleted, purged and made again; under a purged id nothing can be. */
  async #comeAndGo(): Promise<void> {
    const { history, random, user_id, fleet } = this.#world
    const instance = fleet.any()
    const { table } = instance
    const id = newId('note', history.clock.nowMs(), random)
    const month = monthOfId(history.schema, id)!
    const created = begin(this.#world, { mark: this.#mark(), kind: 'create', writer: this.#writer, own_id: id })
    const deleted = begin(this.#world, { mark: this.#mark(), kind: 'delete', writer: this.#writer, note_id: id })
    const purge: Mutation = {
      id,
      writer: this.#writer,
      size_bytes: 0,
      decide: (current) =>
        current ? { kind: 'purge' } : { kind: 'refuse', problem: new Problem('not-found', 'no such note') },
    }
    const unit: Mutation[] = [
      this.#creating(id, created.mark),
      // Of a note that is not stored yet nothing can be taken out.
      purge,
      { ...this.#creating(id, deleted.mark), decide: marking(deleted.mark, { deleted: true }) },
    ]
    const first = await this.#ask(instance, table.mutateMany(user_id, month, unit, UNIT_MS))
    if (!Array.isArray(first)) {
      settle(this.#world, created, first as Problem | 'gone')
      settle(this.#world, deleted, first as Problem | 'gone')
      return
    }
    const [made, not_purged, gone] = first as readonly Outcome[]
    settle(this.#world, created, made!)
    if (created.status !== 'acknowledged') {
      // The object is full: then there was nothing to delete.
      deleted.status = 'unmade'
      return
    }
    settle(this.#world, deleted, gone!)
    expectFate(not_purged!, 'internal', `the purge of ${id} before it was stored`)
    if (deleted.status !== 'acknowledged') return
    history.purgeable.add(id)
    const again = begin(this.#world, { mark: this.#mark(), kind: 'create', writer: this.#writer, own_id: id })
    const other = fleet.any()
    const second = await this.#ask(
      other,
      other.table.mutateMany(user_id, month, [purge, this.#creating(id, again.mark)], UNIT_MS),
    )
    if (!Array.isArray(second)) return
    expectFate((second as readonly Outcome[])[1]!, 'conflict', `${id}, made again after its purge,`)
  }

  #creating(id: string, mark: string): Mutation {
    const { decide, ...creation } = createNote({
      id,
      fields: { tags: [mark], size: 0, body: bodyCell({ marks: [mark] }), title: 'other' },
    })
    return { ...creation, id, writer: this.#writer, decide: (current, now_ms) => decide(id, current, now_ms) }
  }

  /** Changes that leave another trace than most: of drafts, with large values, as maintenance and imports make them. */
  async #special(): Promise<void> {
    const { history, random, user_id, fleet } = this.#world
    const drafts = history.operations.filter(
      ({ writer, row, status }) => writer === this.#writer && status === 'acknowledged' && row?.['title'] === 'a draft',
    )
    if (drafts.length === 0 || random.uniform() < 0.2) return await this.#draft()
    const draft = random.uniform() < 0.5 ? oneOf(random, drafts).note_id : undefined
    const id = draft ?? this.#known(1)[0]
    if (id === undefined) return
    const chance = random.uniform()
    const special =
      chance < 0.2
        ? { updated_at_ms: history.clock.nowMs() - 1000, keeps_writer: true as const }
        : chance < 0.35
          ? { goes_back: true as const }
          : chance < 0.5
            ? { forgets: true as const }
            : {}
    const { updated_at_ms, keeps_writer } = special as { updated_at_ms?: number; keeps_writer?: true }
    const writer = oneOf(random, [this.#writer, this.#writer, this.#writer, serverWriter('import')])
    const mark = this.#mark()
    const operation = begin(this.#world, {
      mark,
      kind: 'change',
      writer,
      note_id: id,
      known_version: history.knownOf(user_id).get(id) ?? 0,
      ...(updated_at_ms === undefined ? {} : { updated_at_ms }),
      ...(keeps_writer ? { keeps_writer } : {}),
    })
    const is_large = random.uniform() < 0.4
    const due_at = random.uniform() < 0.5 ? history.clock.nowMs() : null
    const instance = fleet.any()
    const decide = (current: StoredRow | undefined): Decision => {
      const decision = marking(mark, { due_at })(current)
      if (decision.kind !== 'write') return decision
      const body = bodyCell({ marks: decision.row['tags'], ...(is_large ? { text: LARGE_TEXT } : {}) })
      return { ...decision, row: { ...decision.row, body }, ...special }
    }
    const changing = instance.table.mutate(user_id, { id, writer, size_bytes: 100, decide })
    settle(this.#world, operation, await this.#ask(instance, changing))
  }

  async #draft(): Promise<void> {
    const { user_id, fleet } = this.#world
    const mark = this.#mark()
    const operation = begin(this.#world, { mark, kind: 'create', writer: this.#writer })
    const instance = fleet.any()
    const creation = createNote({
      fields: { tags: [mark], size: 0, title: 'a draft', body: bodyCell({ marks: [mark] }) },
    })
    const creating = instance.table.create(user_id, { ...creation, writer: this.#writer })
    settle(this.#world, operation, await this.#ask(instance, creating))
  }
}

/** Nothing was found, or nobody was answered. */
function isNothing(answer: unknown): boolean {
  return answer === undefined || answer === 'gone' || answer instanceof Problem
}
