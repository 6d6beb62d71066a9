import type { Random } from './random.ts'

/** The first wait is at most `base_ms`, each further one at most twice the one before and never above `cap_ms`. */
export interface Backoff {
  base_ms: number
  cap_ms: number
}

/**
 * How long to wait before attempt `attempt` (1 = the first retry): uniform in [0, base·2^(attempt−1)], capped.
 * Full jitter keeps writers that met once from meeting again.
 * Source: Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitterMs(attempt: number, { base_ms, cap_ms }: Backoff, random: Random): number {
  return random.uniform() * Math.min(cap_ms, base_ms * 2 ** (attempt - 1))
}
