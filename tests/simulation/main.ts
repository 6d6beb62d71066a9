import { availableParallelism } from 'node:os'

import { OperatorError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { buildSimulation, type SimulationOptions } from './build.ts'
import { SMALL_CLIENT_LIMITS } from './client/client-limits.ts'
import { seedRangeOf, SIMULATE_COMMAND } from './command.ts'
import { RARE_LIMITS } from './rare/rare-limits.ts'
import { NEXT_RELEASE, NEXT_RELEASE_ALONE } from './releases.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { SMALL_SYNC_LIMITS } from './sync/sync-limits.ts'
import { OLDER_SYNC_RELEASE } from './sync/sync-releases.ts'
import { runSeeds, seedsFrom } from './thread.ts'

const BATCH_SEEDS = 200

type Parts = Required<Pick<SimulationOptions, 'edits'>> & Pick<SimulationOptions, 'other_release'>

/** What is changed for each history, and the release that `--releases` sets beside this one. */
const PARTS = {
  table: { edits: [] },
  rare: { edits: RARE_LIMITS, other_release: NEXT_RELEASE_ALONE },
  accidents: { edits: RARE_LIMITS },
  sync: { edits: SMALL_SYNC_LIMITS, other_release: OLDER_SYNC_RELEASE },
  client: { edits: SMALL_CLIENT_LIMITS },
} satisfies Record<string, Parts>
const SMALL_TABLE: Parts = { edits: SMALL_LIMITS, other_release: NEXT_RELEASE }

await runCommand(SIMULATE_COMMAND, async (input) => {
  const { of = 'table', seed, small_limits, releases } = input
  const { first, end } = seedRangeOf(input)
  const { edits, other_release }: Parts = of === 'table' && (small_limits || releases) ? SMALL_TABLE : PARTS[of]
  const options: SimulationOptions = { of, edits, ...(releases && other_release && { other_release }) }
  const code = await buildSimulation(options)
  const flags = [...(small_limits ? ['--small-limits'] : []), ...(releases ? ['--releases'] : [])]
  const clear_line = process.stdout.isTTY ? '\r' : ''
  let next = first
  let done = 0
  const runBatches = async (): Promise<void> => {
    while (next < end) {
      const seeds = seedsFrom(next, Math.min(BATCH_SEEDS, end - next))
      next += seeds.length
      const failure = await runSeeds(code, seeds)
      if (failure) {
        // No further batch begins.
        next = end
        if (seed !== undefined) console.error(failure.story.join('\n'))
        const replay = [...(of === 'table' ? [] : [of]), '--seed', failure.seed, ...flags].join(' ')
        throw new OperatorError(`${failure.message}\nreplay: npm run simulate -- ${replay}`)
      }
      done += seeds.length
      if (process.stdout.isTTY) process.stdout.write(`\r${done} histories are right`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, runBatches))
  console.log(`${clear_line}${done} histories are right`)
})
