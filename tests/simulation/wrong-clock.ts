import type { Clock } from '#shared/base/clock.ts'
import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import type { Random } from '#shared/base/random.ts'
import { between, oneOf } from './seeded-random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Clocks that agree within 30 s are what the table relies on. */
const WRONG_MS_MAX = 15_000
/** One and a half seconds in a quarter of an hour. */
const DRIFT_MAX = 0.002
const STEPS_MS = [1000, 5000, 40_000, 10 * MINUTE_MS, DAY_MS / 24, DAY_MS, 31 * DAY_MS, 366 * DAY_MS]

/**
 * A clock of its own for an instance: wrong from the start, ever more so, and set forward or back while it runs, but never
 * more than 15 s wrong. A wild one is set by anything up to a year.
 */
export function wrongClock(clock: VirtualClock, random: Random, { is_wild }: { is_wild: boolean }): Clock {
  const start_ms = clock.monotonicMs()
  const ahead_ms = between(random, -WRONG_MS_MAX, WRONG_MS_MAX)
  const drift = (random.uniform() * 2 - 1) * DRIFT_MAX
  const step_at_ms = start_ms + between(random, 0, 30_000)
  const step_ms = (random.uniform() < 0.5 ? -1 : 1) * (is_wild ? oneOf(random, STEPS_MS) : between(random, 0, 20_000))
  return clock.skewed(() => {
    const now_ms = clock.monotonicMs()
    const drifted_ms = ahead_ms + Math.round((now_ms - start_ms) * drift)
    const wrong_ms = drifted_ms + (now_ms < step_at_ms || is_wild ? 0 : step_ms)
    const bounded_ms = Math.max(-WRONG_MS_MAX, Math.min(WRONG_MS_MAX, wrong_ms))
    return is_wild && now_ms >= step_at_ms ? bounded_ms + step_ms : bounded_ms
  })
}
