import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'

import { STORAGE_CONTRACT } from '../storage-contract.ts'
import { openTab, serveScript, startChromium, type TestSite } from './chromium.ts'

let browser: Browser
let site: TestSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), serveScript('contract-page.ts')])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

describe('storage in Chromium', () => {
  let context: BrowserContext
  let page: Page
  beforeEach(async () => {
    context = await browser.newContext()
    page = await openTab(context, site)
  })
  afterEach(() => context.close())

  test.each(Object.keys(STORAGE_CONTRACT))('%s', async (title) => {
    const checked = page.evaluate(`contract.check(${JSON.stringify(title)}, 'contract')`)
    await expect(checked).resolves.toBeUndefined()
  })
})
