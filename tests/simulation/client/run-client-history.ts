import { MINUTE_MS } from '#shared/base/durations.ts'
import { type Landing, MemoryObjectStore } from '../memory-object-store.ts'
import { between, oneOf, seededRandom } from '../seeded-random.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { WrongHistory } from '../wrong-history.ts'
import { checkNothingLost, checkRest, truthOf } from './checks.ts'
import { ClientHistory } from './client-history.ts'
import type { Device } from './device.ts'
import { Service } from './service.ts'
import { isFailing } from './busy-server.ts'
import { type Features, themeOf } from './themes.ts'
import { USERS, World } from './world.ts'

const STEPS = 90
const NOTHING: Features = {
  copies: false,
  accidents: false,
  wild_clocks: false,
  lying_locks: false,
  no_locks: false,
}
/** In the middle of a month, and shortly before its end. */
const STARTS = ['2025-05-15T12:00:00Z', '2025-05-31T23:59:30Z']
/** By then everything that is on its way has arrived. */
const SETTLED_MS = 40 * MINUTE_MS
const REST_MS = 12 * MINUTE_MS
const WATCHED_MS = 60 * MINUTE_MS
/** One tab polls after 20 s, then ever more rarely, to every five minutes; the flag is asked for every ten. */
const REQUESTS_AT_REST_MAX = 40
/** Nothing goes on for ever. */
const LIFE_MS_MAX = 400 * 24 * 60 * MINUTE_MS

/**
 * Runs the history of a seed and checks it: the client as it is, in tabs of several browsers whose storages, locks and
 * messages fail, with the real sync functions behind a network that loses, delays and repeats requests. Everything follows
 * from the seed.
 * @throws WrongHistory
 */
export async function runClientHistory(seed: number): Promise<ClientHistory> {
  const random = seededRandom(seed)
  const theme = themeOf(seed)
  const clock = new VirtualClock(oneOf(random, STARTS), { wakes_max: 400_000 })
  const landings: Landing[] = []
  const kind = random.uniform()
  const drawn = {
    copies: kind < 0.15,
    accidents: kind >= 0.15 && kind < 0.35,
    wild_clocks: kind >= 0.35 && kind < 0.5,
    lying_locks: kind >= 0.5 && kind < 0.65,
    no_locks: kind >= 0.65 && kind < 0.7,
  }
  const has = theme ? { ...NOTHING, ...theme.has } : drawn
  const failing_share = oneOf(random, [0, 0, 0.05])
  const store = new MemoryObjectStore({
    clock,
    latencyMs: () => between(random, 1, 20),
    faultOf: (call) => {
      if (history.is_calm) return undefined
      if (theme?.has_failing_objects && isFailing(call, clock.nowMs())) return 'unavailable'
      return random.uniform() < failing_share ? oneOf(random, ['throttled', 'unavailable'] as const) : undefined
    },
    onLanding: (landing) => void landings.push(landing),
  })
  const history = new ClientHistory({ seed, theme, random, clock, store, landings, has })
  try {
    await clock.run(() => live(history), { limit_ms: LIFE_MS_MAX })
  } catch (error) {
    throw new WrongHistory(history, error as Error)
  }
  return history
}

async function live(history: ClientHistory): Promise<void> {
  const { clock, random } = history
  const service = new Service(history)
  const world = new World(history, service)
  const drawn_ms = oneOf(random, [200, 2000, 20_000])
  const pause_ms_max = history.theme?.pause_ms_max ?? drawn_ms
  if (history.theme) history.note(`its theme: ${history.theme.title}`)
  for (let step = 0; step < STEPS; step++) {
    await clock.sleep(between(random, 0, pause_ms_max))
    await world.step()
    history.requireRight()
  }
  await rest(world)
}

/** Nothing fails any more: the tabs that are open come to rest, then each account is opened once more everywhere. */
async function rest(world: World): Promise<void> {
  const { history, service, devices } = world
  const { clock } = history
  history.is_calm = true
  history.note('from now on nothing fails')
  for (const device of devices) for (const tab of device.tabs) tab.life.calm()
  await clock.sleep(SETTLED_MS)
  service.is_switched_on = true
  for (const user_id of USERS) service.signIn(user_id)
  for (const device of devices) {
    device.is_online = true
    device.storage_fault = undefined
    await device.setMinReader(1)
    for (const tab of device.awake) {
      tab.memory.lifecycle.play('online')
      history.inBackground(world.follow(device, tab))
    }
  }
  await clock.sleep(REST_MS)
  await history.settled()
  for (const round of [1, 2]) {
    for (const user_id of world.users) await visit(world, user_id, round === 2)
  }
  const truth = await truthOf(history)
  checkNothingLost(history, truth, (await Promise.all(devices.map((device) => device.outboxes()))).flat())
}

/** The account is opened on every device, stays open, and is at rest. */
async function visit(world: World, user_id: string, is_checked: boolean): Promise<void> {
  const { history, devices } = world
  const { clock } = history
  await closeAll(devices, history)
  history.note(`everybody opens ${user_id}`)
  for (const device of devices) {
    device.user_id = user_id
    device.openTab()
    device.openTab()
  }
  await clock.sleep(REST_MS)
  await history.settled()
  for (const { awake } of devices) for (const { memory } of awake) memory.lifecycle.play('focus')
  await clock.sleep(REST_MS)
  if (!is_checked) return
  const truth = await truthOf(history)
  for (const device of devices) {
    if (device.awake.length !== 2) throw new Error(`${device.name} cannot be opened`)
    for (const { name, client } of device.awake) await checkRest(name, client, truth)
  }
  await watchPolls(world)
}

/** At rest one tab of each browser asks for news, ever more rarely; and none while all are hidden. */
async function watchPolls({ history, service, devices }: World): Promise<void> {
  const { clock, has } = history
  const before = service.sent.length
  await clock.sleep(WATCHED_MS)
  for (const { name, awake } of devices) {
    const own = service.sent.slice(before).filter(({ device }) => device === name)
    const most = has.no_locks ? awake.length * REQUESTS_AT_REST_MAX : REQUESTS_AT_REST_MAX
    if (own.length > most) throw new Error(`${name} never comes to rest: ${own.length} requests in an hour`)
    if (!own.some(({ what }) => what === 'pull')) throw new Error(`${name} never asks for news`)
    const tabs = new Set(own.filter(({ what }) => what === 'pull').map(({ tab }) => tab))
    if (tabs.size > 1 && !has.no_locks) throw new Error(`${name} polls in ${tabs.size} tabs`)
    for (const { memory } of awake) memory.lifecycle.play('hidden')
  }
  await clock.sleep(REST_MS)
  const hidden_since = service.sent.length
  await clock.sleep(WATCHED_MS)
  const [sent] = service.sent.slice(hidden_since)
  if (sent) throw new Error(`${sent.tab} sends a ${sent.what} although it is hidden and has nothing to send`)
  for (const { name, awake } of devices) {
    const { client } = awake.at(-1)!
    const outcome = await client.create('audience', { name: `the last of ${name}` })
    if (!outcome.ok) throw outcome.problem
    await clock.sleep(MINUTE_MS)
    const version = client.get('audience', outcome.id)?.record.version
    if (version !== 1) throw new Error(`${name} does not send within a minute what a hidden tab has changed`)
  }
}

async function closeAll(devices: readonly Device[], history: ClientHistory): Promise<void> {
  for (const device of devices) {
    for (const tab of device.tabs) {
      if (tab.client && !tab.life.is_frozen) device.closeTab(tab)
      else tab.life.end()
    }
  }
  await history.clock.sleep(MINUTE_MS)
  for (const device of devices) {
    const [left] = device.tabs
    if (left) throw new Error(`${left.name} does not close`)
  }
}
