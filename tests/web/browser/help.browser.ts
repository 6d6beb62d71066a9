import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import type { AppConfig } from '#shared/contract/app-config.ts'
import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, type VisitOptions } from './visits.ts'

const site = siteForTests()

async function visit(path: string, options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit(options)
  return await openPage(context, path)
}

/** As if those who run the service had configured it so. */
async function visitWith(config: Partial<AppConfig>, path: string): Promise<Page> {
  const context = await site.visit()
  await context.route('**/config.json', async (route) => {
    const answer = await fetch(`${site.url}/config.json`)
    await route.fulfill({ json: { ...((await answer.json()) as AppConfig), ...config } })
  })
  return await openPage(context, path)
}

describe('help', () => {
  test('is found by what it says, also by the words of a status, and says when it has nothing', async () => {
    const page = await visit('/help')
    await page.keyboard.press('/')
    await page.keyboard.type('handed over sender')
    const term = page.getByRole('term').filter({ hasText: 'Handed over' })
    await term.waitFor()
    expect(await page.getByRole('heading', { level: 2, name: 'Saving', exact: true }).count()).toBe(0)
    await page.getByRole('searchbox').fill('zeppelin')
    await page.getByRole('heading', { name: 'Help has nothing about “zeppelin”' }).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Show everything' }).click()
    await page.getByRole('heading', { level: 2, name: 'Saving', exact: true }).waitFor()
  })

  test('leads to its parts by links, whose addresses lead there, too', async () => {
    const page = await visit('/help')
    await page.getByRole('link', { name: 'What each status means' }).click()
    await expect.poll(() => page.url()).toBe(`${site.url}/help#statuses`)
    const heading = page.getByRole('heading', { name: 'What each status means' })
    const isInSight = () =>
      heading.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        return top >= 0 && bottom <= innerHeight
      })
    await expect.poll(isInSight).toBe(true)
    await page.reload()
    await expect.poll(isInSight).toBe(true)
  })

  test('switches off the letters', async () => {
    const page = await visit('/help')
    await page.getByRole('checkbox', { name: 'Single letters act' }).uncheck()
    await page.keyboard.press('?')
    await page.keyboard.press('c')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe('/help')
  })
})

describe('feedback', () => {
  test('is not asked for where nobody wants it', async () => {
    const page = await visitWith({ support_contact: 'help@example.com' }, '/help')
    await page.getByRole('link', { name: 'help@example.com' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Tell us what you think' }).count()).toBe(0)
  })

  test('opens a form with what was written, the page before and the build, and says so before', async () => {
    const page = await visitWith({ feedback_contact: 'https://forms.example.com/app', app_version: 'b1' }, '/platforms')
    await site.context.route('https://forms.example.com/**', (route) => route.fulfill({ body: 'A form.' }))
    await page.getByRole('link', { name: 'Help', exact: true }).click()
    await page.getByRole('button', { name: 'Open the form' }).click()
    await page.getByText('Write what you want to tell us first.').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('textbox', { name: /^What is good/ }).fill('Tests are quick & clear.')
    await page.getByText('“Page: Platforms”').waitFor()
    await page.getByText('“Version: b1”').waitFor()
    const [form] = await Promise.all([
      site.context.waitForEvent('page'),
      page.getByRole('button', { name: 'Open the form' }).click(),
    ])
    await form.waitForURL('https://forms.example.com/**')
    const { origin, searchParams } = new URL(form.url())
    expect({ origin, ...Object.fromEntries(searchParams) }).toEqual({
      origin: 'https://forms.example.com',
      message: 'Tests are quick & clear.',
      page: 'Platforms',
      version: 'b1',
    })
    expect(await shiftsOf(page)).toEqual([])
  })
})

describe('what is new', () => {
  test('has a quiet mark until it is read, on this device', async () => {
    const page = await visit('/')
    const link = page.getByRole('link', { name: /^What is new/ })
    expect(await link.textContent()).toBe('What is new')
    await page.evaluate(() => localStorage.setItem('am.news_read_until', '2026-01-01'))
    await page.reload()
    await expect.poll(() => link.textContent()).toContain('not read yet')
    expect(await violationsOn(page)).toEqual([])
    await link.click()
    await page.getByRole('heading', { name: 'Everything works without a connection' }).waitFor()
    await expect.poll(() => link.textContent()).toBe('What is new')
    await page.reload()
    await expect.poll(() => link.textContent()).toBe('What is new')
    expect(await shiftsOf(page)).toEqual([])
  })

  test('is in the menu of phones, leads to what it tells of, and opens without a connection', async () => {
    const page = await visit('/', { viewport: { width: 390, height: 800 }, has_service_worker: true })
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await page.evaluate(() => localStorage.setItem('am.news_read_until', '2026-01-01'))
    await page.reload()
    await site.goOffline()
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'What is new · not read yet' }).click()
    await page.getByRole('link', { name: 'Open platforms' }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/platforms')
  })
})
