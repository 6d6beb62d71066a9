import { fullJitterMs } from '../../base/backoff.ts'
import { MINUTE_MS } from '../../base/durations.ts'
import { isObject } from '../../base/is-object.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import type { SyncProblem } from './answers.ts'
import type { LocalStore } from './local-store.ts'
import type { LogBook } from './log-book.ts'
import { hasPush, isOpen } from './outbox.ts'
import type { Exchange, Sender } from './sender.ts'

export interface SyncerOptions {
  readonly store: LocalStore
  readonly sender: Sender
  readonly ports: ClientPorts
  readonly log: LogBook
  /** Whether the operator has sync on. */
  readonly isOn: () => Promise<boolean>
  /** Further work of who holds the lock, before each exchange: a guest's migration. @returns whether there is more */
  readonly before?: (signal: AbortSignal) => Promise<Exchange | undefined>
  readonly onState: () => void
}

/** What the tab that exchanges with the server knows; others hear of it. */
export interface SyncerState {
  readonly is_online: boolean | undefined
  readonly is_syncing: boolean
  readonly needs_sign_in: boolean
  readonly is_switched_off: boolean
  readonly synced_at: string | null
  readonly is_stuck: boolean
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
const SIGN_IN: readonly string[] = ['unauthenticated', 'forbidden', 'signed-out', 'another-user']

/**
 * Keeps one storage in step with the server: one tab of the browser does, the one with the lock. It pushes what the user does,
 * and asks for news while a tab is visible, ever more rarely while nothing happens.
 */
export class Syncer {
  readonly #options: SyncerOptions
  readonly #end = new AbortController()
  #wake = new AbortController()
  #leader: 'this' | 'other' | 'alone' = 'other'
  #state: SyncerState = {
    is_online: undefined,
    is_syncing: false,
    needs_sign_in: false,
    is_switched_off: false,
    synced_at: null,
    is_stuck: false,
  }
  #failures = 0
  #not_before_ms = -Infinity
  #poll_ms = POLL_MS.first
  #asked_ms = -Infinity
  #others_active_until_ms = -Infinity
  #waiting_since_ms: number | undefined
  #is_wanted = true
  #done: Promise<unknown> = Promise.resolve()
  readonly #waiting: ((exchange: Exchange) => void)[] = []

  constructor(options: SyncerOptions) {
    this.#options = options
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
  }

  /** Exchanges now, wherever the lock is. @returns what came of it, when this tab did it */
  async syncNow(): Promise<Exchange | undefined> {
    this.hurry()
    if (this.#leader === 'other') return undefined
    return await new Promise((resolve) => void this.#waiting.push(resolve))
  }

  /** Waits are over: the network is back, or the user wants it now. */
  hurry(): void {
    this.#failures = 0
    this.#not_before_ms = -Infinity
    this.#options.sender.hurry()
    this.#setState({ needs_sign_in: false })
    this.#onActive()
    this.#is_wanted = true
    this.#options.store.post({ type: 'wanted' })
    this.#wakeUp()
  }

  async #lead(): Promise<void> {
    const { ports, store, log } = this.#options
    const { signal } = this.#end
    while (!signal.aborted) {
      if (!ports.locks.is_available) {
        this.#leader = 'alone'
        log.write('problem', 'This browser has no locks: each tab syncs by itself')
        return await this.#exchangeUntil(signal)
      }
      const lock = await ports.locks.acquire(`${store.name}/sync`, signal).catch(() => undefined)
      if (!lock) return
      this.#leader = 'this'
      this.#options.onState()
      try {
        await this.#exchangeUntil(AbortSignal.any([signal, lock.lost]))
      } finally {
        this.#leader = 'other'
        lock.release()
      }
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
      const exchange = await this.#exchange(signal)
      for (const resolve of this.#waiting.splice(0)) resolve(exchange)
    }
  }

  /** Until the next exchange, as things are. */
  #waitMs(): number {
    const { store, ports } = this.#options
    if (this.#state.needs_sign_in && !this.#is_wanted) return Infinity
    const now_ms = ports.clock.monotonicMs()
    const has_changes = hasPush(store.data.entries)
    const is_visible = ports.lifecycle.state().is_visible || this.#others_active_until_ms > now_ms
    const due_ms = this.#is_wanted || has_changes ? now_ms : is_visible ? this.#asked_ms + this.#poll_ms : Infinity
    return Math.max(due_ms, this.#not_before_ms) - now_ms
  }

  async #exchange(signal: AbortSignal): Promise<Exchange> {
    const { log, ports } = this.#options
    this.#is_wanted = false
    this.#asked_ms = ports.clock.monotonicMs()
    this.#setState({ is_syncing: true })
    const exchange = await this.#pushAndPull(signal).catch((error: unknown): Exchange => {
      // The storage failed; nothing was lost, and the next exchange does it again.
      if (error instanceof StorageError) return failed(error.kind, error.message)
      // A fault of ours is told like any of the page, and does not end the sync for ever.
      void Promise.reject(error)
      return failed('fault', error instanceof Error ? error.name : 'unknown')
    })
    if (signal.aborted) return exchange
    if (exchange.kind === 'failed') this.#failed(exchange.problem)
    else this.#succeeded(exchange)
    if (exchange.kind === 'idle') this.#pause(exchange.pause_ms)
    if (exchange.kind === 'done' && exchange.changed > 0) log.write('info', `Synced ${exchange.changed} changes`)
    this.#setState({ is_syncing: false })
    return exchange
  }

  async #pushAndPull(signal: AbortSignal): Promise<Exchange> {
    const { sender, isOn, before } = this.#options
    const is_on = await isOn()
    this.#setState({ is_switched_off: !is_on })
    if (!is_on) return { kind: 'idle', pause_ms: POLL_MS.last }
    const first = await before?.(signal)
    if (first?.kind === 'failed') return first
    let changed = 0
    let aside = 0
    let pause_ms: number | undefined
    for (;;) {
      const pushed = await sender.push(signal)
      if (pushed.kind === 'failed') return pushed
      if (pushed.kind === 'idle') {
        pause_ms = pushed.pause_ms
        break
      }
      changed += pushed.changed
      aside += pushed.aside
      if (signal.aborted) break
    }
    const pulled = await sender.pull(signal)
    if (pulled.kind === 'failed') return pulled
    if (pulled.kind === 'done') changed += pulled.changed
    this.#pause(pause_ms)
    return { kind: 'done', changed, aside }
  }

  #pause(pause_ms: number | undefined): void {
    if (pause_ms !== undefined) this.#not_before_ms = this.#options.ports.clock.monotonicMs() + pause_ms
  }

  #failed({ kind, detail, retry_after_ms = 0 }: SyncProblem): void {
    const { ports, log } = this.#options
    const is_unreached = kind === 'offline' || kind === 'timeout' || kind === 'not-an-answer'
    if (SIGN_IN.includes(kind)) this.#setState({ needs_sign_in: true })
    else this.#setState({ is_online: !is_unreached })
    const pause_ms = Math.max(retry_after_ms, fullJitterMs(++this.#failures, BACKOFF, ports.random))
    this.#not_before_ms = ports.clock.monotonicMs() + pause_ms
    log.write('problem', is_unreached ? detail : `${kind}: ${detail}`)
  }

  #succeeded(exchange: Exchange): void {
    const { store, ports, log, sender } = this.#options
    const now_ms = ports.clock.monotonicMs()
    this.#failures = 0
    const is_news = exchange.kind === 'done' && exchange.changed > 0
    this.#poll_ms = is_news ? POLL_MS.first : Math.min(this.#poll_ms * 2, POLL_MS.last)
    if (exchange.kind !== 'done') return
    const is_waiting = store.data.entries.some(isOpen)
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
    if (hasPush(this.#options.store.data.entries)) this.#wakeUp()
    this.#options.onState()
  }

  /** Somebody is here: news are asked for soon. */
  #onActive(): void {
    this.#poll_ms = POLL_MS.first
    this.#options.store.post({ type: 'active' })
    this.#wakeUp()
  }

  #onMessage(message: unknown): void {
    if (!isObject(message)) return
    const { clock } = this.#options.ports
    switch (message['type']) {
      case 'active':
        this.#poll_ms = POLL_MS.first
        this.#others_active_until_ms = clock.monotonicMs() + ACTIVE_FOR_MS
        return this.#wakeUp()
      case 'wanted':
        this.#is_wanted = true
        this.#not_before_ms = -Infinity
        return this.#wakeUp()
      case 'asked':
        // A tab that has just been opened.
        if (this.#leader === 'this') this.#options.store.post({ type: 'state', state: this.#state })
        return
      case 'state':
        if (this.#leader === 'other') this.#hear(message['state'])
    }
  }

  /** While this tab is visible, whoever exchanges with the server knows it. */
  async #tellActivity(): Promise<void> {
    const { ports, store } = this.#options
    while (!this.#end.signal.aborted) {
      if (ports.lifecycle.state().is_visible && this.#leader === 'other') store.post({ type: 'active' })
      await ports.clock.sleep(ACTIVE_EVERY_MS, this.#end.signal)
    }
  }

  #hear(state: unknown): void {
    if (!isObject(state)) return
    this.#state = { ...this.#state, ...state }
    this.#options.onState()
  }

  #setState(changed: Partial<SyncerState>): void {
    const is_new = Object.entries(changed).some(([name, value]) => this.#state[name as keyof SyncerState] !== value)
    if (!is_new) return
    this.#state = { ...this.#state, ...changed }
    this.#options.store.post({ type: 'state', state: this.#state })
    this.#options.onState()
  }

  #wakeUp(): void {
    this.#wake.abort('awake')
  }
}

function failed(kind: string, detail: string): Exchange {
  return { kind: 'failed', problem: { kind, detail, members: {} } }
}
