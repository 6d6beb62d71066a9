import type { Clock } from '#shared/base/clock.ts'
import { MINUTE_MS } from '#shared/base/durations.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'
import type { Log } from '#shared/logging/log.ts'
import { type Generation, isTransientStoreError, type ObjectStore } from '#shared/objects/object-store.ts'
import { type ConfigObject, type Decoded, decodeConfig } from './config.ts'

/** So long a read is answered from memory: a change reaches every instance within this time. */
const FRESH_MS = MINUTE_MS
/** After a read that failed. */
const RETRY_MS = 5_000
/** A request waits no longer for the bucket; the read goes on without it. */
const WAIT_MS_MAX = 2_000

export interface CachedConfigDependencies {
  readonly store: Pick<ObjectStore, 'read'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * `absent`: it was there before; an object that never was there is as it should be. `unavailable` passes by itself,
 * `rejected` (a permission) does not.
 */
type State = 'good' | 'absent' | 'corrupt' | 'unavailable' | 'rejected'

/**
 * A config object as one instance knows it: its last good content, whatever happens to the object or the bucket. A new
 * read is one conditional GET, and costs no body while nothing has changed.
 */
export class CachedConfig<T> {
  readonly #dependencies: CachedConfigDependencies
  readonly #object: ConfigObject<T>
  #good: T | undefined
  /** The generation that was read last, good or corrupt. */
  #seen: { readonly generation: Generation; readonly decoded: Decoded<T> } | undefined
  #state: State = 'good'
  #begun_ms = -Infinity
  #fresh_until_ms = -Infinity
  #pending: Promise<void> | undefined

  constructor(dependencies: CachedConfigDependencies, object: ConfigObject<T>) {
    this.#dependencies = dependencies
    this.#object = object
  }

  /** The last good content; `undefined` where none was seen. Never rejects, and waits for the bucket 2 s at most. */
  async current(): Promise<T | undefined> {
    const { clock } = this.#dependencies
    if (clock.monotonicMs() >= this.#fresh_until_ms) {
      this.#pending ??= this.#refresh()
      const left_ms = this.#begun_ms + WAIT_MS_MAX - clock.monotonicMs()
      if (left_ms > 0) await this.#within(left_ms, this.#pending)
    }
    return this.#good
  }

  async #within(duration_ms: number, pending: Promise<void>): Promise<void> {
    const late = () => new Error('the time limit has passed')
    await withTimeLimit(this.#dependencies.clock, duration_ms, () => pending, late).catch(() => undefined)
  }

  async #refresh(): Promise<void> {
    const { clock } = this.#dependencies
    this.#begun_ms = clock.monotonicMs()
    try {
      this.#take(await this.#read())
      this.#fresh_until_ms = this.#begun_ms + FRESH_MS
    } catch (error) {
      const state = isTransientStoreError(error) ? 'unavailable' : 'rejected'
      this.#enter(state, error instanceof Error ? error.message : String(error))
      this.#fresh_until_ms = clock.monotonicMs() + RETRY_MS
    } finally {
      this.#pending = undefined
    }
  }

  /** The object as it is now; `undefined` when it is absent. @throws StoreError */
  async #read(): Promise<Decoded<T> | undefined> {
    const { store } = this.#dependencies
    const { name } = this.#object
    const result = await store.read(name, this.#seen === undefined ? {} : { unless: this.#seen.generation })
    if (result.kind === 'unmodified') return this.#seen?.decoded
    if (result.kind === 'absent') return (this.#seen = undefined)
    const decoded = decodeConfig(this.#object, result.bytes)
    this.#seen = { generation: result.generation, decoded }
    return decoded
  }

  #take(decoded: Decoded<T> | undefined): void {
    if (decoded === undefined) {
      if (this.#good === undefined) this.#enter('good')
      else this.#enter('absent', 'it was deleted')
    } else if (decoded.kind === 'corrupt') {
      this.#enter('corrupt', decoded.reason)
    } else {
      this.#good = decoded.content
      this.#enter('good')
    }
  }

  /** One line for each change, not for each read. */
  #enter(state: State, reason?: string): void {
    if (state === this.#state) return
    this.#state = state
    const { log } = this.#dependencies
    const object = this.#object.name
    if (state === 'good') {
      log.write({ severity: 'NOTICE', message: 'a config object can be read again', event: 'config_readable', object })
      return
    }
    log.write({
      severity: state === 'unavailable' ? 'WARNING' : 'ERROR',
      message: 'a config object cannot be read; what was read last stays in effect, or the default',
      event: 'config_unreadable',
      object,
      state,
      reason,
    })
  }
}
