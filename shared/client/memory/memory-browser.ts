import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { ClientPorts, StorageFacts } from '../ports.ts'
import { MemoryChannels } from './memory-channels.ts'
import { MemoryLifecycle } from './memory-lifecycle.ts'
import { MemoryLocks } from './memory-locks.ts'
import { MemoryStorages, type MemoryStoragesOptions } from './memory-storages.ts'

export interface MemoryBrowserOptions extends MemoryStoragesOptions {
  readonly random: Random
}

/** One tab: its ports, the life of its page, and its end. */
export interface MemoryTab {
  readonly ports: ClientPorts
  readonly lifecycle: MemoryLifecycle
  /** As by a crash: its locks are free, its channels closed, and what it has not kept yet is lost. */
  end(): void
}

/** A browser without a browser: tabs that share storages, locks and channels. For tests, and for one process in Node. */
export class MemoryBrowser {
  readonly storages: MemoryStorages
  readonly #clock: Clock
  readonly #random: Random
  readonly #locks = new MemoryLocks()
  readonly #channels: MemoryChannels

  constructor(options: MemoryBrowserOptions) {
    this.#clock = options.clock
    this.#random = options.random
    this.storages = new MemoryStorages(options)
    this.#channels = new MemoryChannels(options.clock)
  }

  openTab(): MemoryTab {
    const end = new AbortController()
    const lifecycle = new MemoryLifecycle()
    const ports: ClientPorts = {
      storages: this.storages.forTab(end.signal),
      locks: this.#locks.forTab(end.signal),
      channels: this.#channels.forTab(end.signal),
      lifecycle,
      storage_facts: NO_FACTS,
      clock: this.#clock,
      random: this.#random,
    }
    return { ports, lifecycle, end: () => end.abort('the tab is gone') }
  }
}

/** Nobody clears it, and nobody says how much fits. */
const NO_FACTS: StorageFacts = {
  persist: () => Promise.resolve(undefined),
  isPersisted: () => Promise.resolve(undefined),
  estimate: () => Promise.resolve(undefined),
}
