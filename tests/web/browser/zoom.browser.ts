import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'

import { misfitsOn } from './fits.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn } from './visits.ts'

const site = siteForTests()
const USER = 'zooms'

/** Windows of readers who zoom in, as wide and as high as the page then has them. */
const ZOOMS = {
  'a laptop at 200 %': { width: 640, height: 400 },
  // What WCAG 1.4.10 asks for.
  'a desktop at 400 %': { width: 320, height: 256 },
}

const ENDLESS = 'Verylongnamewithoutanyspacebecausesomebodypastedit'.repeat(4)
const HEBREW = 'מטיילי סוף שבוע עם ילדים, כל האזורים'
const RECORDS = 9_204_516_930

interface Ids {
  readonly audience: string
  readonly distribution: string
}
let ids: Ids

async function saveAudience(name: string): Promise<string> {
  const { audience_id } = await site.save(USER, '/api/audiences', {
    name,
    description: name,
    status: 'active',
    data_type: 'first_party',
    total_audience_size: RECORDS,
    original_query: name,
    selected_variables: [name, 'Device'],
    segments: [ENDLESS, HEBREW].map((segment, at) => ({ segment_id: at, name: segment, size: RECORDS / 2 })),
    metadata: { tags: [ENDLESS, HEBREW, 'autumn'], campaign_id: name },
  })
  return String(audience_id)
}

async function savePlatform(name: string): Promise<string> {
  const credentials = { account_id: 'advertiser-4821', api_key: 'good-key' }
  const saved = await site.save(USER, '/api/platforms', { platform_type: 'the_trade_desk', name, credentials })
  const { platform_id } = saved['platform'] as { platform_id: string }
  await site.save(USER, `/api/platforms/${platform_id}/test`, {})
  return platform_id
}

beforeAll(async () => {
  const audience_id = await saveAudience(ENDLESS)
  await saveAudience(HEBREW)
  const platform_id = await savePlatform(ENDLESS)
  await savePlatform(HEBREW)
  const { distribution_id } = await site.save(USER, '/api/distributions', { audience_id, platform_id })
  ids = { audience: audience_id, distribution: String(distribution_id) }
  const path = `/api/distributions/${ids.distribution}/status`
  await site.report(USER, path, { status: 'in_progress' })
  await site.report(USER, path, { status: 'failed', error_message: ENDLESS })
})

type Act = (page: Page) => Promise<void>

interface Screen {
  readonly name: string
  readonly path: string
  readonly act?: Act
}

const inTurn =
  (...acts: readonly Act[]): Act =>
  async (page) => {
    for (const act of acts) await act(page)
  }
const press =
  (name: string | RegExp, role: 'button' | 'menuitem' = 'button'): Act =>
  async (page) => {
    await page.getByRole(role, { name, exact: true }).filter({ visible: true }).first().click()
  }
const type =
  (text: string): Act =>
  async (page) => {
    await page.keyboard.type(text)
  }
const words =
  (said: string): Act =>
  async (page) => {
    await page.getByText(said).first().waitFor()
  }
const dialog: Act = async (page) => {
  await page.getByRole('dialog').waitFor()
}
const drawer: Act = async (page) => {
  await page
    .getByRole('complementary')
    .getByRole('button', { name: /^Close/ })
    .waitFor()
}
const openPalette: Act = async (page) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and actions' }).waitFor()
}
/** Opens what the palette of the page has. */
const choose = (words: string): Act =>
  inTurn(openPalette, type(words), async (page) => {
    await page.getByRole('option', { name: words }).first().click()
    await page.getByRole('combobox', { name: 'Search and actions' }).waitFor({ state: 'detached' })
    await dialog(page)
  })
/** By a key, while the endless name has the focus. */
const key =
  (keys: string): Act =>
  async (page) => {
    await page.locator('[data-id] a[data-name]', { hasText: ENDLESS }).focus()
    await page.keyboard.press(keys)
  }
const step =
  (at: number): Act =>
  async (page) => {
    const item = page.getByRole('navigation', { name: 'Steps' }).getByRole('listitem').nth(at)
    await item.getByRole('link').click()
    await expect.poll(() => item.getAttribute('data-here')).toBe('true')
  }

/** The page that has least. */
const BETWEEN = '/what-is-new'
const LIST = '/saved-audiences'
const TABLE = `${LIST}?view=table`

const screens = ({ audience, distribution }: Ids): readonly Screen[] => [
  { name: 'overview', path: '/' },
  { name: 'sync', path: '/', act: inTurn(press(/^Sync: /), drawer) },
  { name: 'menu', path: '/', act: press(/^(Menu|Account: .*)$/) },
  { name: 'palette', path: '/', act: inTurn(openPalette, type('Very')) },
  { name: 'shortcuts', path: '/', act: inTurn(type('?'), dialog) },
  { name: 'cards', path: LIST },
  { name: 'menu of a card', path: LIST, act: press('Actions') },
  { name: 'cards selected', path: LIST, act: key('Control+a') },
  { name: 'table', path: TABLE },
  { name: 'rows selected', path: TABLE, act: key('Control+a') },
  { name: 'rename', path: LIST, act: inTurn(key('F2'), dialog) },
  { name: 'tags of an audience', path: LIST, act: inTurn(key('t'), dialog) },
  { name: 'send', path: LIST, act: inTurn(key('s'), dialog) },
  { name: 'archive', path: LIST, act: inTurn(key('Control+a'), type('e'), dialog) },
  { name: 'export', path: LIST, act: inTurn(key('d'), dialog) },
  { name: 'import', path: LIST, act: choose('Import') },
  { name: 'all tags', path: LIST, act: choose('Manage tags') },
  { name: 'filtered', path: `${LIST}?q=${ENDLESS}&tag=${ENDLESS}` },
  { name: 'audience', path: `/audience/${audience}` },
  { name: 'history', path: `/audience/${audience}`, act: inTurn(press('History'), drawer) },
  { name: 'edit', path: `/audience/${audience}`, act: press('Edit') },
  { name: 'describe', path: '/new-audience' },
  { name: 'data type', path: '/new-audience', act: step(1) },
  { name: 'variables', path: '/new-audience', act: step(2) },
  { name: 'segments', path: '/new-audience', act: step(3) },
  { name: 'naming', path: '/new-audience', act: step(4) },
  { name: 'platforms', path: '/platforms' },
  { name: 'add a platform', path: '/platforms', act: inTurn(press('Add a platform'), dialog) },
  {
    name: 'keys',
    path: '/platforms',
    act: inTurn(press(/^More for /), press('Replace keys', 'menuitem'), words('Replace the keys')),
  },
  {
    name: 'settings',
    path: '/platforms',
    act: inTurn(press(/^More for /), press('Name and settings', 'menuitem'), dialog),
  },
  { name: 'distributions', path: '/distributions' },
  { name: 'distribution', path: `/distributions?id=${distribution}`, act: words('a frozen copy') },
  { name: 'send an audience', path: '/distributions', act: inTurn(press('Send an audience'), dialog) },
  { name: 'help', path: '/help' },
  { name: 'what is new', path: BETWEEN },
  {
    name: 'toast',
    path: LIST,
    act: inTurn(key('e'), async (page) => await page.getByRole('button', { name: 'Undo' }).waitFor()),
  },
]

/** Within the app, as its links do; the page is not loaded again, but nothing is left of the screen before. */
async function open(page: Page, { name, path, act }: Screen): Promise<void> {
  const between = page.getByRole('heading', { level: 1, name: 'What is new' }).filter({ visible: true })
  try {
    await goTo(page, BETWEEN)
    await between.waitFor()
    if (path !== BETWEEN) {
      await goTo(page, path)
      await between.waitFor({ state: 'detached' })
      await page.getByRole('heading', { level: 1 }).filter({ visible: true }).waitFor()
    }
    await act?.(page)
  } catch (cause) {
    throw new Error(`the screen “${name}” does not open`, { cause })
  }
}

async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState({}, '', to), path)
}

const OPEN = 'dialog[open], [role=menu], aside[data-region]'

/** Closes what is open over the page. */
async function closeAll(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  for (const layer of (await page.locator(OPEN).all()).toReversed()) {
    await page.keyboard.press('Escape')
    await layer.waitFor({ state: 'detached' })
  }
}

test.each(Object.entries(ZOOMS))(
  'every screen fits on %s, with endless names, ten-digit sizes and text from right to left',
  async (_, viewport) => {
    const visitor = { kind: 'account', user_id: USER } as const
    const context = await site.visit({ viewport, visitor, reducedMotion: 'reduce' })
    const page = await openPage(context, '/')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const found: Record<string, readonly string[]> = {}
    for (const screen of screens(ids)) {
      await open(page, screen)
      const misfits = await misfitsOn(page)
      if (misfits.length > 0) found[screen.name] = misfits
      await closeAll(page)
    }
    // What the toast says was done. What is back in the list waits to be sent: before that all changes are saved, too.
    await page.keyboard.press('Control+z')
    await page.locator('[data-id] a[data-name]', { hasText: ENDLESS }).waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(found).toEqual({})
  },
)
