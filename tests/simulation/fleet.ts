import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { History } from './history.ts'
import { startInstance, type Instance, type Release } from './instance.ts'
import { between, oneOf } from './seeded-random.ts'

const DAYS_31_MS = 31 * 24 * 60 * 60_000

/** The instances, with wrong clocks; some crash and are replaced. */
export class Fleet {
  readonly #history: History
  readonly #releases: readonly Release[]
  readonly #random: Random
  readonly #has_wild_clocks: boolean
  readonly #running: Instance[] = []

  constructor(
    history: History,
    releases: readonly Release[],
    random: Random,
    { has_wild_clocks }: { has_wild_clocks: boolean },
  ) {
    this.#history = history
    this.#releases = releases
    this.#random = random
    this.#has_wild_clocks = has_wild_clocks
    for (let count = between(random, 1, 4); count > 0; count--) this.#running.push(this.#start())
  }

  any(): Instance {
    return oneOf(this.#random, this.#running)
  }

  /** One that has seen nothing yet and will not crash. */
  startFresh(release = this.#releases[0]!): Instance {
    const { clock } = this.#history
    return startInstance({ ...this.#worldOf(release), clock })
  }

  async crashNowAndThen(): Promise<void> {
    for (let crashes = between(this.#random, 0, 3); crashes > 0; crashes--) {
      await this.#history.clock.sleep(between(this.#random, 10, 8000))
      this.any().crash()
    }
  }

  /** An instance that, for one in two, crashes at some await of its own, and is then replaced. */
  #start(): Instance {
    const instance: Instance = startInstance({
      ...this.#worldOf(oneOf(this.#random, this.#releases)),
      clock: this.#wrongClock(),
      ...(this.#random.uniform() < 0.5 ? { awaits_until_crash: between(this.#random, 1, 60) } : {}),
      onCrash: () => {
        this.#history.note('an instance crashes')
        this.#running.splice(this.#running.indexOf(instance), 1, this.#start())
      },
    })
    return instance
  }

  #worldOf(release: Release) {
    const { store, schema, corrupt } = this.#history
    const onCorrupt = (object: string): void => void corrupt.push(object)
    return { release, schema: schemaOf(release, schema), store, random: this.#random, onCorrupt }
  }

  /** At most 15 s wrong; a wild one is also set forward or back by a month while the instance runs. */
  #wrongClock(): Clock {
    const { clock } = this.#history
    const ahead_ms = between(this.#random, -15_000, 15_000)
    if (!this.#has_wild_clocks) return clock.skewed(() => ahead_ms)
    const step_at_ms = clock.monotonicMs() + between(this.#random, 0, 15_000)
    const step_ms = oneOf(this.#random, [-DAYS_31_MS, DAYS_31_MS])
    return clock.skewed(() => ahead_ms + (clock.monotonicMs() < step_at_ms ? 0 : step_ms))
  }
}

/** The other release has a column more, as the second of the two releases that bring one. */
function schemaOf(release: Release, schema: History['schema']): History['schema'] {
  if (!release.is_other) return schema
  return { ...schema, columns: [...schema.columns, { name: 'colour', type: 'string' }] }
}
