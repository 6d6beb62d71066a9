import { expect, test } from 'vitest'

import { restorations } from '#shared/table/recovery/restore.ts'
import { Table } from '#shared/table/table.ts'
import { effort } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { NOTES, NOTES_BY_USER, WRITER } from '#tests/table/notes.ts'
import { Client } from './client.ts'
import { Fleet } from './fleet.ts'
import { History } from './history.ts'
import { purgeNowAndThen } from './janitor.ts'
import { MemoryObjectStore, type Landing } from './memory-object-store.ts'
import { checkRestores, restoreNowAndThen } from './restorer.ts'
import { between, oneOf, seededRandom } from './seeded-random.ts'
import { PATIENCE_MS, seedsFrom } from './thread.ts'
import { VirtualClock } from './virtual-clock.ts'
import { FaultProfile } from './fault-profile.ts'

const HISTORIES = effort(5, 300)
const USERS = ['ann', 'bob']
const SETTLED_MS = 120_000

/** A history in which objects are also restored, and tombstones purged. @returns how many notes were restored */
async function runHistory(seed: number, mutationsOf = restorations): Promise<number> {
  const random = seededRandom(seed)
  const clock = new VirtualClock()
  const profile = new FaultProfile(random)
  const landings: Landing[] = []
  const store = new MemoryObjectStore({
    clock,
    latencyMs: () => profile.latencyMs(),
    faultOf: (call) => profile.faultOf(call),
    onLanding: (landing) => void landings.push(landing),
  })
  const schema = random.uniform() < 0.5 ? NOTES : NOTES_BY_USER
  const history = new History({ seed, schema, store, clock, landings, has_older_release: false })
  const fleet = new Fleet(history, [{ Table, is_other: false }], random, { has_wild_clocks: false })
  const agreed = await clock.run(async () => {
    const world = { history, fleet, random, trusts_keys: true }
    const clients = Array.from({ length: between(random, 2, 5) }, (_, at) =>
      new Client(`${seed}.${at}`, { ...world, user_id: oneOf(random, USERS) }).live(),
    )
    const [restored] = await Promise.all([
      restoreNowAndThen(history, fleet, random, USERS, mutationsOf),
      purgeNowAndThen(history, fleet, random, USERS),
      fleet.crashNowAndThen(),
      ...clients,
    ])
    return restored
  })
  profile.clear()
  await clock.advance(SETTLED_MS)
  return await checkRestores(history, agreed)
}

test(
  'restores and new epochs in the middle of traffic, faults, crashes and purges lose no change that nobody agreed to undo',
  { timeout: 4 * PATIENCE_MS },
  async () => {
    let restored = 0
    for (const seed of seedsFrom(FIRST_SEED, HISTORIES)) restored += await runHistory(seed)
    expect(restored).toBeGreaterThan(HISTORIES)
  },
)

test(
  'and would be found out if they undid what was changed after the difference was shown',
  { timeout: 4 * PATIENCE_MS },
  async () => {
    const heedless: typeof restorations = (found) =>
      found.map((difference) => ({
        id: difference.id,
        writer: WRITER,
        size_bytes: 0,
        decide: () => ({ kind: 'write', row: difference.restored, status: 200, revives: { version: 1000 } }),
      }))
    const failures: string[] = []
    for (const seed of seedsFrom(1, HISTORIES)) {
      await runHistory(seed, heedless).catch((error: unknown) => failures.push((error as Error).message))
    }
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatch(/lost what nobody agreed to undo|for the second time/)
  },
)
