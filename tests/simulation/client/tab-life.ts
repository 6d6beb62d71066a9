import type { Clock } from '#shared/base/clock.ts'
import type { Channel, ClientPorts, HeldLock } from '#shared/client/ports.ts'
import type { ClientStorage, ClientStorages } from '#shared/client/storage.ts'

export interface TabFaults {
  /** It crashes at this await, counted over its calls of ports and over their ends. */
  readonly awaits_until_crash: number
  readonly isMessageLost: () => boolean
  /** Gives a lock that somebody else holds. */
  readonly isLockLied: () => boolean
  readonly has_locks: boolean
  readonly onCrash: () => void
}

/** The ports of a tab that can stop at any of its awaits: for a while, or for ever. */
export class TabLife {
  readonly ports: ClientPorts
  /** Resolves when the tab is gone: nobody will hear from it again. */
  readonly ended: Promise<'ended'>
  readonly #faults: TabFaults
  readonly #resolveEnded: (ended: 'ended') => void
  #awaits_left: number
  #is_running = true
  #frozen: PromiseWithResolvers<void> | undefined

  constructor(ports: ClientPorts, clock: Clock, faults: TabFaults) {
    this.#faults = faults
    this.#awaits_left = faults.awaits_until_crash
    const { promise, resolve } = Promise.withResolvers<'ended'>()
    this.ended = promise
    this.#resolveEnded = resolve
    this.ports = {
      ...ports,
      storages: this.#storages(ports.storages),
      locks: {
        is_available: faults.has_locks,
        acquire: (name, signal) =>
          faults.isLockLied() ? Promise.resolve(LIE) : this.alive(() => ports.locks.acquire(name, signal)),
        tryAcquire: (name) => this.alive(() => ports.locks.tryAcquire(name)),
      },
      channels: { open: (name) => this.#channel(ports.channels.open(name)) },
      clock: {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => clock.monotonicMs(),
        sleep: (...call) => this.alive(() => clock.sleep(...call)),
        turn: () => this.alive(() => clock.turn()),
      },
    }
  }

  get is_running(): boolean {
    return this.#is_running
  }

  get is_frozen(): boolean {
    return this.#frozen !== undefined
  }

  freeze(): void {
    this.#frozen ??= Promise.withResolvers()
  }

  thaw(): void {
    this.#frozen?.resolve()
    this.#frozen = undefined
  }

  end(): void {
    if (!this.#is_running) return
    this.#is_running = false
    this.#resolveEnded('ended')
    this.#faults.onCrash()
  }

  /** Never crashes any more. */
  calm(): void {
    this.#awaits_left = Infinity
  }

  /** Goes on only while the tab runs. */
  async alive<T>(work: () => Promise<T>): Promise<T> {
    if (!(await this.#passes())) return await silence()
    try {
      const result = await work()
      return (await this.#passes()) ? result : await silence()
    } catch (error) {
      if (await this.#passes()) throw error
      return await silence()
    }
  }

  async #passes(): Promise<boolean> {
    while (this.#frozen && this.#is_running) await Promise.race([this.#frozen.promise, this.ended])
    if (--this.#awaits_left <= 0) this.end()
    return this.#is_running
  }

  #storages(storages: ClientStorages): ClientStorages {
    return {
      open: async (name, options) => {
        const storage = await this.alive(() => storages.open(name, options))
        return this.#storage(storage) as never
      },
      names: () => this.alive(() => storages.names()),
      erase: (name) => this.alive(() => storages.erase(name)),
    }
  }

  #storage(storage: ClientStorage): ClientStorage {
    const transact = (...call: Parameters<ClientStorage['transact']>) => this.alive(() => storage.transact(...call))
    return {
      name: storage.name,
      transact: transact as ClientStorage['transact'],
      close: () => this.alive(() => storage.close()),
    }
  }

  #channel(channel: Channel): Channel {
    return {
      reaches_other_tabs: channel.reaches_other_tabs,
      post: (message) => {
        if (this.#is_running && !this.#frozen && !this.#faults.isMessageLost()) channel.post(message)
      },
      subscribe: (onMessage) =>
        channel.subscribe((message) => {
          // A frozen tab hears nothing of what was said meanwhile.
          if (this.#is_running && !this.#frozen) onMessage(message)
        }),
      close: () => channel.close(),
    }
  }
}

const LIE: HeldLock = { lost: new AbortController().signal, release: () => undefined }

function silence(): Promise<never> {
  return new Promise(() => undefined)
}
