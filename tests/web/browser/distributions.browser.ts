import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startChromium } from '#tests/client/browser/chromium.ts'
import { violationsOn } from './axe.ts'
import { openPage, startVisit, syncWordsOn, type VisitOptions } from './visits.ts'
import { startWebSite, type WebSite } from './web-site.ts'

let browser: Browser
let site: WebSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startWebSite()])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

let context: BrowserContext | undefined
afterEach(() => context?.close())

const TRAIL = {
  name: 'Weekend trail runners',
  status: 'active',
  total_audience_size: 1_274_604,
  segments: [
    { segment_id: 1, name: 'Early risers', size: 168_344 },
    { segment_id: 2, name: 'Route planners', size: 1_106_260 },
  ],
}

interface Saved {
  readonly audience_id: string
  readonly platform_id: string
}

/** An audience, and a platform that is connected. */
async function save(user_id: string, audience: object = TRAIL): Promise<Saved> {
  const { audience_id } = await site.save(user_id, '/api/audiences', audience)
  const credentials = { api_key: 'good-key', account_id: 'advertiser-1' }
  const platform = { platform_type: 'the_trade_desk', name: 'Brand account', credentials }
  const { platform_id } = (await site.save(user_id, '/api/platforms', platform))['platform'] as Saved
  await site.save(user_id, `/api/platforms/${platform_id}/test`, {})
  return { audience_id: String(audience_id), platform_id }
}

async function visit(user_id: string, path: string, options: VisitOptions = {}): Promise<Page> {
  context = await startVisit(browser, site, { visitor: { kind: 'account', user_id }, ...options })
  const page = await openPage(context, path)
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  return page
}

const dialogOn = (page: Page) => page.getByRole('dialog', { name: 'Send to a platform' })
const openSend = async (page: Page) => await page.getByRole('button', { name: 'Send to a platform' }).click()
const checksOn = async (page: Page) =>
  await page.getByRole('list', { name: 'Checks before sending' }).getByRole('listitem').allInnerTexts()

async function distributionsOf(user_id: string) {
  const { distributions } = await site.ask(user_id, '/api/distributions')
  return distributions as readonly Readonly<Record<string, unknown>>[]
}

describe('an audience', () => {
  test('is sent from its page after checks that say what was looked at', async () => {
    const { audience_id, platform_id } = await save('sends')
    const page = await visit('sends', `/audience/${audience_id}`)
    await openSend(page)
    // The only one that is connected is chosen already.
    expect(await dialogOn(page).getByLabel('Platform').inputValue()).toBe(platform_id)
    expect(await checksOn(page)).toEqual([
      'Segments confirmed',
      '1,274,604 records in 2 segments',
      'Brand account is connected',
      'Not sent to Brand account before',
    ])
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByText('“Weekend trail runners” is being sent to Brand account').waitFor()
    await expect.poll(async () => (await distributionsOf('sends')).length).toBe(1)
    expect(await distributionsOf('sends')).toMatchObject([
      { audience_id, platform_id, status: 'pending', distribution_type: 'initial', scheduled_at: null },
    ])
    await openSend(page)
    expect((await checksOn(page)).at(-1)).toMatch(/^It was sent to Brand account today .* as a refresh\.$/)
  })

  test('is sent without a connection: it is kept, and goes when there is one', async () => {
    const { audience_id } = await save('offline')
    const page = await visit('offline', `/audience/${audience_id}`)
    await context!.setOffline(true)
    await expect.poll(() => syncWordsOn(page)).toContain('Offline')
    await page
      .locator('main h1')
      .focus()
      .catch(() => undefined)
    await openSend(page)
    await page.getByText('You are offline. It is kept here').waitFor()
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByText('is sent to Brand account when this device is online').waitFor()
    expect(await distributionsOf('offline')).toEqual([])
    await context!.setOffline(false)
    await expect.poll(async () => (await distributionsOf('offline')).length).toBe(1)
  })

  test('is scheduled in the time zone of the device, which is named, and Undo takes it back', async () => {
    const { audience_id } = await save('schedules')
    const page = await visit('schedules', `/audience/${audience_id}`)
    await openSend(page)
    await page.getByRole('radio', { name: 'Later' }).check()
    await page.getByLabel('Day').fill('2020-01-31')
    await page.getByText('Choose a time that is still ahead.').waitFor()
    await page.getByRole('button', { name: 'Schedule', exact: true }).click()
    expect(await distributionsOf('schedules')).toEqual([])
    await page.getByLabel('Day').fill('2098-11-17')
    await page.getByLabel('Time').fill('09:00')
    await page.getByText('Goes 17 Nov 2098, 09:00 in Berlin (08:00 UTC).').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Schedule', exact: true }).click()
    await expect
      .poll(async () => (await distributionsOf('schedules'))[0])
      .toMatchObject({
        status: 'scheduled',
        scheduled_at: '2098-11-17T08:00:00.000Z',
        metadata: { time_zone: 'Europe/Berlin' },
      })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await distributionsOf('schedules'))[0]).toMatchObject({ status: 'cancelled' })
  })

  test('that is archived is refused with the way on; one of unknown size is only warned of', async () => {
    const { audience_id } = await save('refused', { name: 'Old', status: 'archived', segments: [] })
    const page = await visit('refused', `/audience/${audience_id}`)
    await page.locator('main').getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Send to a platform' }).click()
    await dialogOn(page).waitFor()
    expect(await checksOn(page)).toEqual(
      expect.arrayContaining(['This audience is archived. Bring it back first.', 'Its size is not known yet.']),
    )
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByText('It cannot be sent like this').waitFor()
    expect(await distributionsOf('refused')).toEqual([])
  })

  test('is chosen where the platform is given, and both where nothing is', async () => {
    const { audience_id, platform_id } = await save('chooses')
    const page = await visit('chooses', '/platforms')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Send an audience' })
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByText('Choose the audience to send.').waitFor()
    await dialog.getByLabel('Audience').selectOption(audience_id)
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL('**/distributions*')
    await expect.poll(async () => (await distributionsOf('chooses'))[0]).toMatchObject({ audience_id, platform_id })
  })

  test('goes nowhere as long as no platform is connected, and the dialog says where to connect one', async () => {
    const { audience_id } = await site.save('unconnected', '/api/audiences', TRAIL)
    const page = await visit('unconnected', `/audience/${String(audience_id)}`)
    await openSend(page)
    await page.getByRole('link', { name: 'To the platforms' }).click()
    await page.waitForURL('**/platforms')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('is sent on a phone in the dark without sideways scroll, and axe finds nothing', async () => {
    const { audience_id } = await save('phone')
    const viewport = { width: 390, height: 800 }
    const page = await visit('phone', `/audience/${audience_id}`, { viewport, colorScheme: 'dark' })
    await openSend(page)
    await page.getByRole('radio', { name: 'Later' }).check()
    await page.getByText(/^Goes .* in Berlin/).waitFor()
    expect(await violationsOn(page)).toEqual([])
    expect(await dialogOn(page).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })
})

/** What the sender reports of an upload. */
async function report(user_id: string, id: string, body: object): Promise<void> {
  await site.report(user_id, `/api/distributions/${id}/status`, body)
}

async function sendOf(user_id: string, record: object = {}): Promise<Saved & { readonly id: string }> {
  const saved = await save(user_id)
  const { distribution_id } = await site.save(user_id, '/api/distributions', { ...saved, ...record })
  return { ...saved, id: String(distribution_id) }
}

const recordOn = (page: Page) => page.getByRole('article', { name: 'Weekend trail runners to Brand account' })

describe('a distribution', () => {
  test('that failed says what happened and what to do, and is tried again', async () => {
    const { id } = await sendOf('fails')
    await report('fails', id, { status: 'in_progress' })
    await report('fails', id, { status: 'failed', error_message: 'Slow down', error_details: { code: '429' } })
    const page = await visit('fails', '/distributions')
    await recordOn(page).getByText('Answer: Slow down').waitFor()
    await recordOn(page).getByText('Slow down (429)').waitFor()
    expect(await recordOn(page).innerText()).toContain('1,106,260')
    expect(await violationsOn(page)).toEqual([])
    await recordOn(page).getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await distributionsOf('fails'))[0]).toMatchObject({ status: 'pending' })
    await recordOn(page).getByText('Handed over again, attempt 2').waitFor()
  })

  test('that is scheduled is cancelled, also without a connection', async () => {
    await sendOf('cancels', { scheduled_at: '2098-11-17T08:00:00.000Z' })
    const page = await visit('cancels', '/distributions')
    await context!.setOffline(true)
    await recordOn(page).getByRole('button', { name: 'Cancel this send' }).click()
    await recordOn(page).getByText('Nothing was sent.').waitFor()
    await context!.setOffline(false)
    await expect.poll(async () => (await distributionsOf('cancels'))[0]).toMatchObject({ status: 'cancelled' })
  })

  test('on a phone in the dark is a screen of its own, and the list keeps its filters in the address', async () => {
    const { id } = await sendOf('reads')
    await report('reads', id, { status: 'in_progress' })
    await report('reads', id, { status: 'completed' })
    const viewport = { width: 390, height: 800 }
    const page = await visit('reads', '/distributions', { viewport, colorScheme: 'dark' })
    await page.getByLabel('Audience or platform').fill('nobody')
    await page.getByText('Nothing matches').waitFor()
    await page.waitForURL('**/distributions?q=nobody')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('link', { name: /^Weekend trail runners/ }).click()
    await recordOn(page).getByText('That is not 0').waitFor()
    expect(await violationsOn(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })
})
