import { type Clock, isoTime } from '../../base/clock.ts'
import { isObject } from '../../base/is-object.ts'
import type { DraftEntry, JsonRecord } from './entries.ts'
import type { LocalStore } from './local-store.ts'

/** A draft with the form that it is of. */
export interface Draft extends DraftEntry {
  readonly form: string
}

type DraftsStore = Pick<LocalStore, 'read' | 'write' | 'post' | 'onMessage'>

/** What users have typed into forms and not saved yet: it stays over a reload, and is never sent. */
export class Drafts {
  readonly #store: DraftsStore
  readonly #clock: Pick<Clock, 'nowMs'>

  constructor(store: DraftsStore, clock: Pick<Clock, 'nowMs'>) {
    this.#store = store
    this.#clock = clock
  }

  /** @throws StorageError */
  async get(form: string): Promise<Draft | undefined> {
    const entry = await this.#store.read(['drafts'], async ({ drafts }) => await drafts.get(form))
    return entry && { ...entry, form }
  }

  /** @throws StorageError */
  async list(): Promise<readonly Draft[]> {
    const stored = await this.#store.read(['drafts'], async ({ drafts }) => await drafts.getAll())
    return stored.map(({ key, entry }) => ({ ...entry, form: String(key) }))
  }

  /** @param form names it, as `audience:new` @throws StorageError `full` */
  async save(form: string, value: JsonRecord): Promise<void> {
    const entry = { saved_at: isoTime(this.#clock.nowMs()), value }
    await this.#store.write(['drafts'], async ({ drafts }) => await Promise.resolve(drafts.put(form, entry)))
    this.#tell([form])
  }

  /** @throws StorageError */
  async delete(form: string): Promise<void> {
    await this.#store.write(['drafts'], async ({ drafts }) => await Promise.resolve(drafts.delete(form)))
    this.#tell([form])
  }

  /** Takes in what a guest has typed, where there is nothing of that form here yet. */
  async takeIn(drafts: readonly Draft[]): Promise<void> {
    if (drafts.length === 0) return
    await this.#store.write(['drafts'], async (changes) => {
      for (const { form, ...entry } of drafts) if (!(await changes.drafts.get(form))) changes.drafts.put(form, entry)
    })
    this.#tell(drafts.map(({ form }) => form))
  }

  /** Other tabs' changes of drafts. @returns ends the subscription */
  subscribe(onForms: (forms: ReadonlySet<string>) => void): () => void {
    return this.#store.onMessage((message) => {
      if (!isObject(message) || message['type'] !== 'drafts' || !Array.isArray(message['forms'])) return
      onForms(new Set(message['forms'].filter((form) => typeof form === 'string')))
    })
  }

  #tell(forms: readonly string[]): void {
    this.#store.post({ type: 'drafts', forms })
  }
}
