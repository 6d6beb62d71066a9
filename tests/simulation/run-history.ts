import { Table } from '#shared/table/table.ts'
import { NOTES, NOTES_BY_USER } from '#tests/table/notes.ts'
import { Client } from './client.ts'
import { Fleet } from './fleet.ts'
import { History } from './history.ts'
import type { Release } from './instance.ts'
import { checkHistory } from './invariants.ts'
import { purgeNowAndThen } from './janitor.ts'
import { MemoryObjectStore, type Landing } from './memory-object-store.ts'
import { between, oneOf, seededRandom } from './seeded-random.ts'
import { VirtualClock } from './virtual-clock.ts'
import { FaultProfile } from './fault-profile.ts'
import { WrongHistory } from './wrong-history.ts'

/** In the middle of a month, shortly before its end, and as keys stop being reserved in the month before. */
const STARTS = ['2025-05-15T12:00:00Z', '2025-05-31T23:59:40Z', '2025-05-31T23:59:40Z', '2025-06-01T00:10:45Z']
const USERS = ['ann', 'bob']
/** Whether the other release is one from before rows had a history: `releases.ts` changes it. */
const HAS_OLDER_RELEASE = false
/** Nobody lives longer than minutes; an hour means that something goes round in circles. */
const LIFE = { limit_ms: 3_600_000 }
/** By then every late write has landed. */
const SETTLED_MS = 120_000

/**
 * Runs the history of a seed and checks it: several clients of one or two users change notes through several instances
 * on a store that fails in every way it can, with wrong clocks, around a month's end, while instances crash. Everything
 * follows from the seed.
 * @param releases each instance runs one of them
 * @throws WrongHistory
 */
export async function runHistory(
  seed: number,
  releases: readonly Release[] = [{ Table, is_other: false }],
): Promise<History> {
  const random = seededRandom(seed)
  const clock = new VirtualClock(Date.parse(oneOf(random, STARTS)) + between(random, 0, 20_000))
  const landings: Landing[] = []
  const profile = new FaultProfile(random)
  const store = new MemoryObjectStore({
    clock,
    latencyMs: () => profile.latencyMs(),
    is_rate_limited: random.uniform() < 0.5,
    faultOf: (call) => profile.faultOf(call),
    onLanding: (landing) => {
      landings.push(landing)
      history.note(`${landing.name} is at generation ${landing.generation}`)
    },
  })
  const schema = random.uniform() < 0.75 ? NOTES : NOTES_BY_USER
  const history = new History({ seed, schema, store, clock, landings, has_older_release: HAS_OLDER_RELEASE })
  const has_wild_clocks = random.uniform() < 0.15
  const has_janitor = random.uniform() < 0.4
  const fleet = new Fleet(history, releases, random, { has_wild_clocks })
  try {
    await clock.run(async () => {
      const clients = Array.from({ length: between(random, 2, 5) }, (_, at) =>
        new Client(`${seed}.${at}`, {
          user_id: oneOf(random, USERS),
          history,
          fleet,
          random,
          // A clock that is a month wrong forgets keys, or looks for them in another month.
          trusts_keys: !has_wild_clocks,
        }).live(),
      )
      await Promise.all([
        ...clients,
        fleet.crashNowAndThen(),
        ...(has_janitor ? [purgeNowAndThen(history, fleet, random, USERS)] : []),
      ])
    }, LIFE)
    profile.clear()
    await clock.advance(SETTLED_MS)
    const fresh = releases.map((release) => fleet.startFresh(release).table)
    await clock.run(() => checkHistory(history, fresh))
  } catch (error) {
    throw new WrongHistory(history, error as Error)
  }
  return history
}
