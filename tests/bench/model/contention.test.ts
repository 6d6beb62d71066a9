import { describe, expect, test } from 'vitest'

import { someOf } from '#tests/support/effort.ts'
import { predictBurst, predictStream } from './contention.ts'
import { deviation, WITHIN } from './deviation.ts'
import { burst, simulate, stream, type Simulated } from './simulate.ts'

/**
 * The model of MODEL.md against the real table on virtual time, where a seed always gives the same figures. Of one
 * user's burst the mean of several seeds is taken: the jitter of a dozen attempts does not even out in one run.
 */
const GET_MS = 30

function meanOf(runs: readonly Simulated[], figure: (run: Simulated) => number): number {
  return runs.reduce((sum, run) => sum + figure(run), 0) / runs.length
}

describe('simultaneous saves take as long and as many PUTs as the model says, and none is lost or doubled', () => {
  const grid = [1, 100].flatMap((users) =>
    [100, 1000].flatMap((saves) =>
      [1, 4, 16].flatMap((instances) => [100, 500].map((put_ms) => ({ users, saves, instances, put_ms }))),
    ),
  )
  test.each(someOf(grid, ({ users, saves, put_ms }) => users === 100 && saves === 100 && put_ms === 100))(
    '$saves saves of $users users, $instances instances, PUT $put_ms ms',
    async (load) => {
      const seeds = load.users === 1 ? [1, 2, 3, 4, 5] : [1]
      const runs: Simulated[] = []
      for (const seed of seeds) runs.push(await simulate({ ...load, get_ms: GET_MS, seed, arrivals: burst(load) }))
      for (const run of runs) expect(run).toMatchObject({ records_stored: load.saves, ids_stored: load.saves })
      const predicted = predictBurst({ ...load, get_ms: GET_MS })
      const completion_ms = meanOf(runs, (run) => run.completion_ms)
      const puts = meanOf(runs, (run) => run.puts)
      expect(deviation(completion_ms, predicted.completion_ms)).toBeLessThan(WITHIN)
      expect(deviation(puts, predicted.puts)).toBeLessThan(WITHIN)
      expect(meanOf(runs, ({ written }) => written)).toBe(predicted.commits)
    },
    120_000,
  )
})

test.each(someOf([100, 500], (put_ms) => put_ms === 100))(
  'a stream of saves to one instance is answered as the model says, PUT %i ms',
  async (put_ms) => {
    const arrivals = stream({ saves: 1000, instances: 1, within_ms: 200_000 })
    const run = await simulate({ arrivals, instances: 1, put_ms, get_ms: GET_MS, seed: 1 })
    expect(run).toMatchObject({ records_stored: arrivals.length, ids_stored: arrivals.length })
    const predicted = predictStream({ put_ms })
    expect(deviation(run.completion_ms / run.written, predicted.cycle_ms)).toBeLessThan(WITHIN)
    expect(deviation(run.puts / run.written, predicted.puts_per_commit)).toBeLessThan(WITHIN)
    const sum_ms = run.durations_ms.reduce((sum, duration_ms) => sum + duration_ms, 0)
    expect(deviation(sum_ms / arrivals.length, predicted.duration_ms)).toBeLessThan(WITHIN)
  },
)
