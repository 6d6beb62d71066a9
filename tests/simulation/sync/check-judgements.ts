import { ABSENT, isTied, kindOfId, namesOf, valueOf, type Change } from './change.ts'
import { isOwn } from './check-commits.ts'
import { isDone, isRefused, type JudgedPush, type Judgement } from './journal.ts'
import type { JournalState } from './journal-state.ts'
import type { RecordTruth } from './record-truth.ts'
import { objectOf } from './sync-history.ts'
import { dependsOn } from './sync-servers.ts'
import { WAVES_MAX, wavesOf } from './waves.ts'
import { fail } from './wrong.ts'

/** What a push was told is true of what is stored. */
export function checkJudgements(state: JournalState, push: JudgedPush): void {
  const { judgements, is_calm } = push
  for (const [at, judgement] of judgements.entries()) {
    if (isDone(judgement.result)) checkDone(state, judgement, judgements.slice(0, at))
    if (isRefused(judgement.result)) checkRefusal(state, judgement, push)
  }
  noteRefusals(state, judgements)
  if (is_calm) checkNothingWaits(judgements)
}

/** Done means stored, and the version that was told is one that the change has been part of. */
function checkDone(state: JournalState, judgement: Judgement, earlier: readonly Judgement[]): void {
  const { change, result } = judgement
  const asked_at = state.askedAt(change)
  const { mark, op, record_id, kind } = change
  const object = objectOf({ kind, record_id })
  const named = earlier.find((one) => isRefused(one.result) && namesOf(change).includes(one.change.record_id))
  if (named && result.status !== 'duplicate') {
    fail(`${mark} is done although ${named.change.mark}, on which it depends, was refused`)
  }
  if (state.lost.has(object) || state.object(object).purged.has(record_id)) return
  const record = state.record(change)
  const is_made = {
    create: record?.marks.has(mark) === true,
    patch: record?.marks.has(mark) === true,
    delete: !record || record.deleted || record.restored_at > asked_at,
    restore: record !== undefined && (!record.deleted || record.deleted_at > asked_at),
    archive: false,
    server_column: false,
  }[op]
  if (!is_made) fail(`${mark} was told ${result.status} and is not made`)
  if (!record) return
  const { version = 0 } = result
  if (version > record.version) fail(`${mark} was told version ${version}, and ${record_id} is at ${record.version}`)
  const effect = record.effects.find((one) => one.change === change && one.is_certain)
  const before = effect && record.effects.findLast((one) => one.version < effect.version)
  if (effect && version <= (before?.version ?? 0)) {
    fail(`${mark} was told version ${version}, which is from before it was made`)
  }
}

/** What is made is not called refused; nothing is refused for what it does not depend on, or for nothing. */
function checkRefusal(state: JournalState, judgement: Judgement, push: JudgedPush): void {
  const { judgements, begun_at, is_alone } = push
  const { change, result, is_renumbered } = judgement
  const { mark, references } = change
  const reason = dependsOn(result)
  if (reason !== undefined) checkDependence(state, judgement, judgements, Number(reason))
  if (state.lost.size > 0 || is_renumbered || state.has.forgetting || state.has.copies) return
  const record = state.record(change)
  const effect = record?.effects.find((one) => one.change === change && one.is_certain)
  if (effect && (is_alone || effect.at < begun_at)) {
    fail(`${mark} was told ${result.status} although it is made`)
  }
  if (reason !== undefined || state.isRefused(change)) return
  if (result.status === 'conflict') checkConflict(state, change, record)
  if (references.length > 0) checkReferences(state, change, judgements)
}

/** A distribution is not refused for what its own device has done to its audience or platform later on. */
function checkReferences(state: JournalState, change: Change, judgements: readonly Judgement[]): void {
  const { mark, device, order, references } = change
  const unusable = references.map((id) => state.record({ kind: kindOfId(id), record_id: id })).filter(isUnusable)
  const removals = unusable.flatMap(
    (one) => one?.effects.map((effect) => effect.change).filter(isRemoval) ?? [undefined],
  )
  if (removals.length === 0 || removals.some((one) => one?.device !== device || one!.order < order)) return
  // What came later in the same push tells nothing of why.
  if (removals.some((one) => judgements.some((other) => other.change === one))) return
  fail(`${mark} was refused because ${removals.at(-1)!.mark} has overtaken it`)
}

function checkDependence(
  state: JournalState,
  { change }: Judgement,
  judgements: readonly Judgement[],
  reason: number,
): void {
  const other = judgements.find(({ result }) => result.seq === reason)
  const is_named = other && isRefused(other.result) && namesOf(change).includes(other.change.record_id)
  // It may be the verdict of an earlier push, which was sent with others or under other numbers.
  const is_old = state.isRefused(change) || state.unheard.has(change)
  if (!is_named && !is_old) fail(`${change.mark} was refused for number ${reason}, on which it does not depend`)
}

/** Of a deletion and its undoing: there is somebody with whom it is in conflict. */
function checkConflict(state: JournalState, change: Change, record: RecordTruth | undefined): void {
  if ((change.op !== 'delete' && change.op !== 'restore') || !record || state.has.older_release) return
  const is_with_somebody = record.effects.some(
    ({ version, change: other }) => version > change.base_version && (!other || !isOwn(change, other)),
  )
  if (!is_with_somebody) fail(`${change.mark} was told of a conflict, and nobody else has changed ${change.record_id}`)
}

/** A refusal is kept for good once a later change of the same push is written to the same object. */
function noteRefusals(state: JournalState, judgements: readonly Judgement[]): void {
  const waves = wavesOf(
    judgements.map(({ change }) => change),
    objectOf,
  )
  const written = (at: number): boolean => {
    const { change, result } = judgements[at]!
    return (
      (result.status === 'merged' || result.status === 'applied') && (change.op === 'patch' || change.op === 'create')
    )
  }
  for (const [at, { change, result }] of judgements.entries()) {
    if (result.problem?.['outcome'] === 'unknown') state.unheard.add(change)
    if (!isRefused(result)) continue
    state.refused.add(change)
    const is_kept = judgements.some(
      (other, place) => written(place) && waves[place]! >= waves[at]! && objectOf(other.change) === objectOf(change),
    )
    if (is_kept && !state.has.forgetting && !state.has.copies) state.refused_for_good.add(change)
  }
}

/** Without faults a change waits only for a wave that a push does not reach. */
function checkNothingWaits(judgements: readonly Judgement[]): void {
  const waves = wavesOf(
    judgements.map(({ change }) => change),
    objectOf,
  )
  const waiting: Change[] = []
  judgements.forEach(({ change, result }, at) => {
    if (result.status !== 'retry') return
    const may_wait = waves[at]! >= WAVES_MAX || waiting.some((earlier) => isTied(earlier, change))
    const why = String(result.problem?.['detail'])
    if (!may_wait) fail(`${change.mark} has to wait although nothing has failed: ${why}`)
    waiting.push(change)
  })
}

/** Whether it makes a record unusable for distributions. */
function isRemoval(change: Change | undefined): change is Change {
  if (change?.op === 'server_column' || change?.op === 'create') return false
  return change?.op !== 'patch' || change.fields.has('status')
}

function isUnusable(record: RecordTruth | undefined): boolean {
  const status = record && valueOf(record.fields, 'status')
  return !record || record.deleted || status === '"archived"' || status === '"disconnected"' || status === ABSENT
}
