import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import type { Row, UnstampedRow } from '#shared/table/object/schema.ts'
import type { Position } from '#shared/table/read/listing.ts'
import type { Table } from '#shared/table/table.ts'
import { changeNote, createNote, keyed, type Key } from '#tests/table/notes.ts'
import type { Fleet } from './fleet.ts'
import type { History, Operation } from './history.ts'
import type { Instance } from './instance.ts'
import { between, oneOf } from './seeded-random.ts'
import { pageOf } from '#tests/table/pages.ts'

const ATTEMPTS_MAX = 6
const PAGE_ROWS = 2

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

  /** @param trusts_keys repeats what it does not know the outcome of, if it has a key */
  constructor(
    name: string,
    world: { user_id: string; history: History; fleet: Fleet; random: Random; trusts_keys: boolean },
  ) {
    this.#name = name
    this.#user_id = world.user_id
    this.#history = world.history
    this.#fleet = world.fleet
    this.#random = world.random
    this.#trusts_keys = world.trusts_keys
  }

  async live(): Promise<void> {
    for (let at = 0, count = between(this.#random, 3, 10); at < count; at++) {
      await this.#history.clock.sleep(oneOf(this.#random, [0, 0, 5, 300, 5000]))
      const mark = `${this.#name}.${at}`
      const chance = this.#random.uniform()
      // Some send several requests simultaneously, as a page does that saves while the user leaves it.
      if (chance < 0.2)
        await Promise.all([this.#create(`${mark}a`), this.#change(`${mark}b`), this.#create(`${mark}c`)])
      else if (chance < 0.45) await this.#create(mark)
      else if (chance < 0.75) await this.#change(mark)
      else if (chance < 0.8) await this.#reuse(mark)
      else await this.#look()
    }
  }

  async #create(mark: string): Promise<void> {
    const key = this.#maybeKey(mark)
    const operation = this.#begin({ mark, user_id: this.#user_id, kind: 'create', known_version: 0, status: 'unmade' })
    await this.#insist(operation, key, ({ table, release }, repeats_id) => {
      const colour = release.is_other ? { size: 1, colour: '1' } : { size: 0 }
      const creation = createNote({
        fields: { tags: [mark], ...colour },
        ...(key ? { key } : {}),
        ...(repeats_id === undefined ? {} : { id: repeats_id }),
      })
      return table.create(this.#user_id, creation)
    })
  }

  /** Tries to create what was there before, and perhaps is purged by now. */
  async #reuse(mark: string): Promise<void> {
    const [id] = [...this.#history.knownOf(this.#user_id).keys()]
    if (id === undefined) return
    const operation = this.#begin({
      mark,
      user_id: this.#user_id,
      kind: 'create',
      note_id: id,
      known_version: 0,
      status: 'unmade',
    })
    await this.#insist(operation, undefined, ({ table }) =>
      table.create(this.#user_id, createNote({ id, fields: { tags: [mark], size: 0 } })),
    )
    if (operation.status === 'refused' && operation.refusal?.kind === 'conflict') operation.status = 'unmade'
  }

  async #change(mark: string): Promise<void> {
    const known = [...this.#history.knownOf(this.#user_id)]
    if (known.length === 0) return
    const [id, version] = oneOf(this.#random, known)
    const key = this.#maybeKey(mark)
    const condition = this.#random.uniform() < 0.4 ? { if_match: version } : {}
    const kind = this.#random.uniform() < 0.1 ? 'delete' : 'change'
    const operation = this.#begin({
      mark,
      user_id: this.#user_id,
      kind,
      note_id: id,
      known_version: version,
      status: 'unmade',
      ...condition,
    })
    const mutation = changeNote(id, {}, { ...condition, ...(key ? { key } : {}) })
    await this.#insist(operation, key, ({ table, release }) =>
      table.mutate(this.#user_id, {
        ...mutation,
        decide: (current, now_ms) => {
          const decision = mutation.decide(current, now_ms)
          if (decision.kind !== 'keep') return decision
          const tags = [...(decision.row['tags'] as readonly string[]), mark]
          const row = { ...decision.row, tags, score: tags.length / 2, deleted: kind === 'delete' }
          return { kind: 'write', row: release.is_other ? recoloured(row) : row, status: 200 }
        },
      }),
    )
  }

  /** Sends until there is a definite answer: safe with a key, or with the id that an unknown outcome names. */
  async #insist(
    operation: Operation,
    key: Key | undefined,
    send: (instance: Instance, repeats_id: string | undefined) => Promise<Outcome>,
  ): Promise<void> {
    const is_safe_by_key = key !== undefined && this.#trusts_keys
    let repeats_id: string | undefined
    let is_open = false
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const instance = this.#fleet.any()
      const what = `${operation.mark}: ${operation.kind} ${operation.note_id ?? repeats_id ?? ''}`
      this.#history.note(`${what} is asked`)
      const answer = await answerOf(Promise.race([send(instance, repeats_id), instance.crashed]))
      this.#history.note(`${what} is answered: ${spelled(answer)}`)
      if (answer.kind === 'refused') {
        // With the id of an open creation, "it exists" is the proof that it was carried out.
        const is_proof = repeats_id !== undefined && answer.problem.kind === 'conflict'
        operation.status = is_proof ? 'acknowledged' : is_open ? 'maybe' : 'refused'
        operation.refusal = answer.problem
        if (is_proof) operation.note_id = repeats_id!
        return
      }
      if (answer.kind !== 'nothing' && answer.kind !== 'thrown') return this.#acknowledge(operation, answer)
      if (answer.kind === 'nothing' || answer.problem.members['outcome'] === 'unknown') is_open = true
      operation.status = is_open ? 'maybe' : 'unmade'
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

  async #look(): Promise<void> {
    const known = this.#history.knownOf(this.#user_id)
    const chance = this.#random.uniform()
    const asked = known.size > 0 && chance < 0.5 ? oneOf(this.#random, [...known.keys()]) : undefined
    const { table, crashed } = this.#fleet.any()
    const rows = async (): Promise<readonly Row[]> => {
      if (asked !== undefined) return [await table.get(this.#user_id, asked)].filter((row) => row !== undefined)
      return await allPages(table, this.#user_id, chance < 0.75 ? 1000 : PAGE_ROWS)
    }
    const answer = await Promise.race([rows().catch((error: unknown) => problemOf(error)), crashed])
    if (answer === 'crashed' || answer instanceof Problem) return
    for (const row of answer) this.#history.learn(this.#user_id, row)
    const seen = answer.map((row) => ({ id: String(row['note_id']), version: Number(row['version']) }))
    this.#history.sights.push({ user_id: this.#user_id, known, seen, asked })
  }

  #begin(operation: Operation): Operation {
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

export async function allPages(table: Table, user_id: string, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  let after: Position | undefined
  do {
    const page = await pageOf(table, user_id, { limit, after })
    rows.push(...page.rows)
    after = page.next
  } while (after)
  return rows
}

type Answer = Outcome | { readonly kind: 'thrown'; readonly problem: Problem } | { readonly kind: 'nothing' }

function spelled(answer: Answer): string {
  if (answer.kind === 'nothing') return 'nothing, the instance crashed'
  if (answer.kind === 'thrown' || answer.kind === 'refused') return `${answer.kind}, ${answer.problem.message}`
  return `${answer.kind}, version ${String(answer.row?.['version'])}`
}

async function answerOf(work: Promise<Outcome | 'crashed'>): Promise<Answer> {
  try {
    const answer = await work
    return answer === 'crashed' ? { kind: 'nothing' } : answer
  } catch (error) {
    return { kind: 'thrown', problem: problemOf(error) }
  }
}

/** Only problems are answers; anything else is a fault that the history found. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem && error.kind !== 'internal') return error
  throw error
}
