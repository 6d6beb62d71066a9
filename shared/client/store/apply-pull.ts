import type { PullAnswer, PulledPartition } from './answers.ts'
import type { OutboxEntry, RecordNoun, RowEntry, ServerRow, StagedRow } from './entries.ts'
import { idOfRow, nounOfPartition } from './kinds.ts'
import { rowEntryOf } from './known-row.ts'
import { recordKey } from './outbox.ts'
import { recordAfter } from './overlay.ts'
import type { StoreChanges } from './store-changes.ts'

/** What a page came to. `outdated`: it answers another cursor than the one that is stored, and changed nothing. */
export type AppliedPage = { readonly kind: 'applied'; readonly rows: number } | { readonly kind: 'outdated' }

export interface PulledAs {
  /** Whose records they are. */
  readonly user_id: string | null
  /** When, if everything that the server had is here now; ISO 8601. */
  readonly pulled_at: string
  /** Whether an answer of a push came before this pull began: then its change is in what was pulled. */
  readonly seen: (entry: OutboxEntry) => boolean
}

/**
 * Takes in a page: rows, cursor and what has been seen of own changes, in one transaction. A partition shows only when it is
 * complete, so that its pages never show one without the other.
 * @param asked the cursor that the page was asked with
 */
export async function applyPull(
  changes: StoreChanges,
  asked: string | null,
  { partitions, cursor, more, unreadable = [] }: PullAnswer,
  { user_id, pulled_at, seen }: PulledAs,
): Promise<AppliedPage> {
  const sync = await changes.sync()
  if (sync.cursor !== asked) return { kind: 'outdated' }
  let rows = 0
  const versions = new Map<string, number>()
  const entries = await changes.entries()
  const made = Map.groupBy(
    entries.filter(({ done }) => done),
    ({ kind, id }) => recordKey(kind, id),
  )
  const before = new BeforeDeletion(made, user_id)
  for (const partition of partitions) {
    rows += partition.rows.length
    await applyPartition(changes, partition, { versions, before })
  }
  changes.putSync({ ...sync, cursor, pulled_at: more ? sync.pulled_at : pulled_at })
  for (const entry of entries) {
    if (!entry.done) continue
    const pulled = versions.get(recordKey(entry.kind, entry.id))
    const is_shown = pulled !== undefined && pulled >= entry.done.version
    if (is_shown || (!more && unreadable.length === 0 && seen(entry))) changes.deleteEntry(entry.seq)
  }
  return { kind: 'applied', rows }
}

interface Applying {
  /** Versions of the rows that show now, by the keys of their records. */
  readonly versions: Map<string, number>
  readonly before: BeforeDeletion
}

async function applyPartition(
  changes: StoreChanges,
  { partition, reset, rows, last }: PulledPartition,
  { versions, before }: Applying,
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
  for (const { id, version } of all) versions.set(recordKey(noun, id), version)
  if (is_reset) {
    changes.clearPartition(partition)
    return changes.putRows(partition, newestOf(noun, all, before))
  }
  for (const { id, ...entry } of all) {
    const known = entry.deleted ? await changes.row(partition, id) : undefined
    changes.putRow(partition, id, entry.deleted ? before.noted(recordKey(noun, id), entry, known) : entry)
  }
}

/** Each row once, as it came last. Those that were deleted before they came at all are nothing here. */
function newestOf(noun: RecordNoun, rows: readonly StagedRow[], before: BeforeDeletion): readonly StagedRow[] {
  const newest = new Map<string, StagedRow>()
  for (const row of rows) {
    const earlier = newest.get(row.id)
    if (!row.deleted) newest.set(row.id, row)
    else if (earlier) newest.set(row.id, before.noted(recordKey(noun, row.id), row, earlier))
  }
  return [...newest.values()]
}

/** Of a deleted record it stays known what it was, so that it can be shown when it is restored: the server does not tell. */
class BeforeDeletion {
  readonly #made: ReadonlyMap<string, readonly OutboxEntry[]>
  readonly #user_id: string | null

  /** @param made the changes that the server has made, in their order, by the keys of their records */
  constructor(made: ReadonlyMap<string, readonly OutboxEntry[]>, user_id: string | null) {
    this.#made = made
    this.#user_id = user_id
  }

  /** @param known the row that was here until now */
  noted<Row extends RowEntry>(key: string, deleted: Row, known: RowEntry | undefined): Row {
    const text = known && (known.deleted ? known.before : known.text)
    const before = this.#withMade(key, text, { after: known?.version ?? 0, until: deleted.version })
    return before === undefined ? deleted : { ...deleted, before }
  }

  /** With the changes of this device that the server made since: no row has ever shown them. */
  #withMade(
    key: string,
    text: string | undefined,
    { after, until }: { readonly after: number; readonly until: number },
  ): string | undefined {
    const made = this.#made.get(key) ?? []
    const since = made.filter(({ done }) => done!.version > after && done!.version <= until)
    if (since.length === 0) return text
    let record = text === undefined ? undefined : (JSON.parse(text) as ServerRow)
    for (const entry of since) record = recordAfter(record, entry, { user_id: this.#user_id })
    return record && JSON.stringify(record)
  }
}
