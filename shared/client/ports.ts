import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { ClientStorages } from './storage.ts'

/**
 * The ports of the client: what it needs from the place where it runs. `browser/`, `node/` and `memory/` have the
 * adapters; nothing else of the client knows a browser or Node. The port to storage is in storage.ts.
 */
export interface ClientPorts {
  readonly storages: ClientStorages
  readonly locks: Locks
  readonly channels: Channels
  readonly lifecycle: Lifecycle
  readonly storage_facts: StorageFacts
  readonly clock: Clock
  readonly random: Random
}

/**
 * Exclusive locks among all tabs of this origin in one browser (or within one process). A lock is held until it is
 * released or its tab ends, also by a crash; it has no time limit, and nobody steals it. So a frozen tab keeps its
 * locks: hold one only for what only one tab may do, and never while waiting for a user.
 */
export interface Locks {
  /**
   * False where the browser has no such locks. Then nothing can be acquired, so that there are never two holders: the
   * caller says so, and does without what needs the lock.
   */
  readonly is_available: boolean
  /**
   * Waits until nobody else holds `name`; those who wait get it in order.
   * @throws LockError `aborted` when `signal` aborts before, `unavailable`
   */
  acquire(name: string, signal?: AbortSignal): Promise<HeldLock>
  /** The lock, or `undefined` when it is held. @throws LockError `unavailable` */
  tryAcquire(name: string): Promise<HeldLock | undefined>
}

export interface HeldLock {
  /** Aborts when the lock is lost without a release; what it protected must stop. */
  readonly lost: AbortSignal
  /** Gives the lock up. A second call does nothing. */
  release(): void
}

export type LockErrorKind = 'aborted' | 'unavailable'

export class LockError extends Error {
  override readonly name = 'LockError'
  readonly kind: LockErrorKind

  constructor(kind: LockErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

export interface Channels {
  /** A channel to everyone who opens `name` in this browser. */
  open(name: string): Channel
}

/**
 * Messages between tabs. They are hints to look into the storage: one may be lost (a tab that is frozen or starts), and
 * may come from another release, so a receiver validates it.
 */
export interface Channel {
  /** False where the browser has none: messages reach only this tab, and others must look from time to time. */
  readonly reaches_other_tabs: boolean
  /** Sends JSON to every other channel of the same name, in other tabs and in this one, but not to this channel itself. */
  post(message: unknown): void
  /** @returns ends the subscription */
  subscribe(onMessage: (message: unknown) => void): () => void
  close(): void
}

/** The life of the page; in Node it is always visible and focused. */
export interface Lifecycle {
  state(): LifecycleState
  /** @returns ends the subscription */
  subscribe(onEvent: (event: LifecycleEvent) => void): () => void
}

export interface LifecycleState {
  readonly is_visible: boolean
  readonly has_focus: boolean
  /** What the browser believes. False is mostly right, true proves nothing: the outcome of a request decides. */
  readonly is_online_hint: boolean
}

export type LifecycleEvent =
  | 'visible'
  | 'hidden'
  | 'focus'
  | 'blur'
  | 'online'
  | 'offline'
  /** The browser stops the page's code, and may end it without another event. */
  | 'freeze'
  | 'resume'
  /** The page is left; it may come back from the back/forward cache. */
  | 'page-hide'
  /** It came back: its store may have been closed, its user may be another. */
  | 'page-restored'

/** What the browser says of the place where this origin's data lie. */
export interface StorageFacts {
  /** Asks the browser not to clear the data by itself. @returns whether it will not; `undefined` when it does not say */
  persist(): Promise<boolean | undefined>
  /** Whether the browser will not clear the data by itself; `undefined` when it does not say. */
  isPersisted(): Promise<boolean | undefined>
  /** `undefined` when the browser does not say. Browsers round and blur both numbers. */
  estimate(): Promise<{ readonly used_bytes: number; readonly quota_bytes: number } | undefined>
}
