import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

import { startChromium } from '#tests/client/browser/chromium.ts'
import { startVisit, type VisitOptions } from './visits.ts'
import { startWebSite, type WebSite, type WebSiteOptions } from './web-site.ts'

/** The site and a browser for the tests of one file. */
export interface SiteForTests extends Omit<WebSite, 'end'> {
  readonly browser: Browser
  /** Of the latest visit in this test. */
  readonly context: BrowserContext
  /** As `startVisit`; the visit ends with the test. */
  visit(options?: VisitOptions): Promise<BrowserContext>
  /**
   * Takes the connection of the latest visit away, once each of its pages has the files that it loads after it is shown: they
   * are what a page without a connection needs, and these pages have no service worker that keeps them.
   */
  goOffline(): Promise<void>
  goOnline(): Promise<void>
  /** Ends a context with the test that somebody else has made. */
  keep(context: BrowserContext): BrowserContext
}

/**
 * Starts both before the first test of the file, and ends them after the last.
 * @param options or what has to start before the site, which says them
 */
export function siteForTests(options: WebSiteOptions | (() => Promise<WebSiteOptions>) = {}): SiteForTests {
  let browser: Browser | undefined
  let site: WebSite | undefined
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    const site_options = typeof options === 'function' ? await options() : options
    ;[browser, site] = await Promise.all([startChromium(), startWebSite(site_options)])
  })
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })
  afterAll(async () => {
    await browser?.close()
    await site?.end()
  })
  const started = () => {
    if (!browser || !site) throw new Error('the site is there for hooks and tests only')
    return { browser, site }
  }
  const keep = (context: BrowserContext) => {
    contexts.push(context)
    return context
  }
  const latest = () => {
    const context = contexts.at(-1)
    if (!context) throw new Error('this test has not visited the site yet')
    return context
  }
  return {
    get url() {
      return started().site.url
    },
    get browser() {
      return started().browser
    },
    get context() {
      return latest()
    },
    token: (...asked) => started().site.token(...asked),
    save: (...asked) => started().site.save(...asked),
    report: (...asked) => started().site.report(...asked),
    ask: (...asked) => started().site.ask(...asked),
    place: (...asked) => started().site.place(...asked),
    visit: async (visit_options) => keep(await startVisit(started().browser, started().site, visit_options)),
    goOffline: async () => {
      const pages = latest().pages()
      await expect.poll(async () => await Promise.all(pages.map(hasLaterFiles))).not.toContain(false)
      await latest().setOffline(true)
    },
    goOnline: async () => await latest().setOffline(false),
    keep,
  }
}

async function hasLaterFiles(page: Page): Promise<boolean> {
  return await page.evaluate(() => performance.getEntriesByName('later files loaded').length > 0)
}
