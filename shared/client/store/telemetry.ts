import type { JsonRecord } from './entries.ts'
import type { LocalStore } from './local-store.ts'

/** What a client tells of itself with each request: counts and names of programs, nothing that a user wrote. */
export class Telemetry {
  readonly #app_version: string
  readonly #loadMs: () => number | undefined
  #errors: { readonly count: number; readonly last?: { readonly name: string; readonly build: string } } = { count: 0 }
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

  /** What is told now; errors are told once. */
  take({ identity, data }: LocalStore, is_on: boolean): JsonRecord {
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
}
