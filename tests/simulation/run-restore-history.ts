import { MINUTE_MS } from '#shared/base/durations.ts'
import { restorations } from '#shared/table/recovery/restore.ts'
import { Table } from '#shared/table/table.ts'
import { Fleet } from './fleet.ts'
import { purgeNowAndThen } from './janitor.ts'
import { checkRestores, restoreNowAndThen } from './restorer.ts'
import { liveClients, worldOf } from './world.ts'

const USERS = ['ann', 'bob']
const SETTLED_MS = 15 * MINUTE_MS

/** A history in which objects are also restored, and tombstones purged. @returns how many notes were restored */
export async function runRestoreHistory(seed: number, mutationsOf = restorations): Promise<number> {
  const { random, clock, profile, history } = worldOf(seed, { months_share: 0.5 })
  const fleet = new Fleet(history, [{ Table, is_other: false }], random, { has_wild_clocks: false })
  const agreed = await clock.run(async () => {
    const clients = liveClients(USERS, { history, fleet, random, trusts_keys: true })
    const [restored] = await Promise.all([
      restoreNowAndThen(history, fleet, random, USERS, mutationsOf),
      purgeNowAndThen(history, fleet, random),
      fleet.crashNowAndThen(),
      fleet.pauseNowAndThen(),
      ...clients,
    ])
    return restored
  })
  profile.clear()
  await clock.advance(SETTLED_MS)
  return await checkRestores(history, agreed)
}
