import { type Clock, isoTime } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { healthRoute } from '../../contract/health.ts'
import type { Answer, Call } from '../call.ts'
import { withTimeLimit } from '../../base/timeout.ts'

/** Calls the function's dependencies as cheaply as possible. Rejects when one does not answer. */
export type Probe = (signal: AbortSignal) => Promise<unknown>

const PROBE_KEPT_MS = 10_000
const PROBE_DURATION_MS_MAX = 5_000

interface Options {
  probe: Probe | undefined
  revision: string
  clock: Clock
  onFault: (error: unknown) => void
}

/** Answers the health route. Probes are shared: at most one is under way, and its outcome stands for 10 s. */
export function createHealthHandler({ probe, revision, clock, onFault }: Options) {
  let kept: { outcome: Promise<boolean>; until_ms: number } | undefined

  const isHealthy = (): Promise<boolean> => {
    if (probe === undefined) return Promise.resolve(true)
    if (kept !== undefined && clock.monotonicMs() < kept.until_ms) return kept.outcome
    const late = () => new Error('the probe took too long')
    const outcome = withTimeLimit(clock, PROBE_DURATION_MS_MAX, probe, late).then(
      () => true,
      (error: unknown) => {
        onFault(error)
        return false
      },
    )
    kept = { outcome, until_ms: clock.monotonicMs() + PROBE_KEPT_MS }
    return outcome
  }

  return async ({ query }: Call<ReturnType<typeof healthRoute>>): Promise<Answer> => {
    if (query.deep === '1' && !(await isHealthy())) {
      throw new Problem('unavailable', 'A dependency of this function does not answer.', {
        retry_after_ms: PROBE_KEPT_MS,
      })
    }
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: { status: 'ok', storage_backend: 'parquet', revision, timestamp: isoTime(clock.nowMs()) },
    }
  }
}
