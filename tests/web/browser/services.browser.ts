import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'

import { violationsOn } from './axe.ts'
import { type CustomerService, startCustomerService } from './customer-service.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, type VisitOptions } from './visits.ts'

/** Services of the customer behind the audience builder: another origin, under the policy that the page really has. */
let service: CustomerService
afterAll(() => service.end())
const site = siteForTests(async () => {
  service = await startCustomerService()
  return { environment: { SUGGESTION_URL: service.url, SIZE_URL: service.url } }
})

const WORDS = 'Households that moved and own a dog'
const VARIABLES = JSON.stringify({
  variables: [
    { code: 'SOME_NEW', description: 'Something new' },
    { code: 'RECENT_MOVE', relevance_score: 0.4 },
    { code: 'PET_DOG', relevance_score: 0.95 },
  ],
})

const step = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name })
const suggest = (page: Page) => page.getByRole('button', { name: 'Suggest variables' })
const suggestions = (page: Page) => page.getByRole('table', { name: 'Suggested variables' })

/** The step of the variables of a new draft. @param suggestion_url that the page is told of instead of the real one */
async function visit(options: VisitOptions = {}, suggestion_url?: string): Promise<Page> {
  const context = await site.visit(options)
  if (suggestion_url !== undefined) {
    await context.route('**/config.json', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ json: { ...((await answer.json()) as object), suggestion_url } })
    })
  }
  const page = await openPage(context, '/new-audience')
  await page.getByRole('textbox', { name: 'Describe your audience' }).fill(WORDS)
  await step(page, /Variables/).click()
  await suggest(page).waitFor()
  return page
}

describe('suggested variables', () => {
  test('are listed with relevance and type, and become variables when they are confirmed', async () => {
    const page = await visit({ visitor: { kind: 'account', user_id: 'suggested' } })
    service.answer = { body: VARIABLES }
    await suggest(page).click()
    await suggestions(page).waitFor()
    // Rows have words once it is known that they are in sight: with the next picture.
    const rowsShown = async () => {
      const rows = await suggestions(page).getByRole('row').allInnerTexts()
      return rows.slice(1).map((row) => row.replaceAll(/\s+/g, ' ').trim())
    }
    await expect
      .poll(rowsShown)
      .toEqual([
        'Keep Owns a dog Owns a dog Household · PET_DOG Demographic 95 %',
        'Keep Moved in the last 6 months Moved in the last 6 months Life events · RECENT_MOVE Life event 40 %',
        'Keep Something new Something new SOME_NEW Not said Not scored',
      ])
    expect(service.requests.at(-1)).toEqual({ body: { query: WORDS, data_type: null }, names: [undefined, undefined] })
    await page.getByText('No variables yet.').waitFor()
    await suggestions(page).getByRole('checkbox', { name: 'Keep Something new' }).uncheck()
    // It is kept like everything that is typed.
    const other = await openPage(site.context, page.url())
    await other.getByRole('button', { name: 'Confirm 2 variables' }).waitFor()
    await page.getByRole('button', { name: 'Confirm 2 variables' }).click()
    await page.getByRole('table', { name: '2 variables chosen' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Relevance of Owns a dog in percent' }).inputValue()).toBe('95')
    await page.getByRole('link', { name: 'Continue' }).waitFor()
  })

  test('that wait keep the segments from being confirmed; left out they no longer do, and Undo brings them back', async () => {
    const page = await visit()
    service.answer = { body: VARIABLES }
    await suggest(page).click()
    await suggestions(page).waitFor()
    await step(page, /Segments/).click()
    await page.getByRole('button', { name: 'Add a segment' }).click()
    await page.getByRole('textbox', { name: 'Name of segment 1' }).fill('Dogs')
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await page.getByText('Confirm the suggested variables first, or leave them out.').waitFor()
    await page.getByRole('button', { name: 'Leave all out' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Confirm 3 variables' }).waitFor()
    await page.getByRole('button', { name: 'Leave all out' }).click()
    await step(page, /Segments/).click()
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await page.getByText('Segments confirmed').waitFor()
    expect(await page.getByRole('button', { name: 'Confirm segments' }).count()).toBe(0)
  })

  test.each(['light', 'dark'] as const)(
    'have no fault that axe finds, wide and on a phone, in %s',
    async (colorScheme) => {
      const page = await visit({ colorScheme })
      service.answer = { body: VARIABLES }
      await suggest(page).click()
      await suggestions(page).waitFor()
      expect(await violationsOn(page)).toEqual([])
      await page.setViewportSize({ width: 390, height: 800 })
      expect(await violationsOn(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    },
  )
})

test('a service that counts gives segments their sizes, and an unknown one stays unknown', async () => {
  const page = await visit()
  await step(page, /Segments/).click()
  service.answer = { body: JSON.stringify({ segments: [{ name: 'Movers', size: 184_200 }, { name: 'Settled' }] }) }
  await page.getByRole('button', { name: 'Count segments' }).click()
  await page.getByText('2 segments added').waitFor()
  expect(await page.getByRole('textbox', { name: 'Records of Movers' }).inputValue()).toBe('184,200')
  const unknown = page.getByRole('textbox', { name: 'Records of Settled' })
  expect(await unknown.getAttribute('placeholder')).toBe('Not known yet')
})

describe('nothing is lost when a service', () => {
  test.each([
    ['refuses', { status: 503, body: 'no' }, 'The service refused: answer 503.'],
    ['answers with a page', { body: '<!doctype html>' }, 'something that is not JSON'],
    ['answers with nonsense', { body: '{"variables":7}' }, 'without any variable'],
    ['answers without end', { body: `["${'x'.repeat(6_000_000)}"]` }, 'more than we take: 5 MB at most'],
    ['does not let the page read it', { body: VARIABLES, has_cors: false }, 'could not be reached from here'],
  ])('%s', async (_what, answer, told) => {
    const page = await visit()
    service.answer = answer
    await suggest(page).click()
    await page.getByText(told).waitFor()
    await step(page, /Describe/).click()
    expect(await page.getByRole('textbox', { name: 'Describe your audience' }).inputValue()).toBe(WORDS)
  })

  test('does not answer for 30 seconds', async () => {
    const page = await visit()
    await page.clock.install()
    service.answer = undefined
    await suggest(page).click()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await page.clock.fastForward(30_000)
    await page.getByText('The service did not answer within 30 seconds.').waitFor()
    service.answer = { body: VARIABLES }
    await suggest(page).click()
    await suggestions(page).waitFor()
    expect(await suggestions(page).getByRole('row').count()).toBe(4)
  })
})

test('an address that the policy does not name is not called, and the page says so', async () => {
  const page = await visit({}, service.url.replace('127.0.0.1', 'localhost'))
  const asked = service.requests.length
  service.answer = { body: VARIABLES }
  await suggest(page).click()
  await page.getByText('The service could not be reached from here.').waitFor()
  expect(service.requests).toHaveLength(asked)
})
