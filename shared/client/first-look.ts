import { isObject } from '../base/is-object.ts'
import type { ClientPorts } from './ports.ts'
import type { ClientStorage } from './storage.ts'
import { Directory } from './store/directory.ts'
import {
  type Identity,
  type JsonRecord,
  type LocalContents,
  type MetaEntries,
  type OriginEntry,
  READER,
} from './store/entries.ts'
import { isSameIdentity } from './store/identity.ts'

/**
 * What a page showed first when it was here last. It lies beside the records and holds as long as none of them has changed, so
 * that the next visit shows it while the records are still being read. What is in it is the page's own affair.
 */

/** @returns undefined where there is none, where a record has changed since, and where the storage fails: opening says how */
export async function readFirstLook(ports: ClientPorts, identity: Identity): Promise<JsonRecord | undefined> {
  return await withStorageOf(ports, identity, async (storage) => {
    return await storage.transact(['meta'], 'read', async ({ meta }) => {
      const [origin, revision, kept] = await Promise.all([
        meta.get('origin'),
        meta.get('revision'),
        meta.get('first_look'),
      ])
      if (!isSameIdentity((origin as Partial<OriginEntry> | undefined)?.identity ?? null, identity)) return undefined
      const first_look = kept as Partial<MetaEntries['first_look']> | undefined
      const is_as_it_was = isObject(first_look?.look) && first_look.revision === revisionOf(revision)
      return is_as_it_was ? first_look.look : undefined
    })
  })
}

/**
 * @param revision of the records that it shows: where another tab has changed one since, nothing is kept
 * @returns whether it was kept; the next visit does without, too
 */
export async function keepFirstLook(
  ports: ClientPorts,
  identity: Identity,
  { revision, look }: MetaEntries['first_look'],
): Promise<boolean> {
  const is_kept = await withStorageOf(ports, identity, async (storage) => {
    return await storage.transact(['meta'], 'write', async ({ meta }) => {
      const is_now = revisionOf(await meta.get('revision')) === revision
      if (is_now) meta.put('first_look', { revision, look })
      return is_now
    })
  })
  return is_kept ?? false
}

function revisionOf(entry: LocalContents['meta'] | undefined): number | undefined {
  return (entry as MetaEntries['revision'] | undefined)?.revision
}

/** Nothing is begun where this device has no storage of the account, or shows more than what is in it: a guest's records. */
async function withStorageOf<Result>(
  ports: ClientPorts,
  identity: Identity,
  work: (storage: ClientStorage<LocalContents>) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    const directory = await Directory.open(ports)
    const all = await directory.all().finally(() => void directory.close())
    const own = all.find(({ role }) => role.kind === 'account' && isSameIdentity(role.identity, identity))
    const is_more_to_come = all.some(({ role }) => role.kind === 'moving' && isSameIdentity(role.into, identity))
    if (!own || is_more_to_come) return undefined
    const storage = await ports.storages.open<LocalContents>(own.storage, { reader: READER })
    return await work(storage).finally(() => void storage.close())
  } catch {
    return undefined
  }
}
