import { describe, expect, test } from 'vitest'

import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { longTest } from '#tests/support/effort.ts'
import { expectWellAfter } from './afterwards.ts'
import { Fleet, runLoad } from './load.ts'
import { localRuntimes } from './local-runtime.ts'
import { CLOCK_FACTOR, ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { startSystem, type Instance } from './system.ts'

/** Calls `strike` after a random number of answers, again and again, each time once the last strike is over. */
class Strikes {
  readonly #strike: () => Promise<void>
  readonly #pause: () => number
  #next: number
  #failure: Error | undefined
  under_way = false
  made = 0

  constructor(pause: () => number, strike: () => Promise<void>) {
    this.#strike = strike
    this.#pause = pause
    this.#next = pause()
  }

  onAnswer(answered: number): void {
    if (answered < this.#next || this.under_way) return
    this.under_way = true
    this.#strike()
      .catch((error: unknown) => (this.#failure = new Error('a strike failed', { cause: error })))
      .finally(() => {
        this.made++
        this.under_way = false
        this.#next = answered + this.#pause()
      })
  }

  /** Whether so many were made and none is under way. */
  areDone(count: number): boolean {
    if (this.#failure) throw this.#failure
    return this.made >= count && !this.under_way
  }
}

describe.each(SEEDS)('kill -9 at random moments under load (SEED=%i)', (seed) => {
  test('of functions and of the stand-in: what was acknowledged is there', { timeout: ROUND_MS_MAX }, async () => {
    const system = await startSystem()
    const start = () => system.startFunction({ clock_factor: CLOCK_FACTOR })
    const living: Instance[] = [await start(), await start()]
    const fleet = new Fleet(...living)
    const random = seededRandom(seed)

    const killFunction = async () => {
      const [killed] = living.splice(between(random, 0, living.length - 1), 1)
      killed!.process.kill('SIGKILL')
      fleet.remove(killed!)
      expect(await killed!.ended).toEqual([null, 'SIGKILL'])
      const next = await start()
      living.push(next)
      fleet.add(next)
    }
    const killGcs = async () => {
      const { process, ended } = system.gcs()
      process.kill('SIGKILL')
      await ended
      await system.restartGcs()
    }
    const strikes: Strikes = new Strikes(
      () => between(random, 1, 40),
      () => (strikes.made % 2 === 0 ? killGcs() : killFunction()),
    )
    const operations = await runLoad({
      fleet,
      random: seededRandom(seed + 1_000_000),
      operations: 100,
      until: () => strikes.areDone(2),
      clients: 12,
      onAnswer: (answered) => strikes.onAnswer(answered),
    })
    await expectWellAfter(system, fleet, operations)
  })

  longTest(
    'of the whole system, as npm start runs it: what was acknowledged is there',
    { timeout: ROUND_MS_MAX },
    async () => {
      const runtimes = await localRuntimes()
      const random = seededRandom(seed)
      let runtime = await runtimes.start()
      const fleet = new Fleet(runtime)
      const strikes: Strikes = new Strikes(
        () => between(random, 1, 60),
        async () => {
          runtime.process.kill('SIGKILL')
          fleet.remove(runtime)
          await runtime.ended
          runtime = await runtimes.start()
          fleet.add(runtime)
        },
      )
      const operations = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: 70,
        until: () => strikes.areDone(1),
        clients: 8,
        onAnswer: (answered) => strikes.onAnswer(answered),
      })
      expect(operations.some(({ result }) => result === 'acknowledged')).toBe(true)
      await runtimes.check(operations, runtime)
    },
  )
})
