import { Problem } from '#shared/base/problem.ts'
import type { PushDecision, PushedChange, PushOutcome, PushUnit } from '#shared/table/commit/mutation.ts'
import { ledgerHash } from '#shared/table/object/client-ledgers.ts'
import { monthOfId } from '#shared/table/object/partition.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import type { Operation } from '../history.ts'
import type { Instance } from '../instance.ts'
import { between, oneOf } from '../seeded-random.ts'
import { answerOf, begin, expectThat, marked, writerOf, type AskerWorld } from './asking.ts'

const UNIT_MS = 25_000
const LARGE_TEXT = 'large '.repeat(800)

/** What a pushed change is, besides one that is made: what its decision throws. */
const FAILURES = {
  deleted: () => new Problem('conflict', 'gone', { members: { deleted: true } }),
  passing: () => new Problem('contended', 'not now'),
  coded: () => new Problem('invalid-input', 'not so', { members: { code: 'a-code' } }),
  plain: () => new Problem('invalid-input', 'not so'),
  fault: () => new Error('a fault of ours'),
} as const
type Failure = keyof typeof FAILURES
/** The verdict on each, and on it when it is pushed again. */
const VERDICTS: Readonly<Record<Failure, string>> = {
  deleted: 'conflict deleted',
  passing: 'retry ',
  coded: 'invalid a-code',
  plain: 'invalid ',
  fault: 'retry ',
}

interface Pushed {
  readonly id: string
  readonly seq: number
  readonly failure: Failure | undefined
  /** It makes its note larger than one may be. */
  readonly is_large?: boolean
  readonly operation: Operation
}

/**
 * A device that pushes without a store of its own: what it pushes is made, refused or fails, is pushed again, again after it
 * was settled, and under a number that was used. With ledgers that hold next to nothing a change that is pushed again may
 * be decided anew: it then finds its mark.
 */
export class Pusher {
  readonly #world: AskerWorld
  readonly #name: string
  readonly #writer: Writer
  #seq = 0
  #acked = 0
  #unit: readonly Pushed[] = []

  constructor(name: string, world: AskerWorld) {
    this.#world = world
    this.#name = name
    this.#writer = writerOf(world.user_id, name)
  }

  async live(pauses_ms: readonly number[]): Promise<void> {
    const { random, history } = this.#world
    for (let rounds = between(random, 4, 9); rounds > 0; rounds--) {
      await history.clock.sleep(oneOf(random, pauses_ms))
      await this.pushOnce(this.#world.fleet.any())
    }
  }

  /** Pushes something new, or again what it pushed last. */
  async pushOnce(instance: Instance): Promise<void> {
    const { random } = this.#world
    const chance = random.uniform()
    if (this.#unit.length > 0 && chance < 0.3) return await this.#push(instance, this.#unit, this.#acked)
    if (this.#unit.length > 0 && chance < 0.4) return await this.#pushUnderUsedNumber(instance)
    if (random.uniform() < 0.6) this.#acked = this.#seq
    const unit = this.#newChanges()
    if (unit.length === 0) return
    this.#unit = unit
    await this.#push(instance, unit, this.#acked)
  }

  #newChanges(): readonly Pushed[] {
    const { history, random, user_id } = this.#world
    const ids = [...history.knownOf(user_id).keys()].filter((id) => monthOfId(history.schema, id) !== undefined)
    if (ids.length === 0) return []
    const month = monthOfId(history.schema, oneOf(random, ids))
    const of_month = ids.filter((id) => monthOfId(history.schema, id) === month)
    return Array.from({ length: between(random, 1, 3) }, () => {
      const failure = random.uniform() < 0.35 ? oneOf(random, Object.keys(FAILURES) as Failure[]) : undefined
      return this.#newChange(oneOf(random, of_month), ++this.#seq, failure)
    })
  }

  #newChange(id: string, seq: number, failure: Failure | undefined): Pushed {
    const mark = `${this.#name}.${seq}.${this.#world.history.operations.length}`
    const operation = begin(this.#world, { mark, kind: 'change', writer: this.#writer, note_id: id })
    return { id, seq, failure, is_large: this.#world.random.uniform() < 0.1, operation }
  }

  async #push(instance: Instance, unit: readonly Pushed[], acked: number): Promise<void> {
    const outcomes = await this.#outcomesOf(instance, unit, acked)
    for (const [at, one] of unit.entries()) {
      const outcome = outcomes?.[at]
      if (outcome) this.#judge(one, outcome)
    }
  }

  /** Another change under the number of one that was pushed: it is put off, unless the first is not remembered. */
  async #pushUnderUsedNumber(instance: Instance): Promise<void> {
    const { id, seq } = oneOf(this.#world.random, this.#unit)
    const other = this.#newChange(id, seq, undefined)
    const outcomes = await this.#outcomesOf(instance, [other], this.#acked)
    const [outcome] = outcomes ?? []
    if (!outcome) return
    if (outcome.verdict.status === 'applied') return this.#acknowledge(other, outcome)
    const { status } = outcome.verdict
    expectThat(/^(retry|conflict|invalid)$/.test(status), `${other.operation.mark} under a used number is ${status}`)
  }

  async #outcomesOf(
    instance: Instance,
    pushed: readonly Pushed[],
    acked: number,
  ): Promise<readonly PushOutcome[] | undefined> {
    const { history, user_id } = this.#world
    const unit: PushUnit = { client_hash: ledgerHash(this.#name), acked, earlier: [] }
    const changes = pushed.map(({ id, seq, failure, is_large, operation: { mark } }): PushedChange => ({
      id,
      seq,
      unit,
      writer: this.#writer,
      size_bytes: 100,
      mutation_hash: ledgerHash(mark),
      decide: (current) => decisionOn(current, mark, failure, is_large),
    }))
    const month = monthOfId(history.schema, pushed[0]!.id)!
    const answer = await answerOf(history, instance, instance.table.push(user_id, month, changes, UNIT_MS))
    if (Array.isArray(answer)) return answer as readonly PushOutcome[]
    const is_open = answer === 'gone' || (answer as Problem).members['outcome'] === 'unknown'
    for (const { failure, operation } of pushed)
      if (is_open && !failure && operation.status === 'unmade') operation.status = 'maybe'
    return undefined
  }

  #judge(pushed: Pushed, outcome: PushOutcome): void {
    const { failure, operation } = pushed
    const { status, fields } = outcome.verdict
    const told = `${status} ${fields.join()}`
    this.#world.history.reached.add(`pushed: ${told}`)
    if (failure) {
      // Put off when a copy has used the number, or it is settled: nobody sends it then.
      return expectThat(told === VERDICTS[failure] || status === 'retry', `${operation.mark} is judged ${told}`)
    }
    if (status === 'applied') {
      expectThat(!pushed.is_large, `${operation.mark} is larger than a note may be, and applied`)
      return this.#acknowledge(pushed, outcome)
    }
    if (status === 'duplicate' || status === 'merged') {
      expectThat(operation.status !== 'unmade', `${operation.mark} is ${status} and was never pushed`)
      operation.status = 'acknowledged'
    } else if (status === 'invalid') {
      expectThat(
        outcome.problem === undefined || outcome.problem.kind === 'quota-exceeded',
        `${operation.mark}: ${told}`,
      )
    } else {
      expectThat(status === 'retry' || told === 'conflict deleted', `${operation.mark} is judged ${told}`)
    }
  }

  #acknowledge({ operation }: Pushed, { row }: PushOutcome): void {
    const { history, user_id } = this.#world
    expectThat(operation.status !== 'acknowledged', `${operation.mark} is applied for the second time`)
    operation.status = 'acknowledged'
    operation.answered_ms = history.clock.monotonicMs()
    // Of several changes of one note in a unit, this is how it is behind its own.
    if (row && (row['tags'] as readonly string[]).at(-1) === operation.mark) operation.row = row
    if (row) history.learn(user_id, row)
  }
}

function decisionOn(
  current: StoredRow | undefined,
  mark: string,
  failure: Failure | undefined,
  is_large = false,
): PushDecision {
  if (failure) throw FAILURES[failure]()
  if (!current || current.deleted) return { kind: 'leave', verdict: { status: 'conflict', fields: ['deleted'] } }
  if ((current['tags'] as readonly string[]).includes(mark))
    return { kind: 'leave', verdict: { status: 'merged', fields: [] } }
  // Only the row's own columns are stored: the title is one, and this one is refused.
  const fields = is_large ? { title: LARGE_TEXT } : {}
  return { kind: 'write', row: marked(current, mark, fields), verdict: { status: 'applied', fields: [] } }
}
