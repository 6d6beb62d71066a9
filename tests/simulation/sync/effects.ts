import { valueOf, type Change } from './change.ts'
import type { Effect, RecordTruth, StoredRecord } from './record-truth.ts'
import { fail } from './wrong.ts'

/** The changes that were asked for, so far. */
export interface AskedChanges {
  of(mark: string): Change | undefined
  /** In the order in which they were thought of. */
  about(record_id: string): readonly Change[]
  /** The server has said that it will not be made. */
  isRefused(change: Change): boolean
}

/** How a commit is looked at. */
export interface Commit {
  /** The event. */
  readonly at: number
  readonly time_ms: number
  /** Ledgers may have been forgotten: a change that was made before may be made again. */
  readonly forgets: boolean
  /** Copies of a device may take up its changes again, under another name. */
  readonly has_copies: boolean
}

/**
 * Which changes a commit has made of a record: those whose marks are new in it, and for each other version one that leaves
 * no mark and was asked for. @throws Error when a version has no change of its own, or a change no version
 */
export function effectsOf(
  before: RecordTruth | undefined,
  now: StoredRecord,
  asked: AskedChanges,
  commit: Commit,
): Effect[] {
  const { id, version } = now
  for (const mark of before?.marks ?? []) if (!now.marks.has(mark)) fail(`${id} has lost ${mark} at version ${version}`)
  const versions = version - (before?.version ?? 0)
  if (versions < 0) fail(`${id} went from version ${before?.version} back to ${version}`)
  const made = [...now.marks].filter((mark) => !before?.marks.has(mark)).map((mark) => markedChange(id, mark, asked))
  const effects: Effect[] = made.map((change) => effectOf(change, before, now, commit))
  const finder = new UnmarkedChanges(before, now, asked, commit)
  const isOpen = () => effects.length < versions
  if (isOpen() && now.last_sync_at !== before?.last_sync_at) effects.push(...finder.find('server_column'))
  const sets_status = made.some(({ fields }) => valueOf(fields, 'status') === valueOf(now.fields, 'status'))
  const is_archived =
    valueOf(now.fields, 'status') === '"archived"' && valueOf(before?.fields ?? new Map(), 'status') !== '"archived"'
  if (isOpen() && is_archived && !sets_status) effects.push(...finder.find('archive'))
  let deleted = before?.deleted ?? false
  const flips: Effect[] = []
  while (effects.length + flips.length < versions) {
    const found = finder.find(deleted ? 'restore' : 'delete')
    if (found.length === 0) break
    flips.push(...found)
    deleted = !deleted
  }
  // The one too many was another change, made again.
  if (deleted !== now.deleted && flips.pop()) deleted = !deleted
  effects.push(...flips)
  // A program may have archived it before somebody else did.
  if (isOpen() && is_archived && sets_status) effects.push(...finder.find('archive'))
  while (isOpen()) {
    const found = finder.findRepeated()
    if (found.length === 0) break
    effects.push(...found)
  }
  const marks = made.map(({ mark }) => mark).join(', ')
  if (effects.length !== versions)
    fail(
      `${id} is at version ${version} without a change of its own: some change was made twice, after ${marks || 'none'}`,
    )
  if (deleted !== now.deleted) fail(`${id} is ${now.deleted ? 'deleted' : 'back'} without anybody’s asking`)
  return effects
}

function markedChange(id: string, mark: string, asked: AskedChanges): Change {
  const change = asked.of(mark)
  if (!change) fail(`${id} has the mark ${mark}, which nobody has sent`)
  if (change.record_id !== id) fail(`${mark} was made of ${id} instead of ${change.record_id}`)
  return change
}

function effectOf(
  change: Change,
  before: RecordTruth | undefined,
  { version }: StoredRecord,
  { at, time_ms }: Commit,
): Effect {
  const was = before?.fields ?? new Map<string, string>()
  const changed = new Set([...change.fields].flatMap(([name, value]) => (valueOf(was, name) === value ? [] : [name])))
  const from_version = before?.version ?? 0
  return { change, changed, from_version, version, at, time_ms, is_certain: true, is_repeated: false }
}

/** Candidates for versions without a mark. */
class UnmarkedChanges {
  readonly #before: RecordTruth | undefined
  readonly #now: StoredRecord
  readonly #asked: AskedChanges
  readonly #commit: Commit
  readonly #found = new Set<Change>()

  constructor(before: RecordTruth | undefined, now: StoredRecord, asked: AskedChanges, commit: Commit) {
    this.#before = before
    this.#now = now
    this.#asked = asked
    this.#commit = commit
    for (const { change, is_repeated } of before?.effects ?? []) if (change && !is_repeated) this.#found.add(change)
  }

  find(op: Change['op']): Effect[] {
    const { client_id } = this.#now
    const open = this.#asked.about(this.#now.id).filter((change) => change.op === op && !this.#found.has(change))
    const by_writer = open.filter(({ client_ids }) => client_ids.has(client_id))
    const likely = (by_writer.length > 0 ? by_writer : open).toSorted(
      (a, b) => Number(this.#asked.isRefused(a)) - Number(this.#asked.isRefused(b)),
    )
    const [change] = likely
    if (!change) return this.#commit.forgets ? this.#repeated((one) => one.op === op) : []
    this.#found.add(change)
    // The other candidate of an earlier version may have made that one, too.
    const is_certain =
      open.length === 1 && !this.#before?.effects.some((one) => !one.is_certain && one.change?.op === op)
    return [{ ...this.#effectOf(change), is_certain }]
  }

  /** A patch whose ledger was forgotten, of fields that nobody else has changed since; or one that a copy has taken up. */
  findRepeated(): Effect[] {
    if (this.#commit.forgets) {
      return this.#repeated(
        ({ op, fields }) =>
          op === 'patch' && [...fields].every(([name, value]) => valueOf(this.#now.fields, name) === value),
      )
    }
    const effects = this.#commit.has_copies ? (this.#before?.effects ?? []) : []
    const taken_up = effects.find(({ change }) => change && this.#isTakenUpUnseen(change))?.change
    return taken_up ? [{ ...this.#effectOf(taken_up), is_certain: false, is_repeated: true }] : []
  }

  /**
   * A copy of a profile sends a patch under its new name that the original has sent under the old one. Where an older release
   * wrote since, the past does not reach back to it: when the values are again as the device knew them, nothing tells that the
   * patch was made before.
   */
  #isTakenUpUnseen({ op, client_ids, base_version, fields }: Change): boolean {
    if (op !== 'patch' || client_ids.size < 2 || !client_ids.has(this.#now.client_id)) return false
    const { effects, fields: was } = this.#before!
    const since = effects.filter(({ version }) => version > base_version)
    if (!since.some(({ change }) => change?.is_by_older_release)) return false
    const known = effects.filter(({ version }) => version <= base_version)
    return [...fields.keys()].every((name) => {
      const last = known.findLast(({ change }) => change?.fields.has(name))?.change
      return valueOf(was, name) === valueOf(last?.fields ?? new Map<string, string>(), name)
    })
  }

  #effectOf(change: Change): Effect {
    return effectOf(change, this.#before, this.#now, this.#commit)
  }

  #repeated(isMeant: (change: Change) => boolean): Effect[] {
    const { effects } = this.#before ?? { effects: [] }
    const at = effects.findIndex(({ change }) => change?.device !== undefined && isMeant(change))
    const change = effects[at]?.change
    if (!change) return []
    const others = effects.slice(at + 1).filter((later) => later.change?.device !== change.device)
    const isOverwritten = ({ change: other, changed }: Effect) =>
      !other || change.op !== 'patch'
        ? other?.op !== 'server_column'
        : [...change.fields.keys()].some((name) => changed.has(name))
    if (others.some(isOverwritten)) fail(`${change.mark} was made a second time over the change of another`)
    return [{ ...this.#effectOf(change), is_certain: false, is_repeated: true }]
  }
}
