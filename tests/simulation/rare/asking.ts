import { DAY_MS } from '#shared/base/durations.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { newerRelease } from '#shared/table/commit/evaluate.ts'
import type { Decision, Outcome } from '#shared/table/commit/mutation.ts'
import type { Row, StoredRow } from '#shared/table/object/schema.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import { bodyCell } from '#tests/table/notes.ts'
import type { Fleet } from '../fleet.ts'
import type { History, Operation } from '../history.ts'
import type { Instance } from '../instance.ts'
import { problemOf } from '../looks.ts'

/** Longer than any request takes. */
const PATIENCE_MS = DAY_MS / 720

export interface AskerWorld {
  readonly user_id: string
  readonly history: History
  readonly fleet: Fleet
  readonly random: Random
}

/** Asks an instance. @returns its answer; a problem that it threw; `gone` when it crashed or paused */
export async function answerOf<T>(
  { clock }: History,
  { crashed }: Instance,
  work: Promise<T>,
): Promise<T | Problem | 'gone'> {
  const over = new AbortController()
  const gone = Promise.race([crashed, clock.sleep(PATIENCE_MS, over.signal)]).then(() => 'gone' as const)
  return await Promise.race([work.catch(problemOf), gone]).finally(() => over.abort())
}

/** Somebody's request that is to leave its mark on a note. */
export function begin(
  { history, user_id }: AskerWorld,
  asked: Pick<Operation, 'mark' | 'kind' | 'writer'> & Partial<Operation>,
): Operation {
  const asked_ms = history.clock.monotonicMs()
  const operation: Operation = { known_version: 0, ...asked, user_id, asked_ms, status: 'unmade' }
  history.operations.push(operation)
  return operation
}

/** What is known of a request once it is answered, or is not. */
export function settle(
  { history, user_id }: AskerWorld,
  operation: Operation,
  answer: Outcome | Problem | 'gone',
): void {
  history.note(`${operation.mark} is answered: ${answer instanceof Problem ? answer.message : answerKind(answer)}`)
  if (answer === 'gone') operation.status = 'maybe'
  else if (answer instanceof Problem) {
    operation.failure = answer
    operation.status = answer.members['outcome'] === 'unknown' ? 'maybe' : 'unmade'
  } else if (answer.kind === 'refused') {
    operation.status = isReserved(answer) ? 'unmade' : 'refused'
    operation.refusal = answer.problem
  } else if (answer.row) {
    operation.status = 'acknowledged'
    operation.is_replay = answer.kind === 'replayed'
    operation.answered_ms = history.clock.monotonicMs()
    operation.row = answer.row
    operation.note_id = String(answer.row['note_id'])
    history.learn(user_id, answer.row)
  } else operation.status = 'maybe'
}

/** Refused because only a newer release may write the object. */
function isReserved(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.problem.message === newerRelease().message
}

/** What became of it, in one word. */
export function fateOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.problem.kind : outcome.kind
}

/** @throws Error when it is something else, unless only a newer release may decide */
export function expectFate(outcome: Outcome, fate: string, of: string): void {
  expectThat(fateOf(outcome) === fate || isReserved(outcome), `${of} was ${fateOf(outcome)} instead of ${fate}`)
}

function answerKind(answer: Outcome | 'gone'): string {
  return answer === 'gone' ? answer : answer.kind
}

/** The note with a further mark. */
export function marked(current: StoredRow, mark: string, fields: Row = {}): StoredRow {
  const tags = [...(current['tags'] as readonly string[]), mark]
  return { ...current, tags, body: bodyCell({ marks: tags }), score: tags.length / 2, ...fields }
}

/** Adds a mark to a note that is there and not deleted. */
export function marking(mark: string, fields: Row = {}): (current: StoredRow | undefined) => Decision {
  return (current) =>
    !current || current.deleted
      ? { kind: 'refuse', problem: new Problem('not-found', 'no such note') }
      : { kind: 'write', row: marked(current, mark, fields), status: 200 }
}

/** Who asks in the name of a user. */
export function writerOf(user_id: string, name: string): Writer {
  return { by: user_id, client_id: `cli_${name}`, via: 'api' }
}

export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}
