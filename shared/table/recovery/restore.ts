import { Problem } from '../../base/problem.ts'
import type { Mutation } from '../commit/mutation.ts'
import type { Row, StoredRow, TableSchema } from '../object/schema.ts'
import { rowAt, type Snapshot } from '../object/snapshot.ts'
import { isSameCell } from '../../base/cell.ts'
import { HISTORY_COLUMN } from '../object/row-history.ts'
import { serverWriter } from '../object/writer.ts'

/**
 * Bringing records back to what an old generation of their object has. The old generation is never copied over the live
 * one: what differs becomes ordinary changes of one ordinary commit, so ledger, floor, used ids and whatever was written
 * meanwhile stay.
 */

/** What a kind of record does not simply take over from an old generation, such as secrets that were deleted since. */
export interface RestoreRules<R extends Row = StoredRow> {
  /**
   * The record as it is to be stored. The table stamps it.
   * @param old not deleted
   * @param live `undefined` when no row is left of it
   */
  restored(this: void, old: R, live: R | undefined): R
  /** @param live not deleted */
  tombstone(this: void, live: R): R
}

/**
 * - `changed`: other values than now.
 * - `deleted`: it was not there, or deleted; it becomes a tombstone.
 * - `undeleted`: now a tombstone, it comes back.
 * - `revived`: no row is left of it, it comes back all the same.
 */
export interface Difference {
  readonly kind: 'changed' | 'deleted' | 'undeleted' | 'revived'
  readonly id: string
  /** `undefined` of one that is revived. */
  readonly live: StoredRow | undefined
  /** Of one that is revived the version is the highest of all in its object: a new epoch may have moved it since. */
  readonly restored: StoredRow
  /** Columns that change their value, besides those that the table stamps. */
  readonly columns: readonly string[]
}

/** How far ahead of the last known version a record goes on whose last versions are not known any more. */
export const VERSIONS_AHEAD = 1000
const STAMPED = new Set(['version', 'rev', 'updated_at', 'client_id', 'updated_by', HISTORY_COLUMN])
const RESTORE = serverWriter('restore')

/** Every row, by id. @throws CorruptFile */
export async function rowsById(schema: TableSchema, snapshot: Snapshot): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = new Map<string, StoredRow>()
  for (const group of snapshot.file.groups) {
    const values = await group.allColumns()
    for (let at = 0; at < group.row_count; at++) {
      const row = rowAt(schema, values, at)
      rows.set(String(row[schema.id_column]), row)
    }
  }
  return rows
}

/**
 * What a restore would change, in order of creation.
 * @param ids only these records; all when `undefined`
 * @param purged_version as the live footer has it
 */
export function differences(
  schema: TableSchema,
  rules: RestoreRules,
  live: ReadonlyMap<string, StoredRow>,
  old: ReadonlyMap<string, StoredRow>,
  ids: Iterable<string> = new Set([...old.keys(), ...live.keys()]),
  purged_version = 0,
): Difference[] {
  let highest = purged_version
  for (const row of [...live.values(), ...old.values()]) highest = Math.max(highest, row.version)
  return Array.from(ids)
    .flatMap((id) => differenceOf(schema, rules, id, live.get(id), old.get(id)) ?? [])
    .map((found) => (found.live ? found : { ...found, restored: { ...found.restored, version: highest } }))
    .toSorted((a, b) => a.restored.created_at - b.restored.created_at || (a.id < b.id ? -1 : 1))
}

function differenceOf(
  schema: TableSchema,
  rules: RestoreRules,
  id: string,
  live: StoredRow | undefined,
  old: StoredRow | undefined,
): Difference | undefined {
  const is_wanted = old !== undefined && !old.deleted
  const is_there = live !== undefined && !live.deleted
  // Of two tombstones none says more, and one that was purged stays purged.
  if (!is_wanted && !is_there) return undefined
  const restored = is_wanted ? rules.restored(old, live) : { ...rules.tombstone(live!), deleted: true }
  const columns = schema.columns
    .map(({ name }) => name)
    .filter((name) => !STAMPED.has(name) && !isSameCell(live?.[name] ?? null, restored[name] ?? null))
  if (columns.length === 0) return undefined
  const kind = !live ? 'revived' : !is_wanted ? 'deleted' : is_there ? 'changed' : 'undeleted'
  return { kind, id, live, restored, columns }
}

/** The version that a record has after its restore. */
export function versionAfter({ live, restored }: Difference): number {
  return live ? live.version + 1 : restored.version + VERSIONS_AHEAD
}

/**
 * The changes that carry a difference out, for `Table.mutateAll`. A record that has changed since the difference was
 * made is left as it is and refused as `stale-version`: nobody has seen what would be lost.
 */
export function restorations(found: readonly Difference[]): Mutation[] {
  return found.map((difference) => ({
    id: difference.id,
    writer: RESTORE,
    size_bytes: 0,
    decide: (current) => {
      const seen = difference.live?.version ?? 0
      const version = current?.version ?? 0
      if (version !== seen) return { kind: 'refuse', problem: changedSince(version, seen) }
      const revives = { version: versionAfter(difference) - 1 }
      return { kind: 'write', row: difference.restored, status: 200, ...(current ? {} : { revives }) }
    },
  }))
}

function changedSince(version: number, seen: number): Problem {
  return new Problem(
    'stale-version',
    `The record is at version ${version} now, not ${seen} as in the plan; it was not changed.`,
    {
      members: { version },
    },
  )
}
