import type { Random } from '#shared/base/random.ts'
import type { RecordNoun } from '#shared/client/store/entries.ts'
import type { Landing, MemoryObjectStore } from '../memory-object-store.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Features, Theme } from './themes.ts'

/** A change that a user asked for. Its mark stays with it whatever becomes of it; no other has it. */
export interface AskedChange {
  readonly mark: string
  readonly op: 'create' | 'patch' | 'delete' | 'restore'
  readonly noun: RecordNoun
  readonly record_id: string
  /** Null: it was made by a guest. */
  readonly user_id: string | null
  /** The name that was shown, where this sets another. */
  readonly before: string | undefined
  /** Marks of what was shown. */
  readonly seen: ReadonlySet<string>
  /** The browser profile. */
  readonly device: string
  /** The client has said that it is kept. */
  is_kept: boolean
  /** Why it need not be anywhere any more: the user dropped it, or the browser did. */
  excuse: 'dropped' | 'cleared' | 'torn' | undefined
}

export interface ClientWorld {
  readonly seed: number
  readonly theme: Theme | undefined
  readonly random: Random
  readonly clock: VirtualClock
  readonly store: MemoryObjectStore
  readonly landings: readonly Landing[]
  readonly has: Features
}

/** What happened, and what users were told. */
export class ClientHistory {
  readonly seed: number
  readonly theme: Theme | undefined
  readonly random: Random
  readonly clock: VirtualClock
  readonly store: MemoryObjectStore
  readonly landings: readonly Landing[]
  readonly has: Features
  readonly asked = new Map<string, AskedChange>()
  /** How often each thing happened. */
  readonly counts = new Map<string, number>()
  /** Each event with its time, for reading a replay. */
  readonly story: string[] = []
  /** Marks of changes that a user has taken up again: their values may show a second time. */
  readonly taken_up = new Set<string>()
  /** Records that a user has brought back by insisting on a change of them. */
  readonly restored = new Set<string>()
  /** Landings before which objects were put back. */
  readonly put_back: number[] = []
  readonly purged = new Set<string>()
  /** Devices whose storage the browser has cleared. */
  readonly cleared = new Set<string>()
  /** Nothing fails any more. */
  is_calm = false
  readonly #background = new Set<Promise<void>>()
  #wrong: Error | undefined
  #marks = 0

  constructor(world: ClientWorld) {
    this.seed = world.seed
    this.theme = world.theme
    this.random = world.random
    this.clock = world.clock
    this.store = world.store
    this.landings = world.landings
    this.has = world.has
  }

  note(what: string): void {
    this.story.push(`${new Date(this.clock.nowMs()).toISOString().slice(5, 23)}  ${what}`)
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times)
  }

  /** The first thing that is wrong ends the history when it is next looked at. */
  wrong(why: string): void {
    this.note(`WRONG: ${why}`)
    this.#wrong ??= new Error(why)
  }

  requireRight(): void {
    if (this.#wrong) throw this.#wrong
  }

  nextMark(): string {
    return `m${++this.#marks}`
  }

  /** Work that nobody waits for. */
  inBackground(work: Promise<unknown>): void {
    const one = work.then(
      () => void this.#background.delete(one),
      (error: unknown) => {
        this.#background.delete(one)
        this.note(`WRONG: ${(error as Error).stack}`)
        this.#wrong ??= error as Error
      },
    )
    this.#background.add(one)
  }

  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
    this.requireRight()
  }
}

/** A short name of a record for the story. */
export function shortId(id: string): string {
  return `${id.slice(0, id.indexOf('_'))}…${id.slice(-4)}`
}
