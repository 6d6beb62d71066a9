import { kindOfId } from './change.ts'
import type { JournalEvent } from './journal.ts'
import type { JournalState } from './journal-state.ts'
import type { ObjectTruth } from './record-truth.ts'
import { objectOf } from './sync-history.ts'
import { fail } from './wrong.ts'

/** What a device has after a pull is what was stored at some moment since that pull began, object by object. */
export function checkHeld(
  state: JournalState,
  { device, since, versions }: Extract<JournalEvent, { kind: 'held' }>,
): void {
  const by_object = Map.groupBy(versions, ([id]) => objectOf({ kind: kindOfId(id), record_id: id }))
  for (const object of new Set([...by_object.keys(), ...state.objects()])) {
    const held = new Map(by_object.get(object))
    const states = state.statesSince(object, since)
    if (states.some(({ truth }) => isHeld(truth, held))) continue
    fail(`${device} has pulled all and ${differenceOf(states.at(-1)!.truth, held)}`)
  }
}

/** Nothing is sent from the start for nothing. @returns whether it is because of deletions that were purged */
export function checkReset(
  state: JournalState,
  { device, object, since }: Extract<JournalEvent, { kind: 'reset' }>,
): boolean {
  const [known, ...later] = state.statesSince(object, since)
  const has_purged = later.some(({ truth }) => truth.floor > known!.truth.floor)
  const is_another = later.some(({ truth, is_from_outside }) => is_from_outside || truth.epoch !== known!.truth.epoch)
  if (!has_purged && !is_another) fail(`${device} was sent all of ${object} again for nothing`)
  return !is_another
}

function isHeld({ records }: ObjectTruth, held: ReadonlyMap<string, number>): boolean {
  const live = [...records.values()].filter(({ deleted }) => !deleted)
  return live.length === held.size && live.every(({ id, version }) => held.get(id) === version)
}

function differenceOf({ records }: ObjectTruth, held: ReadonlyMap<string, number>): string {
  for (const { id, version, deleted } of records.values()) {
    if (!deleted && held.get(id) !== version)
      return `has ${id} at version ${held.get(id) ?? 'none'} instead of ${version}`
  }
  const dead = [...held.keys()].find((id) => records.get(id)?.deleted !== false)
  return `still has ${dead}, which is deleted`
}
