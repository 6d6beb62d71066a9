import { fullJitterMs } from '../../base/backoff.ts'
import { MINUTE_MS } from '../../base/durations.ts'
import { isObject } from '../../base/is-object.ts'
import { type ClientPorts, type HeldLock, LockError } from '../ports.ts'
import { StorageError } from '../storage.ts'
import type { SyncProblem } from './answers.ts'
import type { LocalStore } from './local-store.ts'
import type { LogBook } from './log-book.ts'
import { hasPush } from './outbox.ts'
import type { Exchange, Sender } from './sender.ts'
import { heardState, isNews, NOTHING_KNOWN, type SyncerState } from './syncer-state.ts'

export interface SyncerOptions {
  readonly store: LocalStore
  readonly sender: Sender
  readonly ports: ClientPorts
  readonly log: LogBook
  /** Whether the operator has sync on. */
  readonly isOn: () => Promise<boolean>
  /** Further work of who holds the lock: a guest who moves in. */
  readonly first?: FirstWork
  readonly onState: () => void
  /** Called with an error of this program itself. Syncing goes on. */
  readonly onFault?: (error: unknown) => void
}

/** Work that comes before each exchange. */
export interface FirstWork {
  /** When it wants to be done, in milliseconds from now; Infinity when there is nothing to do. */
  dueInMs(): number
  run(signal: AbortSignal): Promise<Exchange | undefined>
}

const POLL_MS = { first: 20_000, last: 5 * MINUTE_MS }
/** There is no last attempt. */
const BACKOFF = { base_ms: 1000, cap_ms: 5 * MINUTE_MS }
/** A visible tab tells the others so. */
const ACTIVE_EVERY_MS = 4 * MINUTE_MS
const ACTIVE_FOR_MS = 5 * MINUTE_MS
/** Changes that have waited so long, although the server answers, are told and tried again. */
const STUCK_MS = 2 * MINUTE_MS
const LONGEST_SLEEP_MS = 60 * MINUTE_MS
/** Problems that only a sign-in mends. */
const SIGN_IN: readonly string[] = ['unauthenticated', 'forbidden']
/** The server was not reached: what it is to the user is no connection. */
const UNREACHED: readonly string[] = ['offline', 'timeout', 'not-an-answer']

/** What came of one exchange, and whether it was the server that failed. */
type Outcome = Exchange | { readonly kind: 'broken'; readonly detail: string }

/**
 * Keeps one storage in step with the server: one tab of the browser does, the one with the lock. It pushes what the user does,
 * and asks for news while a tab is visible, ever more rarely while nothing happens.
 */
export class Syncer {
  readonly #options: SyncerOptions
  readonly #end = new AbortController()
  #wake = new AbortController()
  #leader: 'this' | 'other' | 'alone' = 'other'
  #state: SyncerState
  #failures = 0
  #not_before_ms = -Infinity
  #poll_ms = POLL_MS.first
  #asked_ms = -Infinity
  #others_active_until_ms = -Infinity
  #waiting_since_ms: number | undefined
  #is_wanted = true
  #done: Promise<unknown> = Promise.resolve()
  readonly #waiting: ((exchange: Exchange | undefined) => void)[] = []

  constructor(options: SyncerOptions) {
    this.#options = options
    this.#state = { ...NOTHING_KNOWN, synced_at: options.store.pulled_at }
  }

  get state(): SyncerState & { readonly leader: 'this' | 'other' | 'alone' } {
    return { ...this.#state, leader: this.#leader }
  }

  /** Begins; it ends with `stop`. */
  start(): void {
    const { store, ports } = this.#options
    const { lifecycle } = ports
    const ends = [
      store.subscribe(() => this.#onChange()),
      store.onMessage((message) => this.#onMessage(message)),
      lifecycle.subscribe((event) => {
        if (event === 'visible' || event === 'focus' || event === 'page-restored' || event === 'resume')
          this.#onActive()
        if (event === 'online') this.hurry()
      }),
    ]
    this.#end.signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true })
    store.post({ type: 'asked' })
    this.#done = Promise.all([this.#lead(), this.#tellActivity()])
  }

  /** Ends the exchange that is under way, and waits for it. */
  async stop(): Promise<void> {
    this.#end.abort('stopped')
    this.#wakeUp()
    await this.#done
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }

  /** Exchanges now, wherever the lock is. @returns what came of it, when this tab did it */
  async syncNow(): Promise<Exchange | undefined> {
    this.hurry()
    if (this.#leader === 'other' || this.#end.signal.aborted) return undefined
    return await new Promise((resolve) => void this.#waiting.push(resolve))
  }

  /** Waits are over: the network is back, or the user wants it now. */
  hurry(): void {
    this.#hasten()
    this.#options.store.post({ type: 'wanted' })
    this.#onActive()
  }

  async #lead(): Promise<void> {
    const { log } = this.#options
    const { signal } = this.#end
    while (!signal.aborted) {
      const lock = await this.#acquire(signal)
      if (lock === undefined) return
      this.#leader = lock === 'none' ? 'alone' : 'this'
      if (lock === 'none') log.write('problem', 'This browser has no locks: each tab syncs by itself')
      this.#options.onState()
      try {
        await this.#exchangeUntil(lock === 'none' ? signal : AbortSignal.any([signal, lock.lost]))
      } finally {
        this.#leader = 'other'
        if (lock !== 'none') lock.release()
      }
    }
  }

  /** @returns `none` where there are no locks; undefined when it was stopped */
  async #acquire(signal: AbortSignal): Promise<HeldLock | 'none' | undefined> {
    const { ports, store } = this.#options
    if (!ports.locks.is_available) return 'none'
    try {
      return await ports.locks.acquire(`${store.name}/sync`, signal)
    } catch (error) {
      if (!(error instanceof LockError)) throw error
      return error.kind === 'unavailable' ? 'none' : undefined
    }
  }

  async #exchangeUntil(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.ports
    while (!signal.aborted) {
      const wait_ms = this.#waitMs()
      if (wait_ms > 0) {
        await clock.sleep(Math.min(wait_ms, LONGEST_SLEEP_MS), AbortSignal.any([signal, this.#wake.signal]))
        if (this.#wake.signal.aborted) this.#wake = new AbortController()
        continue
      }
      // Those who ask for one from now on want the next one.
      const waiting = this.#waiting.splice(0)
      const exchange = await this.#exchange(signal)
      for (const resolve of waiting) resolve(exchange)
    }
  }

  /** Until the next exchange, as things are. */
  #waitMs(): number {
    const { store, ports, sender, first } = this.#options
    if (this.#state.needs_sign_in && !this.#is_wanted) return Infinity
    const now_ms = ports.clock.monotonicMs()
    const is_visible = ports.lifecycle.state().is_visible || this.#others_active_until_ms > now_ms
    const poll_in_ms = is_visible ? this.#asked_ms + this.#poll_ms - now_ms : Infinity
    const due_in_ms = this.#is_wanted
      ? 0
      : Math.min(sender.dueInMs(store.data.entries), first?.dueInMs() ?? Infinity, poll_in_ms)
    return Math.max(due_in_ms, this.#not_before_ms - now_ms)
  }

  async #exchange(signal: AbortSignal): Promise<Exchange | undefined> {
    const { log, ports, onFault } = this.#options
    const is_poll = !this.#is_wanted
    this.#is_wanted = false
    this.#asked_ms = ports.clock.monotonicMs()
    this.#setState({ is_syncing: true })
    const outcome = await this.#pushAndPull(signal).catch((error: unknown): Outcome => {
      // The storage failed, or this program did: nothing was lost, and the next exchange does it again.
      if (error instanceof StorageError) return { kind: 'broken', detail: `${error.kind}: ${error.message}` }
      onFault?.(error)
      return { kind: 'broken', detail: `internal: ${error instanceof Error ? error.name : typeof error}` }
    })
    if (!signal.aborted) this.#ended(outcome, is_poll)
    if (!signal.aborted && outcome.kind === 'done' && outcome.changed > 0)
      log.write('info', `Synced ${outcome.changed} changes`)
    this.#setState({ is_syncing: false })
    return outcome.kind === 'broken' ? undefined : outcome
  }

  async #pushAndPull(signal: AbortSignal): Promise<Exchange> {
    const { store, sender, isOn, first } = this.#options
    const is_on = await isOn()
    this.#setState({ is_switched_off: !is_on })
    if (!is_on) return { kind: 'idle', pause_ms: POLL_MS.last }
    const earlier = await first?.run(signal)
    if (earlier?.kind === 'failed' && isForAll(earlier.problem)) return earlier
    let changed = 0
    let aside = 0
    while (!signal.aborted) {
      const pushed = await sender.push(signal)
      if (pushed.kind === 'failed') return pushed
      if (pushed.kind === 'idle') break
      changed += pushed.changed
      aside += pushed.aside
    }
    // Nothing can be pushed although this tab still sees what can: it has missed what another tab did.
    if (sender.dueInMs(store.data.entries) === 0) await store.refresh()
    const pulled = await sender.pull(signal)
    if (pulled.kind !== 'done') return pulled
    this.#setState({ unreadable: pulled.unreadable ?? 0 })
    if (pulled.aside > 0)
      this.#options.log.write(
        'problem',
        `The service was put back: ${pulled.aside} changes are lost there, and wait for you`,
      )
    return earlier?.kind === 'failed'
      ? earlier
      : { kind: 'done', changed: changed + pulled.changed, aside: aside + pulled.aside }
  }

  #ended(outcome: Outcome, is_poll: boolean): void {
    if (outcome.kind === 'failed') return this.#failed(outcome.problem)
    if (outcome.kind === 'broken') return this.#pause(0, outcome.detail)
    this.#succeeded(outcome, is_poll)
    if (outcome.kind === 'idle') this.#not_before_ms = this.#options.ports.clock.monotonicMs() + (outcome.pause_ms ?? 0)
  }

  #failed(problem: SyncProblem): void {
    const { kind, detail, retry_after_ms = 0 } = problem
    const is_unreached = UNREACHED.includes(kind)
    if (SIGN_IN.includes(kind)) this.#setState({ needs_sign_in: true })
    else this.#setState({ is_online: !is_unreached })
    this.#pause(retry_after_ms, is_unreached ? detail : `${kind}: ${detail}`)
  }

  #pause(at_least_ms: number, why: string): void {
    const { ports, log } = this.#options
    const pause_ms = Math.max(at_least_ms, fullJitterMs(++this.#failures, BACKOFF, ports.random))
    this.#not_before_ms = ports.clock.monotonicMs() + pause_ms
    log.write('problem', why)
  }

  #succeeded(exchange: Exchange, is_poll: boolean): void {
    const { store, ports, log, sender } = this.#options
    const now_ms = ports.clock.monotonicMs()
    this.#failures = 0
    const is_news = exchange.kind === 'done' && exchange.changed > 0
    this.#poll_ms = is_news || !is_poll ? POLL_MS.first : Math.min(this.#poll_ms * 2, POLL_MS.last)
    if (exchange.kind !== 'done') return
    const is_waiting = hasPush(store.data.entries)
    this.#waiting_since_ms = is_waiting ? (this.#waiting_since_ms ?? now_ms) : undefined
    const is_stuck = this.#waiting_since_ms !== undefined && now_ms - this.#waiting_since_ms > STUCK_MS
    if (is_stuck && !this.#state.is_stuck) {
      log.write('problem', 'Changes wait although the server answers; trying again')
      sender.hurry()
    }
    const synced_at = new Date(ports.clock.nowMs()).toISOString()
    this.#setState({ is_online: true, needs_sign_in: false, synced_at, is_stuck })
  }

  #onChange(): void {
    const { sender, store, onState } = this.#options
    if (sender.dueInMs(store.data.entries) === 0) this.#wakeUp()
    onState()
  }

  /** Somebody is here: news are asked for soon, and a sign-in that had ended may be good again. */
  #onActive(): void {
    this.#poll_ms = POLL_MS.first
    if (this.#state.needs_sign_in) this.#is_wanted = true
    this.#options.store.post({ type: 'active' })
    this.#wakeUp()
  }

  #onMessage(message: unknown): void {
    if (!isObject(message)) return
    switch (message['type']) {
      case 'active':
        this.#poll_ms = POLL_MS.first
        return this.#othersAreActive()
      case 'visible':
        return this.#othersAreActive()
      case 'wanted':
        return this.#hasten()
      case 'asked':
        // A tab that has just been opened.
        if (this.#leader !== 'other') this.#options.store.post({ type: 'state', state: this.#state })
        return
      case 'state':
        if (this.#leader !== 'other') return
        this.#state = heardState(this.#state, message['state'])
        this.#options.onState()
    }
  }

  #othersAreActive(): void {
    this.#others_active_until_ms = this.#options.ports.clock.monotonicMs() + ACTIVE_FOR_MS
    this.#wakeUp()
  }

  #hasten(): void {
    this.#failures = 0
    this.#not_before_ms = -Infinity
    this.#options.sender.hurry()
    this.#is_wanted = true
    this.#setState({ needs_sign_in: false })
    this.#wakeUp()
  }

  /** While this tab is visible, the tab that exchanges with the server knows it. */
  async #tellActivity(): Promise<void> {
    const { ports, store } = this.#options
    while (!this.#end.signal.aborted) {
      if (ports.lifecycle.state().is_visible && this.#leader === 'other') store.post({ type: 'visible' })
      await ports.clock.sleep(ACTIVE_EVERY_MS, this.#end.signal)
    }
  }

  #setState(changed: Partial<SyncerState>): void {
    if (!isNews(this.#state, changed)) return
    this.#state = { ...this.#state, ...changed }
    this.#options.store.post({ type: 'state', state: this.#state })
    this.#options.onState()
  }

  #wakeUp(): void {
    this.#wake.abort('awake')
  }
}

/** What keeps a guest from moving in keeps everything back only when it is the connection or the sign-in. */
function isForAll({ kind }: SyncProblem): boolean {
  return UNREACHED.includes(kind) || SIGN_IN.includes(kind) || kind === 'aborted'
}
