import { isObject } from '../../base/is-object.ts'
import type { PushAnswerResult, SyncProblem } from './answers.ts'
import type { ClientEntry, JsonRecord, OutboxEntry, SetAside } from './entries.ts'
import { ackedOf, behind, isRefusedWithAnother, recordKey, recordsNamedBy } from './outbox.ts'
import type { StoreChanges } from './store-changes.ts'

/** What the answer to a push came to. `outdated`: the client is another by now, and nothing was changed. */
export type AppliedPush =
  | { readonly kind: 'applied'; readonly aside: number; readonly renamed: Readonly<Record<string, string>> }
  | { readonly kind: 'outdated' }

/** There is no record there any more: no row shows the change, but a later pull does. */
const NO_RECORD = Number.MAX_SAFE_INTEGER

export interface PushedAs {
  readonly client: Pick<ClientEntry, 'client_id' | 'acked'>
  readonly entries: readonly OutboxEntry[]
}

/** What new changes need. */
export interface Making {
  newId(entry: OutboxEntry, server_time_ms: number): string
  newMutationId(): string
}

/**
 * Takes in the results of a push, and with them what the client may acknowledge by its next one: written down before it is
 * sent. A change of which nothing is decided stays as it is.
 */
export async function applyPush(
  changes: StoreChanges,
  { client, entries }: PushedAs,
  results: readonly PushAnswerResult[],
  making: Making,
): Promise<AppliedPush> {
  if (changes.client.client_id !== client.client_id) return { kind: 'outdated' }
  const by_seq = new Map(results.map((result) => [result.seq, result]))
  const stored = new Map((await changes.entries()).map((entry) => [entry.seq, entry]))
  const renamed = renamedBy(entries, by_seq, making)
  const taken_along = new Set(behind([...stored.values()], renamed.keys()).map(({ seq }) => seq))
  let aside = 0
  for (const { seq } of entries) {
    const entry = stored.get(seq)
    const result = by_seq.get(seq)
    if (!entry || entry.done || entry.aside || !result || result.status === 'retry') continue
    if (taken_along.has(seq) && isRefusedFor(entry, result, renamed)) continue
    if (result.status === 'conflict' || result.status === 'invalid') {
      stored.set(seq, { ...entry, aside: setAside(result) })
      aside++
    } else {
      stored.set(seq, { ...entry, done: { version: result.version || NO_RECORD } })
    }
    changes.putEntry(stored.get(seq)!)
  }
  await renameAll(changes, renamed, making)
  const left = renamed.size === 0 ? stored.values() : await changes.entries()
  const acked = ackedOf(left, changes.client)
  if (acked > changes.client.acked) changes.putClient({ ...changes.client, acked })
  return { kind: 'applied', aside, renamed: Object.fromEntries(renamed.values()) }
}

/** The results of the changes that a push was refused for as a whole, where the problem names them by their places. */
export function refusedWith(
  { kind, detail, members }: SyncProblem,
  entries: readonly OutboxEntry[],
): readonly PushAnswerResult[] {
  const { errors } = members
  if (kind !== 'invalid-input' || !Array.isArray(errors)) return []
  const by_place = Map.groupBy(errors.filter(isObject), ({ path }) => /^mutations\[(\d+)\]/.exec(String(path))?.[1])
  return [...by_place].flatMap(([place, own]) => {
    const entry = place === undefined ? undefined : entries[Number(place)]
    if (!entry) return []
    return [{ seq: entry.seq, status: 'invalid' as const, problem: { ...members, detail, errors: own } }]
  })
}

/**
 * Another copy of this client has used its numbers: it becomes a client of its own, and what the server has not answered gets
 * new numbers.
 * @returns whether it did; not when it is another client by now, or has heard of a later push
 */
export async function applyFork(
  changes: StoreChanges,
  pushed: Pick<ClientEntry, 'client_id' | 'acked'>,
  client_id: string,
): Promise<boolean> {
  const { client } = changes
  if (client.client_id !== pushed.client_id || client.acked !== pushed.acked) return false
  const entries = await changes.entries()
  for (const { seq } of entries) changes.deleteEntry(seq)
  for (const [at, entry] of entries.entries()) changes.putEntry({ ...entry, seq: at + 1 })
  const last_seq = entries.length
  changes.putClient({ ...client, client_id, last_seq, acked: ackedOf(await changes.entries(), { last_seq }) })
  return true
}

/** Old and new ids of records whose time the server does not take, by their keys. */
function renamedBy(
  entries: readonly OutboxEntry[],
  results: ReadonlyMap<number, PushAnswerResult>,
  making: Making,
): ReadonlyMap<string, readonly [old_id: string, new_id: string]> {
  const renamed = new Map<string, readonly [string, string]>()
  for (const entry of entries) {
    const { status, problem = {} } = results.get(entry.seq) ?? {}
    if (entry.change.op !== 'create' || status !== 'invalid' || problem['code'] !== 'id_time') continue
    const server_time_ms = Date.parse(String(problem['server_time']))
    renamed.set(recordKey(entry.kind, entry.id), [entry.id, making.newId(entry, server_time_ms)])
  }
  return renamed
}

/** Whether it was refused only because the id of another record, or its own, is to be another. */
function isRefusedFor(
  entry: OutboxEntry,
  { status, problem = {} }: PushAnswerResult,
  renamed: ReadonlyMap<string, unknown>,
): boolean {
  if (status !== 'invalid' && status !== 'conflict') return false
  return namesOneOf(entry, renamed) || isRefusedWithAnother(problem)
}

function namesOneOf(entry: OutboxEntry, renamed: ReadonlyMap<string, unknown>): boolean {
  const { own, others } = recordsNamedBy(entry)
  return [own, ...others].some((name) => renamed.has(name))
}

/**
 * Every change of a renamed record, and of what refers to it, becomes a new one under the new id; behind them, in their order,
 * come the changes that must not overtake them.
 */
async function renameAll(
  changes: StoreChanges,
  renamed: ReadonlyMap<string, readonly [string, string]>,
  making: Making,
): Promise<void> {
  if (renamed.size === 0) return
  // Old links follow: the new ids are known here, and in the plan of a guest, before the server knows them.
  const new_ids = Object.fromEntries(renamed.values())
  await changes.rename(new_ids)
  const plan = await changes.storedPlan()
  if (plan) changes.putPlan({ ...plan, renamed: { ...plan.renamed, ...new_ids } })
  for (const entry of behind(await changes.entries(), renamed.keys())) {
    const { own, others } = recordsNamedBy(entry)
    const { seq, aside, mutation_id: _old, ...kept } = entry
    const is_refused = aside && !namesOneOf(entry, renamed) && !isRefusedWithAnother(aside.problem)
    const newIdOf = (key: string, id: string) => renamed.get(key)?.[1] ?? id
    const refers_to = entry.refers_to.map((id, at) => newIdOf(others[at]!, id))
    changes.deleteEntry(seq)
    await changes.append({
      ...kept,
      id: newIdOf(own, entry.id),
      refers_to,
      change: withReferences(entry.change, entry.refers_to, refers_to),
      ...(is_refused && { aside }),
      mutation_id: making.newMutationId(),
    })
  }
}

function withReferences(
  change: OutboxEntry['change'],
  before: readonly string[],
  after: readonly string[],
): OutboxEntry['change'] {
  if (change.op !== 'create') return change
  const value = Object.entries(change.value).map(([name, one]) => {
    const at = typeof one === 'string' ? before.indexOf(one) : -1
    return [name, at < 0 ? one : after[at]]
  })
  return { op: 'create', value: Object.fromEntries(value) as JsonRecord }
}

function setAside({ status, fields = [], server = null, problem = {} }: PushAnswerResult): SetAside {
  const { detail, errors } = problem
  const first =
    Array.isArray(errors) && isObject(errors[0]) ? `${String(errors[0]['path'])} ${String(errors[0]['message'])}` : ''
  return {
    status: status === 'conflict' ? 'conflict' : 'invalid',
    fields,
    server,
    reason: typeof detail === 'string' ? detail : first,
    problem,
  }
}
