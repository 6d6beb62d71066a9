import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, syncWordsOn } from './visits.ts'

const site = siteForTests()

const USER = 'looks'
const DAY_MS = 86_400_000

let sends: readonly string[]
beforeAll(async () => {
  sends = await saveRecords()
})

/** Ten audiences, one of them of forty days ago, and a platform that reported one rate of two. @returns ids of the sends */
async function saveRecords(): Promise<string[]> {
  const now_ms = systemClock.nowMs()
  for (let at = 0; at < 10; at++) {
    const audience_id = newId('aud', at === 0 ? now_ms - 40 * DAY_MS : now_ms, systemRandom)
    const audience = { audience_id, name: `Audience ${at}`, data_type: 'first_party', total_audience_size: 1_000 }
    await site.save(USER, '/api/audiences', audience)
  }
  const { audiences } = (await site.ask(USER, '/api/audiences')) as { audiences: { audience_id: string }[] }
  const credentials = { api_key: 'good-key', account_id: 'advertiser-1' }
  const { platform } = (await site.save(USER, '/api/platforms', {
    platform_type: 'the_trade_desk',
    name: 'Rated',
    credentials,
  })) as { platform: { platform_id: string } }
  await site.save(USER, `/api/platforms/${platform.platform_id}/test`, {})
  const ids: string[] = []
  for (const { audience_id } of audiences.slice(0, 2)) {
    const sent = { audience_id, platform_id: platform.platform_id }
    const { distribution } = (await site.save(USER, '/api/distributions', sent)) as {
      distribution: { distribution_id: string }
    }
    ids.push(distribution.distribution_id)
  }
  const report = (body: object) => site.report(USER, `/api/distributions/${ids[0]}/status`, body)
  await report({ status: 'in_progress' })
  await report({ status: 'completed', match_results: { match_rate: 0.614 } })
  return ids
}

async function visit(): Promise<Page> {
  const context = await site.visit({ visitor: { kind: 'account', user_id: USER } })
  const page = await openPage(context, '/')
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  return page
}

describe('the overview', () => {
  test('says how much the records grew, and moves nothing while they come', async () => {
    const page = await visit()
    await page.getByText(/^9,000 more than in /).waitFor()
    expect(await shiftsOf(page)).toEqual([])
  })

  test('has the numbers of each chart as a table, too', async () => {
    const page = await visit()
    const months = page.getByRole('region', { name: 'Records by month' })
    await months.getByRole('button', { name: 'Table' }).click()
    expect(await months.getByRole('row').nth(1).innerText()).toMatch(/10,000\s+0\s+0\s+10,000$/)
    const rates = page.getByRole('region', { name: 'Match rate by platform' })
    await rates.getByRole('button', { name: 'Table' }).click()
    expect(await rates.getByRole('row').nth(1).innerText()).toMatch(/^Rated\s+2\s+1\s+61\.4\u00A0%$/)
    expect(await violationsOn(page)).toEqual([])
    await rates.getByRole('button', { name: 'Chart' }).click()
    await rates.getByText('2 sends').waitFor()
  })

  test('lists more of what happened when it is asked to, and leads to each record', async () => {
    const page = await visit()
    const activity = page.getByRole('region', { name: 'Last activity' })
    await expect.poll(() => activity.getByRole('link').count()).toBe(8)
    await activity.getByRole('button', { name: 'More activity' }).click()
    expect(await activity.getByRole('link').count()).toBe(12)
    await activity.getByRole('link', { name: /: Completed$/ }).click()
    await page.waitForURL(`**/distributions?id=${sends[0]}`)
    await page.getByText('61.4').first().waitFor()
  })
})
