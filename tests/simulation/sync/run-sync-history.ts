import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { Table } from '#shared/table/table.ts'
import { FaultProfile } from '../fault-profile.ts'
import type { Release } from '../instance.ts'
import { MemoryObjectStore } from '../memory-object-store.ts'
import { between, oneOf, seededRandom } from '../seeded-random.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { WrongHistory } from '../wrong-history.ts'
import { fieldsOf, marksOf } from './change.ts'
import { Device } from './device.ts'
import { interruptPull } from './interrupted-pull.ts'
import { checkJournal } from './judge.ts'
import type { JournalState } from './journal-state.ts'
import { Outage } from './outage.ts'
import { Outsiders } from './outsiders.ts'
import { objectOf, SyncHistory } from './sync-history.ts'
import { SyncServers } from './sync-servers.ts'
import { act } from './user.ts'
import { fail } from './wrong.ts'

const STEPS = 150
const HOUR_MS = DAY_MS / 24
/** In the middle of a month, and shortly before its end. */
const STARTS = ['2025-05-15T12:00:00Z', '2025-05-31T23:59:50Z']
/** By then every late write has landed. */
const SETTLED_MS = 5 * MINUTE_MS
const ROUNDS_MAX = 60
/** How long everybody is away: minutes, or weeks. */
const AWAY_MS = [60_000, HOUR_MS, 25 * HOUR_MS, 9 * DAY_MS, 40 * DAY_MS]
/** Ledgers of changes without an answer are kept for 180 days; without forgetting a history is over by then. */
const AWAY_DAYS_MAX = 170

/**
 * Runs the history of a seed and checks it: devices change records without a connection, push and pull, lose answers and
 * crash, beside other programs, maintenance and accidents, through instances with wrong clocks on a store that fails in
 * every way it can. At the end all have rested, and have the same. Everything follows from the seed.
 * @param older a release that knows neither the past of rows nor the ledgers of clients
 * @throws WrongHistory
 */
export async function runSyncHistory(seed: number, older?: Release['Table']): Promise<SyncHistory> {
  const random = seededRandom(seed)
  const clock = new VirtualClock(Date.parse(oneOf(random, STARTS)) + between(random, 0, 20_000))
  const profile = new FaultProfile(random, clock)
  const outage = new Outage(clock, random)
  const kind = random.uniform()
  const store: MemoryObjectStore = new MemoryObjectStore({
    clock,
    latencyMs: () => profile.latencyMs(),
    is_rate_limited: random.uniform() < 0.3,
    faultOf: (call) => outage.faultOf(call) ?? profile.faultOf(call),
    onLanding: ({ name, generation, bytes, time_ms }) => {
      history.add({ kind: 'landed', object: name, generation, bytes, time_ms })
      history.note(`${name} is at generation ${generation}`)
    },
  })
  const has = {
    copies: kind < 0.15,
    accidents: kind >= 0.15 && kind < 0.4,
    forgetting: kind >= 0.4 && kind < 0.5,
    older_release: older !== undefined,
  }
  const history = new SyncHistory({ seed, random, clock, store, has })
  try {
    const world = { history, servers: new SyncServers(history, older ?? Table), profile, outage }
    const devices = await clock.run(() => live(world), { limit_ms: Infinity })
    await clock.run(() => rest(world, devices))
    const state = await clock.run(() => checkJournal(history))
    checkRest(devices, state)
  } catch (error) {
    throw new WrongHistory(history, error as Error)
  }
  return history
}

interface World {
  readonly history: SyncHistory
  readonly servers: SyncServers
  readonly profile: FaultProfile
  readonly outage: Outage
}

async function live({ history, servers, outage }: World): Promise<readonly Device[]> {
  const { random, clock, has } = history
  const devices = [new Device('S1', history, servers), new Device('S2', history, servers)]
  const outsiders = new Outsiders(history, servers)
  const pause_ms_max = oneOf(random, [100, 1000, 3000])
  let away_ms = 0
  for (let step = 0; step < STEPS; step++) {
    await clock.sleep(between(random, 0, pause_ms_max))
    const device = oneOf(random, devices)
    const chance = random.uniform()
    if (chance < 0.34) {
      if (!device.is_full) act(history, device)
    } else if (chance < 0.56) history.inBackground(device.push())
    else if (chance < 0.76) history.inBackground(device.pull())
    else if (chance < 0.79) device.decide()
    else if (chance < 0.81) device.crash()
    else if (chance < 0.83 && has.copies && devices.length < 3) {
      history.counts.copies++
      history.note(`${device.name} is copied to S3`)
      devices.push(device.copied('S3'))
    } else if (chance < 0.845) {
      const wanted = device.outbox.filter(({ state }) => state === 'waiting').map(({ change }) => objectOf(change))
      outage.begin(history, wanted.length > 0 ? wanted : history.store.names())
    } else if (chance < 0.86) {
      const pause_ms = oneOf(random, AWAY_MS)
      if (!has.forgetting && away_ms + pause_ms > AWAY_DAYS_MAX * DAY_MS) continue
      // No request is on its way for so long: what the network still has arrives before.
      if (!has.forgetting) await history.settled()
      away_ms += pause_ms
      history.note(`everybody is away for ${Math.round(pause_ms / HOUR_MS)} hours`)
      await clock.sleep(has.forgetting ? pause_ms * 5 : pause_ms)
    } else if (chance < 0.99) {
      const known = devices.flatMap((one) => one.shown()).filter(({ version }) => version > 0)
      history.inBackground(outsiders.act([...new Set(known.map(({ id }) => id))]))
    } else {
      const writer = oneOf(random, devices)
      history.inBackground(interruptPull(history, { reader: device, writer, outsiders }))
    }
  }
  return devices
}

/** Nothing fails any more: everybody pushes and pulls until there is nothing to push and to pull. */
async function rest({ history, servers, profile, outage }: World, devices: readonly Device[]): Promise<void> {
  const { clock } = history
  await history.settled()
  profile.clear()
  outage.end()
  await clock.sleep(SETTLED_MS)
  history.is_calm = true
  servers.calm()
  history.note('from now on nothing fails')
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let is_busy = false
    for (const device of devices) {
      device.calm()
      const { cursor, has_something_to_push } = device
      if (has_something_to_push) await device.push()
      await device.pull()
      await clock.sleep(2000)
      is_busy ||= has_something_to_push || device.has_more_to_pull || device.cursor !== cursor
    }
    if (!is_busy) return
  }
  fail(
    `the devices never come to rest: ${devices.map(({ name, outbox }) => `${name} keeps ${outbox.length}`).join(', ')}`,
  )
}

/** Clients at rest equal the server. */
function checkRest(devices: readonly Device[], state: JournalState): void {
  const stored = new Map(state.records().flatMap((record) => (record.deleted ? [] : [[record.id, record] as const])))
  for (const device of devices) {
    if (device.outbox.length > 0) fail(`${device.name} is at rest with changes that it has not sent`)
    const rows = device.liveRows()
    for (const { id, version, record } of rows) {
      const truth = stored.get(id)
      if (!truth) fail(`${device.name} at rest still has ${id}, which is deleted`)
      if (truth.version !== version)
        fail(`${device.name} at rest has ${id} at version ${version} instead of ${truth.version}`)
      const has = [...fieldsOf(record)].join(),
        was = [...truth.fields].join()
      if (has !== was || marksOf(record).join() !== [...truth.marks].join())
        fail(`${device.name} at rest has other values of ${id}`)
    }
    if (rows.length !== stored.size) fail(`${device.name} at rest lacks ${stored.size - rows.length} records`)
  }
}
