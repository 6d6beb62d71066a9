import type { LocalContents, LogEntry } from './entries.ts'
import type { ClientStorage } from '../storage.ts'

const LINES_MAX = 200
/** It is cut when it is so much longer, not with every line. */
const SPARE_LINES = 50

/** The last lines of what the sync did, for the user and for support. It has counts and kinds, never what users wrote. */
export class LogBook {
  readonly #storage: () => ClientStorage<LocalContents>
  readonly #now: () => string
  #lines: LogEntry[] = []
  #next = 0

  constructor(storage: () => ClientStorage<LocalContents>, now: () => string) {
    this.#storage = storage
    this.#now = now
  }

  /** Oldest first. */
  get lines(): readonly LogEntry[] {
    return this.#lines
  }

  async open(): Promise<void> {
    const stored = await this.#storage().transact(['log'], 'read', async ({ log }) => await log.getAll())
    this.#lines = stored.map(({ entry }) => entry).slice(-LINES_MAX)
    this.#next = Number(stored.at(-1)?.key ?? -1) + 1
  }

  /** Never fails: what cannot be kept is still in memory. */
  write(level: LogEntry['level'], text: string): void {
    const entry = { at: this.#now(), level, text }
    this.#lines = [...this.#lines, entry].slice(-LINES_MAX)
    const key = this.#next++
    void this.#keep(key, entry).catch(() => undefined)
  }

  async #keep(key: number, entry: LogEntry): Promise<void> {
    await this.#storage().transact(['log'], 'write', async ({ log }) => {
      log.put(key, entry)
      if (key % SPARE_LINES === 0) log.clear({ below: key - LINES_MAX })
      await Promise.resolve()
    })
  }
}
