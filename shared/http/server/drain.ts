import { setMaxListeners } from 'node:events'
import type { Server, ServerResponse } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { SETTLED } from '../../base/timeout.ts'

/** Less than the 10 s between Cloud Run's SIGTERM and its SIGKILL, so that the last log lines get out. */
const DRAIN_MS_MAX = 9_000
/** So long before the connections are cut, requests that still wait for something are answered 503. */
const ANSWERED_BEFORE_CUT_MS = 2_000

/** Why the signal of a process that ends aborts. */
const ENDING = 'the process is ending'

/** The signal by which a process tells its functions that it is about to end; every request under way listens to it. */
export function createEnding(): AbortController {
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  return ending
}

export interface Drain {
  /**
   * Stops accepting; requests under way are answered, each with `Connection: close`; idle connections end. Two seconds
   * before `duration_ms_max` is over, `ending` is aborted.
   * @returns how many requests were cut off because `duration_ms_max` had passed; 0 when all were answered
   */
  start(duration_ms_max?: number): Promise<number>
}

/**
 * Follows the requests of `server`, so that it can be ended without cutting one off. Must see every request.
 * @param ending its signal makes the functions answer whatever they are doing
 */
export function createDrain(server: Server, clock: Clock, ending: AbortController): Drain {
  const under_way = new Set<ServerResponse>()
  let draining: Promise<number> | undefined

  server.prependListener('request', (_request, response: ServerResponse) => {
    under_way.add(response)
    response.once('close', () => under_way.delete(response))
    // The client must not send another request over this connection.
    if (draining !== undefined) response.shouldKeepAlive = false
  })

  const drain = async (duration_ms_max: number): Promise<number> => {
    for (const response of under_way) response.shouldKeepAlive = false
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    const over = new AbortController()
    const answered_within_ms = Math.max(0, duration_ms_max - ANSWERED_BEFORE_CUT_MS)
    await Promise.race([closed, clock.sleep(answered_within_ms, over.signal)])
    if (under_way.size > 0) ending.abort(ENDING)
    await Promise.race([closed, clock.sleep(duration_ms_max - answered_within_ms, over.signal)])
    over.abort(SETTLED)
    const cut_off = under_way.size
    server.closeAllConnections()
    await closed
    return cut_off
  }

  return {
    start: (duration_ms_max = DRAIN_MS_MAX) => (draining ??= drain(duration_ms_max)),
  }
}
