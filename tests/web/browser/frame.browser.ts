import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

async function visit(path: string, options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit(options)
  return await openPage(context, path)
}

const PATHS = [
  '/',
  '/saved-audiences',
  '/new-audience',
  '/platforms',
  '/distributions',
  '/help',
  '/what-is-new',
  '/sign-in',
]
const SCREENS = { wide: { width: 1400, height: 880 }, phone: { width: 390, height: 800 } }

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(Object.entries(SCREENS))(
    'no page of a guest has a fault that axe finds, on a %s screen',
    async (_, viewport) => {
      const page = await visit('/', { colorScheme, viewport })
      const found: Record<string, readonly string[]> = {}
      for (const path of PATHS) {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        found[path] = await violationsOn(page)
      }
      expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([])
    },
  )

  test('no layer over a page has a fault that axe finds', async () => {
    const page = await visit('/', { colorScheme, visitor: { kind: 'account', user_id: `layers_${colorScheme}` } })
    await page.getByRole('button', { name: /^Sync: / }).click()
    await page.getByRole('heading', { name: 'Sync', exact: true }).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.keyboard.press('Escape')
    for (const [keys, title] of [
      ['Control+k', 'Search and actions'],
      ['?', 'Keyboard shortcuts'],
    ] as const) {
      await page.keyboard.press(keys)
      await page.getByRole('dialog', { name: title }).waitFor()
      expect(await violationsOn(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
    await page.getByRole('button', { name: /^Account: / }).click()
    await page.getByRole('menu').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('dialog', { name: 'Sign out?' }).waitFor()
    expect(await violationsOn(page)).toEqual([])
  })
})

describe('the first visit', () => {
  test('asks whether to sign in, and goes on to the page that was wanted', async () => {
    const page = await visit('/platforms', { visitor: { kind: 'new' }, user_id: 'first' })
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await page.getByRole('button', { name: 'Sign in as first@example.com' }).click()
    await page.waitForURL('/platforms')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.reload()
    await page.getByRole('button', { name: 'Account: first@example.com' }).waitFor()
  })

  test('goes on as a guest, and asks no more', async () => {
    const page = await visit('/', { visitor: { kind: 'new' } })
    await page.getByRole('button', { name: 'Continue as guest' }).click()
    await page.waitForURL('/')
    expect(await syncWordsOn(page)).toBe('Guest · saved on this device only')
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).first().waitFor()
  })

  test('never leads to another site', async () => {
    const page = await visit('/sign-in?next=//example.com/', { visitor: { kind: 'new' } })
    await page.getByRole('button', { name: 'Continue as guest' }).click()
    await expect.poll(() => page.url()).toBe(`${site.url}/`)
  })
})

describe('an account', () => {
  test('whose sign-in has ended goes on working, and one click signs in', async () => {
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'ended' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await site.context.route('**/local/token', (route) => route.fulfill({ status: 401, json: {} }))
    await page.evaluate(() => sessionStorage.clear())
    await page.reload()
    await expect.poll(() => syncWordsOn(page)).toBe('Sign in to sync')
    await site.context.unroute('**/local/token')
    await page.getByRole('button', { name: 'Sync: Sign in to sync' }).click()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  })

  test('signs out after a question, and another tab says so', async () => {
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'leaving' } })
    const other = await openPage(site.context, '/')
    await page.getByRole('button', { name: /^Account: / }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await expect.poll(() => syncWordsOn(page)).toBe('Guest · saved on this device only')
    await expect.poll(() => syncWordsOn(other)).toBe('Signed out in another tab · reload')
    await other.getByRole('button', { name: /^Sync: Signed out/ }).click()
    await expect.poll(() => syncWordsOn(other)).toBe('Guest · saved on this device only')
  })

  test('without a connection is told so, and all of its pages open', async () => {
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'away' }, has_service_worker: true })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await page.reload()
    await site.goOffline()
    for (const path of PATHS) {
      await page.goto(path)
      await expect.poll(() => syncWordsOn(page)).toBe('Offline · saved on this device')
    }
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  })
})

describe('a link', () => {
  test('answers its click in the next picture, before its page is drawn: it says that it opens, and no longer once it has', async () => {
    const page = await visit('/help')
    const link = page.getByRole('navigation').getByRole('link', { name: 'Platforms' }).first()
    const pictures = await link.evaluate(async (element: HTMLAnchorElement) => {
      const now = () => [location.pathname, element.hasAttribute('data-opening')]
      element.focus()
      element.click()
      const clicked = now()
      await new Promise(requestAnimationFrame)
      return [clicked, now()]
    })
    expect(pictures).toEqual([
      ['/help', true],
      ['/help', true],
    ])
    await page.getByRole('heading', { level: 1, name: 'Platforms' }).waitFor()
    expect(await page.locator('[data-opening]').count()).toBe(0)
  })

  test('that is clicked before the page of another is drawn comes after it, and both are ways back', async () => {
    const page = await visit('/help')
    await page.evaluate(() => {
      for (const path of ['/platforms', '/distributions']) {
        const link = document.querySelector<HTMLAnchorElement>(`nav a[href="${path}"]`)!
        link.focus()
        link.click()
      }
    })
    const heading = () => page.getByRole('heading', { level: 1 }).innerText()
    await expect.poll(heading).toBe('Distributions')
    await page.goBack()
    await expect.poll(heading).toBe('Platforms')
    await page.goBack()
    await expect.poll(heading).toBe('Help')
  })
})

test('what the operator tells is shown from the next page on, kept, and gone when it is closed', async () => {
  const page = await visit('/', { visitor: { kind: 'account', user_id: 'told' } })
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  const text = 'Maintenance on Sunday, 02:00 to 03:00 UTC. Your work stays on this device.'
  const notice = { id: 'sunday', text, level: 'info', until: null }
  await site.context.route('**/api/flags*', (route) =>
    route.fulfill({ json: { success: true, flags: { persistence_v2: true }, notice } }),
  )
  await page.reload()
  await expect.poll(() => page.evaluate(() => localStorage.getItem('am.notice'))).toContain('Maintenance')
  await page.getByRole('link', { name: /^Audiences/ }).click()
  await page.getByText(text).waitFor()
  expect(await violationsOn(page)).toEqual([])
  await page.reload()
  await page.getByText(text).waitFor()
  await page.getByRole('button', { name: 'Close this message' }).click()
  await page.reload()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  expect(await page.getByText(text).count()).toBe(0)
})

test('an account asks once which features are on and what the operator tells', async () => {
  const context = await site.visit({ visitor: { kind: 'account', user_id: 'asking' } })
  const asked: string[] = []
  context.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname === '/api/flags' && request.method() === 'GET') asked.push(pathname)
  })
  const page = await openPage(context, '/')
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  await page.getByRole('link', { name: /^Platforms/ }).click()
  await page.waitForURL('/platforms')
  await page.reload()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  expect(asked).toEqual(['/api/flags', '/api/flags'])
})

describe('the sync panel', () => {
  test('shows what two devices made of a name side by side, and keeps the one that is chosen', async () => {
    const { audience } = (await site.save('chooser', '/api/audiences', { name: 'Runners' })) as {
      audience: { audience_id: string }
    }
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'chooser' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.goto(`/audience/${audience.audience_id}`)
    await page.getByRole('button', { name: 'Rename' }).waitFor()
    await site.goOffline()
    await renameHere(page, 'Runners of the west')
    await site.save('chooser', '/api/audiences', { audience_id: audience.audience_id, name: 'Runners of 2026' })
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('1 change needs your choice')
    await page.getByRole('button', { name: /^Sync: / }).click()
    const panel = page.getByRole('complementary', { name: 'Sync' })
    await panel.getByRole('radio', { name: 'Another device' }).check()
    expect(await violationsOn(page)).toEqual([])
    await panel.getByRole('button', { name: /^Keep/ }).click()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await site.ask('chooser', `/api/audiences/${audience.audience_id}`)).toMatchObject({
      audience: { name: 'Runners of 2026' },
    })
  })

  test('lists what waits, and the download has it', async () => {
    await site.save('waiting', '/api/audiences', { name: 'Cyclists' })
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'waiting' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.getByRole('link', { name: 'Cyclists was saved' }).click()
    await page.getByRole('button', { name: 'Rename' }).waitFor()
    await site.goOffline()
    await renameHere(page, 'Cyclists at night')
    await expect.poll(() => syncWordsOn(page)).toMatch(/^(Offline|Saved on this device)/)
    await page.getByRole('button', { name: /^Sync: / }).click()
    const panel = page.getByRole('complementary', { name: 'Sync' })
    await panel.getByText('1 change waits').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'Download my data' }).click(),
    ])
    const file = JSON.parse(await readFile(await download.path(), 'utf8')) as object
    expect(file).toMatchObject({ audiences: [{ name: 'Cyclists at night' }], unsent: [{ kind: 'audience' }] })
  })
})

describe('the keyboard', () => {
  test('reaches the content first, every place, and leads back from each layer', async () => {
    const page = await visit('/')
    await page.keyboard.press('Tab')
    expect(await focusedName(page)).toBe('To the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content')
    await page.getByRole('button', { name: /^Sync: / }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toBe('Sync')
    await page.keyboard.press('Escape')
    await expect.poll(() => focusedName(page)).toMatch(/^Sync: /)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search and actions' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => focusedName(page)).toMatch(/^Sync: /)
  })

  test.each([
    ['g o', '/'],
    ['g a', '/saved-audiences'],
    ['g p', '/platforms'],
    ['g d', '/distributions'],
    ['c', '/new-audience'],
  ])('%s leads to %s', async (keys, path) => {
    const page = await visit('/help')
    for (const key of keys.split(' ')) await page.keyboard.press(key)
    await expect.poll(() => new URL(page.url()).pathname).toBe(path)
  })

  test('has no letters where somebody switched them off, or types', async () => {
    const page = await visit('/')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').pressSequentially('ca')
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('ca')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('checkbox', { name: 'Single letters act' }).uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('c')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('moves between bars, page and panel by F6', async () => {
    const page = await visit('/')
    await page.getByRole('button', { name: /^Sync: / }).click()
    await page.getByRole('heading', { name: 'Sync', exact: true }).waitFor()
    const regions: string[] = []
    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('F6')
      regions.push(await page.evaluate(() => document.activeElement?.closest('[data-region]')?.tagName ?? 'none'))
    }
    expect(regions.toSorted()).toEqual(['ASIDE', 'MAIN', 'NAV'])
  })
})

describe('the palette', () => {
  test('finds an audience by a part of its name, and opens it', async () => {
    const { audience } = (await site.save('finder', '/api/audiences', { name: 'Été à Paris' })) as {
      audience: { audience_id: string }
    }
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'finder' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('ete')
    await page.getByRole('option', { name: /Été à Paris/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`/audience/${audience.audience_id}`)
  })

  test('is closed on a phone without a keyboard', async () => {
    const page = await visit('/', { viewport: SCREENS.phone })
    await page.getByRole('button', { name: 'Search and actions' }).click()
    await page.getByRole('combobox').fill('go to')
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  test('begins an audience that is called what was typed', async () => {
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'namer' } })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('  Spring & autumn  ')
    await page.getByRole('option', { name: 'New audience “Spring & autumn”' }).click()
    await page.waitForURL(/\/new-audience\?draft=/)
    await page
      .getByRole('textbox', { name: /Describe/i })
      .first()
      .fill('Walkers')
    await page.reload()
    await page.goto(`${page.url()}&step=naming`)
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Spring & autumn')
  })
})

describe('the palette of a record that it found', () => {
  interface Found {
    readonly page: Page
    readonly field: ReturnType<Page['getByRole']>
  }

  /** An audience that was sent to a platform, and a palette in which something was typed. */
  async function findOn(path: string, user_id: string, text: string): Promise<Found> {
    const { audience } = (await site.save(user_id, '/api/audiences', { name: 'Trail runners' })) as {
      audience: { audience_id: string }
    }
    const { platform } = (await site.save(user_id, '/api/platforms', {
      platform_type: 'meta',
      name: 'Meta, west',
    })) as { platform: { platform_id: string } }
    await site.save(user_id, '/api/distributions', {
      audience_id: audience.audience_id,
      platform_id: platform.platform_id,
      scheduled_at: '2099-01-01T08:00:00Z',
    })
    const page = await visit(path, { visitor: { kind: 'account', user_id } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox')
    await field.fill(text)
    return { page, field }
  }

  const optionsOn = (page: Page) => page.getByRole('option').allInnerTexts()

  test('shows what can be done to it by Tab, and leads back by Shift Tab and Escape', async () => {
    const { page, field } = await findOn('/help', 'palette_keys', 'trail')
    await page
      .getByRole('option', { name: /^Trail runners/ })
      .first()
      .waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.keyboard.press('Tab')
    await expect.poll(() => field.getAttribute('aria-label')).toBe('Actions on “Trail runners”')
    const words = (await optionsOn(page)).map((text) => text.split('\n')[0])
    expect(words).toEqual(['Send to a platform', 'Rename', 'Change tags', 'Export', 'Duplicate', 'Archive', 'Delete'])
    expect(await violationsOn(page)).toEqual([])
    await page.keyboard.press('Shift+Tab')
    await expect.poll(() => field.inputValue()).toBe('trail')
    await page.keyboard.press('Tab')
    await expect.poll(() => field.inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await expect.poll(() => field.inputValue()).toBe('trail')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  test('does it from any page: an audience is archived from help, with Undo', async () => {
    const { page } = await findOn('/help', 'palette_deed', 'trail')
    await page
      .getByRole('option', { name: /^Trail runners/ })
      .first()
      .waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('arch')
    await page.keyboard.press('Enter')
    // It is scheduled.
    await page.getByRole('dialog', { name: 'Archive “Trail runners”?' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Archived “Trail runners”').waitFor()
    await page.keyboard.press('Control+z')
    await expect.poll(() => page.getByText('Archived “Trail runners”').count()).toBe(0)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('trail')
    await page.keyboard.press('Tab')
    await page.getByRole('option', { name: /^Rename/ }).click()
    await page.getByRole('dialog', { name: 'Rename' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/help')
  })

  test('does what only its page can do there: a platform’s name, a scheduled send’s time', async () => {
    const { page, field } = await findOn('/', 'palette_pages', 'meta, west')
    await page
      .getByRole('option', { name: /^Meta, west/ })
      .first()
      .waitFor()
    await page.keyboard.press('Tab')
    await field.fill('name and')
    await page.keyboard.press('Enter')
    await page.waitForURL('/platforms')
    await page.getByRole('dialog').getByRole('textbox', { name: /name/i }).first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('runners to')
    await page.getByRole('option', { name: /^Trail runners to Meta, west/ }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('option', { name: /^Change the time/ }).click()
    await page.getByRole('dialog').waitFor()
    expect(page.url()).toContain('/distributions?id=')
  })
})

describe('the page', () => {
  test('moves nothing while it opens and while its data come', async () => {
    for (let number = 1; number <= 30; number++) {
      await site.save('still', '/api/audiences', { name: `Audience ${number}`, total_audience_size: number * 1000 })
    }
    const page = await visit('/', { visitor: { kind: 'account', user_id: 'still' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await shiftsOf(page)).toEqual([])
    await page.reload()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await shiftsOf(page)).toEqual([])
  })

  test.each([320, 720, 721, 1100, 1101, 1920])('never scrolls sideways at a width of %i', async (width) => {
    const page = await visit('/', { viewport: { width, height: 700 } })
    const over: Record<string, number> = {}
    for (const path of PATHS) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      over[path] = await page.evaluate(() => {
        const content = document.querySelector('#content')!
        return document.documentElement.scrollWidth - innerWidth + content.scrollWidth - content.clientWidth
      })
    }
    expect(over).toEqual(Object.fromEntries(PATHS.map((path) => [path, 0])))
  })
})

/** On the page of an audience. */
async function renameHere(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.keyboard.press('Enter')
}

async function focusedName(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const { activeElement } = document
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
  })
}
