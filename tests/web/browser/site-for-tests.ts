import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'

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
  return {
    get url() {
      return started().site.url
    },
    get browser() {
      return started().browser
    },
    get context() {
      const latest = contexts.at(-1)
      if (!latest) throw new Error('this test has not visited the site yet')
      return latest
    },
    token: (...asked) => started().site.token(...asked),
    save: (...asked) => started().site.save(...asked),
    report: (...asked) => started().site.report(...asked),
    ask: (...asked) => started().site.ask(...asked),
    visit: async (visit_options) => keep(await startVisit(started().browser, started().site, visit_options)),
    keep,
  }
}
