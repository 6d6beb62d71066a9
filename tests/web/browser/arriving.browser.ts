import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'

import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, syncWordsOn } from './visits.ts'

/** What comes from the cloud takes its place without moving anything: first everything, then what another device did. */
const site = siteForTests()

const USER = 'receiver'
const SCREENS = [
  { width: 1400, height: 880 },
  { width: 390, height: 800 },
]

let audience_id = ''
let resizings = 0

beforeAll(async () => {
  for (let at = 0; at < 24; at++) {
    const saved = await site.save(USER, '/api/audiences', {
      name: at % 3 === 0 ? `A long name of an audience that takes more than one line ${at}` : `Audience ${at}`,
      description:
        at % 2 === 0 ? 'People who walk in the hills at least twice a month, and buy what they need for it.' : null,
      total_audience_size: at % 4 === 0 ? null : 1_000_000_000 + at,
      segments: [
        { segment_id: 1, name: 'Walkers', size: 600 },
        { segment_id: 2, name: 'Runners', size: 400 },
      ],
      selected_variables: ['V1', 'V2', 'V3'],
      metadata: { tags: ['outdoor'] },
    })
    audience_id = String(saved['audience_id'])
  }
  const { platform } = (await site.save(USER, '/api/platforms', {
    platform_type: 'the_trade_desk',
    name: 'Trading desk',
    credentials: { api_key: 'good-key', account_id: 'advertiser-1' },
  })) as { platform: { platform_id: string } }
  await site.save(USER, `/api/platforms/${platform.platform_id}/test`, {})
  for (let at = 0; at < 3; at++) {
    await site.save(USER, '/api/distributions', { audience_id, platform_id: platform.platform_id })
  }
})
const PAGES = [
  { what: 'cards', path: '/saved-audiences?view=cards', there: 'Audience 22' },
  { what: 'the table', path: '/saved-audiences?view=table', there: 'Audience 22' },
  { what: 'an audience', path: () => `/audience/${audience_id}`, there: 'Walkers' },
  { what: 'platforms', path: '/platforms', there: 'Trading desk' },
  { what: 'distributions', path: '/distributions', there: 'Trading desk' },
] as const

async function isThere(page: Page, text: string): Promise<void> {
  await page.getByRole('main').getByText(text).first().waitFor()
}

describe.each(SCREENS)('at $width pixels', (viewport) => {
  test.each(PAGES)(
    'nothing moves on $what while everything comes, or what another device did',
    async ({ path, there }) => {
      const context = await site.visit({ visitor: { kind: 'account', user_id: USER }, viewport })
      const held = Promise.withResolvers<void>()
      await context.route('**/api/sync/pull', async (route) => {
        await held.promise
        await route.continue()
      })
      const page = await openPage(context, typeof path === 'string' ? path : path())
      // The skeletons are there when nothing has come for a while.
      await page.locator('[aria-busy="true"]').first().waitFor()
      held.resolve()
      await isThere(page, there)
      await expect.poll(() => syncWordsOn(page)).toMatch(/saved/i)
      expect(await shiftsOf(page)).toEqual([])
      await site.save(USER, '/api/audiences', {
        audience_id,
        name: 'Audience 23',
        total_audience_size: 2_000_000_000 + resizings++,
      })
      const pulled = page.waitForResponse('**/api/sync/pull')
      await page.getByRole('button', { name: /^Sync: / }).click()
      await page.getByRole('button', { name: 'Sync now' }).click()
      await pulled
      await page.keyboard.press('Escape')
      await isThere(page, there)
      expect(await shiftsOf(page)).toEqual([])
    },
  )
})
