import type { Page } from 'playwright-core'

import { SHOWN_USER } from './shown-records.ts'
import type { Shot } from './shot.ts'

const visitor = { kind: 'account', user_id: SHOWN_USER } as const
const path = '/platforms'

const chooseOf = (name: string, words: string) => async (page: Page) => {
  await page.getByRole('button', { name: `More for ${name}`, exact: true }).click()
  await page.getByRole('menuitem', { name: words }).click()
}

const addPlatform = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Add a platform' }).click()
}

/** The platforms, what can be done to one, and the dialogs around them. */
export const PLATFORM_SHOTS: readonly Shot[] = [
  { name: 'platforms', path, visitor },
  { name: 'platform-add', path, visitor, act: addPlatform },
  {
    name: 'platform-menu',
    path,
    visitor,
    act: async (page) => await page.getByRole('button', { name: 'More for Meta, brand account' }).click(),
  },
  { name: 'platform-keys', path, visitor, act: chooseOf('Google Ads, always on', 'Enter keys') },
  { name: 'platform-settings', path, visitor, act: chooseOf('Meta, brand account', 'Name and settings') },
  { name: 'platform-delete', path, visitor, act: chooseOf('The Trade Desk', 'Delete') },
]
