import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { startChromium } from '#tests/client/browser/chromium.ts'
import { openPage, startVisit, syncWordsOn, type Visitor } from '../visits.ts'
import { SHOTS_COMMAND } from './command.ts'
import { MANY_SHOTS } from './many-shots.ts'
import { PLATFORM_SHOTS } from './platform-shots.ts'
import { SEND_SHOTS } from './send-shots.ts'
import type { Shot } from './shot.ts'
import { SHOWN_USER, saveShownRecords } from './shown-records.ts'
import { startWebSite, type WebSite } from '../web-site.ts'

/** `npm run shots`: every screen in light and dark, on a wide screen and on a phone, as files to look at. */

const FOLDER = join(PROJECT_ROOT, '.shots')
const SCREENS = { wide: { width: 1400, height: 880 }, phone: { width: 390, height: 800 } } as const
const COLOURS = ['light', 'dark'] as const
const ACCOUNT: Visitor = { kind: 'account', user_id: SHOWN_USER }

const openAudience = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: 'Weekend trail runners, west coast' }).first().click()
  await page.waitForURL('/audience/*')
}

const SHOTS: readonly Shot[] = [
  { name: 'sign-in', path: '/sign-in', visitor: { kind: 'new' } },
  { name: 'overview', path: '/', visitor: ACCOUNT },
  {
    name: 'overview-charts',
    path: '/',
    visitor: ACCOUNT,
    act: async (page) => await page.getByRole('region', { name: 'Records by month' }).scrollIntoViewIfNeeded(),
  },
  { name: 'audiences-cards', path: '/saved-audiences', visitor: ACCOUNT },
  { name: 'audiences-table', path: '/saved-audiences?view=table', visitor: ACCOUNT },
  { name: 'audience', path: '/saved-audiences', visitor: ACCOUNT, act: openAudience },
  { name: 'builder', path: '/new-audience', visitor: ACCOUNT },
  { name: 'first-use', path: '/saved-audiences', visitor: { kind: 'guest' } },
  ...PLATFORM_SHOTS,
  ...SEND_SHOTS,
  ...MANY_SHOTS,
  { name: 'help', path: '/help', visitor: ACCOUNT },
  { name: 'what-is-new', path: '/what-is-new', visitor: ACCOUNT },
  { name: 'help-statuses', path: '/help#statuses', visitor: ACCOUNT },
  {
    name: 'sync',
    path: '/saved-audiences',
    visitor: ACCOUNT,
    act: async (page) => await page.getByRole('button', { name: /^Sync: / }).click(),
  },
  {
    name: 'palette',
    path: '/saved-audiences',
    visitor: ACCOUNT,
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search and actions' }).fill('trail')
    },
  },
  {
    name: 'shortcuts',
    path: '/saved-audiences',
    visitor: ACCOUNT,
    act: async (page) => await page.keyboard.press('?'),
  },
]

async function takeShots(browser: Browser, site: WebSite, only: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  for (const { name, path, visitor, act } of SHOTS) {
    if (!name.includes(only)) continue
    for (const [screen, viewport] of Object.entries(SCREENS)) {
      const context = await startVisit(browser, site, { visitor, viewport })
      const page = await openPage(context, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      if (visitor.kind === 'account') {
        while ((await syncWordsOn(page)) !== 'All changes saved') await page.waitForTimeout(100)
      }
      await act?.(page)
      await page.waitForTimeout(400)
      for (const colour_scheme of COLOURS) {
        await page.emulateMedia({ colorScheme: colour_scheme })
        // Colours change over a moment.
        await page.waitForTimeout(200)
        await page.screenshot({ path: join(FOLDER, `${name}-${screen}-${colour_scheme}.png`) })
      }
      await context.close()
    }
    process.stdout.write(`${name}\n`)
  }
}

await runCommand(SHOTS_COMMAND, async ({ only = '' }) => {
  const [browser, site] = await Promise.all([startChromium(), startWebSite()])
  try {
    await saveShownRecords(site)
    await takeShots(browser, site, only)
    process.stdout.write(`${FOLDER}\n`)
    return 0
  } finally {
    await browser.close()
    await site.end()
  }
})
