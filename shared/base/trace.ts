import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Counts of one request's work below the edge, collected without passing a logger through every call: the table and
 * the object store add to the trace of the request they work for, and the edge writes it into the request's log line.
 *
 * A group commit is counted in the trace of the request that ran it. The other requests only see their `group_size`.
 */
export interface RequestTrace {
  store_reads: number
  store_writes: number
  store_lists: number
  /** Objects that did not have to be fetched, since this instance had the generation that the store confirmed. */
  cache_hits: number
  /** Objects that had to be. */
  cache_misses: number
  /** Attempts to commit beyond the first. */
  retries: number
  /** Mutations that shared the commit, or 0 when the request wrote nothing. */
  group_size: number
}

const storage = new AsyncLocalStorage<RequestTrace>()

export function newTrace(): RequestTrace {
  return { store_reads: 0, store_writes: 0, store_lists: 0, cache_hits: 0, cache_misses: 0, retries: 0, group_size: 0 }
}

/** Runs `work` (and everything it awaits) with `trace` as the current one. */
export function runTraced<T>(trace: RequestTrace, work: () => T): T {
  return storage.run(trace, work)
}

/** The current request's trace; outside a request a throwaway one. */
export function currentTrace(): RequestTrace {
  return storage.getStore() ?? newTrace()
}
