import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { startChromium } from '#tests/client/browser/chromium.ts'
import { StartedSystem } from './started-system.ts'
import { syncWordsOn } from './visits.ts'

/**
 * One recorded visit: pictures in their order and a trace of Playwright, in .shots/stranger. The system is a process that was
 * started as the README says; nothing of it is replaced.
 */
const RECORDING = join(PROJECT_ROOT, '.shots/stranger')
const SENTENCE = 'Households that moved in the last six months and own a dog'
/** The first step may have to wait for the build of the app, the whole test for a busy machine. */
const STEP_MS_MAX = 120_000
const TEST_MS_MAX = 400_000
const NEW_NAME = 'New-home movers with dogs'

let browser: Browser
let system: StartedSystem
let data_dir: string
beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'stranger-'))
  ;[browser, system] = await Promise.all([startChromium(), StartedSystem.on(data_dir)])
})
afterAll(async () => {
  await browser.close()
  await system.end()
  await rm(data_dir, { recursive: true, force: true })
})

test(
  'a stranger makes an audience, keeps it, sends it, and renames it without the service',
  { timeout: TEST_MS_MAX },
  async () => {
    const { picture, page, end } = await record(browser)
    try {
      // What the README tells, and nothing else: the address, and what a good key begins with.
      const printed = await system.start()
      expect(printed).toContain(`ready ${system.url}`)
      expect(printed).toContain('good-…')
      await page.goto(system.url)
      await page.getByRole('button', { name: 'Continue as guest' }).click()
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
      await picture('guest')

      await makeAudience(page)
      await page.getByRole('link', { name: 'Open the audience' }).click()
      await page.getByRole('heading', { level: 1, name: SENTENCE }).waitFor()
      expect(await syncWordsOn(page)).toBe('Guest · saved on this device only')
      await picture('audience-of-a-guest')

      await page.getByRole('button', { name: 'Account: Guest' }).click()
      await page.getByRole('menuitem', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign in as demo@example.com' }).click()
      await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
      expect(await stored('audiences')).toMatchObject([{ name: SENTENCE, total_audience_size: 184_200 }])
      await picture('signed-in')

      await connectPlatform(page)
      await picture('platform')

      await openAudience(page, SENTENCE)
      await page.getByRole('button', { name: 'Send to a platform' }).first().click()
      await page.getByRole('button', { name: 'Send now' }).click()
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByRole('article').getByText('Not reported yet').first().waitFor()
      await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
      expect(await stored('distributions')).toMatchObject([{ status: 'pending', match_rate: null }])
      await picture('sent')

      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
      await system.end()
      await page.goto(`${system.url}/saved-audiences`)
      await page.getByRole('link', { name: SENTENCE }).click()
      await page.getByRole('button', { name: 'Rename' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill(NEW_NAME)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: NEW_NAME }).waitFor()
      await expect.poll(() => syncWordsOn(page)).toMatch(/^Offline · saved on this device/)
      await page.reload()
      await page.getByRole('heading', { level: 1, name: NEW_NAME }).waitFor()
      await expect.poll(() => syncWordsOn(page)).toMatch(/^Offline · saved on this device/)
      await picture('renamed-offline')

      await system.start()
      // The next try may be a while away; whoever comes back asks for it.
      await page.reload()
      await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
      expect(await stored('audiences')).toMatchObject([{ name: NEW_NAME }])
      await picture('saved')
      await seeElsewhere()
    } finally {
      await end()
    }
  },
)

/** From the sentence to an audience whose segments are confirmed. */
async function makeAudience(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Audiences', exact: true }).first().click()
  await page.getByRole('textbox', { name: 'Describe your audience' }).fill(SENTENCE)
  await page.getByRole('button', { name: 'Start this audience' }).click()
  await page.getByRole('radio', { name: /Third-party/ }).check()
  await page.getByRole('link', { name: 'Continue' }).click()
  await page.getByRole('searchbox', { name: 'Search variables' }).fill('own dog')
  await page.getByRole('checkbox', { name: 'Owns a dog' }).check()
  await page.getByRole('link', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Add a segment' }).click()
  await page.getByRole('textbox', { name: 'Name of segment 1' }).fill('Dog households')
  await page.getByRole('textbox', { name: 'Records of Dog households' }).fill('184200')
  await page.getByRole('button', { name: 'Confirm segments' }).click()
  await page.getByRole('button', { name: 'Save audience' }).click()
  await page.getByRole('heading', { name: `“${SENTENCE}” is saved` }).waitFor()
}

async function connectPlatform(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Platforms', exact: true }).first().click()
  await page.getByRole('button', { name: /^The Trade Desk Needs/ }).click()
  await page.getByRole('button', { name: 'Add and enter keys' }).click()
  await page.getByLabel('API token').fill('good-key')
  await page.getByLabel('Advertiser ID').fill('advertiser-1')
  await page.getByRole('button', { name: 'Store keys and test' }).click()
  await expect
    .poll(() =>
      page
        .getByRole('row', { name: /The Trade Desk/ })
        .first()
        .innerText(),
    )
    .toContain('Connected')
}

async function openAudience(page: Page, name: string): Promise<void> {
  await page
    .getByRole('link', { name: /^Audiences/ })
    .first()
    .click()
  await page.getByRole('link', { name }).first().click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

/** Another browser of the same account. */
async function seeElsewhere(): Promise<void> {
  const context = await browser.newContext({ baseURL: system.url })
  const page = await context.newPage()
  await page.goto('/sign-in?next=/saved-audiences')
  await page.getByRole('button', { name: 'Sign in as demo@example.com' }).click()
  await page.getByRole('link', { name: NEW_NAME }).waitFor()
  await context.close()
}

/** What the service has of the demo account. */
async function stored(kind: 'audiences' | 'distributions'): Promise<unknown> {
  const token = await fetch(`${system.url}/local/token`, { method: 'POST', body: '{"user_id": "demo_user"}' })
  const { id_token } = (await token.json()) as { id_token: string }
  const answer = await fetch(`${system.url}/api/${kind}`, { headers: { Authorization: `Bearer ${id_token}` } })
  return ((await answer.json()) as Readonly<Record<string, unknown>>)[kind]
}

interface Recording {
  readonly page: Page
  picture(name: string): Promise<void>
  end(): Promise<void>
}

async function record(of: Browser): Promise<Recording> {
  await rm(RECORDING, { recursive: true, force: true })
  await mkdir(RECORDING, { recursive: true })
  const context: BrowserContext = await of.newContext({ viewport: { width: 1400, height: 880 }, locale: 'en-GB' })
  context.setDefaultTimeout(STEP_MS_MAX)
  await context.tracing.start({ screenshots: true, snapshots: true })
  const page = await context.newPage()
  let number = 0
  return {
    page,
    picture: async (name) => {
      await page.screenshot({ path: join(RECORDING, `${++number}-${name}.png`) })
    },
    end: async () => {
      await page.screenshot({ path: join(RECORDING, 'end.png') })
      await context.tracing.stop({ path: join(RECORDING, 'trace.zip') })
      await context.close()
    },
  }
}
