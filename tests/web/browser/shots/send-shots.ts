import type { Page } from 'playwright-core'

import { SHOWN_USER } from './shown-records.ts'
import type { Shot } from './shot.ts'

const visitor = { kind: 'account', user_id: SHOWN_USER } as const
const path = '/distributions'

/** Opens one of the list, whichever has these words. */
const openSend = (words: RegExp) => async (page: Page) =>
  await page.getByRole('list', { name: 'Sends' }).getByRole('link', { name: words }).first().click()

const openFilters = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Filters/ }).click()
}

async function chooseSegments(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Send an audience' })
  await page.getByRole('button', { name: 'Send an audience' }).click()
  await dialog.getByLabel('Audience').selectOption({ label: 'Weekend trail runners, west coast' })
  await dialog.getByLabel('Platform').selectOption({ label: 'The Trade Desk' })
  await dialog.getByRole('radio', { name: 'Some' }).check()
  await dialog.getByLabel('Early risers').uncheck()
}

async function schedule(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send an audience' }).click()
  await page.getByRole('radio', { name: 'Later' }).check()
  // Clocks in Berlin show this time twice.
  await page.getByLabel('Day', { exact: true }).fill('2099-10-25')
  await page.getByLabel('Time', { exact: true }).fill('02:30')
}

async function moveSend(page: Page): Promise<void> {
  await openSend(/Scheduled/)(page)
  await page.getByRole('button', { name: 'Change the time' }).click()
}

/** Distributions in every state, and the dialogs around them. */
export const SEND_SHOTS: readonly Shot[] = [
  { name: 'distributions', path, visitor },
  { name: 'distribution-scheduled', path, visitor, act: openSend(/Scheduled/) },
  { name: 'distribution-sending', path, visitor, act: openSend(/Sending/) },
  { name: 'distribution-failed', path, visitor, act: openSend(/Failed/) },
  { name: 'distribution-not-reported', path, visitor, act: openSend(/Not reported yet/) },
  { name: 'distribution-completed', path, visitor, act: openSend(/61\.4/) },
  { name: 'distribution-cancelled', path, visitor, act: openSend(/Cancelled/) },
  { name: 'distribution-filters', path, visitor, act: openFilters },
  { name: 'send-segments', path, visitor, act: chooseSegments },
  { name: 'send-later', path, visitor, act: schedule },
  { name: 'send-moved', path, visitor, act: moveSend },
]
