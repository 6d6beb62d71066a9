import { Table } from '#shared/table/table.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { checkAtRest } from './at-rest.ts'
import { startOfHistoryMs } from './days.ts'
import { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import { importNowAndThen } from './importer.ts'
import type { Release } from './instance.ts'
import { purgeNowAndThen } from './janitor.ts'
import { oneOf } from './seeded-random.ts'
import { vandalizeNowAndThen } from './vandal.ts'
import { liveClients, worldOf } from './world.ts'
import { WrongHistory } from './wrong-history.ts'

const USERS = ['ann', 'bob@a b']
/** Whether the other release is one from before rows had a history: `releases.ts` changes it. */
const HAS_OLDER_RELEASE = false
/** Nobody lives longer than minutes; an hour means that something goes round in circles. */
const LIFE = { limit_ms: 3_600_000 }
const LIFE_OF_DAYS = { limit_ms: 20 * DAY_MS }

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
  const world = worldOf(seed, {
    startMs: startOfHistoryMs,
    storeOf: (chance) => ({
      is_rate_limited: chance.uniform() < 0.5,
      page_objects_max: oneOf(chance, [1, 2, 1000]),
    }),
    months_share: 0.75,
    has_older_release: HAS_OLDER_RELEASE,
  })
  const { random, clock, history } = world
  const has_wild_clocks = random.uniform() < 0.15
  const has_janitor = random.uniform() < 0.4
  const has_old_ids = random.uniform() < 0.3
  const has_vandal = random.uniform() < 0.15
  const is_for_days = random.uniform() < 0.1
  const fleet = new Fleet(history, releases, random, { has_wild_clocks })
  try {
    await clock.run(
      async () => {
        // A clock that is a month wrong forgets keys, or looks for them in another month.
        const clients = liveClients(USERS, { history, fleet, random, trusts_keys: !has_wild_clocks, is_for_days })
        await Promise.all([
          ...clients,
          fleet.crashNowAndThen(),
          fleet.pauseNowAndThen(),
          ...(has_vandal ? [vandalizeNowAndThen(history, random)] : []),
          ...(has_old_ids ? USERS.map((user_id) => importNowAndThen(history, fleet, random, user_id)) : []),
          ...(has_janitor ? [purgeNowAndThen(history, fleet, random)] : []),
        ])
      },
      is_for_days ? LIFE_OF_DAYS : LIFE,
    )
    await checkAtRest(world, fleet, releases)
  } catch (error) {
    throw new WrongHistory(history, error as Error)
  }
  return history
}
