import { isObject } from '../../base/is-object.ts'
import {
  type ClientStorage,
  type KeyRange,
  MIN_READER_KEY,
  type StorageKey,
  StorageError,
  type StoredEntry,
  type StoreReader,
} from '../storage.ts'
import {
  type ClientEntry,
  type Identity,
  type LocalContents,
  type MetaEntries,
  type MigrationPlan,
  type OriginEntry,
  type OutboxEntry,
  READER,
  type RowBlock,
  type RowEntry,
  type SyncEntry,
} from './entries.ts'
import { NOUNS } from './kinds.ts'
import { isRowOrBlock, rowsOfEntry } from './known-row.ts'
import { LocalData } from './local-data.ts'

/** What a tab keeps in memory beside rows and changes. */
export interface StoredFacts {
  readonly origin: OriginEntry
  readonly client: ClientEntry
  readonly sync: SyncEntry
  readonly revision: number
  readonly plan: MigrationPlan | undefined
  /** New ids of records, by the old ones. */
  readonly renamed: Readonly<Record<string, string>>
  /** How many changes could not be read and wait for the user. */
  readonly quarantined: number
}

/** Everything that a tab keeps in memory. */
export interface StoredState extends StoredFacts {
  readonly data: LocalData
}

/** What a storage begins with. */
export interface NewOrigin {
  readonly storage_id: string
  readonly identity: Identity | null
  readonly client_id: string
  /** Now, for what is noted; ISO 8601. */
  readonly at: string
}

/** Entries of rows that are read together at first: half a thousand rows that came whole. */
const ROW_ENTRIES = 8
/** More rows than this would keep a key waiting. */
const ROWS_TOGETHER_MAX = 1024

const NOT_SYNCED: SyncEntry = { cursor: null, pulled_at: null }

/**
 * Reads a storage; one without an origin is begun. A change that cannot be read is put aside, where the user finds it; rows
 * that cannot be read are pulled again.
 * @throws StorageError
 */
export async function readStorage(storage: ClientStorage<LocalContents>, fresh: NewOrigin): Promise<StoredState> {
  try {
    return (await readAll(storage, fresh)) ?? (await begin(storage, fresh))
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'corrupt-entry') throw error
    await putAsideUnreadable(storage, fresh)
    return (await readAll(storage, fresh)) ?? (await begin(storage, fresh))
  }
}

async function readAll(storage: ClientStorage<LocalContents>, fresh: NewOrigin): Promise<StoredState | undefined> {
  return await storage.transact(
    ['meta', 'rows', 'outbox', 'quarantine'],
    'read',
    async ({ meta, rows, outbox, quarantine }) => {
      const facts = await readFacts(meta, quarantine)
      if (!facts) return undefined
      const data = new LocalData(fresh.identity?.user_id ?? null)
      await readRows(rows, data)
      const entries = await outbox.getAll()
      const unreadable = entries.find(({ key, entry }) => !isEntryAt(key, entry))
      if (unreadable) throw corrupt('outbox', unreadable.key)
      for (const { entry } of entries) data.putEntry(entry)
      return { ...facts, data }
    },
  )
}

/** Reads all rows, some at a time: keys and clicks come between. */
async function readRows(rows: StoreReader<LocalContents['rows']>, data: LocalData): Promise<void> {
  let [limit, range]: [number, KeyRange] = [ROW_ENTRIES, {}]
  for (;;) {
    const stored = await rows.getAll(range, limit)
    const bad_row = stored.find(({ entry }) => !isRowOrBlock(entry))
    if (bad_row) throw corrupt('rows', bad_row.key)
    const placed = stored.flatMap(placedRows)
    for (const { partition, id, entry } of placed) data.putRow(partition, id, entry)
    data.refresh()
    if (stored.length < limit) return
    range = { above: stored.at(-1)!.key }
    // Rows that lie one by one are many entries.
    if (placed.length * 2 <= ROWS_TOGETHER_MAX) limit *= 2
  }
}

/** Undefined of a storage that was not begun, or was cleared. */
async function readFacts(
  meta: StoreReader<LocalContents['meta']>,
  quarantine: StoreReader<LocalContents['quarantine']>,
): Promise<StoredFacts | undefined> {
  const [origin, revision, client, sync, plan, renamed, quarantined] = await Promise.all([
    meta.get('origin') as Promise<OriginEntry | undefined>,
    meta.get('revision') as Promise<MetaEntries['revision'] | undefined>,
    meta.get('client') as Promise<ClientEntry | undefined>,
    meta.get('sync') as Promise<SyncEntry | undefined>,
    meta.get('plan') as Promise<MigrationPlan | undefined>,
    meta.get('renamed') as Promise<MetaEntries['renamed'] | undefined>,
    quarantine.getKeys(),
  ])
  if (!origin || !revision || !client || !sync) return undefined
  const { length } = quarantined
  return { origin, client, sync, revision: revision.revision, plan, renamed: renamed?.ids ?? {}, quarantined: length }
}

interface PlacedRow {
  readonly partition: string
  readonly id: string
  readonly entry: RowEntry
}

/** What a message of another tab names, as it is now. */
export interface StoredPart extends StoredFacts {
  readonly rows: readonly PlacedRow[]
  readonly entries: readonly { readonly seq: number; readonly entry: OutboxEntry | undefined }[]
}

/** Some rows and changes as they are now; undefined where the message does not name them, or the storage was cleared. */
export async function readSome(
  storage: ClientStorage<LocalContents>,
  named_rows: unknown,
  named_entries: unknown,
): Promise<StoredPart | undefined> {
  if (!isListOf(named_rows, isRowName) || !isListOf(named_entries, isNumber)) return undefined
  const stores = ['meta', 'rows', 'outbox', 'quarantine'] as const
  return await storage.transact(stores, 'read', async ({ meta, rows, outbox, quarantine }) => {
    const facts = await readFacts(meta, quarantine)
    if (!facts) return undefined
    const found: PlacedRow[] = []
    for (const [partition, id] of named_rows) {
      // One by one lie those that have changed, and only those are named.
      const entry = await rows.get([partition, id])
      if (entry) found.push({ partition, id, entry: entry as RowEntry })
    }
    const entries = []
    for (const seq of named_entries) {
      const entry = await outbox.get(seq)
      if (entry && !isEntryAt(seq, entry)) throw corrupt('outbox', seq)
      entries.push({ seq, entry })
    }
    return { ...facts, rows: found, entries }
  })
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne)
}

function isRowName(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

/** Begins a storage, or one again of whose facts some were lost: then its changes stay, and their client is another. */
async function begin(storage: ClientStorage<LocalContents>, fresh: NewOrigin): Promise<StoredState> {
  const { storage_id, identity, client_id } = fresh
  await storage.transact(
    ['meta', 'outbox', 'quarantine'],
    'write',
    async ({ meta, outbox, quarantine }) => {
      // Another tab may have begun it meanwhile.
      if (await readFacts(meta, quarantine)) return
      const seqs = (await outbox.getKeys()).filter((key) => typeof key === 'number')
      const known = (await meta.get('origin')) as OriginEntry | undefined
      meta.put(MIN_READER_KEY, { min_reader: READER })
      meta.put('origin', known ?? { storage_id, identity })
      meta.put('client', { client_id, last_seq: seqs.at(-1) ?? 0, acked: 0 })
      meta.put('sync', NOT_SYNCED)
      meta.put('revision', { revision: 0 })
    },
    { durability: 'strict' },
  )
  const state = await readAll(storage, fresh)
  if (!state) throw new StorageError('unavailable', 'The local data vanish while they are made.')
  return state
}

/** Takes every entry that cannot be read out of the way of the others. */
async function putAsideUnreadable(storage: ClientStorage<LocalContents>, { at }: NewOrigin): Promise<void> {
  const stores = ['meta', 'rows', 'outbox', 'quarantine'] as const
  await storage.transact(
    stores,
    'write',
    async ({ meta, rows, outbox, quarantine }) => {
      for (const { key } of await unreadableOf(meta, (_, entry) => isObject(entry))) meta.delete(key)
      for (const { key, entry } of await unreadableOf(outbox, isEntryAt)) {
        quarantine.put(`${at}/${String(key)}`, { found_at: at, entry })
        outbox.delete(key)
      }
      const bad_rows = await unreadableOf(rows, (_, entry) => isRowOrBlock(entry))
      if (bad_rows.length > 0) {
        rows.clear()
        meta.put('sync', NOT_SYNCED)
      }
      const { revision = 0 } = ((await meta.get('revision')) ?? {}) as { revision?: number }
      meta.put('revision', { revision: revision + 1 })
    },
    { durability: 'strict' },
  )
}

async function unreadableOf<Entry extends object>(
  store: StoreReader<Entry>,
  isReadable: (key: StorageKey, entry: Entry) => boolean,
): Promise<{ key: StorageKey; entry: unknown }[]> {
  const found: { key: StorageKey; entry: unknown }[] = []
  for (const key of await store.getKeys()) {
    try {
      const entry = await store.get(key)
      if (entry && !isReadable(key, entry)) found.push({ key, entry })
    } catch (error) {
      if (!(error instanceof StorageError) || error.kind !== 'corrupt-entry') throw error
      found.push({ key, entry: null })
    }
  }
  return found
}

/** Whether this release can read it; members that it does not know are no fault. */
export function isOutboxEntry(entry: unknown): entry is OutboxEntry {
  if (!isObject(entry) || typeof entry['seq'] !== 'number') return false
  const { mutation_id, kind, id, change, refers_to } = entry
  return (
    typeof mutation_id === 'string' &&
    typeof id === 'string' &&
    NOUNS.some((noun) => noun === kind) &&
    isObject(change) &&
    ['create', 'patch', 'delete', 'restore'].includes(String(change['op'])) &&
    Array.isArray(refers_to)
  )
}

function isEntryAt(key: StorageKey, entry: unknown): boolean {
  return isOutboxEntry(entry) && entry.seq === key
}

/** Those of a block come before those that have changed since: numbers are before ids. */
function placedRows(stored: StoredEntry<RowBlock | RowEntry>): readonly PlacedRow[] {
  const [partition] = stored.key as readonly [partition: string]
  return rowsOfEntry(stored).map((entry) => ({ partition, id: entry.id, entry }))
}

function corrupt(store: string, key: StorageKey): StorageError {
  return new StorageError('corrupt-entry', `An entry of ${store} is not what it should be.`, { store, key })
}
