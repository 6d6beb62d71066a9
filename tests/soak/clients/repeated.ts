import { systemClock } from '#shared/base/clock.ts'
import type { Reply } from '#tests/functions/audiences/harness.ts'

const ATTEMPTS_MAX = 30
const PAUSE_MS_MAX = 2000

/** One request; `undefined` where the connection broke. */
export async function sent(request: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await request()
  } catch (error) {
    // So fetch says that a connection broke.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Repeats a request that may be repeated until somebody has answered it.
 * @throws Error when nobody ever does
 */
export async function repeated(request: () => Promise<Reply>): Promise<Reply> {
  let last: Reply | undefined
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    last = (await sent(request)) ?? last
    if (last && last.status !== 503 && last.status !== 429) return last
    await systemClock.sleep(Math.min(PAUSE_MS_MAX, 100 * attempt))
  }
  throw new Error(`never answered: ${last ? `${last.status} ${last.text}` : 'every connection broke'}`)
}
