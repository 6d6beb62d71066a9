import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { openTab, serveScript, startChromium, startProfile, type TestSite } from './chromium.ts'

let browser: Browser
let site: TestSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), serveScript('ports-page.ts')])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

let context: BrowserContext
let one: Page
let two: Page
beforeEach(async () => {
  context = await browser.newContext()
  one = await openTab(context, site)
  two = await openTab(context, site)
})
afterEach(() => context.close())

/** Text that no browser makes smaller. */
function randomText(length: number): string {
  return Buffer.from(seededRandom(1).bytes(length)).toString('latin1')
}

/** What the page's own `client` says. */
const ask = (page: Page, expression: string): Promise<unknown> => page.evaluate(`client.${expression}`)

describe('storage', () => {
  test('a connection that the browser closed is told, and opened again', async () => {
    await ask(one, 'open()')
    await ask(one, 'put("a")')
    await ask(one, 'loseConnection()')
    expect(await ask(one, 'put("b")')).toBe('done')
    expect(await ask(one, 'keys()')).toEqual(['a', 'b'])
    expect(await ask(one, 'notices')).toEqual(['connection-lost'])
  })

  test('a connection that is found closed is opened again, and nothing fails', async () => {
    await ask(one, 'open()')
    await ask(one, 'closeConnection()')
    expect(await ask(one, 'put("a")')).toBe('done')
    expect(await ask(one, 'keys()')).toEqual(['a'])
  })

  test('a tab lets a later release have the database, and says that it is newer', async () => {
    await ask(one, 'open()')
    await ask(one, 'put("a")')
    expect(await ask(two, 'upgrade()')).toBe('upgraded')
    expect(await ask(one, 'notices')).toEqual(['given-up'])
    expect(await ask(one, 'put("b")')).toBe('newer-version')
    expect(await ask(two, 'open()')).toBe('newer-version')
  })

  test('a tab that has it open lets it be erased, and one that clings to it is told of', async () => {
    await ask(one, 'open()')
    await ask(one, 'put("a")')
    expect(await ask(two, 'erase()')).toBe('done')
    expect(await ask(one, 'put("b")')).toBe('closed')
    await ask(one, 'cling()')
    await context.clock.install()
    const erasing = ask(two, 'erase()')
    await context.clock.fastForward(11_000)
    expect(await erasing).toBe('blocked')
  })

  test('a transaction of another tab that never ends is not waited for', async () => {
    await ask(one, 'open()')
    await ask(two, 'open()')
    await context.clock.install()
    await ask(one, 'keepWriting()')
    const putting = ask(two, 'put("a")')
    await context.clock.fastForward(21_000)
    expect(await putting).toBe('timeout')
  })

  test('opening ends, where the browser forbids storage and where it never answers', async () => {
    await ask(one, 'forbidStorage()')
    expect(await ask(one, 'open()')).toBe('unavailable')
    expect(await ask(one, 'names()')).toBe('unavailable')
    await context.clock.install()
    await ask(two, 'silenceStorage()')
    const opening = ask(two, 'open()')
    await context.clock.fastForward(11_000)
    expect(await opening).toBe('timeout')
  })

  test('a full disk refuses the next change and keeps those before it; deleting still works', async () => {
    // Before the first write: Chromium remembers for a while how much room there was.
    const session = await context.newCDPSession(one)
    const { origin } = new URL(site.url)
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 })
    await ask(one, 'open()')
    expect(await ask(one, 'put("a")')).toBe('done')
    const text = JSON.stringify(randomText(1_000_000))
    expect(await ask(one, `put("large", ${text})`)).toBe('full')
    expect(await ask(one, 'keys()')).toEqual(['a'])
    expect(await ask(one, 'remove("a")')).toBe('done')
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await expect.poll(() => ask(one, `put("large", ${text})`)).toBe('done')
    expect(await ask(one, 'keys()')).toEqual(['large'])
  })

  test('data that the browser cleared are gone, told, and written again', async () => {
    await ask(one, 'open()')
    await ask(one, 'put("a")')
    const session = await context.newCDPSession(one)
    const { origin } = new URL(site.url)
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await expect.poll(() => ask(one, 'notices')).toEqual(['connection-lost'])
    expect(await ask(one, 'keys()')).toEqual([])
    expect(await ask(one, 'put("b")')).toBe('done')
  })

  test('a browser that is killed while it writes loses nothing that it had acknowledged, and no half of a change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'profile-'))
    try {
      const before = await startProfile(folder)
      const writer = await openTab(before.context, site)
      const acknowledged = await new Promise<number>((resolve) => {
        void writer
          .exposeFunction('acknowledge', (count: number) => {
            if (count === 40) resolve(count)
          })
          .then(() => ask(writer, 'open()'))
          // It ends with the browser.
          .then(() => ask(writer, 'writeOn(acknowledge)').catch(() => undefined))
      })
      await before.kill()
      const after = await startProfile(folder)
      const reader = await openTab(after.context, site)
      await ask(reader, 'open()')
      const keys = (await ask(reader, 'keys()')) as string[]
      const counts = (letter: string) => keys.filter((key) => key.startsWith(letter)).map((key) => Number(key.slice(1)))
      expect(counts('a').toSorted((a, b) => a - b)).toEqual(counts('b').toSorted((a, b) => a - b))
      expect(counts('a')).toEqual(expect.arrayContaining(Array.from({ length: acknowledged }, (_, at) => at + 1)))
      await after.context.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('locks', () => {
  test('a lock is one tab’s, and goes to the next when it is released', async () => {
    expect(await ask(one, 'lock()')).toBe('done')
    expect(await ask(two, 'tryLock()')).toBe('held elsewhere')
    expect(await ask(two, 'lock(50)')).toBe('aborted')
    const waiting = ask(two, 'lock()')
    await ask(one, 'release()')
    expect(await waiting).toBe('done')
    expect(await ask(one, 'tryLock()')).toBe('held elsewhere')
  })

  test('the lock of a tab that is closed, or that crashes, is free', async () => {
    await ask(one, 'lock()')
    const waiting = ask(two, 'lock()')
    await one.close()
    expect(await waiting).toBe('done')
    const three = await openTab(context, site)
    const next = ask(three, 'lock()')
    const session = await context.newCDPSession(two)
    // The crash ends the session, too.
    session.send('Page.crash').catch(() => undefined)
    expect(await next).toBe('done')
  })

  test('a lock that another script steals is told', async () => {
    await ask(one, 'lock()')
    expect(await ask(one, 'isLost()')).toBe(false)
    expect(await ask(two, 'steal()')).toBe('stolen')
    await expect.poll(() => ask(one, 'isLost()')).toBe(true)
  })

  test('a page without locks says so, and nobody gets one', async () => {
    const page = await context.newPage()
    await page.goto(site.insecure_url, { waitUntil: 'load' })
    expect(await ask(page, 'has_locks')).toBe(false)
    expect(await ask(page, 'lock()')).toBe('unavailable')
    expect(await ask(page, 'tryLock()')).toBe('unavailable')
    expect(await ask(page, 'facts()')).toEqual([undefined, false])
    expect(await ask(page, 'open()')).toBe('done')
  })
})

test('a message reaches the other tabs, and not its sender', async () => {
  for (const page of [one, two]) expect(await ask(page, 'listen()')).toBe(true)
  await ask(one, 'say({ changed: ["aud_1"] })')
  await expect.poll(() => ask(two, 'heard')).toEqual([{ changed: ['aud_1'] }])
  expect(await ask(one, 'heard')).toEqual([])
  await ask(one, 'hush()')
  expect(await ask(one, 'say("nothing")')).toBeUndefined()
})

test('the life of the page is told', async () => {
  await context.setOffline(true)
  await expect.poll(() => ask(one, 'events')).toContain('offline')
  expect(await ask(one, 'state()')).toMatchObject({ is_visible: true, is_online_hint: false })
  await context.setOffline(false)
  await expect.poll(() => ask(one, 'events')).toContain('online')
  // A test can neither freeze a visible page nor bring one back from the cache: it plays the events of the browser.
  for (const name of ['freeze', 'resume']) await one.evaluate(`document.dispatchEvent(new Event('${name}'))`)
  await one.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow'))`)
  await one.evaluate(`dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))`)
  await one.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`)
  const events = (await ask(one, 'events')) as string[]
  expect(events.slice(-4)).toEqual(['freeze', 'resume', 'page-hide', 'page-restored'])
})
