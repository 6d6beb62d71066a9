import { type HeldLock, LockError, type Locks } from '../ports.ts'

/** Web Locks: those of a tab that ends, crashes or is discarded are free immediately. Only secure pages have them. */
export function webLocks(): Locks {
  const manager: LockManager | undefined = navigator.locks
  if (manager === undefined) {
    const unavailable = () => Promise.reject(new LockError('unavailable', 'This browser has no locks among its tabs.'))
    return { is_available: false, acquire: unavailable, tryAcquire: unavailable }
  }
  return {
    is_available: true,
    acquire: async (name, signal) => {
      const held = await take(manager, name, signal === undefined ? {} : { signal })
      // Without `ifAvailable` there is one, or an error.
      if (held === undefined) throw new LockError('unavailable', `The lock ${name} was not given.`)
      return held
    },
    tryAcquire: async (name) => await take(manager, name, { ifAvailable: true }),
  }
}

/** The browser holds a lock for as long as the promise of its callback is open. */
async function take(manager: LockManager, name: string, options: LockOptions): Promise<HeldLock | undefined> {
  const taken = Promise.withResolvers<HeldLock | undefined>()
  const released = Promise.withResolvers<void>()
  const lost = new AbortController()
  manager
    .request(name, options, (lock) => {
      taken.resolve(lock === null ? undefined : { lost: lost.signal, release: () => released.resolve() })
      return lock === null ? undefined : released.promise
    })
    .catch((error: unknown) => {
      // Before it was taken: the wait was stopped, or there are no locks here. Afterwards: somebody stole it.
      const kind = options.signal?.aborted ? 'aborted' : 'unavailable'
      taken.reject(new LockError(kind, `There is no lock ${name}.`, { cause: error }))
      lost.abort(error)
    })
  return await taken.promise
}
