import { MINUTE_MS } from '#shared/base/durations.ts'
import { restorations } from '#shared/table/recovery/restore.ts'
import { Table } from '#shared/table/table.ts'
import { NOTES, NOTES_BY_USER } from '#tests/table/notes.ts'
import { Client } from './client.ts'
import { FaultProfile } from './fault-profile.ts'
import { Fleet } from './fleet.ts'
import { History } from './history.ts'
import { purgeNowAndThen } from './janitor.ts'
import { MemoryObjectStore, type Landing } from './memory-object-store.ts'
import { checkRestores, restoreNowAndThen } from './restorer.ts'
import { between, oneOf, seededRandom } from './seeded-random.ts'
import { VirtualClock } from './virtual-clock.ts'

const USERS = ['ann', 'bob']
const SETTLED_MS = 15 * MINUTE_MS

/** A history in which objects are also restored, and tombstones purged. @returns how many notes were restored */
export async function runRestoreHistory(seed: number, mutationsOf = restorations): Promise<number> {
  const random = seededRandom(seed)
  const clock = new VirtualClock()
  const profile = new FaultProfile(random, clock)
  const landings: Landing[] = []
  const store = new MemoryObjectStore({
    clock,
    latencyMs: () => profile.latencyMs(),
    faultOf: (call) => profile.faultOf(call),
    onLanding: (landing) => void landings.push(landing),
  })
  const schema = random.uniform() < 0.5 ? NOTES : NOTES_BY_USER
  const history = new History({
    seed,
    schema,
    store,
    clock,
    landings,
    damaged: profile.damaged,
    has_older_release: false,
  })
  const fleet = new Fleet(history, [{ Table, is_other: false }], random, { has_wild_clocks: false })
  const agreed = await clock.run(async () => {
    const world = { history, fleet, random, trusts_keys: true }
    const clients = Array.from({ length: between(random, 2, 5) }, (_, at) =>
      new Client(`${seed}.${at}`, { ...world, user_id: oneOf(random, USERS) }).live(),
    )
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
