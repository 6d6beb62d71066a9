import { Problem } from '../../base/problem.ts'
import { creationOf, patchOf, type RecordEdit } from './edits.ts'
import type { Change, JsonRecord, OutboxEntry, ServerRow } from './entries.ts'
import { localKind } from './kinds.ts'
import { KnownRow, rowEntryOf } from './known-row.ts'
import type { LocalData } from './local-data.ts'
import { isFree, patchedColumns, shownRecord } from './overlay.ts'

/** What a change that was set aside becomes when the user insists on it, or corrects it. Pure. */

/** The user's values once more, over the server's: what the server has now is what the user has seen beside them. */
export function insisted(entry: OutboxEntry, data: LocalData): readonly Change[] {
  const { kind, change } = entry
  const row = newestRow(entry, data)
  if (!row) return [change]
  const { version: base_version } = row
  const revived: readonly Change[] = row.deleted ? [{ op: 'restore', base_version }] : []
  switch (change.op) {
    case 'delete':
    case 'restore':
      return [{ op: change.op, base_version }]
    case 'patch':
      return [...revived, { ...change, base_version, base: row.deleted ? change.base : rebased(change, row) }]
    case 'create': {
      const set = patchableOf(entry, change.value)
      if (row.deleted) return [...revived, { op: 'patch', base_version, set, base: set }]
      const made = patchOf(kind, row, base_version, { set })
      return made ? [made.change] : []
    }
  }
}

/** @throws Problem `invalid-input`, `illegal-transition`, or `conflict` of a change that has nothing to correct */
export function corrected(entry: OutboxEntry, data: LocalData, edit: RecordEdit): readonly Change[] {
  const { kind, change } = entry
  if (change.op === 'create') {
    return [creationOf(kind, { ...change.value, ...patchedColumns(change.value, { set: {}, ...edit }) }).change]
  }
  if (change.op !== 'patch') throw new Problem('conflict', 'A deletion or restoration has nothing to correct.')
  const before = recordBefore(entry, data)
  if (!before) throw new Problem('not-found', 'There is no such record on this device.')
  const set = merged(change.set, edit.set ?? {})
  const made = patchOf(kind, before, before.version, { set, unset: { ...change.unset, ...edit.unset } })
  return made ? [made.change] : []
}

function rebased({ base, set }: Change & { readonly op: 'patch' }, row: ServerRow): JsonRecord {
  const columns = new Set([...Object.keys(base), ...Object.keys(set)])
  return Object.fromEntries([...columns].map((column) => [column, row[column] ?? null]))
}

/** Of a free column the members of both. */
function merged(set: JsonRecord, more: JsonRecord): JsonRecord {
  const members = (column: string, value: unknown): unknown =>
    isFree(column) ? { ...(set[column] as JsonRecord | undefined), ...(value as JsonRecord) } : value
  return {
    ...set,
    ...Object.fromEntries(Object.entries(more).map(([column, value]) => [column, members(column, value)])),
  }
}

function patchableOf({ kind }: OutboxEntry, value: JsonRecord): JsonRecord {
  const { patched } = localKind(kind)
  return Object.fromEntries(Object.entries(value).filter(([name]) => patched.includes(name)))
}

function newestRow({ kind, id, aside }: OutboxEntry, data: LocalData): ServerRow | undefined {
  const pulled = data.row(kind, id)?.row
  const told = aside?.server ?? undefined
  return told && (!pulled || told.version > pulled.version) ? told : pulled
}

/** The record as it is where the change stands: with what was done before it. */
function recordBefore(entry: OutboxEntry, data: LocalData): ServerRow | undefined {
  const row = newestRow(entry, data)
  const earlier = data.entriesOf(entry.kind, entry.id).filter(({ seq }) => seq < entry.seq)
  return shownRecord(entry.id, row && new KnownRow(rowEntryOf(row)), earlier, null)?.record
}
