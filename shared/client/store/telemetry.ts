import type { JsonRecord } from './entries.ts'
import type { LocalStore } from './local-store.ts'

/** What requests of one storage tell of their client. */
export interface Telling {
  /** What is told now; an error is told once. */
  take(): JsonRecord
  /** The request with it did not arrive, or nobody knows: the next one tells it. */
  takeBack(told: JsonRecord): void
}

interface NotedErrors {
  readonly count: number
  readonly last?: { readonly name: string; readonly build: string }
}

/** What a client says about itself with each request: counts and names of programs, nothing that a user wrote. */
export class Telemetry {
  readonly #app_version: string
  readonly #loadMs: () => number | undefined
  #errors: NotedErrors = { count: 0 }
  #has_told_load = false

  /** @param loadMs how long the page took to show something, once it is known; told once */
  constructor(app_version: string, loadMs: () => number | undefined = () => undefined) {
    this.#app_version = app_version
    this.#loadMs = loadMs
  }

  /** An error of the page. @param name of its class, as `TypeError` */
  noteError(name: string): void {
    const plain = name.replaceAll(/[^\w.+:-]/g, '_').slice(0, 64) || 'Error'
    this.#errors = { count: this.#errors.count + 1, last: { name: plain, build: this.#app_version } }
  }

  /** @param isOn whether the operator has sync on, as far as that is known */
  of(store: LocalStore, isOn: () => boolean): Telling {
    return { take: () => this.#take(store, isOn()), takeBack: (told) => this.#takeBack(told) }
  }

  #take({ identity, data }: LocalStore, is_on: boolean): JsonRecord {
    const { pending, conflicts, invalid } = data.counts
    const load_ms = this.#has_told_load ? undefined : this.#loadMs()
    if (load_ms !== undefined) this.#has_told_load = true
    const errors = this.#errors
    this.#errors = { count: 0 }
    return {
      app_version: this.#app_version,
      mode: identity ? 'account' : 'guest',
      flag: is_on ? 'on' : 'off',
      outbox_pending: pending,
      invalid: invalid + conflicts,
      ...(load_ms !== undefined && { load_ms }),
      errors,
    }
  }

  #takeBack({ errors, load_ms }: JsonRecord): void {
    const { count, ...of_last } = errors as NotedErrors
    this.#errors = { ...of_last, ...this.#errors, count: this.#errors.count + count }
    if (load_ms !== undefined) this.#has_told_load = false
  }
}
