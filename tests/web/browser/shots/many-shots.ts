import type { Page } from 'playwright-core'

import { SHOWN_USER } from './shown-records.ts'
import type { Shot } from './shot.ts'

const visitor = { kind: 'account', user_id: SHOWN_USER } as const
const path = '/saved-audiences?view=table'

async function selectAll(page: Page): Promise<void> {
  await page.locator('[data-id] a[data-name]').first().focus()
  await page.keyboard.press('Control+a')
}

async function archiveAll(page: Page): Promise<void> {
  await selectAll(page)
  await page.keyboard.press('e')
  await page.getByRole('dialog').waitFor()
}

async function manageTags(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and actions' }).fill('manage tags')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Rename outdoor' }).click()
}

async function lookAtSizes(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Weekend trail runners, west coast' }).first().click()
  await page.getByText('Hand-overs by platform').scrollIntoViewIfNeeded()
}

async function goBack(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and actions' }).fill('earlier moment')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'An hour ago' }).click()
  await page.getByRole('button', { name: 'Show what would change' }).click()
  await page.getByRole('button', { name: 'Another moment' }).waitFor()
}

/** What is done to many together, and what is looked at before. */
export const MANY_SHOTS: readonly Shot[] = [
  { name: 'many-selected', path, visitor, act: selectAll },
  { name: 'many-archive', path, visitor, act: archiveAll },
  { name: 'many-tags', path, visitor, act: manageTags },
  { name: 'many-sizes', path, visitor, act: lookAtSizes },
  { name: 'many-back', path, visitor, act: goBack },
]
