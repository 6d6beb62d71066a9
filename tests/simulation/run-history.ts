import type { Random } from '#shared/base/random.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Outcome } from '#shared/table/mutation.ts'
import type { Row } from '#shared/table/schema.ts'
import { createNote, changeNote, keyed, NOTES, type Key } from '#tests/table/notes.ts'
import type { History, Operation } from './history.ts'
import { checkHistory } from './invariants.ts'
import { startInstance, type Instance } from './instance.ts'
import { MemoryObjectStore, type Fault, type Landing, type StoreCall } from './memory-object-store.ts'
import { between, oneOf, seededRandom } from './seeded-random.ts'
import { VirtualClock } from './virtual-clock.ts'

/**
 * One history: a few clients change a few notes through several instances over a store that fails in every way it can,
 * with wrong clocks, around a month's end, while instances crash. Everything follows from the seed.
 *
 * Every change appends its own mark to the `tags` of its note. So the tags of a note are its history: as many as its
 * version says, each acknowledged change among them exactly once, each refused one not at all.
 */

const USERS = ['ann', 'bob']
const ATTEMPTS_MAX = 6
/** By then every late write has landed. */
const SETTLED_MS = 120_000

/** Runs the history of a seed and checks it. @throws Error that says what is wrong and how to replay it */
export async function runHistory(seed: number): Promise<History> {
  const random = seededRandom(seed)
  const clock = new VirtualClock(
    Date.parse(oneOf(random, ['2025-05-15T12:00:00Z', '2025-05-31T23:59:30Z'])) + between(random, 0, 60_000),
  )
  const landings: Landing[] = []
  const weather = new Weather(random)
  const store = new MemoryObjectStore({
    clock,
    latency_ms: () => between(random, 1, weather.latency_ms_max),
    is_rate_limited: random.uniform() < 0.5,
    faultOf: (call) => weather.faultOf(call),
    onLanding: (landing) => landings.push(landing),
  })
  const history: History = { seed, operations: [], sights: [], landings, store, clock }
  const fleet = new Fleet(history, random)
  try {
    await clock.run(async () => {
      const clients = Array.from({ length: between(random, 2, 5) }, (_, at) =>
        new Client(`${seed}.${at}`, oneOf(random, USERS), history, fleet, random).live(),
      )
      await Promise.all([...clients, fleet.crashNowAndThen()])
    })
    weather.clear()
    await clock.advance(SETTLED_MS)
    await clock.run(() => checkHistory(history, fleet.start().table))
  } catch (error) {
    throw new Error(`history ${seed} is wrong; replay it with: SEED=${seed} npx vitest run tests/simulation`, {
      cause: error,
    })
  }
  return history
}

/** How the store fails in this history: some are calm, some are stormy. */
class Weather {
  readonly latency_ms_max: number
  readonly #random: Random
  #fault_share: number

  constructor(random: Random) {
    this.#random = random
    this.latency_ms_max = oneOf(random, [20, 200, 800])
    this.#fault_share = oneOf(random, [0, 0.1, 0.3])
  }

  clear(): void {
    this.#fault_share = 0
  }

  faultOf({ operation }: StoreCall): Fault | undefined {
    if (this.#random.uniform() >= this.#fault_share) return undefined
    const on_reads: readonly Fault[] = ['throttled', 'unavailable', 'lost_answer']
    if (operation !== 'write') return oneOf(this.#random, on_reads)
    return oneOf<Fault>(this.#random, [
      ...on_reads,
      'lost_answer',
      'unavailable_after',
      'stalled',
      { late_landing: { delay_ms: between(this.#random, 0, 15_000) } },
    ])
  }
}

/** The instances, some of which crash and are replaced. */
class Fleet {
  readonly #history: History
  readonly #random: Random
  readonly #running: Instance[] = []

  constructor(history: History, random: Random) {
    this.#history = history
    this.#random = random
    for (let count = between(random, 1, 4); count > 0; count--) this.#running.push(this.start())
  }

  start(): Instance {
    const { store, clock } = this.#history
    const ignore = (): void => undefined
    return startInstance({
      schema: NOTES,
      store,
      clock: clock.skewed(between(this.#random, -15_000, 15_000)),
      random: this.#random,
      events: { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore },
    })
  }

  any(): Instance {
    return oneOf(this.#random, this.#running)
  }

  async crashNowAndThen(): Promise<void> {
    for (let crashes = between(this.#random, 0, 3); crashes > 0; crashes--) {
      await this.#history.clock.sleep(between(this.#random, 10, 8000))
      this.#running.splice(this.#running.indexOf(this.any()), 1, this.start())[0]!.crash()
    }
  }
}

class Client {
  readonly #name: string
  readonly #user_id: string
  readonly #history: History
  readonly #fleet: Fleet
  readonly #random: Random

  constructor(name: string, user_id: string, history: History, fleet: Fleet, random: Random) {
    this.#name = name
    this.#user_id = user_id
    this.#history = history
    this.#fleet = fleet
    this.#random = random
  }

  async live(): Promise<void> {
    for (let at = 0, count = between(this.#random, 3, 10); at < count; at++) {
      await this.#history.clock.sleep(oneOf(this.#random, [0, 0, 5, 300, 5000]))
      const mark = `${this.#name}.${at}`
      const chance = this.#random.uniform()
      // Some send several at once, as a page does that saves while it is being left.
      if (chance < 0.2)
        await Promise.all([this.#create(`${mark}a`), this.#change(`${mark}b`), this.#create(`${mark}c`)])
      else if (chance < 0.45) await this.#create(mark)
      else if (chance < 0.8) await this.#change(mark)
      else await this.#look()
    }
  }

  async #create(mark: string): Promise<void> {
    const key = this.#maybeKey(mark)
    const operation = this.#begin({ mark, user_id: this.#user_id, kind: 'create', known_version: 0, status: 'unmade' })
    await this.#insist(operation, key !== undefined, ({ table }, repeats_id) => {
      const creation = createNote({
        fields: { tags: [mark] },
        ...(key ? { key } : {}),
        ...(repeats_id ? { id: repeats_id } : {}),
      })
      return table.create(this.#user_id, creation)
    })
  }

  async #change(mark: string): Promise<void> {
    const known = [...this.#known()]
    if (known.length === 0) return
    const [id, version] = oneOf(this.#random, known)
    const key = this.#maybeKey(mark)
    const if_match = this.#random.uniform() < 0.4 ? version : undefined
    const kind = this.#random.uniform() < 0.1 ? 'delete' : 'change'
    const condition = if_match === undefined ? {} : { if_match }
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
    await this.#insist(operation, key !== undefined, ({ table }) =>
      table.mutate(this.#user_id, {
        ...mutation,
        decide: (current, now_ms) => {
          const decision = mutation.decide(current, now_ms)
          if (decision.kind !== 'keep') return decision
          const tags = [...(decision.row['tags'] as readonly string[]), mark]
          return { kind: 'write', row: { ...decision.row, tags, deleted: kind === 'delete' }, status: 200 }
        },
      }),
    )
  }

  /** Sends until there is a definite answer: safe with a key, or with the id that an unknown outcome names. */
  async #insist(
    operation: Operation,
    is_keyed: boolean,
    send: (instance: Instance, repeats_id: string | undefined) => Promise<Outcome>,
  ): Promise<void> {
    let repeats_id: string | undefined
    let is_open = false
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const instance = this.#fleet.any()
      const answer = await answerOf(Promise.race([send(instance, repeats_id), instance.crashed]))
      if (answer.kind === 'refused') {
        // With the id of an open creation, "it exists" is the proof that it was carried out.
        const is_proof = repeats_id !== undefined && answer.problem.kind === 'conflict'
        operation.status = is_proof ? 'acknowledged' : is_open ? 'maybe' : 'refused'
        operation.refusal = answer.problem
        if (is_proof) operation.note_id = repeats_id!
        return
      }
      if (answer.kind !== 'nothing' && answer.kind !== 'thrown') return acknowledge(operation, answer)
      if (answer.kind === 'nothing' || answer.problem.members['outcome'] === 'unknown') is_open = true
      operation.status = is_open ? 'maybe' : 'unmade'
      const id = answer.kind === 'thrown' ? answer.problem.members['note_id'] : undefined
      if (operation.kind === 'create' && !is_keyed && typeof id === 'string') repeats_id = id
      // Nothing else makes a repetition safe.
      if (is_open && !is_keyed && repeats_id === undefined) return
      await this.#history.clock.sleep(between(this.#random, 0, 2000))
    }
  }

  async #look(): Promise<void> {
    const known = this.#known()
    const asked = known.size > 0 && this.#random.uniform() < 0.5 ? oneOf(this.#random, [...known.keys()]) : undefined
    const { table, crashed } = this.#fleet.any()
    const rows = async (): Promise<readonly (Row | undefined)[]> => {
      if (asked !== undefined) return [await table.get(this.#user_id, asked)]
      return (
        await table.page(this.#user_id, { limit: 1000, after: undefined, with_details: false, matches: () => true })
      ).rows
    }
    const answer = await Promise.race([rows().catch((error: unknown) => problemOf(error)), crashed])
    if (answer === 'crashed' || answer instanceof Problem) return
    const seen = new Map(answer.flatMap((row) => (row ? [[String(row['note_id']), Number(row['version'])]] : [])))
    this.#history.sights.push({ known, seen, asked })
  }

  #begin(operation: Operation): Operation {
    this.#history.operations.push(operation)
    return operation
  }

  #maybeKey(mark: string): Key | undefined {
    return this.#random.uniform() < 0.5 ? keyed(mark) : undefined
  }

  /** The notes of this user that were acknowledged to anyone so far, and their highest acknowledged version. */
  #known(): Map<string, number> {
    const known = new Map<string, number>()
    for (const { user_id, row } of this.#history.operations) {
      if (user_id !== this.#user_id || !row) continue
      const id = String(row['note_id'])
      known.set(id, Math.max(known.get(id) ?? 0, Number(row['version'])))
    }
    return known
  }
}

function acknowledge(operation: Operation, outcome: Exclude<Outcome, { kind: 'refused' }>): void {
  operation.status = 'acknowledged'
  if (!outcome.row) throw new Error(`${operation.mark} was ${outcome.kind} without its row`)
  operation.row = outcome.row
  operation.note_id = String(outcome.row['note_id'])
}

type Answer = Outcome | { readonly kind: 'thrown'; readonly problem: Problem } | { readonly kind: 'nothing' }

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
