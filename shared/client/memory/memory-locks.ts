import { type HeldLock, LockError, type Locks } from '../ports.ts'

interface Waiting {
  readonly grant: (lock: HeldLock) => void
  readonly ended: AbortSignal
}

/** The locks of one browser, or of one process. */
export class MemoryLocks {
  /** Who waits for a lock that is held, in order; a name that is not here is free. */
  readonly #waiting = new Map<string, Waiting[]>()

  /**
   * The locks as one tab sees them.
   * @param ended aborts when the tab is gone: it loses what it holds
   */
  forTab(ended: AbortSignal = new AbortController().signal): Locks {
    return {
      is_available: true,
      acquire: (name, signal) =>
        this.#acquire(name, signal === undefined ? ended : AbortSignal.any([ended, signal]), ended),
      tryAcquire: (name) => Promise.resolve(this.#waiting.has(name) ? undefined : this.#take(name, ended)),
    }
  }

  async #acquire(name: string, signal: AbortSignal, ended: AbortSignal): Promise<HeldLock> {
    const stopped = () =>
      new LockError('aborted', `Waiting for the lock ${name} was stopped.`, { cause: signal.reason })
    if (signal.aborted) throw stopped()
    const queue = this.#waiting.get(name)
    if (queue === undefined) return this.#take(name, ended)
    const { promise, resolve, reject } = Promise.withResolvers<HeldLock>()
    const waiting = { grant: resolve, ended }
    queue.push(waiting)
    const stop = (): void => {
      const at = queue.indexOf(waiting)
      if (at !== -1) queue.splice(at, 1)
      reject(stopped())
    }
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #take(name: string, ended: AbortSignal): HeldLock {
    if (!this.#waiting.has(name)) this.#waiting.set(name, [])
    let is_held = true
    const release = (): void => {
      if (!is_held) return
      is_held = false
      ended.removeEventListener('abort', release)
      this.#giveOn(name)
    }
    ended.addEventListener('abort', release, { once: true })
    return { lost: ended, release }
  }

  #giveOn(name: string): void {
    const queue = this.#waiting.get(name) ?? []
    // Tabs that are gone, but have not left the queue yet, would keep it for ever.
    let next = queue.shift()
    while (next?.ended.aborted) next = queue.shift()
    if (next === undefined) this.#waiting.delete(name)
    else next.grant(this.#take(name, next.ended))
  }
}
