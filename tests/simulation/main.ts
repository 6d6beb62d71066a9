/**
 * `npm run simulate -- [--seeds 100000] [--from 1] [--small-limits | --releases]` runs histories on every core until one
 * is wrong; `npm run simulate -- --seed 17 [--small-limits]` replays one and, if it is wrong, tells what happened in it.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

import { buildSimulation, type SimulationOptions } from './build.ts'
import { NEXT_RELEASE } from './releases.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { runSeeds, seedsFrom } from './thread.ts'

const LOT = 200

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    'small-limits': { type: 'boolean', default: false },
    releases: { type: 'boolean', default: false },
  },
})

const options: SimulationOptions = {
  edits: values['small-limits'] || values.releases ? SMALL_LIMITS : [],
  ...(values.releases ? { other_release: NEXT_RELEASE } : {}),
}
const code = await buildSimulation(options)
const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.error('seeds are whole numbers')
  process.exit(2)
}

let next = first
let done = 0
async function runLots(): Promise<void> {
  while (next < first + count) {
    const seeds = seedsFrom(next, Math.min(LOT, first + count - next))
    next += seeds.length
    const failure = await runSeeds(code, seeds)
    if (failure) {
      const flags = process.argv.slice(2).filter((flag) => /^--(small-limits|releases)$/.test(flag))
      if (values.seed !== undefined) console.error(failure.story.join('\n'))
      console.error(`${failure.message}\nreplay: npm run simulate -- ${['--seed', failure.seed, ...flags].join(' ')}`)
      process.exit(1)
    }
    done += seeds.length
    if (process.stdout.isTTY) process.stdout.write(`\r${done} histories are right`)
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, runLots))
console.log(`${process.stdout.isTTY ? '\r' : ''}${done} histories are right`)
