import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { type AppSite, startAppSite } from './app-site.ts'
import { ask, isSaved, openApp, openSignedIn } from './app-tab.ts'
import { bundlePage, openTab, startChromium, startProfile } from './chromium.ts'

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

describe('a browser', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profile-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('that is killed in the middle of a write keeps every change that it had acknowledged, and sends it', async () => {
    const profile = await startProfile(folder)
    const tab = await openSignedIn(profile.context, site, user_id)
    const acknowledged: string[] = []
    const held = site.hold('/api/sync/push', 'request')
    await new Promise<void>((resolve) => {
      void tab
        .exposeFunction('acknowledge', (name: string) => {
          if (acknowledged.push(name) === 15) resolve()
        })
        .then(() => ask(tab, 'writeOn(acknowledge)').catch(() => undefined))
    })
    await profile.kill()
    const { context: after } = await startProfile(folder)
    const next = await openApp(after, site)
    // Who was signed in is the page's to remember, and it remembers that less well.
    await ask(next, `signIn('${user_id}')`)
    expect(await ask(next, 'shown()')).toEqual(expect.arrayContaining(acknowledged))
    await isSaved(next)
    held.release()
    expect(await site.audiencesOf(user_id)).toEqual(await ask(next, 'shown()'))
    await after.close()
  })

  test('whose profile was copied is two clients from its next change on, and neither loses one', async () => {
    const first = await startProfile(folder)
    const tab = await openSignedIn(first.context, site, user_id)
    await ask(tab, 'create("Before")')
    await isSaved(tab)
    await first.context.close()
    const copied = await mkdtemp(join(tmpdir(), 'copied-'))
    try {
      await cp(folder, copied, { recursive: true })
      const [one, two] = await Promise.all([startProfile(folder), startProfile(copied)])
      const tabs = await Promise.all([openTab(one.context, site), openTab(two.context, site)])
      await Promise.all(tabs.map((opened, at) => ask(opened, `create("From ${at}")`)))
      for (const opened of tabs) await isSaved(opened)
      const all = ['Before', 'From 0', 'From 1']
      expect(await site.audiencesOf(user_id)).toEqual(all)
      for (const opened of tabs) {
        await ask(opened, 'syncNow()')
        await expect.poll(() => ask(opened, 'shown()')).toEqual(all)
      }
      const clients = await Promise.all(tabs.map((opened) => ask(opened, 'clientId()')))
      expect(new Set(clients).size).toBe(2)
      await Promise.all([one.context.close(), two.context.close()])
    } finally {
      await rm(copied, { recursive: true, force: true })
    }
  })

  test('goes back and forward between pages, and each time the page shows what was done meanwhile', async () => {
    const { context: profile } = await startProfile(folder, { has_page_cache: true })
    const tab = await openSignedIn(profile, site, user_id)
    const other = await openTab(profile, site)
    await isSaved(other)
    await other.goto(`${site.url}elsewhere`)
    await ask(tab, 'create("Hikers")')
    await other.goBack({ waitUntil: 'commit' })
    await expect.poll(() => ask(other, 'shown()')).toEqual(['Hikers'])
    await tab.goto(`${site.url}elsewhere`)
    await ask(other, 'create("Climbers")')
    await isSaved(other)
    await tab.goBack({ waitUntil: 'commit' })
    await expect.poll(() => ask(tab, 'shown()')).toEqual(['Climbers', 'Hikers'])
    await ask(tab, 'create("Walkers")')
    await expect.poll(() => site.audiencesOf(user_id)).toEqual(['Climbers', 'Hikers', 'Walkers'])
    await profile.close()
  })
})

describe('storage', () => {
  test('that is full is told, keeps what it has, gives it as a file, and takes changes again when there is room', async () => {
    // Before the first write: Chromium remembers for a while how much room there was.
    const tab = await context.newPage()
    const session = await context.newCDPSession(tab)
    const { origin } = new URL(site.url)
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 })
    await tab.goto(site.url)
    await ask(tab, 'create("Hikers")')
    const text = Buffer.from(seededRandom(1).bytes(30_000)).toString('hex')
    const large = `create("Large", ${JSON.stringify(text)})`
    await expect.poll(() => ask(tab, large)).toEqual({ refused: 'full' })
    expect(await ask(tab, 'words()')).toBe('This device is full: the last change was not saved')
    const before = (await ask(tab, 'shown()')) as string[]
    expect(before).toContain('Hikers')
    expect(await ask(tab, 'downloadedNames()')).toEqual(before)
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await expect.poll(() => ask(tab, large)).toHaveProperty('id')
    expect(await ask(tab, 'words()')).toBe('Saved on this device only')
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual([...before, 'Large'])
  })

  /** How Chromium keeps a profile, and how it is going to: each counts in its own way what was deleted. */
  test.each([
    { engine: 'LevelDB', feature: '--disable-features=IdbSqliteBackingStore' },
    { engine: 'SQLite', feature: '--enable-features=IdbSqliteBackingStore' },
  ])('of a profile in $engine that is full to the last byte has room for deletions', async ({ feature }) => {
    const folder = await mkdtemp(join(tmpdir(), 'profile-'))
    const { context: profile } = await startProfile(folder, { args: [feature] })
    try {
      const { tab, before, id, giveRoom } = await openFull(profile)
      expect(await ask(tab, `delete("${id}")`)).toEqual({ id })
      await giveRoom()
      await tab.reload()
      expect(await ask(tab, 'shown()')).toEqual(before.slice(1))
    } finally {
      await profile.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  // Chromium counts what was deleted in the memory of a private window as used until the window ends (limits.md).
  test('of a private window that is full to the last byte refuses no deletion without a word, and loses nothing', async () => {
    const { tab, before, id, giveRoom } = await openFull(context)
    const deletion = `delete("${id}")`
    const outcome = await ask(tab, deletion)
    expect([{ id }, { refused: 'full' }]).toContainEqual(outcome)
    await giveRoom()
    const repeated = isDeepStrictEqual(outcome, { id }) ? outcome : await ask(tab, deletion)
    expect(repeated).toEqual({ id })
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual(before.slice(1))
  })

  test('that the browser cleared under an open page is told and filled again; what was not sent is not lost', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'create("Sent")')
    await isSaved(tab)
    await context.setOffline(true)
    await ask(tab, 'create("Unsent")')
    const session = await context.newCDPSession(tab)
    const { origin } = new URL(site.url)
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await expect.poll(() => ask(tab, 'log()')).toContain(CLEARED)
    expect(await ask(tab, 'shown()')).toContain('Unsent')
    await context.setOffline(false)
    await ask(tab, 'syncNow()')
    await expect.poll(() => site.audiencesOf(user_id)).toEqual(['Sent', 'Unsent'])
    await expect.poll(() => ask(tab, 'shown()')).toEqual(['Sent', 'Unsent'])
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual(['Sent', 'Unsent'])
  })

  test('of a guest that the browser cleared is kept again whole, for the next start, too', async () => {
    const tab = await openApp(context, site)
    await ask(tab, 'create("Hikers")')
    const session = await context.newCDPSession(tab)
    const { origin } = new URL(site.url)
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await expect.poll(() => ask(tab, 'log()')).toEqual([CLEARED, KEPT_AGAIN])
    expect(await ask(tab, 'shown()')).toEqual(['Hikers'])
    await tab.reload()
    expect(await ask(tab, 'shown()')).toEqual(['Hikers'])
  })

  test('whose connections the browser closes is opened again, and nothing fails', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'create("Hikers")')
    await ask(tab, 'loseConnections()')
    expect(await ask(tab, 'create("Climbers")')).toHaveProperty('id')
    await isSaved(tab)
    expect(await ask(tab, 'shown()')).toEqual(['Climbers', 'Hikers'])
    expect(await site.audiencesOf(user_id)).toEqual(['Climbers', 'Hikers'])
  })

  test('that another page upgrades is let go, and this page says that a newer version has it', async () => {
    const tab = await openSignedIn(context, site, user_id)
    const other = await context.newPage()
    await other.goto(`${site.url}elsewhere`)
    await other.evaluate(UPGRADE)
    expect(await ask(tab, 'create("Hikers")')).toEqual({ refused: 'newer-version' })
    expect(await ask(tab, 'words()')).toMatch(/^A newer version of this app has the data: reload/)
  })

  test('of a private window works as long as the window, and is known not to be kept', async () => {
    const tab = await openSignedIn(context, site, user_id)
    await ask(tab, 'create("Hikers")')
    await isSaved(tab)
    expect(await ask(tab, 'isPersisted()')).toBe(false)
    const private_window = await browser.newContext()
    const next = await openApp(private_window, site)
    expect(await ask(next, 'shown()')).toEqual([])
    await private_window.close()
  })

  test('that a page may not use is told in words', async () => {
    const page = await context.newPage()
    await page.goto(`${site.url}without-origin`)
    const frame = page.frames().find((one) => one !== page.mainFrame())!
    await frame.waitForFunction('globalThis.app !== undefined')
    expect(await frame.evaluate('app.is_open')).toBe('failed')
    expect(await frame.evaluate('app.words()')).toBe('unavailable: This browser does not let the app keep local data.')
  })
})

/** A page whose storage takes not even one more small record; `id` is the first of them. */
async function openFull(of: BrowserContext) {
  const tab = await of.newPage()
  const session = await of.newCDPSession(tab)
  const { origin } = new URL(site.url)
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 })
  await tab.goto(site.url)
  const text = Buffer.from(seededRandom(1).bytes(20_000)).toString('hex')
  for (let length = text.length; length > 10; length = Math.floor(length / 4)) {
    const create = `create("Filling", "${text.slice(0, length)}")`
    await expect.poll(() => ask(tab, create), { interval: 0 }).toEqual({ refused: 'full' })
  }
  const before = (await ask(tab, 'shown()')) as string[]
  const id = String(await ask(tab, 'idsByName().Filling'))
  expect(await ask(tab, 'create("Filling")')).toEqual({ refused: 'full' })
  const giveRoom = async () => void (await session.send('Storage.overrideQuotaForOrigin', { origin }))
  return { tab, before, id, giveRoom }
}

describe('releases on one profile', () => {
  test('an earlier one refuses what only the next can read, harms nothing, and the next goes on', async () => {
    const next_release = await bundlePage('app-page.ts', [
      { file: 'shared/client/store/entries.ts', from: 'READER = 1', to: 'READER = 2' },
    ])
    const this_release = await bundlePage('app-page.ts')
    const old_tab = await openSignedIn(context, site, user_id)
    await ask(old_tab, 'create("By the earlier one")')
    await isSaved(old_tab)
    try {
      site.serve(next_release)
      const new_tab = await openTab(context, site)
      await ask(new_tab, 'raiseMinReader(2)')
      await ask(new_tab, 'create("By the next one")')
      expect(await ask(old_tab, 'create("Refused")')).toEqual({ refused: 'newer-version' })
      expect(await ask(old_tab, 'words()')).toMatch(/^A newer version of this app has the data: reload/)
      site.serve(this_release)
      await old_tab.reload()
      expect(await old_tab.evaluate('app.is_open')).toBe('failed')
      expect(await old_tab.evaluate('app.words()')).toMatch(/^newer-version: A later release/)
      site.serve(next_release)
      await old_tab.reload()
      const both = ['By the earlier one', 'By the next one']
      expect(await ask(old_tab, 'shown()')).toEqual(both)
      await expect.poll(() => site.audiencesOf(user_id)).toEqual(both)
    } finally {
      site.serve(this_release)
    }
  })
})

const CLEARED = 'The browser has cleared the data of this site; they are fetched again'
const KEPT_AGAIN = 'What was not sent is kept again'

/** Every database of this origin becomes a later version of itself. */
const UPGRADE = `(async () => {
  for (const { name } of await indexedDB.databases()) {
    await new Promise((resolve) => {
      const request = indexedDB.open(name, 2)
      request.addEventListener('success', () => resolve(request.result.close()))
    })
  }
})()`
