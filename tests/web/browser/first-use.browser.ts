import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

async function visit(options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit(options)
  return await openPage(context, '/saved-audiences')
}

const question = (page: Page) => page.getByRole('heading', { name: 'Who do you want to reach?' })
const addSamples = (page: Page) => page.getByRole('button', { name: 'Add sample data' })
const removeSamples = (page: Page) => page.getByRole('button', { name: 'Remove sample data' })
const stop = (page: Page, name: string) => page.getByRole('dialog', { name })

describe('somebody who has nothing yet', () => {
  test('begins with a sentence, and goes on with it in the builder', async () => {
    const page = await visit()
    await question(page).waitFor()
    await page.getByRole('textbox', { name: 'Describe your audience' }).fill('People who moved')
    await page.getByRole('button', { name: 'Start this audience' }).click()
    await page.getByRole('heading', { name: 'Where do the records come from?' }).waitFor()
    await page.getByRole('link', { name: 'Back to describe' }).click()
    const words = page.getByRole('textbox', { name: 'Describe your audience' })
    await expect.poll(() => words.inputValue()).toBe('People who moved')
  })

  test('sees what it means to be a guest, until that is closed', async () => {
    const page = await visit()
    await page.getByText(/^You work as a guest/).waitFor()
    await page.getByRole('button', { name: 'Close this message' }).click()
    await page.reload()
    await question(page).waitFor()
    expect(await page.getByText(/^You work as a guest/).count()).toBe(0)
  })
})

describe('sample data', () => {
  test.each([
    ['a guest', { kind: 'guest' }],
    ['an account', { kind: 'account', user_id: 'samples' }],
  ] as const)('come to %s and go in one click each, and Undo brings them back', async (_, visitor) => {
    const page = await visit({ visitor })
    await addSamples(page).click()
    await removeSamples(page).waitFor()
    await page.getByText('Sample data to look around with: 12 audiences, 3 platforms, 4 distributions.').waitFor()
    await page.getByRole('link', { name: 'High-value cart leavers' }).waitFor()
    await removeSamples(page).click()
    await question(page).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await removeSamples(page).click()
    await question(page).waitFor()
    expect(await page.getByRole('link', { name: 'High-value cart leavers' }).count()).toBe(0)
  })

  test('of an account reach the service, and leave it again', async () => {
    const page = await visit({ visitor: { kind: 'account', user_id: 'samples_synced' } })
    const countOf = async (path: string) => (await site.ask('samples_synced', path))[path.split('/')[2]!] as unknown[]
    await addSamples(page).click()
    await removeSamples(page).waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await countOf('/api/distributions')).toHaveLength(4)
    await removeSamples(page).click()
    await question(page).waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    for (const path of ['/api/audiences', '/api/platforms', '/api/distributions']) {
      expect([path, ...(await countOf(path))]).toEqual([path])
    }
  })
})

describe('the tour', () => {
  test('goes through its four stops by keyboard, and the focus returns', async () => {
    const page = await visit()
    const show = page.getByRole('button', { name: 'Show me' })
    await show.focus()
    await page.keyboard.press('Enter')
    for (const title of ['Describe', 'Save', 'Connect', 'Send']) {
      await stop(page, title).waitFor()
      await page.keyboard.press('ArrowRight')
    }
    await page.keyboard.press('Escape')
    await expect.poll(() => stop(page, 'Send').count()).toBe(0)
    await expect.poll(() => show.evaluate((button) => button === document.activeElement)).toBe(true)
  })

  test('is left at any stop', async () => {
    const page = await visit()
    await page.getByRole('button', { name: 'Show me' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await stop(page, 'Save').waitFor()
    await page.getByRole('button', { name: 'End the tour' }).click()
    await expect.poll(() => stop(page, 'Save').count()).toBe(0)
  })
})

const SCREENS = { wide: { width: 1400, height: 880 }, phone: { width: 390, height: 800 } }

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(Object.entries(SCREENS))(
    'nothing of it has a fault that axe finds, on a %s screen',
    async (_, viewport) => {
      const page = await visit({ colorScheme, viewport })
      await question(page).waitFor()
      expect(await violationsOn(page), 'first use').toEqual([])
      await page.getByRole('button', { name: 'Show me' }).click()
      await stop(page, 'Describe').waitFor()
      expect(await violationsOn(page), 'tour').toEqual([])
      await page.keyboard.press('Escape')
      await addSamples(page).click()
      await removeSamples(page).waitFor()
      expect(await violationsOn(page), 'samples').toEqual([])
    },
  )
})
