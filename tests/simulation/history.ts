import type { Problem } from '#shared/base/problem.ts'
import type { Row } from '#shared/table/schema.ts'
import type { Landing, MemoryObjectStore } from './memory-object-store.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What happened in a history: what clients asked and were told, and what landed in the store. */
export interface History {
  readonly seed: number
  readonly operations: Operation[]
  readonly sights: Sight[]
  readonly landings: Landing[]
  readonly store: MemoryObjectStore
  readonly clock: VirtualClock
}

/** What a client asked for, and what it knows of it. */
export interface Operation {
  readonly mark: string
  readonly user_id: string
  readonly kind: 'create' | 'change' | 'delete'
  readonly if_match?: number
  /** The version of the note that had been acknowledged when this was asked; 0 for a creation. */
  readonly known_version: number
  /** Known once it is there for certain. */
  note_id?: string
  /** `maybe`: the answer was lost or left it open; `unmade`: it was said that nothing was changed. */
  status: 'acknowledged' | 'refused' | 'maybe' | 'unmade'
  /** Why it was refused. */
  refusal?: Problem
  /** The note as it was acknowledged. */
  row?: Row
}

/** A read or listing: what had been acknowledged before it was asked, and what it showed. */
export interface Sight {
  /** Version by note that a reader who asks now must find at least. */
  readonly known: ReadonlyMap<string, number>
  readonly seen: ReadonlyMap<string, number>
  /** The note that was asked for; undefined for all. */
  readonly asked: string | undefined
}
