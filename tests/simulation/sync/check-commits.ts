import { MINUTE_MS } from '#shared/base/durations.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { kindOfId, KINDS, namesOf, valueOf, type Change } from './change.ts'
import { effectsOf } from './effects.ts'
import type { JournalEvent } from './journal.ts'
import type { JournalState } from './journal-state.ts'
import { storedRecords, type Effect, type ObjectTruth, type RecordTruth, type StoredRecord } from './record-truth.ts'
import { objectOf } from './sync-history.ts'
import { fail } from './wrong.ts'

type Landed = Extract<JournalEvent, { kind: 'landed' }>
type Footer = Pick<ObjectTruth, 'epoch' | 'rev' | 'floor'>

/** Learns what a generation is, and checks that it follows from the one before. */
export async function takeLanding(state: JournalState, at: number, landed: Landed): Promise<void> {
  const { object, generation, bytes } = landed
  const before = state.object(object)
  const snapshot = wholeSnapshot(object, generation, bytes)
  const { epoch, rev, floor, purged } = snapshot.footer
  const set = (truth: ObjectTruth, is_from_outside: boolean): void => {
    state.generations.set(generation, truth)
    state.set(object, { at, truth, is_from_outside })
  }
  const is_rewrite = before.bytes !== undefined && Buffer.compare(before.bytes, bytes) === 0
  if (is_rewrite) return set(before, true)
  const kind: RecordKind = Object.values(KINDS).find(({ name }) => object.startsWith(`${name}/`))!
  const stored = await storedRecords(kind, snapshot)
  for (const { id } of stored) if (purged.has(id)) fail(`${id} is there and purged`)
  const wanted = state.put_back.get(object)
  const base = wanted === undefined ? undefined : state.generations.get(wanted)
  const footer = { epoch, rev, floor }
  if (base && epoch !== before.epoch && rev === base.rev + 1) {
    state.lost.add(object)
    state.put_back.delete(object)
    return set({ ...putBack(base, footer, stored, landed.time_ms), bytes }, true)
  }
  set({ ...committed(state, { at, landed, before, footer, stored }), bytes }, before.epoch === '')
}

interface ObjectCommit {
  readonly at: number
  readonly landed: Landed
  readonly before: ObjectTruth
  readonly footer: Footer
  readonly stored: readonly StoredRecord[]
}

/** Each object counts its commits, and loses no record but deleted ones that were to be purged. */
function committed(state: JournalState, { at, landed, before, footer, stored }: ObjectCommit): ObjectTruth {
  const { object, time_ms } = landed
  const { rev, epoch, floor } = footer
  if (rev !== before.rev + 1) fail(`${object} went from revision ${before.rev} to ${rev}`)
  if (before.epoch !== '' && epoch !== before.epoch) fail(`${object} has changed its epoch`)
  if (floor < before.floor) fail(`${object} has lowered its floor`)
  const records = new Map<string, RecordTruth>()
  const purged = new Set(before.purged)
  for (const record of stored) {
    const { id, version } = record
    if (records.has(id)) fail(`${id} is stored twice`)
    if (objectOf({ kind: kindOfId(id), record_id: id }) !== object) fail(`${id} is not at home in ${object}`)
    if (purged.has(id)) fail(`${id} has come back after it was purged`)
    const earlier = before.records.get(id)
    if (record.rev !== (earlier?.version === version ? earlier.rev : rev)) {
      fail(`${id} says at version ${version} that it was changed at revision ${record.rev}, which is not so`)
    }
    records.set(id, earlier?.version === version ? earlier : changed(state, earlier, record, { at, time_ms }))
  }
  for (const [id, earlier] of before.records) {
    if (records.has(id)) continue
    if (!earlier.deleted || !state.purge_asked.has(id)) fail(`${object} has lost ${id} at revision ${rev}`)
    if (floor < earlier.rev) fail(`${object} does not tell by its floor that ${id} was purged`)
    purged.add(id)
  }
  // Only now: the changes of one commit share their place in the order.
  for (const { effects } of records.values()) {
    for (const { change, is_certain, is_repeated, at: made_at } of effects) {
      if (change && is_certain && !is_repeated && made_at === at) state.noteMade(change)
    }
  }
  return { ...footer, records, purged }
}

function changed(
  state: JournalState,
  before: RecordTruth | undefined,
  record: StoredRecord,
  { at, time_ms }: { readonly at: number; readonly time_ms: number },
): RecordTruth {
  const { forgetting: forgets, copies: has_copies } = state.has
  const effects = effectsOf(before, record, state, { at, time_ms, forgets, has_copies })
  checkRecord(before, record, effects)
  for (const { change, is_certain, is_repeated } of effects) {
    if (change?.device === undefined || !is_certain || is_repeated) continue
    // What a copied profile has not pulled yet it has in its outbox, with the changes of the one that it is a copy of.
    if (!state.has.copies || change.base_version > 0) checkLoss(before, change, effects)
    checkOrder(state, change)
  }
  const has = (op: Change['op']) => effects.some(({ change }) => change?.op === op)
  return {
    ...record,
    effects: [...(before?.effects ?? []), ...effects],
    deleted_at: has('delete') ? at : (before?.deleted_at ?? -1),
    restored_at: has('restore') ? at : (before?.restored_at ?? -1),
  }
}

/** What the changes of a commit set is set, nothing else is, and the one who wrote last is one of those who changed. */
function checkRecord(before: RecordTruth | undefined, record: StoredRecord, effects: readonly Effect[]): void {
  const { id, version, fields, client_id, deleted } = record
  const changes = effects.flatMap(({ change }) => change ?? [])
  if (!changes.some(({ client_ids }) => client_ids.has(client_id))) {
    fail(`${id} says at version ${version} that ${client_id} has changed it`)
  }
  if (before?.deleted && !changes.some(({ op }) => op === 'restore')) fail(`${id} was changed while it is deleted`)
  const was = before?.fields ?? new Map<string, string>()
  // A deletion sets the status of a platform, too.
  const sets_status = changes.some(({ op }) => op === 'delete' || op === 'restore')
  if (deleted) return
  for (const name of new Set([...fields.keys(), ...was.keys(), ...changes.flatMap((one) => [...one.fields.keys()])])) {
    if (name === 'last_sync_at' || (name === 'status' && sets_status)) continue
    const value = valueOf(fields, name)
    const setting = changes.filter((change) => change.fields.has(name))
    if (setting.some((change) => valueOf(change.fields, name) === value)) continue
    // What a creation does not say has a default.
    if (setting.length === 0 && (!before || valueOf(was, name) === value)) continue
    fail(`${id} has ${value} as its ${name} at version ${version}, before ${valueOf(was, name)}, and no change says so`)
  }
}

/** Nobody's change is written over, or deleted, by somebody who has not seen it. */
function checkLoss(before: RecordTruth | undefined, change: Change, effects: readonly Effect[]): void {
  if (!before) return
  const { mark, base_version, op, record_id } = change
  const since = before.effects.filter(({ version }) => version > base_version)
  const by_others = since.filter(
    // The copy of a record in an answer may be from the middle of a commit, and have some of its changes.
    ({ change: other, from_version }) => from_version >= base_version && (!other || !isOwn(change, other)),
  )
  if (op === 'delete' || op === 'restore') {
    const seen = by_others.find(({ change: other }) => other?.op !== 'server_column')
    const what = seen?.change?.mark ?? 'what was put back'
    if (seen) fail(`${mark} has ${op}d ${record_id} over ${what}, which its user had not seen`)
  }
  // Where the past does not reach back, the value that the device knew decides alone.
  if (op !== 'patch' || since.some(({ change: other }) => !other || other.is_by_older_release)) return
  for (const [name, value] of change.fields) {
    // It was so already: before this commit, or by a change in it that may have come first.
    const is_so = effects.some(
      ({ change: one }) =>
        (one!.device !== change.device || one!.order < change.order) && one!.fields.get(name) === value,
    )
    if (is_so || valueOf(before.fields, name) === value) continue
    const lost = by_others.find(
      (effect) =>
        effect.changed.has(name) &&
        !isHidden(before, effect, { name, base_version }) &&
        !isSetByOwn(change, name, before.effects, effect),
    )
    if (lost) fail(`${mark} has written over the ${name} of ${lost.change!.mark}, which its user had not seen`)
  }
}

/** No change overtakes an earlier one of its device that it is tied to, and none is made that was refused for good. */
function checkOrder(state: JournalState, change: Change): void {
  // What was put back may be made again.
  if (state.lost.size > 0) return
  if (state.refused_for_good.has(change)) fail(`${change.mark} is made, although it was refused before`)
  if (state.isRefused(change)) return
  // What one copy of a profile has taken up again as a new change, another still pushes as the old one.
  if (state.has.copies) return
  const device = change.device!
  const tied = [
    ...namesOf(change).map((name) => state.latestOf(device, name)),
    state.latestReferring(device, change.record_id),
  ]
  const later = tied.find((one) => one !== undefined && one.order > change.order)
  if (later) fail(`${change.mark} was overtaken by ${later.mark}, to which it is tied`)
}

/** A copy of a profile has the same client id until it is told. */
export function isOwn(change: Change, other: Change): boolean {
  if (other.device === undefined) return false
  return other.device === change.device || [...other.client_ids].some((id) => change.client_ids.has(id))
}

/** Instances may be so much apart in what time it is. */
const CLOCKS_APART_MS = 30_000
const SHARED_MS_MAX = 10 * MINUTE_MS

/**
 * Changes of a draft by one client within minutes share one entry in the past of the record, which tells what they came
 * to: not what was changed there and back, nor what since a version between them.
 */
function isHidden(
  { effects }: RecordTruth,
  hidden: Effect,
  { name, base_version }: { readonly name: string; readonly base_version: number },
): boolean {
  return effects.some(
    ({ change, changed, version, time_ms }) =>
      change !== hidden.change &&
      (version <= base_version || changed.has(name) || version === hidden.version) &&
      Math.abs(hidden.time_ms - time_ms) <= SHARED_MS_MAX + CLOCKS_APART_MS &&
      [...(change?.client_ids ?? [])].some((id) => hidden.change?.client_ids.has(id)),
  )
}

/** A change of its own device in the same commit set the same value, and may have come first: the other changed nothing. */
function isSetByOwn(change: Change, name: string, effects: readonly Effect[], { at, change: other }: Effect): boolean {
  const value = other?.fields.get(name)
  return effects.some(
    (one) => one.at === at && one.change && isOwn(change, one.change) && one.change.fields.get(name) === value,
  )
}

/** The records of an earlier generation, with versions that nobody has seen. */
function putBack(base: ObjectTruth, footer: Footer, stored: readonly StoredRecord[], time_ms: number): ObjectTruth {
  const records = new Map<string, RecordTruth>()
  for (const record of stored) {
    const was = base.records.get(record.id)
    if (!was || record.version <= was.version) fail(`${record.id} is another in the new epoch`)
    const back: Effect = {
      change: undefined,
      changed: new Set(),
      from_version: was.version,
      version: record.version,
      at: -1,
      time_ms,
      is_certain: true,
      is_repeated: false,
    }
    records.set(record.id, { ...was, ...record, effects: [...was.effects, back] })
  }
  return { ...base, ...footer, records }
}
