/**
 * Executes changes: the line in the journal, then the files, then the catalog. On a full disk a change that has no
 * line yet is undone by its writer without a trace; one that has a line and cannot be put in place is finished
 * before anything else is answered, as soon as there is room.
 */
import type { Catalog, JournalRecord } from './catalog.ts'
import { isOutOfSpace } from './disk-space.ts'
import type { Journal } from './journal.ts'

/** Committed, but not put in place yet: what was staged is still needed. */
export class NotInPlace extends Error {
  override readonly name = 'NotInPlace'
}

export class Commits {
  readonly #journal: Journal
  readonly #catalog: Catalog
  #failure: Error | undefined
  /** Put in place what is committed and found no room; in the order of their commits. */
  readonly #unfinished: (() => void)[] = []

  constructor(journal: Journal, catalog: Catalog) {
    this.#journal = journal
    this.#catalog = catalog
  }

  /** Whether only a restart can find out what is committed: nothing may be cleaned up before. */
  get has_failed(): boolean {
    return this.#failure !== undefined
  }

  /**
   * @param putInPlace brings the files in line; may be called again when it found no room
   * @throws NotInPlace when the change stands and waits; otherwise, unless `has_failed`, it never was
   */
  async commit(record: JournalRecord, putInPlace: () => void): Promise<void> {
    this.finish()
    try {
      await this.#journal.append(record)
    } catch (error) {
      if (!this.#journal.failure) throw error
      throw this.#fail(error)
    }
    this.#unfinished.push(() => {
      putInPlace()
      this.#catalog.apply(record)
    })
    try {
      this.finish()
    } catch (cause) {
      throw this.#failure ?? new NotInPlace('The change is committed and waits for room on the disk', { cause })
    }
  }

  /** @throws while something that is committed is not in place: the catalog would be wrong */
  finish(): void {
    if (this.#failure) throw this.#failure
    for (let next = this.#unfinished[0]; next; next = this.#unfinished[0]) {
      try {
        next()
      } catch (error) {
        throw isOutOfSpace(error) ? error : this.#fail(error)
      }
      this.#unfinished.shift()
    }
  }

  /** The line may be on disk and the files not in place: only recovery knows how to go on. */
  #fail(cause: unknown): Error {
    return (this.#failure ??= new Error('The storage folder failed during a commit. Restart: that recovers it.', {
      cause,
    }))
  }
}
