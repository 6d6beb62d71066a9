import type { PushStatus } from '../../contract/sync.ts'

/** What a pull or a push has come to, in the request's log line: numbers only, for the metrics. */
export type SyncFacts = PullFacts | PushFacts

export interface PullFacts {
  readonly rows: number
  /** Partitions that the client receives from their beginning. */
  readonly resets: number
}

/** How many changes a push has brought, and how many of them ended with each status. */
export type PushFacts = { readonly mutations: number } & { readonly [Status in PushStatus]: number }
