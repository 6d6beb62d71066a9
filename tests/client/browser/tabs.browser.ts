import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type AppSite, startAppSite } from './app-site.ts'
import { ask, crash, isSaved, openSignedIn } from './app-tab.ts'
import { openTab, startChromium } from './chromium.ts'

let browser: Browser
let site: AppSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startAppSite()])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

let context: BrowserContext
let user_id: string
let count = 0
beforeEach(async () => {
  context = await browser.newContext()
  user_id = `user_${++count}`
})
afterEach(() => context.close())

/** Two tabs of one user; the first one exchanges with the service. */
async function twoTabs(): Promise<readonly [leader: Page, other: Page]> {
  const leader = await openSignedIn(context, site, user_id)
  const other = await openTab(context, site)
  await isSaved(other)
  expect(await ask(leader, 'status()')).toMatchObject({ leader: 'this' })
  expect(await ask(other, 'status()')).toMatchObject({ leader: 'other' })
  return [leader, other]
}

const atService = () => site.audiencesOf(user_id)

describe('two tabs', () => {
  test('a change in one tab shows in the other and is sent, whichever of them makes it', async () => {
    const [leader, other] = await twoTabs()
    await ask(leader, 'create("Hikers")')
    await expect.poll(() => ask(other, 'shown()')).toEqual(['Hikers'])
    await ask(other, 'create("Climbers")')
    await expect.poll(() => ask(leader, 'shown()')).toEqual(['Climbers', 'Hikers'])
    await expect.poll(atService).toEqual(['Climbers', 'Hikers'])
    for (const tab of [leader, other]) await isSaved(tab)
  })

  test('the change of a tab that does not send is sent, although that tab is closed immediately', async () => {
    const [leader, other] = await twoTabs()
    await ask(other, 'create("Hikers")')
    await other.close()
    await expect.poll(atService).toEqual(['Hikers'])
    await isSaved(leader)
  })

  test('two tabs that start in the same instant on an empty profile are one client, and one of them sends', async () => {
    const first = await openTab(context, site)
    await first.evaluate(`localStorage.setItem('user', '${user_id}')`)
    await first.goto(`${site.url}elsewhere`)
    const tabs = await Promise.all([openTab(context, site), openTab(context, site)])
    for (const tab of tabs) await isSaved(tab)
    const leaders = await Promise.all(tabs.map((tab) => ask(tab, 'status().leader')))
    expect(new Set(leaders)).toEqual(new Set(['other', 'this']))
    await Promise.all(tabs.map((tab, at) => ask(tab, `create("From ${at}")`)))
    await expect.poll(atService).toEqual(['From 0', 'From 1'])
    for (const tab of tabs) await expect.poll(() => ask(tab, 'shown()')).toEqual(['From 0', 'From 1'])
  })
})

describe('the tab that sends', () => {
  test('closed in the middle of a push, the other tab sends, and the service makes the change once', async () => {
    const [leader, other] = await twoTabs()
    const held = site.hold('/api/sync/push', 'answer')
    await ask(leader, 'create("Hikers")')
    await held.arrived
    await leader.close()
    await ask(other, 'create("Climbers")')
    await isSaved(other)
    held.release()
    expect(await atService()).toEqual(['Climbers', 'Hikers'])
    expect(await ask(other, 'status()')).toMatchObject({ leader: 'this', conflicts: 0, invalid: 0 })
  })

  test('crashed in the middle of a push, the other tab sends; the late push changes nothing', async () => {
    const [leader, other] = await twoTabs()
    const held = site.hold('/api/sync/push', 'request')
    await ask(leader, 'create("Hikers")')
    await held.arrived
    await crash(leader)
    await isSaved(other)
    held.release()
    await ask(other, 'create("Climbers")')
    await isSaved(other)
    expect(await atService()).toEqual(['Climbers', 'Hikers'])
  })

  test('crashed in the middle of a write, every change that it had acknowledged is shown and sent', async () => {
    const [leader, other] = await twoTabs()
    const acknowledged: string[] = []
    await new Promise<void>((resolve) => {
      void leader
        .exposeFunction('acknowledge', (name: string) => {
          if (acknowledged.push(name) === 15) resolve()
        })
        .then(() => ask(leader, 'writeOn(acknowledge)').catch(() => undefined))
    })
    await crash(leader)
    await isSaved(other)
    const shown = await ask(other, 'shown()')
    expect(shown).toEqual(expect.arrayContaining(acknowledged))
    expect(await atService()).toEqual(shown)
  })

  test('stopped in the middle of its work, as a frozen tab is, it stops no other tab; what waited is sent when it ends', async () => {
    const [leader, other] = await twoTabs()
    await stop(leader)
    await ask(other, 'create("Hikers")')
    expect(await ask(other, 'shown()')).toEqual(['Hikers'])
    expect(await ask(other, 'status()')).toMatchObject({ leader: 'other', pending: 1 })
    expect(await atService()).toEqual([])
    await leader.close()
    await expect.poll(atService).toEqual(['Hikers'])
    await isSaved(other)
  })

  test('stopped in the middle of a write, another tab says so in time, and writes when that one has ended', async () => {
    const [leader, other] = await twoTabs()
    await context.clock.install()
    await ask(leader, 'writeWithoutEnd()')
    const creating = ask(other, 'create("Hikers")')
    await context.clock.fastForward(21_000)
    expect(await creating).toEqual({ refused: 'timeout' })
    await leader.close()
    expect(await ask(other, 'create("Climbers")')).toHaveProperty('id')
    await expect.poll(atService).toContain('Climbers')
  })
})

describe('a reload', () => {
  test('in the middle of a push loses nothing and makes nothing twice', async () => {
    const tab = await openSignedIn(context, site, user_id)
    const held = site.hold('/api/sync/push', 'answer')
    await ask(tab, 'create("Hikers")')
    await held.arrived
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual(['Hikers'])
    await isSaved(tab)
    held.release()
    expect(await atService()).toEqual(['Hikers'])
  })

  test('does not wait for the page before, however quick it is', async () => {
    const tab = await openSignedIn(context, site, user_id)
    for (let number = 1; number <= 5; number++) {
      await ask(tab, `create("Before ${number}")`)
      await tab.reload({ waitUntil: 'commit' })
      await tab.waitForFunction('globalThis.app?.words()')
    }
    await isSaved(tab)
    const names = [1, 2, 3, 4, 5].map((number) => `Before ${number}`)
    expect(await ask(tab, 'shown()')).toEqual(names)
    expect(await atService()).toEqual(names)
  })
})

/** The crash ends the session, too. */

/** Its code stops where it is; it keeps its locks. A browser cannot be told to freeze a tab that is visible. */
async function stop(tab: Page): Promise<void> {
  const session = await context.newCDPSession(tab)
  await session.send('Debugger.enable')
  const stopped = new Promise<void>((resolve) => session.once('Debugger.paused', () => resolve()))
  await session.send('Debugger.pause')
  // It ends with the tab.
  tab.evaluate('app').catch(() => undefined)
  await stopped
}
