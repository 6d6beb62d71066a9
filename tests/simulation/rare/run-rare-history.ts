import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { newerRelease } from '#shared/table/commit/evaluate.ts'
import { WRITER_RELEASE } from '#shared/table/object/footer.ts'
import { monthOfObject, userOfObject } from '#shared/table/object/partition.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { HISTORY_COLUMN } from '#shared/table/object/row-history.ts'
import type { TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'
import { NOTES } from '#tests/table/notes.ts'
import { checkAtRest } from '../at-rest.ts'
import { startOfHistoryMs } from '../days.ts'
import { Fleet } from '../fleet.ts'
import type { History } from '../history.ts'
import type { Release } from '../instance.ts'
import { importNowAndThen } from '../importer.ts'
import { purgeNowAndThen } from '../janitor.ts'
import { startEpochOf } from '../restorer.ts'
import { oneOf, seededRandom } from '../seeded-random.ts'
import { liveClients, worldOf } from '../world.ts'
import { WrongHistory } from '../wrong-history.ts'
import { expectThat, type AskerWorld } from './asking.ts'
import { tamperNowAndThen } from './console.ts'
import { Follower } from './follower.ts'
import { inspectMistakes } from './inspector.ts'
import { OddRequests } from './odd-requests.ts'
import { lookNowAndThen } from './orders.ts'
import { Pusher } from './pushes.ts'

const USERS = ['ann', 'bob']
const LIFE = { limit_ms: 60 * MINUTE_MS }
const LIFE_OF_DAYS = { limit_ms: 400 * DAY_MS }
/** Beside pauses of a moment: until a ledger without open changes is forgotten, and any. */
const LONG_PAUSES_MS = [2 * DAY_MS, 20 * DAY_MS]
const PAUSES_MS = [0, 500, 3000]

/** With a time in their past. */
const DUE_NOTES: TableSchema = {
  ...NOTES,
  columns: [...NOTES.columns, { name: 'due_at', type: 'timestamp' }],
  history: { ...NOTES.history!, columns: [...NOTES.history!.columns, 'due_at'] },
}
/** Of which nothing is kept when they change. */
const { history: _, ...WITHOUT_HISTORY } = {
  ...NOTES,
  columns: NOTES.columns.filter(({ name }) => name !== HISTORY_COLUMN),
}

/**
 * A history of what seldom happens, beside clients who do what most do: processes that are told to end, units, pushes and
 * odd requests, decisions that fail, orders with null keys, imports that meet each other, and what somebody with a console
 * puts in the way. Everything follows from the seed, and what holds of every history holds of it.
 * @throws WrongHistory
 */
export async function runRareHistory(
  seed: number,
  releases: readonly Release[] = [{ Table, is_other: false }],
): Promise<History> {
  const notes: TableSchema = seed % 5 === 0 ? WITHOUT_HISTORY : DUE_NOTES
  const world = worldOf(seed, {
    startMs: startOfHistoryMs,
    storeOf: (chance) => ({ is_rate_limited: chance.uniform() < 0.3, page_objects_max: oneOf(chance, [1, 2, 1000]) }),
    months_share: 0.7,
    schemas: [notes, { ...notes, partitioned_by: 'user' }],
  })
  const { random, clock, history } = world
  const has_old_ids = random.uniform() < 0.5
  const has_console = random.uniform() < 0.5 && releases.length === 1
  const has_janitor = !has_console && random.uniform() < 0.5
  const is_for_days = random.uniform() < 0.2
  const fleet = new Fleet(history, releases, random, { has_wild_clocks: false, ends_orderly: true })
  const worlds: AskerWorld[] = USERS.map((user_id) => ({ user_id, history, fleet, random }))
  const followers = worlds.map((world) => new Follower(world))
  try {
    await clock.run(
      async () => {
        const clients = liveClients(USERS, { history, fleet, random, trusts_keys: true })
        await Promise.all([
          ...clients,
          fleet.crashNowAndThen(),
          fleet.pauseNowAndThen(),
          fleet.endNowAndThen(),
          ...worlds.flatMap((world, at) => live(`${seed}.r${at}`, world, is_for_days)),
          ...followers.map((follower) => follower.live()),
          ...(has_old_ids ? [importNowAndThen(history, fleet, random, USERS[0]!)] : []),
          ...(has_janitor ? [purgeNowAndThen(history, fleet, random)] : []),
          ...(has_console ? [tamperNowAndThen({ history, fleet, random })] : []),
        ])
      },
      is_for_days ? LIFE_OF_DAYS : LIFE,
    )
    const [table] = await checkAtRest(world, fleet, releases)
    for (const follower of followers) await clock.run(() => follower.rest(table!))
    await clock.run(() => inspectMistakes(history))
    await clock.run(() => checkReserved(history))
  } catch (error) {
    throw new WrongHistory(history, error as Error)
  }
  return history
}

/** Not even a new epoch is started where only a newer release may write. */
async function checkReserved({ store, schema, clock }: History): Promise<void> {
  for (const name of store.names()) {
    const user_id = userOfObject(schema, name)
    const bytes = store.bytesOf(name)!
    if (user_id === undefined || wholeSnapshot(name, 'live', bytes).footer.min_writer <= WRITER_RELEASE) continue
    const month = monthOfObject(schema, user_id, name)!
    const answer = await startEpochOf({ store, clock, random: seededRandom(1) }, { schema, month, name }).then(
      () => 'started',
      (error: unknown) => (error as Error).message,
    )
    expectThat(answer === newerRelease().message, `a new epoch of ${name}, which is reserved, is ${answer}`)
    expectThat(store.bytesOf(name) === bytes, `${name} is reserved, and a new epoch was written`)
  }
}

/** What one user does that others seldom do. */
function live(name: string, world: AskerWorld, is_for_days: boolean): Promise<void>[] {
  const pauses_ms = is_for_days ? [...PAUSES_MS, ...LONG_PAUSES_MS] : PAUSES_MS
  const pushers = ['a', 'b', 'c'].map((one) => new Pusher(`${name}${one}`, world))
  return [
    new OddRequests(`${name}o`, world).live(),
    lookNowAndThen(world),
    ...pushers.map((pusher) => pusher.live(pauses_ms)),
  ]
}
