import type { PullAnswer, PulledPartition } from './answers.ts'
import type { OutboxEntry, RecordNoun, RowEntry, StagedRow } from './entries.ts'
import { idOfRow, nounOfPartition } from './kinds.ts'
import { rowEntryOf } from './known-row.ts'
import { objectOf, recordKey } from './outbox.ts'
import { recordWith } from './overlay.ts'
import { isOffer, isThere, type Offer, offerOf, type PutBack } from './put-back.ts'
import type { StoreChanges } from './store-changes.ts'

/** What a page came to. `outdated`: it answers another cursor than the one that is stored, and changed nothing. */
export type AppliedPage =
  | { readonly kind: 'applied'; readonly rows: number; readonly offered: number }
  | { readonly kind: 'outdated' }

export interface PulledAs {
  /** Whose records they are. */
  readonly user_id: string | null
  /** When, if everything that the server had is here now; ISO 8601. */
  readonly pulled_at: string
  /** Whether an answer of a push came before this pull began: then its change is in what was pulled. */
  readonly seen: (entry: OutboxEntry) => boolean
  readonly newMutationId: () => string
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
  { user_id, pulled_at, seen, newMutationId }: PulledAs,
): Promise<AppliedPage> {
  const sync = await changes.sync()
  if (sync.cursor !== asked) return { kind: 'outdated' }
  let rows = 0
  const pulled = new Map<string, RowEntry>()
  const offers: Offer[] = []
  const entries = await changes.entries()
  const made = Map.groupBy(
    entries.filter(({ done }) => done),
    ({ kind, id }) => recordKey(kind, id),
  )
  const before = new BeforeDeletion(made, user_id)
  for (const partition of partitions) {
    rows += partition.rows.length
    const lost = await applyPartition(changes, partition, { pulled, before })
    if (lost) offers.push(...offersOf(lost, entries.filter(seen), { noticed_at: pulled_at, user_id }))
  }
  for (const offer of offers) await changes.append({ ...offer, mutation_id: newMutationId() })
  changes.putSync({ ...sync, cursor, pulled_at: more ? sync.pulled_at : pulled_at })
  for (const entry of entries) {
    const row = pulled.get(recordKey(entry.kind, entry.id))
    if (row && isOffer(entry) && isThere(entry, row)) changes.deleteEntry(entry.seq)
    if (!entry.done) continue
    const is_shown = row !== undefined && row.version >= entry.done.version
    if (is_shown || (!more && unreadable.length === 0 && seen(entry))) changes.deleteEntry(entry.seq)
  }
  return { kind: 'applied', rows, offered: offers.length }
}

interface Applying {
  /** The rows that show now, by the keys of their records. */
  readonly pulled: Map<string, RowEntry>
  readonly before: BeforeDeletion
}

/** A partition that the service has lost something of. */
interface LostRows {
  readonly partition: string
  readonly noun: RecordNoun
  readonly put_back_to: string
  readonly before: ReadonlyMap<string, RowEntry>
  readonly now: ReadonlyMap<string, RowEntry>
}

async function applyPartition(
  changes: StoreChanges,
  { partition, reset, rows, last, put_back_to: told }: PulledPartition,
  { pulled, before }: Applying,
): Promise<LostRows | undefined> {
  // One of a later release, of a kind that this one does not know.
  const noun = nounOfPartition(partition)
  if (!noun) return undefined
  const known = await changes.staged(partition)
  // A reading that begins once more knows nothing of why the first one did.
  const [put_back_to] = [told, ...known.map((page) => page.put_back_to)].filter((to) => to !== undefined).toSorted()
  if (reset) changes.clearStaged(partition)
  const staged = reset ? [] : known
  const page = rows.map((row): StagedRow => ({ id: idOfRow(noun, row), ...rowEntryOf(row) }))
  if (!last) {
    changes.putStaged(partition, staged.length, {
      reset,
      rows: page,
      ...(put_back_to !== undefined && { put_back_to }),
    })
    return undefined
  }
  const is_reset = reset || staged.some((earlier) => earlier.reset)
  if (staged.length > 0) changes.clearStaged(partition)
  const all = [...staged.flatMap((earlier) => earlier.rows), ...page]
  for (const { id, ...entry } of all) pulled.set(recordKey(noun, id), entry)
  if (is_reset) {
    const former = put_back_to === undefined ? undefined : await changes.rows(partition)
    const newest = newestOf(noun, all, before)
    changes.clearPartition(partition)
    changes.putRows(partition, newest)
    if (put_back_to === undefined || !former) return undefined
    return { partition, noun, put_back_to, before: former, now: new Map(newest.map((row) => [row.id, row])) }
  }
  for (const { id, ...entry } of all) {
    const known = entry.deleted ? await changes.row(partition, id) : undefined
    changes.putRow(partition, id, entry.deleted ? before.noted(recordKey(noun, id), entry, known) : entry)
  }
  return undefined
}

/** @param entries whose answers came before the pull began */
function offersOf(
  { partition, noun, put_back_to, before, now }: LostRows,
  entries: readonly OutboxEntry[],
  as: Pick<PutBack, 'noticed_at' | 'user_id'>,
): readonly Offer[] {
  const made = Map.groupBy(
    entries.filter((entry) => entry.done && objectOf(entry) === partition),
    ({ id }) => id,
  )
  return [...new Set([...before.keys(), ...made.keys()])].flatMap((id) => {
    const row = before.get(id)
    const since = (made.get(id) ?? []).filter(({ done }) => done!.version > (row?.version ?? 0))
    const offer = offerOf({ noun, id, before: row, made: since, now: now.get(id) }, { to: put_back_to, ...as })
    return offer ? [offer] : []
  })
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

  /** With the changes of this device that the server made since. */
  #withMade(
    key: string,
    text: string | undefined,
    { after, until }: { readonly after: number; readonly until: number },
  ): string | undefined {
    const made = this.#made.get(key) ?? []
    const since = made.filter(({ done }) => done!.version > after && done!.version <= until)
    if (since.length === 0) return text
    const record = recordWith(text === undefined ? undefined : { text }, since, this.#user_id)
    return record && JSON.stringify(record)
  }
}
