import { isDeepStrictEqual } from 'node:util'

import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import { monthOfObject, type Month } from '#shared/table/object/partition.ts'
import type { CommitDependencies, TableObject } from '#shared/table/commit/commit.ts'
import { startNewEpoch, type Replacement } from '#shared/table/recovery/new-epoch.ts'
import {
  differences,
  restorations,
  rowsById,
  VERSIONS_AHEAD,
  type RestoreRules,
} from '#shared/table/recovery/restore.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { isReadable } from './readable.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import type { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import { between, oneOf } from './seeded-random.ts'

/** What an operator was shown and agreed to: notes of an object and the versions they then had, 0 = gone. */
export interface Agreed {
  readonly object: string
  readonly shown: ReadonlyMap<string, number>
  readonly restored: ReadonlyMap<string, StoredRow>
}

const AS_IT_WAS: RestoreRules = { restored: (old) => old, tombstone: (live) => live }

/** Somebody who brings objects back to generations of before, beside everybody else, and thinks before agreeing. */
export async function restoreNowAndThen(
  history: History,
  fleet: Fleet,
  random: Random,
  users: readonly string[],
  mutationsOf: typeof restorations = restorations,
): Promise<Agreed[]> {
  const all: Agreed[] = []
  for (let rounds = between(random, 2, 5); rounds > 0; rounds--) {
    await history.clock.sleep(between(random, 500, 8000))
    const landings = history.landings.filter(({ generation }) => !history.outside.has(generation))
    if (landings.length === 0) continue
    const { name: object, bytes: then } = oneOf(random, landings)
    if (random.uniform() < 0.25) {
      await startEpoch(history, random, users, object)
      continue
    }
    const rows = async (bytes: Uint8Array) => await rowsById(history.schema, wholeSnapshot(object, 'any', bytes))
    const live = history.store.bytesOf(object)
    // What cannot be read is replaced, by somebody else.
    if (!live || !isReadable(object, live)) continue
    const found = differences(history.schema, AS_IT_WAS, await rows(live), await rows(then))
    all.push({
      object,
      shown: new Map(found.map(({ id, live }) => [id, live?.version ?? 0])),
      restored: new Map(found.map(({ id, restored }) => [id, restored])),
    })
    history.note(`${object}: ${found.map(({ id, kind }) => `${id} ${kind}`).join()} is agreed to`)
    await history.clock.sleep(between(random, 0, 5000))
    const { user_id, month } = homeOf(history, users, object)
    const { table, crashed } = fleet.any()
    const restoring = table
      .mutateAll(user_id, month, mutationsOf(found))
      .catch((error: unknown) => requireKnown(history, error))
    await Promise.race([restoring, crashed])
  }
  return all
}

/** As after something was put back from outside. */
async function startEpoch(history: History, random: Random, users: readonly string[], object: string): Promise<void> {
  const { store, clock, schema } = history
  const { month } = homeOf(history, users, object)
  history.note(`${object} gets a new epoch`)
  await startEpochOf({ store, clock, random }, { schema, month, name: object }).catch((error: unknown) =>
    requireKnown(history, error),
  )
}

/** As an operator's command does, which has seen nothing yet. */
export async function startEpochOf(
  ports: Pick<CommitDependencies, 'store' | 'clock' | 'random'>,
  object: TableObject,
  replacement?: Replacement,
): Promise<void> {
  const ignore = (): void => undefined
  const dependencies: CommitDependencies = {
    ...ports,
    cache: new SnapshotCache(ports.store, { bytes_max: 64 * 1024 }),
    pacer: new WritePacer(ports.clock, ports.random),
    events: { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore },
  }
  await startNewEpoch(dependencies, object, replacement)
}

export function homeOf(
  { schema }: History,
  users: readonly string[],
  object: string,
): { user_id: string; month: Month } {
  const user_id = users.find((user) => monthOfObject(schema, user, object) !== undefined)!
  return { user_id, month: monthOfObject(schema, user_id, object)! }
}

/**
 * Whatever was restored meanwhile, this holds: every object counts its commits without gaps; versions only rise, all of them
 * far ahead in a new epoch, which changes nothing else; a change of a client stays until somebody undoes it who was shown it, so that none is lost which was made after;
 * what is purged comes back only by a restore that was agreed to.
 * @returns how many notes were restored
 */
export async function checkRestores(
  history: History,
  agreed: readonly Agreed[],
  replaced: readonly Replaced[] = [],
): Promise<number> {
  const before = new Map<string, Seen>()
  const versions = new Map<string, StoredRow>()
  let restored = 0
  for (const { name, generation, bytes } of history.landings) {
    // What an accident put there is nobody's change.
    if (history.outside.has(generation)) continue
    const snapshot = wholeSnapshot(name, generation, bytes)
    const { rev, epoch, purged } = snapshot.footer
    const from = await replacedBy(history, replaced, snapshot)
    const last = from ?? before.get(name) ?? { rev: 0, epoch, rows: new Map<string, StoredRow>() }
    if (rev !== last.rev + 1) fail(`${name} went from revision ${last.rev} to ${rev}`)
    const rows = await rowsById(history.schema, snapshot)
    for (const [id, row] of rows) {
      const was = last.rows.get(id)
      if (was?.version === row.version) continue
      // What an operator gives up may be made again by who was never answered.
      const is_made_again = replaced.length > 0 && !was
      if (versions.has(versionKey(row)) && !is_made_again) fail(`${id} has version ${row.version} for the second time`)
      versions.set(versionKey(row), row)
      if (epoch !== last.epoch) {
        if (!was || !isAhead(was, row)) fail(`${id} is another in the new epoch`)
        continue
      }
      if (isChanged(was, row)) continue
      if (!agreed.some((one) => isAgreed(one, name, was, row))) fail(`${id} lost what nobody agreed to undo`)
      restored++
    }
    for (const [id, was] of last.rows) {
      if (rows.has(id)) continue
      if (epoch !== last.epoch || !history.purgeable.has(id) || !was.deleted) fail(`${name} lost ${id}`)
      if (!purged.has(id)) fail(`${id} is gone and may be used again`)
    }
    before.set(name, { rev, epoch, rows })
  }
  checkAcknowledged(history, versions)
  return restored
}

/** What an operator put in the place of what could not be read. */
export interface Replaced {
  readonly object: string
  /** Of the generation that was put there. */
  readonly bytes: Uint8Array
  readonly settle: (row: StoredRow) => StoredRow
}

/** The generation in whose place a new epoch was put, settled as it was to be, when it was not the one before. */
async function replacedBy(
  { schema }: History,
  replaced: readonly Replaced[],
  snapshot: Snapshot,
): Promise<Seen | undefined> {
  const { name, footer } = snapshot
  const past = footer.past_epochs.at(-1)
  if (footer.rev - 1 !== past?.rev) return undefined
  const rows = await rowsById(schema, snapshot)
  for (const { object, bytes, settle } of replaced) {
    if (object !== name) continue
    const base = wholeSnapshot(name, 'before', bytes)
    const { rev, epoch, commits } = base.footer
    const is_base = epoch === past.epoch && commits.at(-1)!.commit_id === footer.commits.at(-2)?.commit_id
    if (!is_base) continue
    const settled = new Map([...(await rowsById(schema, base))].map(([id, row]) => [id, settledAs(row, settle)]))
    const is_it = settled.size === rows.size && [...settled].every(([id, was]) => isAhead(was, rows.get(id)!))
    if (is_it) return { rev, epoch, rows: settled }
  }
  return undefined
}

function settledAs(row: StoredRow, settle: Replaced['settle']): StoredRow {
  const settled = settle(row)
  return settled === row ? row : { ...settled, client_id: 'restore', updated_by: null }
}

interface Seen {
  readonly rev: number
  readonly epoch: string
  readonly rows: ReadonlyMap<string, StoredRow>
}

function versionKey(row: StoredRow): string {
  return `${String(row['note_id'])} at ${row.version}`
}

/** The restore of a note that was shown as it was until then. */
function isAgreed(
  { object, shown, restored }: Agreed,
  name: string,
  was: StoredRow | undefined,
  row: StoredRow,
): boolean {
  const id = String(row['note_id'])
  const wanted = restored.get(id)
  return (
    object === name &&
    row.client_id === 'restore' &&
    shown.get(id) === (was?.version ?? 0) &&
    (!was || row.version === was.version + 1) &&
    wanted?.['deleted'] === row['deleted'] &&
    String(wanted?.['tags']) === String(row['tags'])
  )
}

/** Every acknowledged change was stored: at the version in the answer, or with further changes in the same commit. */
function checkAcknowledged({ operations }: History, versions: ReadonlyMap<string, StoredRow>): void {
  const stored = Map.groupBy(versions.values(), (row) => row['note_id'])
  for (const { mark, status, row } of operations) {
    if (status !== 'acknowledged' || !row) continue
    const of_note = stored.get(row['note_id']) ?? []
    const first = of_note.find(({ version }) => version >= Number(row['version']))
    const answered = row['tags'] as readonly string[]
    const kept = (first?.['tags'] ?? []) as readonly string[]
    if (answered.some((one, at) => kept[at] !== one)) fail(`${mark} was acknowledged and not stored so`)
    const was_made = of_note.some(({ tags }) => (tags as readonly string[]).includes(mark))
    if (!was_made) fail(`${mark} was acknowledged and never made`)
  }
}

function isAhead(was: StoredRow, row: StoredRow): boolean {
  const same_version = { ...row, version: was['version'], rev: was['rev'] }
  return row['version'] === was.version + VERSIONS_AHEAD && isDeepStrictEqual(same_version, { ...was })
}

/** Changes of clients, perhaps several in one commit: what was there, and a mark for each. */
function isChanged(was: StoredRow | undefined, row: StoredRow): boolean {
  const before = (was?.['tags'] ?? []) as readonly string[]
  const after = row['tags'] as readonly string[]
  const changes = row.version - (was?.version ?? 0)
  return after.length === before.length + changes && before.every((mark, at) => after[at] === mark)
}

export function requireKnown(history: History, error: unknown): void {
  const is_damaged = error instanceof CorruptObject && history.wasDamaged(error.object)
  const is_known = error instanceof StoreError || (error instanceof Problem && error.kind !== 'internal')
  if (!is_known && !is_damaged) throw error
}

function fail(what: string): never {
  throw new Error(what)
}
