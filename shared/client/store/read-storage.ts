import { isObject } from '../../base/is-object.ts'
import { type ClientStorage, MIN_READER_KEY, type StorageKey, StorageError, type StoreReader } from '../storage.ts'
import {
  type ClientEntry,
  type Identity,
  type LocalContents,
  type MetaEntries,
  type MigrationPlan,
  type OriginEntry,
  type OutboxEntry,
  READER,
  type RowEntry,
  type SyncEntry,
} from './entries.ts'
import { NOUNS } from './kinds.ts'

/** Everything that a tab keeps in memory. */
export interface StoredState {
  readonly origin: OriginEntry
  readonly client: ClientEntry
  readonly revision: number
  readonly plan: MigrationPlan | undefined
  readonly rows: readonly { readonly partition: string; readonly id: string; readonly entry: RowEntry }[]
  readonly outbox: readonly OutboxEntry[]
}

/** What a storage begins with. */
export interface NewOrigin {
  readonly storage_id: string
  readonly identity: Identity | null
  readonly client_id: string
}

const NOT_SYNCED: SyncEntry = { cursor: null, pulled_at: null }

/**
 * Reads a storage; one without an origin is begun. A change that cannot be read is put aside, where the user finds it; rows
 * that cannot be read are pulled again.
 * @throws StorageError
 */
export async function readStorage(storage: ClientStorage<LocalContents>, fresh: NewOrigin): Promise<StoredState> {
  try {
    return (await readAll(storage)) ?? (await begin(storage, fresh))
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'corrupt-entry') throw error
    await putAsideUnreadable(storage, fresh)
    return (await readAll(storage)) ?? (await begin(storage, fresh))
  }
}

async function readAll(storage: ClientStorage<LocalContents>): Promise<StoredState | undefined> {
  return await storage.transact(['meta', 'rows', 'outbox'], 'read', async ({ meta, rows, outbox }) => {
    const origin = (await meta.get('origin')) as OriginEntry | undefined
    if (!origin) return undefined
    const { revision } = (await meta.get('revision')) as MetaEntries['revision']
    const client = (await meta.get('client')) as ClientEntry
    const plan = (await meta.get('plan')) as MigrationPlan | undefined
    const stored_rows = await rows.getAll()
    const entries = await outbox.getAll()
    const unreadable = entries.find(({ key, entry }) => !isOutboxEntry(key, entry))
    if (unreadable) throw corrupt('outbox', unreadable.key)
    return {
      origin,
      client,
      revision,
      plan,
      rows: stored_rows.map(({ key, entry }) => ({ ...placeOf(key), entry })),
      outbox: entries.map(({ entry }) => entry),
    }
  })
}

/** Some rows and changes as they are now; undefined where the message does not name them. */
export async function readSome(
  storage: ClientStorage<LocalContents>,
  named_rows: unknown,
  named_entries: unknown,
): Promise<
  | {
      readonly revision: number
      readonly rows: StoredState['rows']
      readonly entries: readonly { readonly seq: number; readonly entry: OutboxEntry | undefined }[]
    }
  | undefined
> {
  if (!isListOf(named_rows, isRowName) || !isListOf(named_entries, isNumber)) return undefined
  return await storage.transact(['meta', 'rows', 'outbox'], 'read', async ({ meta, rows, outbox }) => {
    const { revision = -1 } = ((await meta.get('revision')) ?? {}) as { revision?: number }
    const found: { partition: string; id: string; entry: RowEntry }[] = []
    for (const [partition, id] of named_rows) {
      const entry = await rows.get([partition, id])
      if (entry) found.push({ partition, id, entry })
    }
    const entries = []
    for (const seq of named_entries) entries.push({ seq, entry: await outbox.get(seq) })
    return { revision, rows: found, entries }
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

async function begin(
  storage: ClientStorage<LocalContents>,
  { storage_id, identity, client_id }: NewOrigin,
): Promise<StoredState> {
  const origin: OriginEntry = { storage_id, identity }
  const client: ClientEntry = { client_id, last_seq: 0, acked: 0 }
  await storage.transact(
    ['meta'],
    'write',
    async ({ meta }) => {
      // Another tab may have begun it meanwhile.
      if (await meta.get('origin')) return
      meta.put(MIN_READER_KEY, { min_reader: READER })
      meta.put('origin', origin)
      meta.put('client', client)
      meta.put('sync', NOT_SYNCED)
      meta.put('revision', { revision: 0 })
    },
    { durability: 'strict' },
  )
  const state = await readAll(storage)
  if (!state) throw new StorageError('unavailable', 'The local data vanish while they are made.')
  return state
}

/** Takes every entry that cannot be read out of the way of the others. */
async function putAsideUnreadable(storage: ClientStorage<LocalContents>, { storage_id }: NewOrigin): Promise<void> {
  const stores = ['meta', 'rows', 'outbox', 'quarantine'] as const
  await storage.transact(
    stores,
    'write',
    async ({ meta, rows, outbox, quarantine }) => {
      for (const { key, entry } of await unreadableOf(outbox, isOutboxEntry)) {
        quarantine.put(`${storage_id}/outbox/${String(key)}`, { found_at: storage_id, store: 'outbox', entry })
        outbox.delete(key)
      }
      const bad_rows = await unreadableOf(rows, (_, entry) => isObject(entry.row))
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

function isOutboxEntry(key: StorageKey, entry: unknown): boolean {
  if (!isObject(entry) || entry['seq'] !== key) return false
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

function placeOf(key: StorageKey): { partition: string; id: string } {
  const [partition, id] = Array.isArray(key) ? (key as readonly unknown[]) : []
  return { partition: String(partition), id: String(id) }
}

function corrupt(store: string, key: StorageKey): StorageError {
  return new StorageError('corrupt-entry', `An entry of ${store} is not what it should be.`, { store, key })
}
