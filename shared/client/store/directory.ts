import { newId } from '../../base/ids.ts'
import type { ClientPorts } from '../ports.ts'
import type { ClientStorage } from '../storage.ts'
import { type Identity, READER } from './entries.ts'
import { throughPassingFailures } from './passing-failures.ts'

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

type DirectoryContents = { readonly meta: object; readonly storages: DirectoryEntry }

const NAME = 'am_directory'

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

  /** Names a storage again whose data the browser has cleared, this directory among them; else it is lost at the next start. */
  async keepRole(storage: string, role: StorageRole): Promise<void> {
    await throughPassingFailures(() => this.setRole(storage, role), this.#ports)
  }

  /** Erases a storage, and forgets it. @throws StorageError `blocked` while another tab has it open */
  async erase(storage: string): Promise<void> {
    await this.#ports.storages.erase(storage)
    await this.#storage.transact(['storages'], 'write', async ({ storages }) => {
      storages.delete(storage)
      await Promise.resolve()
    })
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

export function isSameIdentity(a: Identity, b: Identity): boolean {
  return a.issuer === b.issuer && a.user_id === b.user_id && a.owner === b.owner
}

function isOf(role: StorageRole, wanted: StorageRole): boolean {
  if (role.kind === 'account' && wanted.kind === 'account') return isSameIdentity(role.identity, wanted.identity)
  return role.kind === 'guest' && wanted.kind === 'guest'
}
