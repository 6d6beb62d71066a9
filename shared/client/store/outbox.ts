import { canonicalSpelling, idTimeMs } from '../../base/ids.ts'
import type { PushedMutation } from './answers.ts'
import type { ClientEntry, JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind } from './kinds.ts'

/** Which changes are pushed together, and what the client may acknowledge. Pure. */

const encoder = new TextEncoder()
/** Of one push. */
const PUSH_CHANGES_MAX = 1000

/** A change as it is pushed. */
export function pushedChange({ seq, mutation_id, kind, id, change }: OutboxEntry): PushedMutation {
  return { seq, mutation_id, kind, id, ...change }
}

/** How a device names a record: the same in both spellings of an old id, which references and rows do not share. */
export function recordKey(noun: RecordNoun, id: string): string {
  return `${noun}:${canonicalSpelling(localKind(noun).kind, id)}`
}

/** The records that a change names: its own first. */
export function recordsNamedBy({ kind, id, refers_to }: OutboxEntry): { own: string; others: readonly string[] } {
  const nouns = Object.values(localKind(kind).references)
  return { own: recordKey(kind, id), others: refers_to.map((other, at) => recordKey(nouns[at]!, other)) }
}

/** Whether the server has still to answer it. */
export function isOpen({ done, aside }: OutboxEntry): boolean {
  return !done && !aside
}

/** Whether a change may be held back for a while. */
type IsPaused = (entry: OutboxEntry) => boolean

const isNeverPaused: IsPaused = () => false

/**
 * The changes that may be pushed, in their order. One that names a record of which an earlier change waits for the user is
 * held back; and whatever is held back, for that or because its object wants a pause, holds back what is tied to it in either
 * direction.
 * @param entries in their order
 */
function* sendable(entries: Iterable<OutboxEntry>, isPaused: IsPaused): Generator<OutboxEntry, void> {
  const refused = new Set<string>()
  const held = new Set<string>()
  const referred_by_held = new Set<string>()
  for (const entry of entries) {
    if (entry.done) continue
    const { own, others } = recordsNamedBy(entry)
    if (entry.aside) {
      refused.add(own)
      continue
    }
    const is_blocked = [own, ...others].some((name) => refused.has(name) || held.has(name)) || referred_by_held.has(own)
    if (is_blocked || isPaused(entry)) {
      held.add(own)
      for (const name of others) referred_by_held.add(name)
      continue
    }
    yield entry
  }
}

/**
 * The changes that name one of these records, and those that must not overtake them.
 * @param entries in their order
 * @param names of the records, as of `recordKey`
 */
export function behind(entries: readonly OutboxEntry[], names: Iterable<string>): readonly OutboxEntry[] {
  const held = new Set(names)
  const referred_by_held = new Set<string>()
  return entries.filter((entry) => {
    if (entry.done) return false
    const { own, others } = recordsNamedBy(entry)
    if (![own, ...others].some((name) => held.has(name)) && !referred_by_held.has(own)) return false
    held.add(own)
    for (const name of others) referred_by_held.add(name)
    return true
  })
}

/** Refused for an earlier change that was refused, and for nothing else. */
export function isRefusedWithAnother(problem: JsonRecord): boolean {
  return problem['code'] === 'depends-on'
}

/** The next changes to push, as many as one push may have. @param bytes_max of their JSON; one may have more by itself */
export function nextPush(
  entries: Iterable<OutboxEntry>,
  isPaused = isNeverPaused,
  bytes_max = Infinity,
): readonly OutboxEntry[] {
  const batch: OutboxEntry[] = []
  let bytes = 0
  for (const entry of sendable(entries, isPaused)) {
    bytes += encoder.encode(JSON.stringify(pushedChange(entry))).length + 1
    if (batch.length === PUSH_CHANGES_MAX || (batch.length > 0 && bytes > bytes_max)) break
    batch.push(entry)
  }
  return batch
}

/** Whether there is something to push. */
export function hasPush(entries: Iterable<OutboxEntry>, isPaused = isNeverPaused): boolean {
  return sendable(entries, isPaused).next().done === false
}

/** The number up to which every change has its final answer. */
export function ackedOf(entries: Iterable<OutboxEntry>, { last_seq }: Pick<ClientEntry, 'last_seq'>): number {
  let acked = last_seq
  for (const entry of entries) if (isOpen(entry)) acked = Math.min(acked, entry.seq - 1)
  return acked
}

/** The object of the server that a change goes to: those that want a pause want it each by itself. */
export function objectOf({ kind, id }: OutboxEntry): string {
  const { kind: record_kind } = localKind(kind)
  if (record_kind.partitioned_by === 'user') return record_kind.name
  const time_ms = idTimeMs(record_kind.id_prefix, id)
  return `${record_kind.name}/${time_ms === undefined ? id : new Date(time_ms).toISOString().slice(0, 7)}`
}

/**
 * The version of a record that this device had when the oldest change of it was made that its row does not show yet. The
 * answers to pushes do not move it.
 * @param row_version 0 when it was never pulled
 */
export function baseVersionOf(row_version: number, entries: readonly OutboxEntry[]): number {
  let base = row_version
  for (const { change, done, aside } of entries) {
    if (aside || (done && row_version >= done.version)) continue
    base = Math.min(base, change.op === 'create' ? 0 : change.base_version)
  }
  return base
}
