import { Problem } from '../../base/problem.ts'
import { creationOf, valueOver } from './edits.ts'
import type { Change, JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { behind, isRefusedWithAnother, recordKey } from './outbox.ts'
import { patchedColumns } from './overlay.ts'
import type { StoreChanges } from './store-changes.ts'

/** What new changes need. */
export interface Taking {
  readonly newMutationId: () => string
  /** Now, by the clock of this device. */
  readonly made_at: string
}

/**
 * Puts a change that was set aside at the end of the outbox, as new ones; and after it, in their order, the changes that
 * wait behind it. So none of them is judged before what it builds on. Edits of a record that the server does not have yet
 * become part of its creation.
 * @returns the number of the first
 * @throws Problem `not-found` when it is not set aside any more
 */
export async function takeUp(
  changes: StoreChanges,
  seq: number,
  made: readonly Change[],
  { newMutationId, made_at }: Taking,
): Promise<number | null> {
  const entries = await changes.entries()
  const entry = asideIn(entries, seq)
  const later = entries.filter((one) => one.seq > seq)
  const waiting = behind(later, [recordKey(entry.kind, entry.id)])
  const [first, ...others] = made
  const { creation, left } = first?.op === 'create' ? folded(entry, first, waiting) : { creation: first, left: waiting }
  const added = [creation, ...others].filter((change) => change !== undefined)
  for (const one of [entry, ...waiting]) changes.deleteEntry(one.seq)
  const seqs: number[] = []
  for (const change of added) {
    const { seq: _, mutation_id: _id, aside: _aside, ...kept } = entry
    seqs.push(await changes.append({ ...kept, change, made_at, mutation_id: newMutationId() }))
  }
  const rebase = rebasing(entry, added)
  for (const one of left) {
    const { seq: _, mutation_id: _id, aside, ...kept } = one
    const is_refused = aside !== undefined && !isRefusedWithAnother(aside.problem)
    await changes.append({
      ...kept,
      change: rebase(one),
      ...(is_refused && { aside }),
      mutation_id: newMutationId(),
    })
  }
  return seqs[0] ?? null
}

/**
 * Drops a change that was set aside. Of a record that the server never had, nothing is left to change, so all that was
 * done to it goes with its creation.
 * @returns the id of its record @throws Problem `not-found` when it is not set aside any more
 */
export async function drop(changes: StoreChanges, seq: number, is_known_there: boolean): Promise<string> {
  const entries = await changes.entries()
  const entry = asideIn(entries, seq)
  const is_whole = entry.change.op === 'create' && !is_known_there
  for (const other of entries) {
    const is_same = other.kind === entry.kind && other.id === entry.id && other.seq > seq
    if (other.seq === seq || (is_whole && is_same)) changes.deleteEntry(other.seq)
  }
  return entry.id
}

function asideIn(entries: readonly OutboxEntry[], seq: number): OutboxEntry {
  const entry = entries.find((one) => one.seq === seq)
  if (!entry?.aside) throw new Problem('not-found', 'There is no such change any more.')
  return entry
}

/**
 * Edits that were made while the one before them was set aside were made over the server's values. They come after it now, so
 * the first that touches a field has its value as what was there before.
 */
function rebasing({ kind, id }: OutboxEntry, added: readonly Change[]): (entry: OutboxEntry) => Change {
  const values = new Map<string, JsonRecord>()
  for (const change of added) {
    if (change.op === 'patch') for (const [column, value] of Object.entries(change.set)) values.set(column, { value })
  }
  return ({ change, ...entry }) => {
    if (entry.kind !== kind || entry.id !== id || change.op !== 'patch') return change
    const base = { ...change.base }
    for (const column of Object.keys(base)) {
      const { value } = values.get(column) ?? {}
      if (value === undefined) continue
      base[column] = valueOver(column, base[column], value)
      values.delete(column)
    }
    return { ...change, base }
  }
}

/** A creation with the edits that follow it, up to the first that is not one or that a creation cannot have. */
function folded(
  { kind, id }: OutboxEntry,
  creation: Change & { readonly op: 'create' },
  behind: readonly OutboxEntry[],
): { readonly creation: Change; readonly left: readonly OutboxEntry[] } {
  let { value } = creation
  const own = behind.filter((one) => one.kind === kind && one.id === id)
  const taken = new Set<OutboxEntry>()
  for (const one of own) {
    const edited = one.change.op === 'patch' ? withEdit(kind, value, one.change) : undefined
    if (!edited) break
    value = edited
    taken.add(one)
  }
  return { creation: { op: 'create', value }, left: behind.filter((one) => !taken.has(one)) }
}

function withEdit(
  kind: RecordNoun,
  value: JsonRecord,
  edit: Change & { readonly op: 'patch' },
): JsonRecord | undefined {
  if (Object.hasOwn(edit.set, 'status')) return undefined
  try {
    const { change } = creationOf(kind, { ...value, ...patchedColumns(value, edit) })
    return change.op === 'create' ? change.value : undefined
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
