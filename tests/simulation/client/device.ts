import { ActivationClient } from '#shared/client/client.ts'
import type { Session } from '#shared/client/client-types.ts'
import type { LocalContents, OutboxEntry } from '#shared/client/store/entries.ts'
import type { DirectoryEntry } from '#shared/client/store/directory.ts'
import { MemoryBrowser, type MemoryTab } from '#shared/client/memory/memory-browser.ts'
import { type ClientStorage, StorageError } from '#shared/client/storage.ts'
import type { Clock } from '#shared/base/clock.ts'
import { isObject } from '#shared/base/is-object.ts'
import { between } from '../seeded-random.ts'
import type { ClientHistory } from './client-history.ts'
import { marksOfEntry, Screen } from './screen.ts'
import { identityOf, type Service } from './service.ts'
import { TabLife } from './tab-life.ts'

const STORES = ['meta', 'rows', 'staged', 'outbox', 'imports', 'quarantine', 'drafts', 'details', 'log'] as const
/** Reads what any release has written. */
const ANY_READER = 1000
const DIRECTORY = 'am_directory'
type DirectoryContents = { readonly storages: DirectoryEntry }

export interface Tab {
  readonly name: string
  readonly life: TabLife
  readonly memory: MemoryTab
  /** Undefined until it is open. */
  client: ActivationClient | undefined
  screen: Screen | undefined
}

/** A browser profile on some machine: its storages, and its tabs. */
export class Device {
  readonly name: string
  is_online = true
  /** Who is signed in on the page. */
  user_id: string | undefined
  tabs: Tab[] = []
  ahead_ms = 0
  storage_fault: 'full' | 'unavailable' | undefined
  readonly browser: MemoryBrowser
  readonly #history: ClientHistory
  readonly #service: Service
  readonly #clock: Clock
  #opened = 0
  #is_past_faults = false

  constructor(name: string, history: ClientHistory, service: Service) {
    this.name = name
    this.#history = history
    this.#service = service
    this.#clock = history.clock.skewed(() => this.ahead_ms)
    this.browser = new MemoryBrowser({
      clock: history.clock,
      random: history.random,
      onCommit: async (_name, changes) => {
        if (this.#is_past_faults) return
        // Deleting works on a full disk.
        const is_growing = changes.some(([, { entries }]) => [...entries].some(({ entry }) => entry !== undefined))
        if (this.storage_fault === 'full' && is_growing) throw new StorageError('full', 'The disk is full.')
        if (this.storage_fault === 'unavailable') throw new StorageError('unavailable', 'The disk does not answer.')
        await history.clock.sleep(between(history.random, 0, 3))
      },
    })
  }

  /** Tabs whose client is open and that are not frozen. */
  get awake(): (Tab & { client: ActivationClient; screen: Screen })[] {
    return this.tabs.filter(
      (tab): tab is Tab & { client: ActivationClient; screen: Screen } =>
        tab.client !== undefined && tab.screen !== undefined && !tab.life.is_frozen,
    )
  }

  openTab(): Tab {
    const { random, has, is_calm, theme } = this.#history
    const { crashing_tabs = 0.4, lost_messages = 0.1, lied_locks = 0.3 } = theme ?? {}
    const memory = this.browser.openTab()
    const name = `${this.name}.${++this.#opened}`
    const is_mortal = !is_calm && random.uniform() < crashing_tabs
    const life = new TabLife(memory.ports, this.#clock, {
      awaits_until_crash: is_mortal ? between(random, 1, 300) : Infinity,
      isMessageLost: () => !this.#history.is_calm && random.uniform() < lost_messages,
      isLockLied: () => {
        const is_lied = has.lying_locks && !this.#history.is_calm && random.uniform() < lied_locks
        if (is_lied) this.#history.count('locks given twice')
        return is_lied
      },
      has_locks: !has.no_locks,
      onCrash: () => {
        memory.end()
        this.tabs = this.tabs.filter((one) => one !== tab)
        this.#history.count('tabs ended')
        this.#history.note(`${name} is gone`)
      },
    })
    const tab: Tab = { name, life, memory, client: undefined, screen: undefined }
    this.tabs.push(tab)
    this.#history.note(`${name} opens for ${this.user_id ?? 'a guest'}`)
    this.#history.inBackground(Promise.race([this.#open(tab), life.ended]))
    return tab
  }

  sessionOf(user_id: string): Session {
    let token: string | undefined
    return {
      identity: identityOf(user_id),
      token: async ({ is_renewal }) => {
        const is_shared = this.#history.theme?.has_shared_sign_in && !this.#history.is_calm
        if (is_shared) return await Promise.resolve(this.#service.token(this.user_id ?? user_id))
        if (is_renewal || token === undefined) token = this.#service.token(user_id)
        return await Promise.resolve(token)
      },
    }
  }

  async #open(tab: Tab): Promise<void> {
    const { name, life } = tab
    try {
      const client = await ActivationClient.open({
        ports: life.ports,
        api: {
          origins: 'https://service.example',
          fetch: (url, init) =>
            life.alive(() =>
              this.#service.fetch({ device: this.name, tab: name, is_online: this.is_online }, url, init),
            ),
        },
        app_version: 'simulated',
        ...(this.user_id !== undefined && { session: this.sessionOf(this.user_id) }),
      })
      tab.client = client
      tab.screen = new Screen(this.#history, name, client)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      this.#history.note(`${name} cannot open: ${error.message}`)
      life.end()
    }
  }

  /** As a user does: the page is told before. */
  closeTab(tab: Tab): void {
    this.#history.note(`${tab.name} is closed`)
    tab.screen?.end()
    const closing = tab.client?.close() ?? Promise.resolve()
    this.#history.inBackground(Promise.race([closing.then(() => tab.life.end()), tab.life.ended]))
  }

  /** The browser throws everything away that this origin has. */
  async clear(): Promise<void> {
    this.#history.note(`${this.name} clears the data of the site`)
    await this.#pastFaults(() => this.#clear())
  }

  async #clear(): Promise<void> {
    for (const storage of await this.#all()) {
      await storage.transact(STORES, 'write', async (stores) => {
        for (const name of STORES) stores[name].clear()
        await Promise.resolve()
      })
    }
    const directory = await this.#raw(DIRECTORY)
    await directory.transact(['storages' as never], 'write', async (stores: object) => {
      for (const store of Object.values(stores) as { clear(): void }[]) store.clear()
      await Promise.resolve()
    })
    for (const name of await this.browser.storages.forTab().names()) this.browser.storages.tell(name, 'connection-lost')
  }

  /** The last change of each outbox cannot be read any more. @returns what was torn */
  async tear(): Promise<readonly OutboxEntry[]> {
    const torn = await this.#pastFaults(() => this.#tear())
    if (torn.length > 0) this.#history.note(`${this.name} tears ${torn.flatMap(marksOfEntry).join(', ')}`)
    return torn
  }

  async #tear(): Promise<readonly OutboxEntry[]> {
    const torn: OutboxEntry[] = []
    for (const storage of await this.#all()) {
      await storage.transact(['outbox'], 'write', async ({ outbox }) => {
        const last = (await outbox.getAll()).findLast(({ entry }) => isObject(entry.change))
        if (!last) return
        torn.push(last.entry)
        outbox.put(last.key, { torn: true } as never)
      })
    }
    return torn
  }

  /** A later release has raised what reads its storages, or is content with this one again. */
  async setMinReader(min_reader: number): Promise<void> {
    await this.#pastFaults(() => this.#setMinReader(min_reader))
  }

  async #setMinReader(min_reader: number): Promise<void> {
    for (const storage of await this.#all()) {
      await storage.transact(['meta'], 'write', async ({ meta }) => {
        meta.put('min_reader', { min_reader })
        await Promise.resolve()
      })
    }
  }

  async copyTo(copy: Device): Promise<void> {
    for (const name of await this.browser.storages.forTab().names()) {
      const stores = name === DIRECTORY ? (['storages'] as never) : STORES
      const [from, to] = [await this.#raw(name), await copy.#raw(name)]
      const entries = await from.transact(stores, 'read', async (readers) => {
        const all = []
        for (const [store, reader] of Object.entries(readers)) {
          for (const { key, entry } of await reader.getAll()) all.push({ store, key, entry })
        }
        return all
      })
      await to.transact(stores, 'write', async (writers) => {
        for (const { store, key, entry } of entries) writers[store as 'rows'].put(key, entry as never)
        await Promise.resolve()
      })
    }
    copy.user_id = this.user_id
  }

  /** Every change that lies in a storage of this device where its user can see it, as it lies there. */
  async outboxes(): Promise<readonly OutboxEntry[]> {
    const found: OutboxEntry[] = []
    const moved = await this.#moved()
    for (const storage of await this.#all()) {
      if (moved.has(storage.name)) continue
      const entries = await storage.transact(['outbox'], 'read', ({ outbox }) => outbox.getAll())
      found.push(...entries.map(({ entry }) => entry).filter((entry) => isObject(entry.change)))
    }
    return found
  }

  /** Past all faults. */
  async #pastFaults<T>(work: () => Promise<T>): Promise<T> {
    this.#is_past_faults = true
    return await work().finally(() => (this.#is_past_faults = false))
  }

  /** Storages of guests whose records are in an account: nobody shows them any more. */
  async #moved(): Promise<ReadonlySet<string>> {
    const directory = await this.browser.storages.forTab().open<DirectoryContents>(DIRECTORY, { reader: ANY_READER })
    const entries = await directory.transact(['storages'], 'read', ({ storages }) => storages.getAll())
    return new Set(entries.filter(({ entry }) => entry.role.kind === 'moved').map(({ entry }) => entry.storage))
  }

  async #all(): Promise<ClientStorage<LocalContents>[]> {
    const names = await this.browser.storages.forTab().names()
    return await Promise.all(names.filter((name) => name !== DIRECTORY).map((name) => this.#raw(name)))
  }

  async #raw(name: string): Promise<ClientStorage<LocalContents>> {
    return await this.browser.storages.forTab().open<LocalContents>(name, { reader: ANY_READER })
  }
}
