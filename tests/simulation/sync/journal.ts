import type { Generation } from '#shared/objects/object-store.ts'
import type { Change } from './change.ts'

/** Everything that happened, in order: `checkJournal` judges it afterwards. */
export type JournalEvent =
  /** From now on the change may take effect. */
  | { readonly kind: 'asked'; readonly change: Change }
  | {
      readonly kind: 'landed'
      readonly object: string
      readonly generation: Generation
      readonly bytes: Uint8Array
      readonly time_ms: number
    }
  | { readonly kind: 'removed'; readonly object: string }
  /** Somebody wants the object as it was at a generation, in a new epoch. */
  | { readonly kind: 'put_back_asked'; readonly object: string; readonly generation: Generation }
  | { readonly kind: 'purge_asked'; readonly ids: readonly string[] }
  /** The server has judged a push, whether or not the device hears of it. */
  | ({ readonly kind: 'judged' } & JudgedPush)
  /** Nobody knows what the server made of these: its instance crashed, or has not answered when they are pushed again. */
  | { readonly kind: 'unanswered'; readonly changes: readonly Change[] }
  /** A device took a pull to its end: its live records, as all objects were at some moment since event `since`. */
  | {
      readonly kind: 'held'
      readonly device: string
      readonly since: number
      readonly versions: ReadonlyMap<string, number>
    }
  /** A device was sent all of an object that it knew, as of event `since`. */
  | { readonly kind: 'reset'; readonly device: string; readonly object: string; readonly since: number }
  | { readonly kind: 'wrong'; readonly why: string }

export interface JudgedPush {
  readonly judgements: readonly Judgement[]
  /** Nothing fails any more, and nobody else writes. */
  readonly is_calm: boolean
  /** The event before which it was sent. */
  readonly begun_at: number
  /** No other push of these changes was under way meanwhile. */
  readonly is_alone: boolean
}

export interface Judgement {
  readonly change: Change
  readonly result: PushResult
  /** Sent under another number since a fork: its earlier one may have taken effect. */
  readonly is_renumbered: boolean
}

/** A result as it travels. */
export interface PushResult {
  readonly seq: number
  readonly status: 'applied' | 'merged' | 'duplicate' | 'conflict' | 'invalid' | 'retry'
  readonly version?: number
  readonly fields?: readonly string[]
  readonly server?: Readonly<Record<string, unknown>> | null
  readonly retry_after_ms?: number
  readonly problem?: Readonly<Record<string, unknown>>
}

export function isDone({ status }: PushResult): boolean {
  return status === 'applied' || status === 'merged' || status === 'duplicate'
}

export function isRefused({ status }: PushResult): boolean {
  return status === 'conflict' || status === 'invalid'
}
