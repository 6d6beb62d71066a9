import { MINUTE_MS } from '#shared/base/durations.ts'
import type { Random } from '#shared/base/random.ts'
import { restorations } from '#shared/table/recovery/restore.ts'
import { Table } from '#shared/table/table.ts'
import { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import { purgeNowAndThen } from './janitor.ts'
import { checkRestores, restoreNowAndThen, type Replaced } from './restorer.ts'
import { liveClients, worldOf } from './world.ts'

const USERS = ['ann', 'bob']
const SETTLED_MS = 15 * MINUTE_MS

/** Objects that cannot be read any more, what is put in their place, and who sees it. */
export interface Accidents {
  happen(world: AccidentWorld): Promise<readonly Replaced[]>
  /** When all has settled. @param table has seen nothing yet */
  check(world: AccidentWorld, table: Table): Promise<void>
}

export interface AccidentWorld {
  readonly history: History
  readonly fleet: Fleet
  readonly random: Random
  readonly users: readonly string[]
}

/** A history in which objects are also restored, and tombstones purged. @returns how many notes were restored */
export async function runRestoreHistory(
  seed: number,
  mutationsOf = restorations,
  accidents?: Accidents,
): Promise<number> {
  const { random, clock, profile, history } = worldOf(seed, { months_share: 0.5 })
  const fleet = new Fleet(history, [{ Table, is_other: false }], random, { has_wild_clocks: false })
  const accident_world = { history, fleet, random, users: USERS }
  const { agreed, replaced } = await clock.run(async () => {
    // With a generation of before come the keys of before.
    const clients = liveClients(USERS, { history, fleet, random, trusts_keys: !accidents })
    const [restored, after_accidents] = await Promise.all([
      restoreNowAndThen(history, fleet, random, USERS, mutationsOf),
      accidents?.happen(accident_world),
      purgeNowAndThen(history, fleet, random),
      fleet.crashNowAndThen(),
      fleet.pauseNowAndThen(),
      ...clients,
    ])
    return { agreed: restored, replaced: after_accidents }
  })
  profile.clear()
  await clock.advance(SETTLED_MS)
  if (accidents) await clock.run(() => accidents.check(accident_world, fleet.startFresh().table))
  return await checkRestores(history, agreed, replaced)
}
