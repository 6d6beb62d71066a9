import type { PullAnswer, PulledPartition } from './answers.ts'
import type { OutboxEntry, RowEntry, StagedRow } from './entries.ts'
import { idOfRow, nounOfPartition } from './kinds.ts'
import { rowEntryOf } from './known-row.ts'
import type { StoreChanges } from './store-changes.ts'

/** What a page came to. `outdated`: it answers another cursor than the one that is stored, and changed nothing. */
export type AppliedPage = { readonly kind: 'applied'; readonly rows: number } | { readonly kind: 'outdated' }

/**
 * Takes in a page: rows, cursor and what has been seen of own changes, in one transaction. A partition shows only when it is
 * complete, so that its pages never show one without the other.
 * @param asked the cursor that the page was asked with
 * @param pulled_at when, if everything that the server had is here now
 * @param seen whether an answer of a push came before this pull began: then its change is in what was pulled
 */
export async function applyPull(
  changes: StoreChanges,
  asked: string | null,
  { partitions, cursor, more, unreadable = [] }: PullAnswer,
  { pulled_at, seen }: { readonly pulled_at: string; readonly seen: (entry: OutboxEntry) => boolean },
): Promise<AppliedPage> {
  const sync = await changes.sync()
  if (sync.cursor !== asked) return { kind: 'outdated' }
  let rows = 0
  const versions = new Map<string, number>()
  for (const partition of partitions) {
    rows += partition.rows.length
    await applyPartition(changes, partition, versions)
  }
  changes.putSync({ ...sync, cursor, pulled_at: more ? sync.pulled_at : pulled_at })
  for (const entry of await changes.entries()) {
    if (!entry.done) continue
    const pulled = versions.get(`${entry.kind}:${entry.id}`)
    const is_shown = pulled !== undefined && pulled >= entry.done.version
    if (is_shown || (!more && unreadable.length === 0 && seen(entry))) changes.deleteEntry(entry.seq)
  }
  return { kind: 'applied', rows }
}

async function applyPartition(
  changes: StoreChanges,
  { partition, reset, rows, last }: PulledPartition,
  versions: Map<string, number>,
): Promise<void> {
  // One of a later release, of a kind that this one does not know.
  const noun = nounOfPartition(partition)
  if (!noun) return
  if (reset) changes.clearStaged(partition)
  const staged = reset ? [] : await changes.staged(partition)
  const page = rows.map((row): StagedRow => ({ id: idOfRow(noun, row), ...rowEntryOf(row) }))
  if (!last) return changes.putStaged(partition, staged.length, { reset, rows: page })
  const is_reset = reset || staged.some((earlier) => earlier.reset)
  if (staged.length > 0) changes.clearStaged(partition)
  const all = [...staged.flatMap((earlier) => earlier.rows), ...page]
  for (const { id, version } of all) versions.set(`${noun}:${id}`, version)
  if (is_reset) {
    changes.clearPartition(partition)
    return changes.putRows(partition, newestOf(all))
  }
  for (const { id, ...entry } of all) {
    if (entry.deleted) await putDeleted(changes, partition, id, entry)
    else changes.putRow(partition, id, entry)
  }
}

/** Each row once, as it came last. Those that were deleted before they came at all are nothing here. */
function newestOf(rows: readonly StagedRow[]): readonly StagedRow[] {
  const newest = new Map<string, StagedRow>()
  for (const row of rows) {
    const earlier = newest.get(row.id)
    if (!row.deleted) newest.set(row.id, row)
    else if (earlier) newest.set(row.id, { ...row, before: earlier.before ?? earlier.text })
  }
  return [...newest.values()]
}

/** Of a deleted record what it was before stays, as long as it is known. */
async function putDeleted(changes: StoreChanges, partition: string, id: string, entry: RowEntry): Promise<void> {
  const known = await changes.row(partition, id)
  const before = known && (known.deleted ? known.before : known.text)
  changes.putRow(partition, id, { ...entry, ...(before !== undefined && { before }) })
}
