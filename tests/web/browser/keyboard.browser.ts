import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn } from './visits.ts'

const site = siteForTests()

const NAMES = ['Runners', 'Cyclists', 'Swimmers', 'Climbers', 'Rowers', 'Skaters']

/** Somebody with six audiences, by name, as a table. */
async function visitList(user_id: string): Promise<Page> {
  for (const name of NAMES) await site.save(user_id, '/api/audiences', { name, total_audience_size: 1000 })
  const context = await site.visit({ visitor: { kind: 'account', user_id } })
  const page = await openPage(context, '/saved-audiences?view=table&sort=name')
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  await page.getByRole('link', { name: 'Climbers' }).focus()
  return page
}

const focusedOn = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '')
const pressAll = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}

test('each key of a list does what the shortcuts say', async () => {
  const page = await visitList('list_keys')
  await pressAll(page, 'j')
  await expect.poll(() => focusedOn(page)).toBe('Cyclists')
  await pressAll(page, 'ArrowDown')
  await expect.poll(() => focusedOn(page)).toBe('Rowers')
  await pressAll(page, 'k', 'ArrowUp')
  await expect.poll(() => focusedOn(page)).toBe('Climbers')

  await pressAll(page, 'x', 'Shift+ArrowDown', 'Shift+ArrowDown')
  await page.getByText('3 selected').waitFor()
  await pressAll(page, 'Control+a')
  await page.getByText('6 selected').waitFor()
  await pressAll(page, 'Escape')
  await expect.poll(() => page.getByRole('toolbar', { name: 'Selected audiences' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Climbers' }).focus()
  await pressAll(page, 'Space')
  await page.getByText('1 selected').waitFor()
  await pressAll(page, 'Escape')

  for (const [key, title] of [
    ['F2', /^Rename/],
    ['t', /tags/i],
    ['d', /^Export/],
    ['s', 'No platform is connected yet'],
    ['?', 'Keyboard shortcuts'],
  ] as const) {
    await page.getByRole('link', { name: 'Climbers' }).focus()
    await page.keyboard.press(key)
    await page.getByRole('dialog', { name: title }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await expect.poll(() => focusedOn(page)).toBe('Climbers')
  }

  for (const [key, words] of [
    ['e', 'Archived “Climbers”'],
    ['Delete', 'Deleted “Climbers”'],
  ] as const) {
    await page.keyboard.press(key)
    await page.getByText(words).waitFor()
    await expect.poll(() => focusedOn(page)).toBe('Cyclists')
    await page.keyboard.press('Control+z')
    await page.getByRole('link', { name: 'Climbers' }).focus()
  }

  await page.keyboard.press('v')
  await expect.poll(() => page.getByRole('table').count()).toBe(0)
  await page.keyboard.press('/')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search')
})

test('each key of a record acts right after it was opened by Enter', async () => {
  const page = await visitList('record_keys')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Climbers' }).waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  await page.keyboard.press('h')
  await page.getByRole('complementary', { name: /^History/ }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('complementary').count()).toBe(0)
  for (const [key, title] of [
    ['t', /tags/i],
    ['d', /^Export/],
    ['s', 'No platform is connected yet'],
  ] as const) {
    await page.keyboard.press(key)
    await page.getByRole('dialog', { name: title }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  }
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Name' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('e')
  await page.getByText('Archived “Climbers”').waitFor()
  await page.keyboard.press('Control+z')
  await expect.poll(() => page.getByRole('button', { name: 'Send to a platform' }).count()).toBe(1)
})
