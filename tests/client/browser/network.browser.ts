import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type AppSite, startAppSite } from './app-site.ts'
import { ask, isSaved, openApp, openSignedIn } from './app-tab.ts'
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

describe('a connection that comes and goes', () => {
  test('what is done without a network is kept, told as waiting, and sent when the network is back', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await context.setOffline(true)
    const { id } = (await ask(tab, 'create("Hikers")')) as { id: string }
    await ask(tab, `change("${id}", { name: "Climbers" })`)
    expect(await ask(tab, 'shown()')).toEqual(['Climbers'])
    await expect.poll(() => ask(tab, 'words()')).toBe('Saved on this device · 2 changes wait · offline')
    await context.setOffline(false)
    await isSaved(tab)
    expect(await site.audiencesOf(user_id)).toEqual(['Climbers'])
  })

  test('the same where the server is gone and the browser believes that it is online', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await site.stop()
    try {
      await ask(tab, 'create("Hikers")')
      await expect.poll(() => ask(tab, 'words()')).toBe('Saved on this device · 1 change waits · offline')
    } finally {
      await site.start()
    }
    // By itself: what it waits for is a few seconds at the first attempts.
    await isSaved(tab)
    expect(await site.audiencesOf(user_id)).toEqual(['Hikers'])
  })

  test('a server that goes after it has made a change, and before it says so, makes it once', async () => {
    const tab = await openSignedIn(context, site, user_id)
    const held = site.hold('/api/sync/push', 'answer')
    await ask(tab, 'create("Hikers")')
    await held.arrived
    await site.stop()
    await site.start()
    held.release()
    await isSaved(tab)
    expect(await site.audiencesOf(user_id)).toEqual(['Hikers'])
    expect(await ask(tab, 'aside()')).toEqual([])
  })

  test('a page that is loaded while the service does not answer shows everything and keeps what is done', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'create("Hikers")')
    await isSaved(tab)
    await context.route('**/api/**', (route) => route.abort())
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual(['Hikers'])
    await ask(tab, 'create("Climbers")')
    await expect.poll(() => ask(tab, 'words()')).toBe('Saved on this device · 1 change waits · offline')
    await context.unroute('**/api/**')
    await ask(tab, 'syncNow()')
    await expect.poll(() => site.audiencesOf(user_id)).toEqual(['Climbers', 'Hikers'])
  })
})

test('with each function at an origin of its own a page needs nothing but their addresses', async () => {
  const split = await startAppSite({ is_split: true })
  try {
    const tab = await openSignedIn(context, split, user_id)
    await ask(tab, 'create("Hikers")')
    await isSaved(tab)
    expect(await split.audiencesOf(user_id)).toEqual(['Hikers'])
  } finally {
    await split.end()
  }
})

describe('users of one profile', () => {
  test('a sign-in that ends in the middle of the work holds the changes and says so', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'endSignIn()')
    await context.route('**/api/sync/push', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: UNAUTHENTICATED }),
    )
    await ask(tab, 'create("Hikers")')
    const words = 'Saved on this device · 1 change waits · sign in to send them'
    await expect.poll(() => ask(tab, 'words()')).toBe(words)
    await ask(tab, 'create("Climbers")')
    expect(await ask(tab, 'shown()')).toEqual(['Climbers', 'Hikers'])
    expect(await site.audiencesOf(user_id)).toEqual([])
    await context.unroute('**/api/sync/push')
    await ask(tab, `signInAgain('${user_id}')`)
    await isSaved(tab)
    expect(await site.audiencesOf(user_id)).toEqual(['Climbers', 'Hikers'])
  })

  test('another user sees and sends nothing of the first, whose unsent change is there and sent when they return', async () => {
    const other_id = `${user_id}_other`
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'create("Sent")')
    await isSaved(tab)
    await context.setOffline(true)
    await ask(tab, 'create("Unsent")')
    await ask(tab, 'signOut()')
    expect(await ask(tab, 'shown()')).toEqual([])
    await context.setOffline(false)
    await ask(tab, `signIn('${other_id}')`)
    await isSaved(tab)
    expect(await ask(tab, 'shown()')).toEqual([])
    await ask(tab, 'create("Of the other")')
    await expect.poll(() => site.audiencesOf(other_id)).toEqual(['Of the other'])
    expect(await site.audiencesOf(user_id)).toEqual(['Sent'])
    await ask(tab, 'signOut()')
    await ask(tab, `signIn('${user_id}')`)
    expect(await ask(tab, 'shown()')).toEqual(['Sent', 'Unsent'])
    await isSaved(tab)
    expect(await site.audiencesOf(user_id)).toEqual(['Sent', 'Unsent'])
    expect(await site.audiencesOf(other_id)).toEqual(['Of the other'])
  })

  test('a user who signs out and wants it erased leaves nothing, and a second tab of theirs says that it is closed', async () => {
    const tab = await openSignedIn(context, site, user_id)
    const second = await openTab(context, site)
    await ask(tab, 'create("Hikers")')
    await expect.poll(() => ask(second, 'shown()')).toEqual(['Hikers'])
    await ask(tab, `signOut('erase')`)
    expect(await ask(tab, 'shown()')).toEqual([])
    await expect.poll(() => ask(second, 'words()')).toBe('Signed out in another tab: reload')
    expect(await ask(second, 'create("Climbers")')).toEqual({ refused: 'conflict' })
    const third = await openApp(context, site)
    expect(await ask(third, 'shown()')).toEqual([])
  })
})

const UNAUTHENTICATED = JSON.stringify({ title: 'Unauthenticated', status: 401, code: 'unauthenticated' })
