import { expect, test } from 'vitest'

import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn } from './visits.ts'

/** The app where no load balancer puts the functions behind one origin: each has its own, as with `npm start -- --split`. */
const site = siteForTests({ is_split: true })

test('with each function at an origin of its own the app renames, connects and sends, and asks no other host', async () => {
  const segments = [{ segment_id: 1, name: 'Early risers', size: 168_344 }]
  const { audience_id } = await site.save('split', '/api/audiences', { name: 'Hikers', status: 'active', segments })
  const context = await site.visit({ visitor: { kind: 'account', user_id: 'split' } })
  const origins = new Set<string>()
  context.on('request', (request) => origins.add(new URL(request.url()).origin))
  const page = await openPage(context, '/platforms')
  await page.getByRole('button', { name: /^The Trade Desk Needs/ }).click()
  await page.getByRole('button', { name: 'Add and enter keys' }).click()
  await page.getByLabel('API token').fill('good-key')
  await page.getByLabel('Advertiser ID').fill('advertiser-1')
  await page.getByRole('button', { name: 'Store keys and test' }).click()
  await page.getByRole('row', { name: /Connected/ }).waitFor()
  await page.goto(`/audience/${String(audience_id)}`)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Hikers, north')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Send to a platform' }).click()
  await page.getByRole('button', { name: 'Send now' }).click()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  const { distributions } = await site.ask('split', '/api/distributions')
  expect(distributions).toMatchObject([{ status: 'pending', audience_name: 'Hikers, north' }])
  // The app's own, the platforms', sync and flags at least.
  expect(origins.size).toBeGreaterThan(3)
  expect([...origins].every((origin) => new URL(origin).hostname === new URL(site.url).hostname)).toBe(true)
})
