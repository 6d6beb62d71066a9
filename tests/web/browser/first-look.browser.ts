import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startChromium } from '#tests/client/browser/chromium.ts'
import { openPage, shiftsOf, startVisit, syncWordsOn } from './visits.ts'
import { startWebSite, type WebSite } from './web-site.ts'

/** The first screen of a long list is there before its records are read. */

const COUNT = 240
const USER = 'returning'

let browser: Browser
let site: WebSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startWebSite()])
  const save = (at: number) => site.save(USER, '/api/audiences', { name: `Audience ${at}`, total_audience_size: 1000 })
  // The oldest by itself: what is saved simultaneously has one time.
  await save(0)
  for (let made = 1; made < COUNT; made += 20) {
    await Promise.all(Array.from({ length: Math.min(20, COUNT - made) }, (_, at) => save(made + at)))
  }
}, 120_000)
afterAll(async () => {
  await browser.close()
  await site.end()
})

let context: BrowserContext | undefined
afterEach(() => context?.close())

/** Somebody who has seen the list, and whose next page reads no records before `release`. */
async function visitAgain(path = '/saved-audiences'): Promise<Page> {
  context = await startVisit(browser, site, { visitor: { kind: 'account', user_id: USER } })
  const first = await openPage(context, path)
  await expect.poll(() => syncWordsOn(first)).toBe('All changes saved')
  await expect.poll(() => hasLook(first)).toBe(true)
  await first.close()
  await context.addInitScript(holdFrames)
  return await context.newPage()
}

/** Runs in the page: the records are read after a frame, which comes when the test says so. */
const holdFrames = (): void => {
  const own = requestAnimationFrame.bind(globalThis)
  const held: FrameRequestCallback[] = []
  let is_free = false
  globalThis.requestAnimationFrame = (callback) => (is_free ? own(callback) : held.push(callback))
  const release = () => {
    is_free = true
    for (const callback of held.splice(0)) own(callback)
  }
  Object.assign(globalThis, { release })
}

const release = async (page: Page) => await page.evaluate('release()')

/** Whether a first screen lies beside the records. */
async function hasLook(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name!)
    const name = names.find((one) => one.startsWith('activation-manager/am_s_'))
    if (name === undefined) return false
    const opening = indexedDB.open(name)
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const asked = opening.result.transaction('entries').objectStore('entries').get(['meta', 'first_look'])
    await new Promise((resolve) => asked.addEventListener('success', resolve))
    opening.result.close()
    return asked.result !== undefined
  })
}

const names = async (page: Page) => await page.locator('[data-id] a[data-name]').allInnerTexts()

test.each(['cards', 'table'])(
  'a return shows %s before the records are read, and nothing moves when they are',
  async (view) => {
    const page = await visitAgain(`/saved-audiences?view=${view}`)
    await page.goto(`/saved-audiences?view=${view}`)
    await page.getByText(`${COUNT} active`).waitFor()
    const seen = await names(page)
    expect(seen.length).toBeGreaterThan(5)
    expect(await syncWordsOn(page)).toBe('All changes saved')
    // All records are counted when they are there.
    const place = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Audiences/ })
    expect(await place.innerText()).not.toContain(String(COUNT))
    await release(page)
    await expect.poll(() => place.innerText()).toContain(String(COUNT))
    expect(await names(page)).toEqual(seen)
    expect(await shiftsOf(page)).toEqual([])
    const lastName = async () => {
      await page.locator('#content').evaluate((content) => content.scrollTo(0, content.scrollHeight))
      return (await names(page)).at(-1)
    }
    await expect.poll(lastName).toBe('Audience 0')
  },
)

test('what is pressed meanwhile is done when the records are there', async () => {
  const page = await visitAgain()
  await page.goto('/saved-audiences')
  await page.locator('[data-id]').first().getByRole('button', { name: 'Actions', exact: true }).click()
  expect(await page.getByRole('menuitem').count()).toBe(0)
  await release(page)
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
})

test('what another device has changed is not shown as it was by the visit after the next', async () => {
  const page = await visitAgain()
  await site.save(USER, '/api/audiences', { name: 'The latest', total_audience_size: 1 })
  await page.goto('/saved-audiences')
  await release(page)
  await page.getByRole('link', { name: 'The latest' }).waitFor()
  const next = await context!.newPage()
  await next.goto('/saved-audiences')
  await expect.poll(async () => (await names(next))[0] ?? 'The latest').toBe('The latest')
  await release(next)
  await next.getByRole('link', { name: 'The latest' }).waitFor()
})

test('an address with a search among many is answered when all are read, and typing on finds the next ones', async () => {
  context = await startVisit(browser, site, { visitor: { kind: 'account', user_id: USER } })
  const page = await openPage(context, '/saved-audiences?q=audience 23&sort=name')
  const numbers = [23, 123, 223, ...Array.from({ length: 10 }, (_, at) => 230 + at)]
  await page.getByText(new RegExp(`^${numbers.length} of \\d+ match the filters$`)).waitFor()
  expect(await names(page)).toEqual(numbers.map((number) => `Audience ${number}`))
  await page.getByRole('searchbox').first().press('End')
  await page.keyboard.type('7')
  await expect.poll(() => names(page)).toEqual(['Audience 237'])
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByText('No audience has a tag yet.').waitFor()
})
