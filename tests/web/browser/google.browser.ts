import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn } from './visits.ts'
import { startWebSite } from './web-site.ts'

/** Sign-in with the stand-in for Google's script: another origin, under the policy that the web function sends. */
const site = siteForTests({ has_google: true })

interface GoogleVisit {
  readonly page: Page
  /** What the policy of the page forbade. */
  readonly forbidden: readonly string[]
}

async function visit(path = '/sign-in', { is_blocked = false } = {}): Promise<GoogleVisit> {
  const context = site.keep(
    await site.browser.newContext({ baseURL: site.url, locale: 'en-GB', serviceWorkers: 'block' }),
  )
  const forbidden: string[] = []
  await context.exposeFunction('noteViolation', (text: string) => forbidden.push(text))
  await context.addInitScript(() => {
    const { noteViolation } = globalThis as { noteViolation?: (text: string) => void }
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      noteViolation?.(`${violatedDirective} ${blockedURI}`),
    )
  })
  if (is_blocked) await context.route('**/gsi/client', (route) => route.abort())
  return { page: await openPage(context, path), forbidden }
}

const button = (page: Page) => page.frameLocator('iframe[title="Sign in with Google"]').getByRole('button')

/** Chooses an account in the window that the button opens. */
async function signIn(page: Page, email: string): Promise<void> {
  const [choice] = await Promise.all([page.waitForEvent('popup'), button(page).click()])
  await choice.getByRole('textbox', { name: 'Email' }).fill(email)
  await Promise.all([choice.waitForEvent('close'), choice.getByRole('button', { name: 'Continue' }).click()])
}

async function saveAudience(page: Page): Promise<string> {
  await page
    .getByRole('link', { name: /^Audiences/ })
    .first()
    .click()
  await page.getByRole('textbox', { name: 'Describe your audience' }).fill('Trail runners')
  await page.getByRole('button', { name: 'Start this audience' }).click()
  await page.getByRole('button', { name: 'Save audience' }).click()
  await page.getByRole('heading', { name: '“Trail runners” is saved as a draft' }).waitFor()
  return page.url()
}

describe('who signs in with Google', () => {
  test('chooses an account in a window of Google’s, and has it, also after a reload and in another browser', async () => {
    const { page, forbidden } = await visit()
    expect(await violationsOn(page)).toEqual([])
    await signIn(page, 'google_user@example.com')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await saveAudience(page)
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.reload()
    await page.getByRole('button', { name: 'Account: google_user@example.com' }).waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(forbidden).toEqual([])
    await site.context.close()
    const again = await visit('/sign-in?next=/saved-audiences')
    await signIn(again.page, 'google_user@example.com')
    await again.page.getByRole('link', { name: 'Trail runners' }).waitFor()
  })

  test('goes on working when the token ends, and one more sign-in sends what waited', async () => {
    const { page } = await visit()
    await signIn(page, 'google_ended@example.com')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const token = await page.evaluate(() => sessionStorage.getItem('am.id_token'))
    await refuseToken(`Bearer ${token}`)
    await saveAudience(page)
    await expect.poll(() => syncWordsOn(page)).toBe('Sign in to sync · 1 change waits')
    await page.getByRole('button', { name: /^Sync: Sign in to sync/ }).click()
    await signIn(page, 'google_ended@example.com')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  })

  test('may close the window, or have it refused: nothing is lost, and the button is still there', async () => {
    const { page } = await visit()
    const [choice] = await Promise.all([page.waitForEvent('popup'), button(page).click()])
    await Promise.all([choice.waitForEvent('close'), choice.getByRole('button', { name: 'Cancel' }).click()])
    const frame = page.frames().find((one) => one.url().includes('/gsi/button'))!
    await frame.evaluate(() => Object.assign(globalThis, { open: () => null }))
    await button(page).click()
    await expect.poll(() => button(page).innerText()).toBe('Allow the window, then try again')
    await page.getByRole('button', { name: 'Continue as guest' }).click()
    await expect.poll(() => syncWordsOn(page)).toBe('Guest · saved on this device only')
  })
})

test('where Google’s script is blocked the page says so, and a guest can begin', async () => {
  const { page } = await visit('/sign-in', { is_blocked: true })
  await page.getByText('Google’s sign-in could not be loaded').waitFor()
  await page.getByRole('button', { name: 'Continue as guest' }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/')
})

test('a page whose policy has no Google loads no script of another origin, and says so', async () => {
  const plain = await startWebSite()
  try {
    const context = site.keep(await site.browser.newContext({ baseURL: plain.url, serviceWorkers: 'block' }))
    const config = (await (await fetch(`${site.url}/config.json`)).json()) as object
    await context.route('**/config.json', (route) => route.fulfill({ json: config }))
    const page = await openPage(context, '/sign-in')
    await page.getByText('Google’s sign-in could not be loaded').waitFor()
    expect(await page.evaluate(() => 'google' in globalThis)).toBe(false)
  } finally {
    await plain.end()
  }
})

/** The service no longer takes this token: it gets a broken one in its place. */
async function refuseToken(authorization: string): Promise<void> {
  await site.context.route('**/api/sync/*', async (route) => {
    if ((await route.request().headerValue('Authorization')) !== authorization) return await route.continue()
    await route.continue({ headers: { ...(await route.request().allHeaders()), authorization: 'Bearer ended' } })
  })
}
