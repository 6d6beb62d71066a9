import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

import type { AppSite } from './app-site.ts'
import { openTab } from './chromium.ts'

/** What the page's own `app` says. */
export async function ask(tab: Page, expression: string): Promise<unknown> {
  return await tab.evaluate(`app.is_open.then(() => app.${expression})`)
}

/** A tab of a guest; the store is open. */
export async function openApp(context: BrowserContext, site: AppSite): Promise<Page> {
  const tab = await openTab(context, site)
  expect(await ask(tab, 'is_open')).toBe('open')
  return tab
}

/** A tab of a user, who has everything. */
export async function openSignedIn(context: BrowserContext, site: AppSite, user_id: string): Promise<Page> {
  const tab = await openApp(context, site)
  await ask(tab, `signIn('${user_id}')`)
  await isSaved(tab)
  return tab
}

/** Ends the process behind a tab, as a fault of the browser does. */
export async function crash(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab)
  const crashed = new Promise<void>((resolve) => tab.once('crash', () => resolve()))
  // It ends the session, too.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}

/** Everything is here, and everything is at the service. */
export async function isSaved(tab: Page): Promise<void> {
  await expect.poll(() => ask(tab, 'words()')).toBe('Saved')
}
