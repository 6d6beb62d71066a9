import { DAY_MS } from '../../base/durations.ts'
import { newId } from '../../base/ids.ts'
import type { ClientPorts } from '../ports.ts'
import type { ClientStorage } from '../storage.ts'
import { type Identity, READER } from './entries.ts'
import { isSameIdentity } from './identity.ts'

/**
 * Which storages this browser has, and whose each is: one for each account that was used here, one for the guest, and those
 * of guests whose records are on their way into an account. A storage is never renamed: its role is what changes.
 */
export type StorageRole =
  | { readonly kind: 'guest' }
  | { readonly kind: 'account'; readonly identity: Identity }
  | { readonly kind: 'moving'; readonly into: Identity }
  /** Its records are in the account; it is kept for a while. */
  | { readonly kind: 'moved'; readonly into: Identity; readonly at_ms: number }

export interface DirectoryEntry {
  readonly storage: string
  readonly role: StorageRole
}

/** Who signed in last in any tab of this browser; null: they signed out. */
interface CurrentEntry {
  readonly identity: Identity | null
}

type DirectoryContents = { readonly meta: CurrentEntry; readonly storages: DirectoryEntry }

const NAME = 'am_directory'
const CURRENT = 'current'
const MOVED_KEPT_MS = 30 * DAY_MS

export class Directory {
  readonly #storage: ClientStorage<DirectoryContents>
  readonly #ports: ClientPorts

  private constructor(storage: ClientStorage<DirectoryContents>, ports: ClientPorts) {
    this.#storage = storage
    this.#ports = ports
  }

  /** @throws StorageError */
  static async open(ports: ClientPorts): Promise<Directory> {
    return new Directory(await ports.storages.open<DirectoryContents>(NAME, { reader: READER }), ports)
  }

  async all(): Promise<readonly DirectoryEntry[]> {
    const entries = await this.#storage.transact(['storages'], 'read', async ({ storages }) => await storages.getAll())
    return entries.map(({ entry }) => entry)
  }

  /** The storage of the guest, or of an account; a new name when there is none yet. */
  async storageOf(identity: Identity | null): Promise<string> {
    const role: StorageRole = identity ? { kind: 'account', identity } : { kind: 'guest' }
    return await this.#write(async (entries, put) => {
      const known = entries.find((entry) => isOf(entry.role, role))
      if (known) return known.storage
      const storage = `am_${newId('s', Math.max(0, this.#ports.clock.nowMs()), this.#ports.random)}`
      put({ storage, role })
      return await Promise.resolve(storage)
    })
  }

  async setRole(storage: string, role: StorageRole): Promise<void> {
    await this.#write(async (_, put) => await Promise.resolve(put({ storage, role })))
  }

  /**
   * Notes a storage again after the browser has cleared this list. Where another tab has begun another one for the same
   * account meanwhile, its changes go there as those of a guest do.
   */
  async claim(storage: string, role: StorageRole): Promise<void> {
    await this.#write(async (entries, put) => {
      if (entries.some((entry) => entry.storage === storage)) return
      const is_taken = role.kind === 'account' && entries.some((entry) => isOf(entry.role, role))
      put({ storage, role: is_taken ? { kind: 'moving', into: role.identity } : role })
      await Promise.resolve()
    })
  }

  /** Who signed in last, in any tab; null when they signed out, undefined when nobody did either. */
  async current(): Promise<Identity | null | undefined> {
    const entry = await this.#storage.transact(['meta'], 'read', async ({ meta }) => await meta.get(CURRENT))
    return entry?.identity
  }

  async setCurrent(identity: Identity | null): Promise<void> {
    await this.#storage.transact(['meta'], 'write', async ({ meta }) => {
      meta.put(CURRENT, { identity })
      await Promise.resolve()
    })
  }

  /** Erases a storage, and forgets it. @throws StorageError `blocked` while another tab has it open */
  async erase(storage: string): Promise<void> {
    await this.#ports.storages.erase(storage)
    await this.#storage.transact(['storages'], 'write', async ({ storages }) => {
      storages.delete(storage)
      await Promise.resolve()
    })
  }

  /** Erases guests whose records have been in an account for a month. */
  async eraseMoved(): Promise<void> {
    const now_ms = this.#ports.clock.nowMs()
    for (const { storage, role } of await this.all()) {
      const is_old = role.kind === 'moved' && now_ms - role.at_ms > MOVED_KEPT_MS
      // Another tab may have it open still.
      if (is_old) await this.erase(storage).catch(() => undefined)
    }
  }

  /** Erases everything of an account, and of guests on their way into it. @throws StorageError */
  async eraseAllOf(identity: Identity): Promise<void> {
    for (const { storage, role } of await this.all()) {
      const whose = role.kind === 'account' ? role.identity : role.kind === 'guest' ? null : role.into
      if (whose && isSameIdentity(whose, identity)) await this.erase(storage)
    }
  }

  async close(): Promise<void> {
    await this.#storage.close()
  }

  async #write<T>(
    work: (entries: readonly DirectoryEntry[], put: (entry: DirectoryEntry) => void) => Promise<T>,
  ): Promise<T> {
    return await this.#storage.transact(
      ['storages'],
      'write',
      async ({ storages }) => {
        const entries = (await storages.getAll()).map(({ entry }) => entry)
        return await work(entries, (entry) => storages.put(entry.storage, entry))
      },
      { durability: 'strict' },
    )
  }
}

function isOf(role: StorageRole, wanted: StorageRole): boolean {
  if (role.kind === 'account' && wanted.kind === 'account') return isSameIdentity(role.identity, wanted.identity)
  return role.kind === 'guest' && wanted.kind === 'guest'
}
