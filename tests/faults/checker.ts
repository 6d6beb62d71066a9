import type { Call, Reply } from '#tests/functions/audiences/harness.ts'
import { everyAudience } from '#tests/functions/audiences/harness.ts'
import type { Kind, Operation } from './load.ts'
import type { StoredAudience } from './stored.ts'

/**
 * What has to be true of a history and the bucket it left, whatever happened meanwhile.
 * @throws Error that names what broke it
 */
export function checkHistory(operations: readonly Operation[], stored: ReadonlyMap<string, StoredAudience>): void {
  checkChanges(operations, stored)
  for (const operation of operations) {
    for (const reply of operation.replies) if (reply) checkAnswer(operation, reply)
    checkRefusal(operation, operations, stored)
  }
  checkVersions(operations)
  checkSights(operations)
}

/** What the answer to a change said, whatever the way it took. */
export type Change = Pick<Operation, 'kind' | 'user_id' | 'mark' | 'audience_id' | 'result'>

/**
 * The stored records went through exactly the changes that were acknowledged and, at most once each, those of unknown
 * outcome.
 * @throws Error that names what broke it
 */
export function checkChanges(changes: readonly Change[], stored: ReadonlyMap<string, StoredAudience>): void {
  for (const [id, audience] of stored) checkRecord(id, audience)
  const carriers = new Map<string, string[]>()
  for (const [id, { marks }] of stored)
    for (const mark of marks) carriers.set(mark, [...(carriers.get(mark) ?? []), id])
  for (const change of changes) checkOutcome(change, carriers.get(change.mark) ?? [], stored)
  const known_marks = new Set(changes.map(({ mark }) => mark))
  for (const mark of carriers.keys()) if (!known_marks.has(mark)) fail(`nobody asked for ${mark}`)
}

/** A reader that met no fault gets exactly the stored records. */
export async function checkReader(
  user_id: string,
  call: Call,
  stored: ReadonlyMap<string, StoredAudience>,
): Promise<void> {
  const shown = new Map<string, string>()
  for (const { audience_id, version, metadata } of await everyAudience({ call }, 'full')) {
    shown.set(audience_id, `${version} ${Object.keys(metadata).toSorted().join()}`)
  }
  const expected = [...stored].filter(([, audience]) => audience.user_id === user_id && !audience.deleted)
  if (shown.size !== expected.length) fail(`${user_id} is shown ${shown.size} of ${expected.length} audiences`)
  for (const [id, { version, marks }] of expected) {
    if (shown.get(id) !== `${version} ${marks.toSorted().join()}`) fail(`${id} is shown as ${shown.get(id)}`)
  }
}

/** As many changes as the version says. */
function checkRecord(id: string, { version, deleted, marks }: StoredAudience): void {
  const changes = marks.length + (deleted ? 1 : 0)
  if (changes !== version) fail(`${id} has version ${version} after ${changes} changes: ${marks.join()}`)
}

const EXPECTED: Readonly<Record<Kind, readonly number[]>> = {
  create: [201, 429, 503],
  patch: [200, 404, 412, 429, 503],
  delete: [204, 404, 429, 503],
  get: [200, 404, 503],
  list: [200, 503],
}

function checkAnswer({ kind, mark, if_match }: Operation, { status, headers, body, text }: Reply): void {
  const answered = `${mark} (${kind}) was answered ${status} ${text}`
  if (!EXPECTED[kind].includes(status)) fail(answered)
  if (status === 412 && if_match === undefined) fail(answered)
  if (status < 300) return
  const is_problem =
    headers.get('content-type') === 'application/problem+json' &&
    !body.success &&
    body.status === status &&
    body.type.startsWith('/problems/') &&
    [body.detail, body['title'], body['error'], body['instance']].every((member) => typeof member === 'string')
  if (!is_problem) fail(`${answered}, which is no problem document`)
  if (status !== 503 && status !== 429) return
  if (!/^[1-9]\d*$/.test(headers.get('retry-after') ?? '')) fail(`${answered} without Retry-After`)
  if (body['outcome'] === undefined) return
  if (kind === 'get' || kind === 'list') fail(`${answered}, although it only read`)
  if (body['outcome'] !== 'unknown' || !body.audience_id?.startsWith('aud_'))
    fail(`${answered} without the id to repeat it with`)
}

/** Acknowledged: exactly once, where the answer said. Refused or not made: nowhere. */
function checkOutcome(
  { kind, user_id, mark, audience_id, result }: Change,
  carriers: readonly string[],
  stored: ReadonlyMap<string, StoredAudience>,
): void {
  if (carriers.length > 1) fail(`${mark} was carried out ${carriers.length} times`)
  const [carrier] = carriers
  if (carrier !== undefined && stored.get(carrier)?.user_id !== user_id) fail(`${mark} reached another user`)
  if (carrier !== undefined && kind === 'patch' && carrier !== audience_id) fail(`${mark} changed another record`)
  if (carrier !== undefined && (result === 'refused' || result === 'unmade'))
    fail(`${mark} was ${result}, and is there`)
  if (result !== 'acknowledged') return
  if ((kind === 'create' || kind === 'patch') && carrier !== audience_id) fail(`${mark} was acknowledged, and is gone`)
  if (kind === 'delete' && stored.get(audience_id!)?.deleted !== true) fail(`${audience_id} was deleted, and is back`)
}

/** A refusal is true of the record at some time between question and answer. */
function checkRefusal(
  { mark, audience_id, if_match, replies, result, ended }: Operation,
  operations: readonly Operation[],
  stored: ReadonlyMap<string, StoredAudience>,
): void {
  if (result !== 'refused') return
  const { status, body } = replies.at(-1)!
  if (status === 404) {
    const was_deleted = operations.some(
      (other) => other.kind === 'delete' && other.audience_id === audience_id && other.began < ended,
    )
    if (!was_deleted) fail(`${mark} did not find ${audience_id}, which was there`)
  } else if (body.audience.version === if_match || stored.get(audience_id!)!.version <= if_match!) {
    fail(`${mark} was refused at version ${body.audience.version}, which it asked for`)
  }
}

/** No two acknowledged changes made the same version; one with If-Match made the next. */
function checkVersions(operations: readonly Operation[]): void {
  const made = new Map<string, string>()
  for (const { kind, mark, if_match, replies, result } of operations) {
    const reply = replies.at(-1)
    if (result !== 'acknowledged' || (kind !== 'create' && kind !== 'patch')) continue
    const { audience_id, version } = reply!.body.audience
    if (reply!.headers.get('idempotency-replayed') !== null) continue
    if (if_match !== undefined && version !== if_match + 1) fail(`${mark} made ${version} of ${if_match}`)
    const other = made.get(`${audience_id} ${version}`)
    if (other !== undefined) fail(`${mark} and ${other} both made version ${version} of ${audience_id}`)
    made.set(`${audience_id} ${version}`, mark)
  }
}

/** An answer shows at least what any earlier answer showed. */
function checkSights(operations: readonly Operation[]): void {
  const by_end = operations.filter(({ ended }) => ended < Infinity).toSorted((a, b) => a.ended - b.ended)
  const by_start = operations.toSorted((a, b) => a.began - b.began)
  const known = new Map<string, { version: number; deleted: boolean; user_id: string }>()
  const deleting = new Set<string>()
  let ended = 0
  for (const operation of by_start) {
    for (; by_end[ended] && by_end[ended]!.ended < operation.began; ended++) learn(known, by_end[ended]!)
    for (const other of operations) {
      if (other.kind === 'delete' && other.began < operation.ended) deleting.add(other.audience_id!)
    }
    const seen = sightOf(operation)
    if (!seen) continue
    for (const [id, { version, deleted, user_id }] of known) {
      const is_asked = operation.kind === 'list' ? user_id === operation.user_id : id === operation.audience_id
      if (!is_asked) continue
      const seen_version = seen.get(id)
      if (deleted && seen_version !== undefined) fail(`${operation.mark} saw ${id} after it was deleted`)
      if (seen_version === undefined && !deleting.has(id)) fail(`${operation.mark} (${operation.kind}) missed ${id}`)
      if (seen_version !== undefined && seen_version < version) {
        fail(`${operation.mark} saw ${id} at version ${seen_version}, after ${version} was known`)
      }
    }
  }
}

function learn(known: Map<string, { version: number; deleted: boolean; user_id: string }>, operation: Operation): void {
  const { kind, user_id, audience_id, result } = operation
  for (const [id, version] of sightOf(operation) ?? []) {
    const before = known.get(id)
    known.set(id, { version: Math.max(before?.version ?? 0, version), deleted: before?.deleted === true, user_id })
  }
  if (kind === 'delete' && result === 'acknowledged') known.set(audience_id!, { version: 0, deleted: true, user_id })
}

/** The records and versions that the answer showed; `undefined` when it showed none. */
function sightOf({ replies, result, kind }: Operation): Map<string, number> | undefined {
  if (result !== 'acknowledged' || kind === 'delete') return undefined
  const { audience, audiences } = replies.at(-1)!.body
  const shown = kind === 'list' ? audiences : [audience]
  return new Map(shown.map(({ audience_id, version }) => [audience_id, version]))
}

function fail(what: string): never {
  throw new Error(what)
}
