import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { violationsOn } from './axe.ts'
import { OLD_IDS, placeOldRecords } from './old-records.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

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
  const context = await site.visit({ visitor: { kind: 'account', user_id }, ...options })
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

  test('of the old system is sent again from a send that spells its id in the other way', async () => {
    const id = await placeOldRecords(site, 'spells')
    const page = await visit('spells', `/distributions?id=${id}`)
    await page.getByRole('button', { name: 'Send a refresh' }).click()
    await dialogOn(page).getByText('Old runners').waitFor()
    expect(await dialogOn(page).getByLabel('Platform').inputValue()).toBe(OLD_IDS.platform_id)
    const checks = await checksOn(page)
    expect(checks).toContain('Old desk is connected')
    expect(checks.at(-1)).toMatch(/^Last sent to Old desk /)
    await page.getByRole('button', { name: 'Send now' }).click()
    await expect.poll(async () => (await distributionsOf('spells')).length).toBe(2)
    expect((await distributionsOf('spells'))[0]).toMatchObject({ ...OLD_IDS, distribution_type: 'refresh' })
  })

  test('is sent without a connection: it is kept, and goes when there is one', async () => {
    const { audience_id } = await save('offline')
    const page = await visit('offline', `/audience/${audience_id}`)
    await site.goOffline()
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
    await site.goOnline()
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
    await page.getByLabel('Time', { exact: true }).fill('09:00')
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

  test('is sent in part: the chosen segments are counted, sent, and told on the record', async () => {
    const { audience_id } = await save('parts')
    const page = await visit('parts', `/audience/${audience_id}`)
    await openSend(page)
    await page.getByRole('radio', { name: 'Some' }).check()
    await dialogOn(page).getByLabel('2 of 2 segments').uncheck()
    expect(await checksOn(page)).toContain('No segment is chosen. Choose at least one.')
    await dialogOn(page).getByLabel('Early risers').check()
    expect(await checksOn(page)).toContain('168,344 records in 1 of 2 segments')
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Send now' }).click()
    await expect
      .poll(async () => (await distributionsOf('parts'))[0])
      .toMatchObject({ segments_distributed: [1], total_records: 168_344 })
    await page.getByRole('button', { name: 'Show' }).click()
    await recordOn(page).getByText('records in 1 of 2 segments').waitFor()
    await expect.poll(() => recordOn(page).innerText()).toContain('1 of 2 segments, a frozen copy: version 1.')
    expect(await recordOn(page).innerText()).not.toContain('Route planners')
  })

  test('leads from its page to each send, which is compared with what the audience is now', async () => {
    const { audience_id, platform_id } = await save('compares')
    await site.save('compares', '/api/distributions', { audience_id, platform_id })
    const page = await visit('compares', `/audience/${audience_id}`)
    await page
      .getByRole('row', { name: /Brand account/ })
      .getByRole('link')
      .click()
    const what = recordOn(page).getByRole('region', { name: 'What was sent' })
    await what.getByText('2 segments, a frozen copy: version 1.').waitFor()
    expect(await what.getByRole('button').count()).toBe(0)
    const [early, route] = TRAIL.segments
    await site.save('compares', '/api/audiences', { audience_id, segments: [{ ...early, size: 170_000 }, route] })
    await page.reload()
    await what.getByRole('button', { name: 'Compare with version 2' }).click()
    const dialog = page.getByRole('dialog', { name: 'Version 1, as sent, and version 2' })
    expect((await dialog.innerText()).split(/\s*\n\s*/)).toEqual([
      'Version 1, as sent, and version 2',
      '1 thing is different now. What was sent stays as it was.',
      'Early risers, records',
      'Sent',
      '168,344',
      'Now',
      '170,000',
      'Close',
    ])
    expect(await violationsOn(page)).toEqual([])
  })

  test('that was archived while this device was offline is not sent: the send says why, and goes when it is back', async () => {
    const { audience_id } = await save('refuses')
    const page = await visit('refuses', `/audience/${audience_id}`)
    await site.goOffline()
    await openSend(page)
    await page.getByRole('button', { name: 'Send now' }).click()
    await site.report('refuses', `/api/audiences/${audience_id}/status`, { status: 'archived' })
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page), { timeout: 20_000 }).toBe('1 change was not accepted')
    await page.getByRole('link', { name: /^Distributions/ }).click()
    const advice = recordOn(page).getByRole('region', { name: 'This was not sent' })
    await advice.getByText('The audience was archived before this reached the service.').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await site.report('refuses', `/api/audiences/${audience_id}/status`, { status: 'active' })
    await advice.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await distributionsOf('refuses'))[0]).toMatchObject({ status: 'pending' })
    await expect.poll(() => advice.count()).toBe(0)
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

const START_MS = Date.parse('2026-11-01T08:00:00.000Z')

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
    await recordOn(page)
      .getByText('It asked your sender to slow down. Nothing is lost. Answer: Slow down (429).')
      .waitFor()
    await recordOn(page).getByRole('list').getByText('Slow down (429)').waitFor()
    expect(await recordOn(page).innerText()).toContain('1,106,260')
    expect(await violationsOn(page)).toEqual([])
    await recordOn(page).getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await distributionsOf('fails'))[0]).toMatchObject({ status: 'pending' })
    await recordOn(page).getByText('Handed over again, attempt 2').waitFor()
  })

  test('that is scheduled is cancelled, also without a connection', async () => {
    await sendOf('cancels', { scheduled_at: '2098-11-17T08:00:00.000Z' })
    const page = await visit('cancels', '/distributions')
    await site.goOffline()
    await recordOn(page).getByRole('button', { name: 'Cancel this send' }).click()
    await recordOn(page).getByText('Nothing was sent.').waitFor()
    await site.goOnline()
    await expect.poll(async () => (await distributionsOf('cancels'))[0]).toMatchObject({ status: 'cancelled' })
  })

  test('that is scheduled is moved, offline too, to a time that clocks show once', async () => {
    await sendOf('moves', { scheduled_at: '2098-11-17T08:00:00.000Z' })
    const page = await visit('moves', '/distributions')
    await site.goOffline()
    await recordOn(page).getByRole('button', { name: 'Change the time' }).click()
    const dialog = page.getByRole('dialog', { name: 'When should it go?' })
    expect(await dialog.getByLabel('Time', { exact: true }).inputValue()).toBe('09:00')
    await dialog.getByLabel('Day').fill('2098-03-30')
    await dialog.getByLabel('Time', { exact: true }).fill('02:30')
    await dialog.getByText('Clocks in Berlin skip 02:30 on that day.').waitFor()
    await dialog.getByLabel('Day').fill('2098-10-26')
    await dialog.getByLabel('Which of the two').selectOption('second')
    await dialog.getByText('Goes 26 Oct 2098, 02:30 in Berlin (01:30 UTC).').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await dialog.getByLabel('Time zone').selectOption('America/New_York')
    await dialog.getByText('in New York (06:30 UTC, 07:30 in Berlin).').waitFor()
    await page.keyboard.press('Enter')
    await recordOn(page).getByText('For 26 Oct 2098, 02:30 in New York').waitFor()
    await site.goOnline()
    await expect
      .poll(async () => (await distributionsOf('moves'))[0], { timeout: 20_000 })
      .toMatchObject({ scheduled_at: '2098-10-26T06:30:00.000Z', metadata: { time_zone: 'America/New_York' } })
  })

  test('that went before its new time arrived says so, and what to do', async () => {
    const { id } = await sendOf('late', { scheduled_at: '2098-11-17T08:00:00.000Z' })
    const page = await visit('late', '/distributions')
    await site.goOffline()
    await recordOn(page).getByRole('button', { name: 'Change the time' }).click()
    await page.getByLabel('Time', { exact: true }).fill('10:00')
    await page.getByRole('button', { name: 'Move' }).click()
    await report('late', id, { status: 'pending' })
    await site.goOnline()
    const advice = recordOn(page).getByRole('region', { name: 'The time was not moved' })
    await advice.getByText('It was handed over before this change reached the service.').waitFor({ timeout: 20_000 })
    expect(await violationsOn(page)).toEqual([])
    await advice.getByRole('button', { name: 'Drop this change' }).click()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await recordOn(page).getByText('Handed over', { exact: true }).first().waitFor()
  })

  test('is followed from the dispatch to the rate: sending, failed, tried again, completed', async () => {
    const { id } = await sendOf('follows', { scheduled_at: '2098-11-17T08:00:00.000Z' })
    const page = await visit('follows', '/distributions')
    const sync = async () => {
      await page.getByRole('button', { name: /^Sync: / }).click()
      await page.getByRole('button', { name: 'Sync now' }).click()
      await page.keyboard.press('Escape')
    }
    const status = async (words: string) => await recordOn(page).getByText(words, { exact: true }).first().waitFor()
    await recordOn(page).getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Send now' }).click()
    await expect.poll(async () => (await distributionsOf('follows'))[0]).toMatchObject({ status: 'pending' })
    await report('follows', id, { status: 'in_progress' })
    await sync()
    await status('Sending')
    await report('follows', id, {
      status: 'failed',
      error_message: 'Token expired',
      error_details: { code: 'bad_token' },
    })
    await sync()
    const advice = recordOn(page).getByRole('region', { name: 'Brand account did not take it' })
    await advice.getByText('It did not accept the keys. Answer: Token expired (bad_token).').waitFor()
    await advice.getByText('Replace the keys of Brand account').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await recordOn(page).getByRole('button', { name: 'Try again' }).click()
    await expect.poll(async () => (await distributionsOf('follows'))[0]).toMatchObject({ status: 'pending' })
    await report('follows', id, { status: 'in_progress' })
    await report('follows', id, { status: 'completed' })
    await sync()
    await recordOn(page).getByText('That is not 0').waitFor()
    await report('follows', id, { status: 'completed', match_results: { match_rate: 0, matched_records: 0 } })
    await sync()
    await recordOn(page).getByText('Brand account matched 0.0\u00A0% of the records.').waitFor()
    await recordOn(page).getByText('Handed over again, attempt 2').waitFor()
    expect(await violationsOn(page)).toEqual([])
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

describe('many sends', () => {
  const SENDS = 2000
  const PUSHED_MAX = 1000

  /** Sends as a device pushes them, each a second after the one before. */
  async function pushSends(user_id: string, saved: Saved): Promise<void> {
    const [random, client_id] = [systemRandom, newId('cli', START_MS, systemRandom)]
    for (let first = 0; first < SENDS; first += PUSHED_MAX) {
      const mutations = Array.from({ length: PUSHED_MAX }, (_, at) => {
        const id = newId('dist', START_MS + (first + at) * 1000, random)
        const head = { seq: first + at + 1, mutation_id: `send ${first + at}`, kind: 'distribution', id }
        return { ...head, op: 'create', value: saved }
      })
      await site.save(user_id, '/api/sync/push', { client_id, acked: first, mutations })
    }
  }

  test('are in the page only as far as they are in sight; keys reach the first and the last, and the record stays', async () => {
    const saved = await save('many')
    await pushSends('many', saved)
    const page = await visit('many', '/distributions')
    const rows = page.getByRole('list', { name: 'Sends' }).getByRole('listitem')
    await page.getByText(SENDS.toLocaleString('en-GB'), { exact: true }).first().waitFor()
    expect(await rows.count()).toBeLessThan(40)
    await rows.first().getByRole('link').focus()
    await page.keyboard.press('End')
    const focusedAt = () => page.evaluate(() => document.activeElement?.closest('li')?.ariaPosInSet)
    await expect.poll(focusedAt).toBe(String(SENDS))
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    expect(await rows.count()).toBeLessThan(40)
    expect(await rows.filter({ has: page.locator('[aria-current]') }).getAttribute('aria-posinset')).toBe(
      String(SENDS - 1),
    )
    expect(await recordOn(page).getByRole('heading', { level: 1 }).isVisible()).toBe(true)
    expect(await violationsOn(page)).toEqual([])
    // The address alone leads there as well.
    await page.reload()
    await expect.poll(() => rows.filter({ has: page.locator('[aria-current]') }).count()).toBe(1)
  })
})
