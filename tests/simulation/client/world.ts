import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import { StorageError } from '#shared/client/storage.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { between, oneOf } from '../seeded-random.ts'
import type { ClientHistory } from './client-history.ts'
import { Device, type Tab } from './device.ts'
import { Accidents } from './accidents.ts'
import { isOf, User } from './user.ts'
import type { Service } from './service.ts'
import type { Features, Happening } from './themes.ts'

export const USERS = ['ann', 'bob'] as const
const TABS_MAX = 3
const HOUR_MS = 60 * MINUTE_MS
/** So long a tab that held unsent changes stays when the browser has cleared its storage. */
const PUT_BACK_MS = 10_000

/** Of the steps of a history with a theme. */
const LIKELY_SHARE = 0.65

/** Up to which chance each thing happens in a history without a theme, where it may. */
const BY_CHANCE: readonly (readonly [until: number, Happening, of?: keyof Features])[] = [
  [0.56, 'change'],
  [0.64, 'decide'],
  [0.68, 'sync'],
  [0.75, 'sign'],
  [0.77, 'close'],
  [0.79, 'end'],
  [0.815, 'freeze'],
  [0.85, 'turn'],
  [0.88, 'show'],
  [0.9, 'trouble'],
  [0.915, 'lose'],
  [0.93, 'end sign-in'],
  [0.955, 'later'],
  [0.965, 'copy', 'copies'],
  [0.965, 'clock', 'wild_clocks'],
  [0.99, 'accident', 'accidents'],
]
const RELEASE_FROM = 0.992

type AwakeTab = Device['awake'][number]

/** The devices, and what happens to them. */
export class World {
  readonly devices: Device[]
  readonly history: ClientHistory
  readonly service: Service
  readonly #user: User
  readonly #accidents: Accidents
  readonly #signed_in = new Set<string>(['ann'])

  constructor(history: ClientHistory, service: Service) {
    this.history = history
    this.service = service
    this.#user = new User(history)
    this.#accidents = new Accidents(history, service)
    this.devices = ['D1', 'D2'].map((name) => this.#newDevice(name))
    this.devices[1]!.user_id = 'ann'
    if (history.random.uniform() < 0.5) this.devices[0]!.user_id = 'ann'
    for (const [at, user_id] of (history.theme?.first_users ?? []).entries()) {
      this.devices[at]!.user_id = user_id ?? undefined
      if (user_id !== null) this.#signed_in.add(user_id)
    }
  }

  /** Who has ever signed in. */
  get users(): readonly string[] {
    return USERS.filter((user_id) => this.#signed_in.has(user_id))
  }

  /** One thing happens. */
  async step(): Promise<void> {
    const { history } = this
    const { random, clock, has } = history
    const device = oneOf(random, this.devices)
    const chance = random.uniform()
    if (device.tabs.length === 0 || (chance < 0.06 && device.tabs.length < TABS_MAX)) {
      device.openTab()
      return await clock.sleep(between(random, 0, 500))
    }
    const tab = device.awake.length > 0 ? oneOf(random, device.awake) : undefined
    if (!tab) return await clock.sleep(between(random, 100, 3000))
    const { theme } = history
    const is_likely = theme && random.uniform() < LIKELY_SHARE
    const happening = is_likely ? oneOf(random, theme.likely) : happeningAt(chance, has)
    if (happening) await this.#happen(happening, device, tab)
  }

  async #happen(happening: Happening, device: Device, tab: AwakeTab): Promise<void> {
    const { history } = this
    const { random, has } = history
    switch (happening) {
      case 'open':
        return void (device.tabs.length < TABS_MAX && device.openTab())
      case 'change':
        return history.inBackground(this.#user.change(device, tab))
      case 'decide':
        return history.inBackground(this.#user.decide(tab))
      case 'sync':
        return history.inBackground(Promise.race([settledSync(tab.client), tab.life.ended]))
      case 'sign':
        return this.#sign(device, tab)
      case 'sign together':
        if (device.awake.length > 1) history.count('two sign in together')
        for (const one of device.awake.slice(-2)) this.#sign(device, one)
        return
      case 'close':
        return device.closeTab(tab)
      case 'end':
        return tab.life.end()
      case 'freeze':
        return this.#freeze(tab)
      case 'turn':
        return this.#turn(device)
      case 'show':
        return this.#show(device, tab)
      case 'trouble':
        return this.#trouble(device)
      case 'lose':
        return await this.#lose(device)
      case 'end sign-in':
        return this.#endSignIn(device)
      case 'later':
        return await this.#later()
      case 'copy':
        return has.copies && this.devices.length < 3 ? await this.#copy(device) : undefined
      case 'clock':
        return void (device.ahead_ms = between(random, -40, 40) * oneOf(random, [DAY_MS, HOUR_MS]))
      case 'accident':
        return history.inBackground(this.#accidents.happen())
      case 'release':
        return await this.#meetNextRelease(device)
    }
  }

  #newDevice(name: string): Device {
    const device = new Device(name, this.history, this.service)
    const { random, has } = this.history
    if (has.wild_clocks) device.ahead_ms = between(random, -20, 20) * DAY_MS
    return device
  }

  #sign(device: Device, tab: Tab): void {
    const { history, service } = this
    const { random } = history
    const { theme } = history
    if (theme?.signs) device.user_id = oneOf(random, theme.signs) ?? undefined
    else if (random.uniform() < 0.4)
      device.user_id = random.uniform() < 0.25 ? undefined : oneOf(random, [...USERS, 'ann', 'ann'])
    if (device.user_id) {
      this.#signed_in.add(device.user_id)
      service.signIn(device.user_id)
    }
    history.inBackground(this.follow(device, tab))
  }

  /** A tab sees who is signed in on the page. */
  async follow(device: Device, { name, client, life }: Tab): Promise<void> {
    const { user_id } = device
    const { history } = this
    const switched = user_id === undefined ? client!.signOut() : client!.signIn(device.sessionOf(user_id))
    history.note(`${name} follows to ${user_id ?? 'no account'}`)
    history.count(user_id === undefined ? 'sign-outs' : 'sign-ins')
    const noted = switched.then(
      () => history.note(`${name} has followed`),
      (error: unknown) => {
        if (!(error instanceof StorageError)) throw error
        // The page says so; its user loads it again.
        history.note(`${name} cannot follow: ${error.message}`)
        life.end()
      },
    )
    await Promise.race([noted, life.ended])
  }

  #freeze(tab: Tab): void {
    const { history } = this
    const { random, clock } = history
    // Some browsers say so before, some do not.
    if (random.uniform() < 0.5) tab.memory.lifecycle.play('freeze')
    tab.life.freeze()
    history.count('freezes')
    history.note(`${tab.name} freezes`)
    const thaw = async () => {
      await clock.sleep(oneOf(random, [500, 2000, 20_000, 30 * MINUTE_MS]))
      tab.life.thaw()
      history.note(`${tab.name} goes on`)
      tab.memory.lifecycle.play('resume')
    }
    history.inBackground(thaw())
  }

  #turn(device: Device): void {
    const { history } = this
    const { clock, random } = history
    const set = (is_online: boolean) => {
      device.is_online = is_online
      history.note(`${device.name} is ${is_online ? 'online' : 'offline'}`)
      for (const { memory } of device.awake) memory.lifecycle.play(is_online ? 'online' : 'offline')
    }
    history.count('offline spells')
    set(false)
    history.inBackground(clock.sleep(oneOf(random, [3000, 60_000, 40 * MINUTE_MS])).then(() => set(true)))
  }

  #show(device: Device, tab: Tab): void {
    const { is_visible } = tab.memory.lifecycle.state()
    this.history.note(`${tab.name} is ${is_visible ? 'hidden' : 'shown'}`)
    for (const other of device.awake) if (other !== tab) other.memory.lifecycle.play('hidden')
    for (const event of is_visible ? (['hidden'] as const) : (['visible', 'focus'] as const)) {
      tab.memory.lifecycle.play(event)
    }
  }

  /** The storage fails for a while. */
  #trouble(device: Device): void {
    const { history } = this
    const { random, clock } = history
    device.storage_fault = oneOf(random, ['full', 'full', 'unavailable'] as const)
    history.count(`storage ${device.storage_fault}`)
    history.note(`the storage of ${device.name} is ${device.storage_fault}`)
    const end = async () => {
      await clock.sleep(oneOf(random, [300, 2000, 20_000]))
      device.storage_fault = undefined
      history.note(`the storage of ${device.name} works`)
    }
    history.inBackground(end())
  }

  /** The browser clears the storage, or tears its last entry; or closes its connection. */
  async #lose(device: Device): Promise<void> {
    const { history } = this
    const { random, clock } = history
    const chance = random.uniform()
    if (chance < 0.3) {
      history.count('connections lost')
      for (const name of await device.browser.storages.forTab().names()) {
        device.browser.storages.tell(name, 'connection-lost')
      }
    } else if (chance < 0.6) {
      history.count('torn entries')
      // What was torn as the power went.
      for (const tab of device.tabs) tab.life.end()
      for (const entry of await device.tear()) {
        for (const change of history.asked.values()) if (isOf(change, entry)) change.excuse ??= 'torn'
      }
    } else {
      history.count('storage cleared')
      history.cleared.add(device.name)
      const open = device.awake
      await device.setMinReader(1)
      // One that ends meanwhile holds nothing any more.
      const files = open.map(async ({ client, life }) => await Promise.race([unsentOf(client), life.ended]))
      const held = (await Promise.all(files)).flatMap((unsent) => (unsent === 'ended' ? [] : unsent))
      for (const change of history.asked.values()) {
        if (change.device !== device.name || held.some((entry) => isOf(change, entry))) continue
        change.excuse ??= 'cleared'
      }
      for (const { life } of open) life.calm()
      for (const { screen } of device.tabs) screen?.forget()
      device.storage_fault = undefined
      await device.clear()
      await clock.sleep(PUT_BACK_MS)
    }
  }

  #endSignIn(device: Device): void {
    const { history, service } = this
    if (history.random.uniform() < 0.3) {
      service.is_switched_on = false
      history.count('switched')
      history.note('sync is switched off')
      const end = async () => {
        await history.clock.sleep(oneOf(history.random, [30_000, 20 * MINUTE_MS]))
        service.is_switched_on = true
        history.note('sync is switched on')
      }
      return history.inBackground(end())
    }
    if (!device.user_id) return
    service.endSignIn(device.user_id)
    history.count('sign-ins ended')
    history.note(`the sign-in of ${device.user_id} has ended`)
  }

  /** Hours or weeks pass; over weeks nobody has the page open. */
  async #later(): Promise<void> {
    const { history } = this
    const { clock, random } = history
    const pause_ms = oneOf(random, [10 * MINUTE_MS, 2 * HOUR_MS, 26 * HOUR_MS, 9 * DAY_MS, 40 * DAY_MS])
    history.note(`${Math.round(pause_ms / MINUTE_MS)} minutes pass`)
    history.count('pauses')
    if (pause_ms > 3 * HOUR_MS) {
      for (const { tabs } of this.devices) {
        for (const tab of tabs) {
          if (tab.life.is_frozen || !tab.client) tab.life.end()
          else this.#closeForLong(tab)
        }
      }
      await clock.sleep(5 * MINUTE_MS)
      for (const { tabs } of this.devices) for (const tab of tabs) tab.life.end()
    }
    await clock.sleep(pause_ms)
  }

  #closeForLong(tab: Tab): void {
    tab.memory.lifecycle.play('hidden')
    if (this.history.random.uniform() < 0.5) this.devices.find(({ tabs }) => tabs.includes(tab))!.closeTab(tab)
  }

  async #copy(device: Device): Promise<void> {
    this.history.count('copies')
    this.history.note(`the profile of ${device.name} is copied to D3`)
    const copy = this.#newDevice('D3')
    await device.copyTo(copy)
    this.devices.push(copy)
  }

  async #meetNextRelease(device: Device): Promise<void> {
    const { history } = this
    const { random, clock } = history
    history.count('later releases')
    history.note(`a later release has the storages of ${device.name}`)
    await device.setMinReader(2)
    const end = async () => {
      await clock.sleep(between(random, 500, 15_000))
      await device.setMinReader(1)
      history.note(`this release has the storages of ${device.name} again`)
    }
    history.inBackground(end())
  }
}

function happeningAt(chance: number, has: Features): Happening | undefined {
  const found = BY_CHANCE.find(([until, , of]) => chance < until && (of === undefined || has[of]))
  return found?.[1] ?? (chance > RELEASE_FROM ? 'release' : undefined)
}

/** What a client knows that the service does not have; between two accounts nothing. */
async function unsentOf(client: ActivationClient): Promise<readonly OutboxEntry[]> {
  try {
    return (await client.downloadData()).unsent
  } catch (error) {
    if (error instanceof StorageError) return []
    throw error
  }
}

/** A client between two accounts has nothing to sync. */
async function settledSync(client: ActivationClient): Promise<unknown> {
  try {
    return await client.syncNow()
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
  }
}
