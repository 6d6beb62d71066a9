import type { IdleMoment } from './in-steps.ts'
import { clock } from './ports.ts'

/** A page that is never idle does it all the same; so do browsers that do not tell when they are. */
const IDLE_MS_MAX = 4_000

/** Does what nobody waits for when the page has nothing else to do. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: IDLE_MS_MAX })
  else void clock.sleep(IDLE_MS_MAX).then(work)
}

/** A browser that does not tell when a page is idle has one short moment in each such time. */
const PAUSE_MS = 100
const MOMENT_MS = 8

/** The next moment in which the page has nothing else to do. */
export async function nextIdle(): Promise<IdleMoment> {
  if ('requestIdleCallback' in globalThis) return await new Promise((resolve) => requestIdleCallback(resolve))
  await clock.sleep(PAUSE_MS)
  const end_ms = clock.monotonicMs() + MOMENT_MS
  return { timeRemaining: () => end_ms - clock.monotonicMs() }
}

/** When what React was told has been drawn. A page out of sight, or that goes out of it, draws nothing: it does not wait. */
export async function painted(): Promise<void> {
  if (document.visibilityState === 'hidden') return
  await new Promise<unknown>((resolve) => {
    requestAnimationFrame(resolve)
    document.addEventListener('visibilitychange', resolve, { once: true })
  })
  await clock.sleep(0)
}
