import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import { monthOf, startOfMonthMs } from '#shared/table/object/partition.ts'
import { serverWriter } from '#shared/table/object/writer.ts'
import type { LegacyEntry } from '#shared/table/read/legacy-ids.ts'
import { bodyCell, createNote } from '#tests/table/notes.ts'
import type { Fleet } from './fleet.ts'
import type { History, Operation } from './history.ts'
import { between } from './seeded-random.ts'

const TRIES_MAX = 20

/** Brings notes of the old system, whose ids carry no time, beside everybody else: first into the index, then the notes. */
export async function importNowAndThen(history: History, fleet: Fleet, random: Random, user_id: string): Promise<void> {
  const { clock, schema } = history
  const month = schema.partitioned_by === 'user' ? '' : monthOf(clock.nowMs())
  const created_at = startOfMonthMs(monthOf(clock.nowMs()))
  for (let rounds = between(random, 1, 2); rounds > 0; rounds--) {
    await clock.sleep(between(random, 0, 4000))
    const entry: LegacyEntry = { id: `note-old${user_id.length}${rounds}`, month }
    const operation: Operation = {
      mark: `import.${entry.id}`,
      user_id,
      writer: serverWriter('import'),
      kind: 'create',
      note_id: entry.id,
      known_version: 0,
      status: 'unmade',
      asked_ms: clock.monotonicMs(),
    }
    history.operations.push(operation)
    for (let tries = 0; tries < TRIES_MAX && operation.status !== 'acknowledged'; tries++) {
      await importOne(history, fleet, operation, { entry, created_at: created_at + rounds })
      await clock.sleep(between(random, 500, 5000))
    }
  }
}

interface OldNote {
  readonly entry: LegacyEntry
  readonly created_at: number
}

async function importOne(
  history: History,
  fleet: Fleet,
  operation: Operation,
  { entry, created_at }: OldNote,
): Promise<void> {
  const { user_id, mark, writer } = operation
  const { table, crashed } = fleet.any()
  const fields = { tags: [mark], size: 0, body: bodyCell({ marks: [mark] }), created_at }
  const { decide, ...creation } = createNote({ fields })
  const work = async () => {
    await table.legacy_ids.add(history.schema, user_id, [entry])
    operation.status = 'maybe'
    const mutation = { ...creation, id: entry.id, writer, decide: decide.bind(undefined, entry.id) }
    return (await table.mutateAll(user_id, entry.month, [mutation]))[0]!
  }
  const answer = await Promise.race([work().catch((error: unknown) => passing(history, error)), crashed])
  if (answer === 'crashed' || answer === undefined) return
  if (answer.kind === 'refused') {
    // It is there, by an attempt whose answer was lost, or the object is full.
    operation.status = answer.problem.kind === 'conflict' ? 'acknowledged' : 'maybe'
    return
  }
  operation.status = 'acknowledged'
  // Told by its version: the instance may have crashed with an earlier attempt.
  history.learn(user_id, answer.row!)
}

function passing(history: History, error: unknown): undefined {
  if (error instanceof CorruptObject && history.wasDamaged(error.object)) return undefined
  if (error instanceof StoreError || (error instanceof Problem && error.kind !== 'internal')) return undefined
  throw error
}
