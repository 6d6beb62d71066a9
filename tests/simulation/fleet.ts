import { MINUTE_MS } from '#shared/base/durations.ts'
import type { Random } from '#shared/base/random.ts'
import type { CommitEvent } from '#shared/table/events.ts'
import type { History } from './history.ts'
import { startInstance, type Instance, type Release } from './instance.ts'
import { between, oneOf } from './seeded-random.ts'
import { wrongClock } from './wrong-clock.ts'

/** A moment, and what outlasts the queue, a commit and the request. */
const PAUSES_MS = [500, 9000, 25_000, MINUTE_MS, 5 * MINUTE_MS]

/** From the signal to the end of the process. */
const ENDING_MS = 10_000

/** The instances, with wrong clocks; some crash and are replaced, some pause past every deadline and go on. */
export class Fleet {
  readonly #history: History
  readonly #releases: readonly Release[]
  readonly #random: Random
  readonly #has_wild_clocks: boolean
  readonly #ends_orderly: boolean
  readonly #running: Instance[] = []

  constructor(
    history: History,
    releases: readonly Release[],
    random: Random,
    { has_wild_clocks, ends_orderly = false }: { has_wild_clocks: boolean; ends_orderly?: boolean },
  ) {
    this.#history = history
    this.#releases = releases
    this.#random = random
    this.#has_wild_clocks = has_wild_clocks
    this.#ends_orderly = ends_orderly
    for (let count = between(random, 1, 4); count > 0; count--) this.#running.push(this.#start())
  }

  get has_one_release(): boolean {
    return this.#releases.length === 1
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

  async pauseNowAndThen(): Promise<void> {
    for (let pauses = between(this.#random, 0, 3); pauses > 0; pauses--) {
      await this.#history.clock.sleep(between(this.#random, 10, 8000))
      const duration_ms = oneOf(this.#random, PAUSES_MS)
      this.#history.note(`an instance pauses for ${duration_ms} ms`)
      this.any().pause(duration_ms)
    }
  }

  /** Processes are told to end, while work waits in them, and end a few seconds later. */
  async endNowAndThen(): Promise<void> {
    for (let ends = between(this.#random, 1, 4); ends > 0; ends--) {
      await this.#history.clock.sleep(between(this.#random, 10, 5000))
      const instance = this.any()
      this.#history.note('an instance is told to end')
      instance.end()
      await this.#history.clock.sleep(between(this.#random, 0, ENDING_MS))
      instance.crash()
    }
  }

  /** All that run now: none of them crashes any more, and those that pause go on. */
  calm(): readonly Instance[] {
    for (const instance of this.#running) instance.calm()
    return [...this.#running]
  }

  /** An instance that, for one in two, crashes at some await of its own, and is then replaced. */
  #start(): Instance {
    const instance: Instance = startInstance({
      ...this.#worldOf(oneOf(this.#random, this.#releases)),
      clock: wrongClock(this.#history.clock, this.#random, { is_wild: this.#has_wild_clocks }),
      ends_orderly: this.#ends_orderly,
      ...(this.#random.uniform() < 0.5 ? { awaits_until_crash: between(this.#random, 1, 60) } : {}),
      onCrash: () => {
        this.#history.note('an instance crashes')
        this.#running.splice(this.#running.indexOf(instance), 1, this.#start())
      },
    })
    return instance
  }

  #worldOf(release: Release) {
    const { store, schema, corrupt, commits } = this.#history
    const onCorrupt = (object: string): void => void corrupt.push(object)
    const onCommitted = (commit: CommitEvent): void => void commits.push(commit)
    return { release, schema: schemaOf(release, schema), store, random: this.#random, onCorrupt, onCommitted }
  }
}

/** The other release has a column more, as the second of the two releases that bring one. */
function schemaOf(release: Release, schema: History['schema']): History['schema'] {
  if (!release.is_other) return schema
  return { ...schema, columns: [...schema.columns, { name: 'colour', type: 'string' }] }
}
