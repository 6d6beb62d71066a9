import { isoTime } from '../base/clock.ts'
import type { ClientPorts } from './ports.ts'
import { type ClientStorage, StorageError, type StorageKey, type StoreReader } from './storage.ts'
import { dataFileOf, type DataFile } from './store/data-file.ts'
import type { Identity, LocalContents, MigrationPlan, OriginEntry, OutboxEntry } from './store/entries.ts'
import { isSameIdentity } from './store/identity.ts'

/**
 * The way out for a page whose local data cannot be opened: what the service does not have yet as a file, and a new
 * beginning. Both touch only what belongs to the account that is signed in, or to the guest.
 */

/** A later release's storage is read, too: nothing is written. */
const ANY_READER = Number.MAX_SAFE_INTEGER

/** The changes that were not sent, as `downloadData` has them; the client must not be open. @throws StorageError when nothing can be read */
export async function rescuedData(ports: ClientPorts, identity: Identity | null): Promise<DataFile> {
  const unsent: OutboxEntry[] = []
  const unreadable: object[] = []
  await eachOf(ports, identity, async (storage) => {
    const { entries, bad } = await storage.transact(
      ['outbox', 'quarantine'],
      'read',
      async ({ outbox, quarantine }) => ({
        entries: await readable(outbox),
        bad: await readable(quarantine),
      }),
    )
    unsent.push(...entries.found.filter(({ done }) => !done))
    unreadable.push(...entries.unreadable, ...bad.found, ...bad.unreadable)
  })
  return dataFileOf(() => [], { unsent, unreadable, made_at: isoTime(ports.clock.nowMs()) })
}

/** Erases them: the client opens with nothing, and fetches what the service has. @throws StorageError */
export async function startOver(ports: ClientPorts, identity: Identity | null): Promise<void> {
  const names: string[] = []
  await eachOf(ports, identity, ({ name }) => Promise.resolve(void names.push(name)))
  for (const name of names) await ports.storages.erase(name)
}

/** The list of storages may be what cannot be read, so each of them is asked whose it is. */
async function eachOf(
  { storages }: ClientPorts,
  identity: Identity | null,
  work: (storage: ClientStorage<LocalContents>) => Promise<void>,
): Promise<void> {
  for (const name of await storages.names()) {
    const storage = await storages.open<LocalContents>(name, { reader: ANY_READER })
    try {
      if (await isOf(storage, identity)) await work(storage)
    } finally {
      await storage.close()
    }
  }
}

async function isOf(storage: ClientStorage<LocalContents>, identity: Identity | null): Promise<boolean> {
  const { origin, plan } = await storage.transact(['meta'], 'read', async ({ meta }) => ({
    origin: (await meta.get('origin').catch(skipped)) as OriginEntry | undefined,
    plan: (await meta.get('plan').catch(skipped)) as MigrationPlan | undefined,
  }))
  return origin !== undefined && isSameIdentity(plan?.into ?? origin.identity, identity)
}

async function readable<Entry extends object>(store: StoreReader<Entry>) {
  const found: Entry[] = []
  const unreadable: { key: StorageKey }[] = []
  for (const key of await store.getKeys()) {
    const entry = await store.get(key).catch(skipped)
    if (entry) found.push(entry)
    else unreadable.push({ key })
  }
  return { found, unreadable }
}

function skipped(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.kind !== 'corrupt-entry') throw error
}
