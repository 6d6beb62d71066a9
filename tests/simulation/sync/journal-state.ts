import type { Change } from './change.ts'
import type { AskedChanges } from './effects.ts'
import { NO_OBJECT_YET, type ObjectTruth, type RecordTruth } from './record-truth.ts'
import { objectOf, type Features } from './sync-history.ts'

/** An object as an event of the journal left it. */
export interface ObjectState {
  /** The event. */
  readonly at: number
  readonly truth: ObjectTruth
  /** No commit made it: a cursor of before may not fit any more. */
  readonly is_from_outside: boolean
}

/** What is known at one place of the journal: what was asked for, what was stored, what was said. */
export class JournalState implements AskedChanges {
  readonly has: Features
  /** Changes that the server has refused, or may have. */
  readonly refused = new Set<Change>()
  /** Refused ones that the ledger of their object has to remember. */
  readonly refused_for_good = new Set<Change>()
  /** Changes of commits that landed, perhaps, while nobody heard of it. */
  readonly unheard = new Set<Change>()
  /** Objects that were put back or removed: what was acknowledged before may be gone. */
  readonly lost = new Set<string>()
  readonly purge_asked = new Set<string>()
  /** The generation that an object is to be put back to. */
  readonly put_back = new Map<string, string>()
  readonly generations = new Map<string, ObjectTruth>()
  readonly #asked = new Map<string, Change>()
  readonly #asked_at = new Map<Change, number>()
  readonly #about = new Map<string, Change[]>()
  readonly #states = new Map<string, ObjectState[]>()
  /** By device and record, the latest of its changes that was made of it, and of those that refer to it. */
  readonly #latest = new Map<string, Change>()
  readonly #latest_referring = new Map<string, Change>()

  constructor(has: Features) {
    this.has = has
  }

  of(mark: string): Change | undefined {
    return this.#asked.get(mark)
  }

  about(record_id: string): readonly Change[] {
    return this.#about.get(record_id) ?? []
  }

  isRefused(change: Change): boolean {
    return this.refused.has(change)
  }

  ask(at: number, change: Change): void {
    if (this.#asked.has(change.mark)) return
    this.#asked_at.set(change, at)
    this.#asked.set(change.mark, change)
    const about = this.#about.get(change.record_id)
    if (about) about.push(change)
    else this.#about.set(change.record_id, [change])
  }

  /** The event from which on a change may have been made. */
  askedAt(change: Change): number {
    return this.#asked_at.get(change) ?? Infinity
  }

  /** The object as it is now. */
  object(name: string): ObjectTruth {
    return this.#states.get(name)?.at(-1)?.truth ?? NO_OBJECT_YET
  }

  record({ kind, record_id }: Pick<Change, 'kind' | 'record_id'>): RecordTruth | undefined {
    return this.object(objectOf({ kind, record_id })).records.get(record_id)
  }

  objects(): readonly string[] {
    return [...this.#states.keys()]
  }

  /** What is stored now. */
  records(): RecordTruth[] {
    return this.objects().flatMap((name) => [...this.object(name).records.values()])
  }

  set(name: string, state: ObjectState): void {
    const states = this.#states.get(name)
    if (states) states.push(state)
    else this.#states.set(name, [state])
  }

  /** Every state that the object had from event `since` on, the first one from before. */
  statesSince(name: string, since: number): readonly ObjectState[] {
    const states = this.#states.get(name) ?? []
    const first = states.findLastIndex(({ at }) => at < since)
    return first < 0 ? [{ at: -1, truth: NO_OBJECT_YET, is_from_outside: false }, ...states] : states.slice(first)
  }

  /** The latest change of a device that was made of a record. */
  latestOf(device: string, record_id: string): Change | undefined {
    return this.#latest.get(`${device} ${record_id}`)
  }

  /** The latest change of a device that was made and refers to a record. */
  latestReferring(device: string, record_id: string): Change | undefined {
    return this.#latest_referring.get(`${device} ${record_id}`)
  }

  noteMade(change: Change): void {
    const { device, record_id, references } = change
    if (device === undefined) return
    noteLatest(this.#latest, `${device} ${record_id}`, change)
    for (const id of references) noteLatest(this.#latest_referring, `${device} ${id}`, change)
  }
}

function noteLatest(latest: Map<string, Change>, key: string, change: Change): void {
  const known = latest.get(key)
  if (!known || known.order < change.order) latest.set(key, change)
}
