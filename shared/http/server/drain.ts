import type { Server, ServerResponse } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { SETTLED } from '../../base/timeout.ts'

/** Less than the 10 s between Cloud Run's SIGTERM and its SIGKILL, so that the last log lines get out. */
const DRAIN_MS_MAX = 9_000

export interface Drain {
  /**
   * Stops accepting; requests under way are answered, each with `Connection: close`; idle connections end.
   * @returns how many requests were cut off because `duration_ms_max` had passed; 0 when all were answered
   */
  start(duration_ms_max?: number): Promise<number>
}

/** Follows the requests of `server`, so that it can be ended without cutting one off. Must see every request. */
export function createDrain(server: Server, clock: Clock): Drain {
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
    await Promise.race([closed, clock.sleep(duration_ms_max, over.signal)])
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
