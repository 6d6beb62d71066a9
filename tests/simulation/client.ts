import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { newId } from '#shared/base/ids.ts'
import type { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { newerRelease } from '#shared/table/commit/evaluate.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import { WRITER_RELEASE } from '#shared/table/object/footer.ts'
import { userOfObject } from '#shared/table/object/partition.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import type { UnstampedRow } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import { bodyCell, changeNote, createNote, keyed, type Key } from '#tests/table/notes.ts'
import type { Fleet } from './fleet.ts'
import type { History, Operation } from './history.ts'
import type { Instance } from './instance.ts'
import { between, oneOf } from './seeded-random.ts'
import { look, problemOf, titleOf, type Seer } from './looks.ts'

const ATTEMPTS_MAX = 6
/** Of the notes, and longer than a note may be where limits are small. */
const LARGE_SHARE = 0.03
const LARGE_TITLE = 'large '.repeat(800)
const PAUSES_MS = [0, 0, 5, 300, 5000]
/** Only the former is certain to be remembered, only the latter certain to be forgotten, whatever clocks say. */
const KEY_LIVES_MS = DAY_MS - MINUTE_MS
const KEY_IS_DEAD_MS = DAY_MS + 2 * MINUTE_MS
/** A caller waits no longer for an answer: its instance may be paused. */
const PATIENCE_MS = 2 * MINUTE_MS

export interface ClientWorld {
  readonly user_id: string
  readonly history: History
  readonly fleet: Fleet
  readonly random: Random
  /** Repeats what it does not know the outcome of, if it has a key. */
  readonly trusts_keys: boolean
  /** Comes back after days, when keys have expired. */
  readonly is_for_days?: boolean
}

/**
 * Somebody who saves, changes, deletes and looks. Every change appends its own mark to the `tags` of its note, so the
 * tags of a note are its history: as many as its version says, each acknowledged change among them exactly once.
 */
export class Client {
  readonly #name: string
  readonly #user_id: string
  readonly #history: History
  readonly #fleet: Fleet
  readonly #random: Random
  readonly #trusts_keys: boolean
  readonly #writer: Writer
  readonly #pauses_ms: readonly number[]

  constructor(name: string, world: ClientWorld) {
    const { random } = world
    const client_id = random.uniform() < 0.7 ? `cli_${name}` : null
    this.#name = name
    this.#writer = { by: world.user_id, client_id, via: 'api' }
    this.#pauses_ms = world.is_for_days ? [...PAUSES_MS, DAY_MS / 2, DAY_MS + 3 * MINUTE_MS] : PAUSES_MS
    this.#user_id = world.user_id
    this.#history = world.history
    this.#fleet = world.fleet
    this.#random = world.random
    this.#trusts_keys = world.trusts_keys
  }

  async live(): Promise<void> {
    for (let at = 0, count = between(this.#random, 3, 10); at < count; at++) {
      await this.#history.clock.sleep(oneOf(this.#random, this.#pauses_ms))
      const mark = `${this.#name}.${at}`
      const chance = this.#random.uniform()
      // Some send several requests simultaneously, as a page does that saves while the user leaves it.
      if (chance < 0.2)
        await Promise.all([this.#create(`${mark}a`), this.#change(`${mark}b`), this.#create(`${mark}c`)])
      else if (chance < 0.45) await this.#create(mark)
      else if (chance < 0.75) await this.#change(mark)
      else if (chance < 0.79) await this.#reuse(mark)
      else if (chance < 0.86) await this.#repeatKey(mark)
      else await look(this.#seer, this.#fleet.any())
    }
  }

  /** Does one of everything at an instance of a healthy store. @throws Error when it does not answer */
  async visit(instance: Instance, mark: string): Promise<void> {
    await this.#create(`${mark}a`, instance)
    await this.#change(`${mark}b`, instance)
    const problem = await look(this.#seer, instance)
    if (problem) throw new Error(`${mark} is not shown anything by a healthy store: ${problem.message}`)
    const marks = [`${mark}a`, `${mark}b`]
    for (const { mark: own, status, failure } of this.#history.operations.filter((one) => marks.includes(one.mark))) {
      const is_answered = status === 'acknowledged' || status === 'refused'
      if (!is_answered && !this.#mustNotWrite(instance, failure))
        throw new Error(`${own} is not answered by a healthy store`)
    }
  }

  /** Whether it is true that only a newer release may write what the user has. */
  #mustNotWrite({ release }: Instance, failure: Problem | undefined): boolean {
    if (release.is_other || failure?.message !== newerRelease().message) return false
    const { store, schema } = this.#history
    return store
      .names()
      .filter((name) => userOfObject(schema, name) === this.#user_id)
      .some((name) => wholeSnapshot(name, 'live', store.bytesOf(name)!).footer.min_writer > WRITER_RELEASE)
  }

  async #create(mark: string, only?: Instance): Promise<void> {
    const key = this.#maybeKey(mark)
    const time_ms = this.#history.clock.nowMs() + between(this.#random, -5000, 5000)
    const own_id = this.#random.uniform() < 0.25 ? newId('note', time_ms, this.#random) : undefined
    const is_large = this.#random.uniform() < LARGE_SHARE
    const operation = this.#begin({ mark, kind: 'create', known_version: 0, key, is_large })
    await this.#insist(operation, this.#creating(operation), { key, own_id, only })
  }

  #creating({ mark, key, is_large }: Operation): Send {
    return ({ table, release }, id) => {
      const colour = release.is_other ? { size: 1, colour: '1' } : { size: 0 }
      const title = is_large ? LARGE_TITLE : titleOf(mark)
      const creation = createNote({
        fields: { tags: [mark], title, body: bodyCell({ marks: [mark] }), ...colour },
        ...(key ? { key } : {}),
        ...(id === undefined ? {} : { id }),
      })
      return table.create(this.#user_id, { ...creation, writer: this.#writer })
    }
  }

  /** Sends an earlier creation again by its key: it is remembered for a day, and then it is a new one. */
  async #repeatKey(mark: string): Promise<void> {
    if (!this.#trusts_keys) return
    const own = this.#history.operations.filter(
      (one) => one.writer === this.#writer && one.kind === 'create' && one.status === 'acknowledged' && one.key,
    )
    const earlier = own.length > 0 ? oneOf(this.#random, own) : undefined
    if (!earlier?.key || this.#mayHaveRenewed(earlier, earlier.key)) return
    const has_other_body = this.#random.uniform() < 0.3
    const key = has_other_body ? { ...earlier.key, body_hash: keyed('', 'another').body_hash } : earlier.key
    const { clock } = this.#history
    const operation = this.#begin({ mark, kind: 'create', known_version: 0, key, repeats: earlier })
    const age_at_least_ms = clock.monotonicMs() - earlier.answered_ms!
    await this.#insist(operation, this.#creating(operation), { key, own_id: earlier.own_id })
    const age_at_most_ms = clock.monotonicMs() - earlier.asked_ms
    const is_found = earlier.own_id !== undefined && operation.refusal?.kind === 'conflict'
    // With the key forgotten, an id that the client chose is in use.
    if (is_found && age_at_most_ms >= KEY_LIVES_MS) operation.status = 'unmade'
    if (age_at_most_ms < KEY_LIVES_MS) {
      this.#history.reached.add('a key is remembered')
      if (operation.status === 'acknowledged') throw new Error(`${mark} was made although its key was known`)
      const is_mismatch = operation.refusal?.kind === 'idempotency-mismatch'
      if (has_other_body ? operation.is_replay : is_mismatch)
        throw new Error(`${mark} was judged as if it had ${has_other_body ? 'the same' : 'another'} body`)
    } else if (age_at_least_ms > KEY_IS_DEAD_MS) {
      this.#history.reached.add('a key has expired')
      // A replay of its own first attempt is not one of the earlier creation.
      const is_of_earlier = operation.is_replay && operation.status !== 'acknowledged'
      if (is_of_earlier) throw new Error(`${mark} was answered by a key that has expired`)
      if (operation.refusal?.kind === 'idempotency-mismatch')
        throw new Error(`${mark} was refused for a key that has expired`)
    }
  }

  /** Whether a later request with the same key may have been carried out, after the key had expired. */
  #mayHaveRenewed(earlier: Operation, { request_hash }: Key): boolean {
    const { operations } = this.#history
    return operations
      .slice(operations.indexOf(earlier) + 1)
      .some(({ key, status }) => key?.request_hash === request_hash && /^(acknowledged|maybe)$/.test(status))
  }

  /** Tries to create what was there before, and perhaps is purged by now. */
  async #reuse(mark: string): Promise<void> {
    const [id] = [...this.#history.knownOf(this.#user_id).keys()]
    if (id === undefined) return
    const operation = this.#begin({ mark, kind: 'create', note_id: id, known_version: 0 })
    const creation = createNote({ id, fields: { tags: [mark], size: 0, body: bodyCell({ marks: [mark] }) } })
    await this.#insist(operation, ({ table }) => table.create(this.#user_id, { ...creation, writer: this.#writer }))
    if (operation.status === 'refused' && operation.refusal?.kind === 'conflict') operation.status = 'unmade'
  }

  async #change(mark: string, only?: Instance): Promise<void> {
    const known = [...this.#history.knownOf(this.#user_id)]
    if (known.length === 0) return
    const [id, version] = oneOf(this.#random, known)
    const key = this.#maybeKey(mark)
    const condition = this.#random.uniform() < 0.4 ? { if_match: version } : {}
    const kind = this.#random.uniform() < 0.1 ? 'delete' : 'change'
    const operation = this.#begin({ mark, kind, note_id: id, known_version: version, key, ...condition })
    // An old id has two spellings.
    const spelled = id.startsWith('note-') && this.#random.uniform() < 0.5 ? id.replace('-', '_') : id
    const mutation = changeNote(spelled, {}, { ...condition, ...(key ? { key } : {}) })
    const send: Send = ({ table, release }) =>
      table.mutate(this.#user_id, {
        ...mutation,
        writer: this.#writer,
        decide: (current, now_ms) => {
          const decision = mutation.decide(current, now_ms)
          if (decision.kind !== 'keep') return decision
          const tags = [...(decision.row['tags'] as readonly string[]), mark]
          const body = bodyCell({ marks: tags })
          const row = { ...decision.row, tags, body, score: tags.length / 2, deleted: kind === 'delete' }
          return { kind: 'write', row: release.is_other ? recoloured(row) : row, status: 200 }
        },
      })
    await this.#insist(operation, send, { key, only })
  }

  /** Sends until there is a definite answer: safe with a key, or with the id that an unknown outcome names. */
  async #insist(
    operation: Operation,
    send: Send,
    { key, own_id, only }: { key?: Key | undefined; own_id?: string | undefined; only?: Instance | undefined } = {},
  ): Promise<void> {
    const is_safe_by_key = key !== undefined && this.#trusts_keys
    let repeats_id = own_id
    let is_open = false
    operation.own_id = own_id
    for (let attempt = 0; attempt < (only ? 1 : ATTEMPTS_MAX); attempt++) {
      const instance = only ?? this.#fleet.any()
      const what = `${operation.mark}: ${operation.kind} ${operation.note_id ?? repeats_id ?? ''}`
      this.#history.note(`${what} is asked`)
      const answer = await answerOf(this.#waitFor(instance, send(instance, repeats_id)))
      this.#history.note(`${what} is answered: ${spelled(answer)}`)
      if (answer.kind === 'refused') {
        // With the id of an open creation, "it exists" is the proof that it was carried out.
        const is_proof = is_open && repeats_id !== undefined && answer.problem.kind === 'conflict'
        operation.status = is_proof ? 'acknowledged' : is_open ? 'maybe' : 'refused'
        operation.refusal = answer.problem
        const { limit } = answer.problem.members
        this.#history.reached.add(typeof limit === 'string' ? limit : answer.problem.kind)
        if (is_proof) operation.note_id = repeats_id!
        return
      }
      if (answer.kind !== 'nothing' && answer.kind !== 'thrown') return this.#acknowledge(operation, answer)
      if (answer.kind === 'nothing' || answer.problem.members['outcome'] === 'unknown') is_open = true
      operation.status = is_open ? 'maybe' : 'unmade'
      if (answer.kind === 'thrown') {
        operation.failure = answer.problem
        this.#history.reached.add(`${answer.problem.kind} for all`)
      }
      const id = answer.kind === 'thrown' ? answer.problem.members['note_id'] : undefined
      const is_own_id = operation.kind === 'create' && operation.note_id === undefined
      if (is_own_id && !is_safe_by_key && typeof id === 'string') repeats_id = id
      // Nothing else makes a repetition safe.
      if (is_open && !is_safe_by_key && repeats_id === undefined) return
      await this.#history.clock.sleep(between(this.#random, 0, 2000))
    }
  }

  #acknowledge(operation: Operation, outcome: Exclude<Outcome, { kind: 'refused' }>): void {
    operation.status = 'acknowledged'
    operation.is_replay = outcome.kind === 'replayed'
    operation.answered_ms = this.#history.clock.monotonicMs()
    const marks = outcome.row?.['tags'] as readonly string[] | undefined
    if (operation.repeats && operation.is_replay && !marks?.includes(operation.mark)) {
      const { note_id } = operation.repeats
      if (outcome.kind === 'replayed' && outcome.id !== note_id)
        throw new Error(`${operation.mark} was answered with ${outcome.id} instead of ${note_id}`)
      // Answered as the first was. Of a note that is gone nobody knows whose it was.
      operation.status = marks ? 'unmade' : 'maybe'
      return
    }
    if (!outcome.row) {
      const is_purged = outcome.kind === 'replayed' && this.#history.purgeable.has(outcome.id)
      if (!is_purged) throw new Error(`${operation.mark} was ${outcome.kind} without its row`)
      operation.note_id = outcome.id
      return
    }
    operation.row = outcome.row
    operation.note_id = String(outcome.row['note_id'])
    this.#history.learn(this.#user_id, outcome.row)
  }

  get #seer(): Seer {
    return {
      user_id: this.#user_id,
      history: this.#history,
      random: this.#random,
      waitFor: (instance, work) => this.#waitFor(instance, work),
    }
  }

  /** The answer, unless its instance crashes, or pauses for longer than anybody waits. */
  async #waitFor<T>({ crashed }: Instance, work: Promise<T>): Promise<T | 'gone'> {
    const over = new AbortController()
    const patience = this.#history.clock.sleep(PATIENCE_MS, over.signal)
    const gone = Promise.race([crashed, patience]).then(() => 'gone' as const)
    return await Promise.race([work, gone]).finally(() => over.abort())
  }

  #begin(asked: Omit<Operation, 'user_id' | 'writer' | 'status' | 'asked_ms'>): Operation {
    const operation: Operation = {
      ...asked,
      user_id: this.#user_id,
      writer: this.#writer,
      status: 'unmade',
      asked_ms: this.#history.clock.monotonicMs(),
    }
    this.#history.operations.push(operation)
    return operation
  }

  #maybeKey(mark: string): Key | undefined {
    return this.#random.uniform() < 0.5 ? keyed(mark) : undefined
  }
}

/** What the other release writes for its own: `colour` always spells `size`, of which every release knows. */
function recoloured(row: UnstampedRow): UnstampedRow {
  const size = Number(row['size']) + 1
  return { ...row, size, colour: String(size) }
}

/** Asks an instance, naming the id that a creation has to have or is to be repeated with. */
type Send = (instance: Instance, id: string | undefined) => Promise<Outcome>

type Answer = Outcome | { readonly kind: 'thrown'; readonly problem: Problem } | { readonly kind: 'nothing' }

function spelled(answer: Answer): string {
  if (answer.kind === 'nothing') return 'nothing: the instance is gone'
  if (answer.kind === 'thrown' || answer.kind === 'refused') return `${answer.kind}, ${answer.problem.message}`
  return `${answer.kind}, version ${String(answer.row?.['version'])}`
}

async function answerOf(work: Promise<Outcome | 'gone'>): Promise<Answer> {
  try {
    const answer = await work
    return answer === 'gone' ? { kind: 'nothing' } : answer
  } catch (error) {
    return { kind: 'thrown', problem: problemOf(error) }
  }
}
