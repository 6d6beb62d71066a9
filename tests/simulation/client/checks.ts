import type { ActivationClient } from '#shared/client/client.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { type AskedChange, type ClientHistory, shortId } from './client-history.ts'
import { NOUNS } from './screen.ts'
import { marksOf, recordsOf, type StoredRecord } from './truth.ts'
import { isOf } from './user.ts'

/** What the server has come to, and how. */
export interface Truth {
  /** By user and id: a guest whose profile was copied may have moved into two accounts. */
  readonly live: ReadonlyMap<string, StoredRecord>
  /** Marks that any generation has had. */
  readonly made: ReadonlySet<string>
  readonly ever_deleted: ReadonlySet<string>
  /** Records that an object did not have any more when it was put back; another time it may have had them again. */
  readonly taken_back: ReadonlySet<string>
}

/** Reads every generation, and checks that each change was carried out at most once. */
export async function truthOf(history: ClientHistory): Promise<Truth> {
  const { landings, put_back, taken_up } = history
  const records = new Map<string, StoredRecord>()
  const names = new Map<string, Set<unknown>>()
  const places = new Map<string, string>()
  const at_deletion = new Map<string, ReadonlySet<string>>()
  const [made, ever_deleted, taken_back] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const [at, landing] of landings.entries()) {
    const is_checked = put_back.every((before) => at < before)
    const stored = await recordsOf(landing)
    for (const [key, { id }] of Array.from(records)) {
      const object = objects.get(records.get(key)!)
      if (object !== landing.name || stored.some((one) => one.id === id)) continue
      records.delete(key)
      if (!is_checked) taken_back.add(id)
    }
    for (const record of stored) {
      const { id, name, deleted, marks } = record
      const key = keyOf(record)
      const before = records.get(key)
      if (is_checked) checkNoSilentLoss(history, { before, now: record, at_deletion: at_deletion.get(key) })
      records.set(key, record)
      objects.set(record, landing.name)
      if (deleted) {
        ever_deleted.add(id)
        at_deletion.set(key, new Set(marks))
      }
      for (const mark of marks) {
        made.add(mark)
        const place = places.get(mark) ?? id
        places.set(mark, place)
        if (place !== id)
          throw new Error(`${mark} was carried out in two records, ${shortId(place)} and ${shortId(id)}`)
      }
      if (before && before.name === name) continue
      const known = names.get(key) ?? new Set()
      names.set(key, known)
      if (known.has(name) && is_checked && !taken_up.has(String(name))) {
        throw new Error(`${String(name)} was carried out twice on ${shortId(id)}`)
      }
      known.add(name)
    }
  }
  const live = new Map([...records].filter(([, { deleted }]) => !deleted))
  return { live, made, ever_deleted, taken_back }
}
const objects = new WeakMap<StoredRecord, string>()

function keyOf({ user_id, id }: Pick<StoredRecord, 'user_id' | 'id'>): string {
  return `${user_id}/${id}`
}

/** Of a distribution, which has none, nothing. */
function nameOf({ name }: StoredRecord): string {
  return typeof name === 'string' ? name : ''
}

/** One generation of a record, and what came before it. */
interface Step {
  readonly before: StoredRecord | undefined
  readonly now: StoredRecord
  /** The marks that it had when it was deleted last. */
  readonly at_deletion: ReadonlySet<string> | undefined
}

/** Nobody's name is written over, and nobody's change is deleted, by a user who has not seen it. */
function checkNoSilentLoss({ asked, taken_up }: ClientHistory, { before, now, at_deletion }: Step): void {
  if (!before || before.deleted) return
  const { id, marks } = now
  if (now.deleted) {
    const all = [...asked.values()].filter(({ record_id }) => record_id === id)
    const deletes = all.filter(({ op }) => op === 'delete')
    if (deletes.length === 0 || deletes.some(({ mark }) => taken_up.has(mark))) return
    const isSeenBy = (one: AskedChange) => {
      const own = all.slice(0, all.indexOf(one)).filter(({ device }) => device === one.device)
      // Who restores a record, and deletes it again, undoes no more than the deletion before did.
      const is_restored = own.some(({ op }) => op === 'restore')
      const isKnown = (mark: string) => one.seen.has(mark) || (is_restored && at_deletion?.has(mark))
      return marks.every((mark) => isKnown(mark) || asked.get(mark)?.device === one.device)
    }
    if (!deletes.some(isSeenBy))
      throw new Error(`${shortId(id)} was deleted over a change that nobody who deleted it had seen`)
    return
  }
  // One commit may hold several changes, each over the one before.
  const [was, is] = [nameOf(before), nameOf(now)]
  const device = asked.get(was)?.device
  for (let mark: string | undefined = is; mark !== was; mark = asked.get(mark)?.before) {
    // Two tabs of one browser may change it in the same instant: the later one holds.
    if (mark !== undefined && (taken_up.has(mark) || (device && asked.get(mark)?.device === device))) return
    if (mark === undefined) throw new Error(`${is} has written over ${was} of ${shortId(id)} unseen`)
  }
}

/** Nothing that was kept is lost: the server has made it, or it lies on a device where its user sees it. */
export function checkNothingLost(history: ClientHistory, truth: Truth, outboxes: readonly OutboxEntry[]): void {
  const all = [...history.asked.values()]
  const asked_back = all.filter(({ op }) => op === 'restore').map(({ record_id }) => record_id)
  const restored = new Set([...history.restored, ...asked_back])
  for (const change of all) {
    if (!change.is_kept || change.excuse) continue
    const { mark, op, record_id, device } = change
    const is_live = [...truth.live.values()].some((record) => isOfRecord(change, record))
    if (outboxes.some((entry) => !entry.done && isOf(change, entry))) continue
    const is_made =
      op === 'delete' || op === 'restore'
        ? // One commit may delete and restore; and what the server lost when it was put back is deleted without a trace.
          truth.ever_deleted.has(record_id) || truth.taken_back.has(record_id) || !is_live || restored.has(record_id)
        : truth.made.has(mark)
    if (!is_made) throw new Error(`${mark} (${op} of ${shortId(record_id)}) was kept on ${device} and is lost`)
  }
}

/** Of a guest it is not known whose the record has become. */
function isOfRecord({ record_id, user_id }: AskedChange, record: StoredRecord): boolean {
  return record.id === record_id && (user_id === null || record.user_id === user_id)
}

/** A client at rest shows what the server has, but for what waits for its user. */
export async function checkRest(who: string, client: ActivationClient, truth: Truth): Promise<void> {
  const user_id = client.identity!.user_id
  const { pending, conflicts, invalid, is_migrating } = client.status
  if (is_migrating) throw new Error(`${who} never ends its migration`)
  const aside = client.aside
  const told = { conflicts: 0, invalid: 0 }
  for (const entry of aside) {
    if (entry.aside!.status === 'conflict') told.conflicts++
    else told.invalid++
  }
  if (told.conflicts !== conflicts || told.invalid !== invalid)
    throw new Error(`${who} counts wrongly what waits for its user`)
  const { unsent } = await client.downloadData()
  const open = unsent.filter((entry) => !entry.aside)
  if (open.length !== pending) throw new Error(`${who} says that ${pending} changes wait, and ${open.length} do`)
  const blocked = blockedIn(unsent)
  if (new Set(unsent.map(({ mutation_id }) => mutation_id)).size < unsent.length) {
    throw new Error(`${who} has a change twice`)
  }
  if (aside.some((entry) => entry.aside!.problem['code'] === 'id_time')) {
    throw new Error(`${who} leaves an id to its user that it can give anew`)
  }
  if (client.status.is_stuck) throw new Error(`${who} says that changes are stuck`)
  const free = open.find((entry) => !blocked.has(entry))
  if (free) throw new Error(`${who} never sends #${free.seq}, and nothing that it depends on was refused`)
  const own = [...truth.live.values()].filter((record) => record.user_id === user_id)
  const touched = new Set(unsent.map(({ id }) => id))
  const shown = new Map(
    NOUNS.flatMap((noun) => client.list(noun).map(({ record }) => [String(record[`${noun}_id`]), record] as const)),
  )
  for (const { id, version, name, status, marks } of own) {
    if (touched.has(id)) continue
    const record = shown.get(id)
    if (!record) throw new Error(`${who} at rest lacks ${shortId(id)}`)
    if (record.version !== version)
      throw new Error(`${who} at rest has ${shortId(id)} at version ${record.version} instead of ${version}`)
    const has_same = (record['name'] ?? null) === (name ?? null) && record['status'] === status
    if (!has_same || marksOf(record).toSorted().join() !== marks.toSorted().join()) {
      throw new Error(`${who} at rest has other values of ${shortId(id)}`)
    }
  }
  for (const id of shown.keys()) {
    if (!touched.has(id) && !truth.live.has(keyOf({ user_id, id })))
      throw new Error(`${who} at rest still shows ${shortId(id)}`)
  }
}

/** Changes that wait because one before them was refused. */
function blockedIn(unsent: readonly OutboxEntry[]): ReadonlySet<OutboxEntry> {
  const blocked = new Set<OutboxEntry>()
  const held: OutboxEntry[] = []
  for (const entry of unsent) {
    const is_held = held.some((earlier) => isTied(earlier, entry))
    if (entry.aside || is_held) held.push(entry)
    if (!entry.aside && is_held) blocked.add(entry)
  }
  return blocked
}

function isTied(one: OutboxEntry, other: OutboxEntry): boolean {
  return one.id === other.id || one.refers_to.includes(other.id) || other.refers_to.includes(one.id)
}
