import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startChromium } from '#tests/client/browser/chromium.ts'
import { openPage, startVisit, syncWordsOn, type Visitor } from './visits.ts'
import { startWebSite, type WebSite } from './web-site.ts'

const SCRIPT = 'https://accounts.google.com/gsi/client'
const CLIENT_ID = 'client.apps.example.com'

/** In place of Google's script: its button asks the local issuer for a token of `user_id`. */
const standIn = (user_id: string): string => `
  const options = {}
  globalThis.google = { accounts: { id: {
    initialize: (given) => Object.assign(options, given),
    renderButton: (place) => {
      const button = document.createElement('button')
      button.textContent = 'Sign in with Google'
      button.addEventListener('click', async () => {
        const body = JSON.stringify({ user_id: '${user_id}', email: '${user_id}@example.com' })
        const answer = await fetch('/local/token', { method: 'POST', body })
        options.callback({ credential: (await answer.json()).id_token })
      })
      place.replaceChildren(button)
    },
    prompt: () => undefined,
    disableAutoSelect: () => undefined,
  } } }`

let browser: Browser
let site: WebSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startWebSite()])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

let context: BrowserContext | undefined
afterEach(() => context?.close())

/** @param script undefined: something blocks it */
async function visit(path: string, visitor: Visitor, script: string | undefined): Promise<Page> {
  context = await startVisit(browser, site, {
    visitor,
    sign_in: { kind: 'google', client_id: CLIENT_ID },
    // The policy of this site is the one without Google.
    bypassCSP: true,
  })
  await context.route(SCRIPT, (route) =>
    script === undefined ? route.abort() : route.fulfill({ contentType: 'text/javascript', body: script }),
  )
  return await openPage(context, path)
}

test('who signs in with Google has an account, also after a reload', async () => {
  const page = await visit('/sign-in', { kind: 'new' }, standIn('google_user'))
  await page.getByRole('button', { name: 'Sign in with Google' }).click()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  await page.reload()
  await page.getByRole('button', { name: 'Account: google_user@example.com' }).waitFor()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
})

test('a sign-in that has ended is renewed by Google’s button in the sync panel', async () => {
  const page = await visit('/', { kind: 'account', user_id: 'google_ended' }, standIn('google_ended'))
  await expect.poll(() => syncWordsOn(page)).toBe('Sign in to sync')
  await page.getByRole('button', { name: 'Sync: Sign in to sync' }).click()
  await page.getByRole('button', { name: 'Sign in with Google' }).click()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
})

test('where Google’s script is blocked the page says so, and a guest can begin', async () => {
  const page = await visit('/sign-in', { kind: 'new' }, undefined)
  await page.getByText('Google’s sign-in could not be loaded').waitFor()
  await page.getByRole('button', { name: 'Continue as guest' }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/')
})
