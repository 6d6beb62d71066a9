import { availableParallelism } from 'node:os'

import { OperatorError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { buildSimulation, type SimulationOptions } from './build.ts'
import { SMALL_CLIENT_LIMITS } from './client/client-limits.ts'
import { seedRangeOf, SIMULATE_COMMAND } from './command.ts'
import { NEXT_RELEASE } from './releases.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { SMALL_SYNC_LIMITS } from './sync/sync-limits.ts'
import { OLDER_SYNC_RELEASE } from './sync/sync-releases.ts'
import { runSeeds, seedsFrom } from './thread.ts'

const BATCH_SEEDS = 200

await runCommand(SIMULATE_COMMAND, async (input) => {
  const { of = 'table', seed, small_limits, releases } = input
  const { first, end } = seedRangeOf(input)
  const options: SimulationOptions =
    of === 'client'
      ? { of, edits: SMALL_CLIENT_LIMITS }
      : of === 'sync'
        ? { of, edits: SMALL_SYNC_LIMITS, ...(releases && { other_release: OLDER_SYNC_RELEASE }) }
        : { edits: small_limits || releases ? SMALL_LIMITS : [], ...(releases && { other_release: NEXT_RELEASE }) }
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
