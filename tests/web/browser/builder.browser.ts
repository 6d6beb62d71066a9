import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { startProfile } from '#tests/client/browser/chromium.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, refuseNextPush, shiftsOf, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

const WORDS = 'Households that moved and buy pet food'
const CSV =
  'name,size,description\nMove-in month,184200,Moved in the last 60 days\nSettled movers,141750,\nCat households,,\n,5,\nBad,lots,\n'

async function visit(options: VisitOptions = {}, path = '/new-audience'): Promise<Page> {
  const context = await site.visit(options)
  return await openPage(context, path)
}

const words = (page: Page) => page.getByRole('textbox', { name: 'Describe your audience' })
const step = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name })
const foot = (page: Page) => page.getByRole('region', { name: 'This draft' })
const saveButton = (page: Page) => page.getByRole('button', { name: 'Save audience' })
const size = (page: Page, of: string) => page.getByRole('textbox', { name: `Records of ${of}` })

async function typeWords(page: Page, text = WORDS): Promise<void> {
  await words(page).fill(text)
  await foot(page)
    .getByText(/^Draft kept on this device/)
    .waitFor()
}

async function importCsv(page: Page, csv = CSV): Promise<void> {
  await step(page, /Segments/).click()
  await page.getByRole('radio', { name: 'Import CSV or JSON' }).check()
  await page.getByRole('textbox', { name: 'Content' }).fill(csv)
}

/** What the service has of a user. */
async function audiencesOf(user_id: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { audiences } = (await site.ask(user_id, '/api/audiences')) as {
    audiences: Readonly<Record<string, unknown>>[]
  }
  return audiences
}

describe('a guest', () => {
  test('makes an audience by mouse, from a sentence to what was saved', async () => {
    const page = await visit()
    await typeWords(page)
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.getByRole('radio', { name: /Third-party/ }).check()
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.getByRole('searchbox', { name: 'Search variables' }).fill('own dog')
    await page.getByRole('checkbox', { name: 'Owns a dog' }).check()
    await page.getByRole('radio', { name: 'Paste' }).check()
    await page.getByRole('textbox', { name: 'Codes of variables' }).fill('PET_DOG, RECENT_MOVE, OWN_CODE_7')
    await page.getByRole('button', { name: 'Add 2 variables' }).click()
    await page.getByRole('textbox', { name: 'Relevance of Owns a dog in percent' }).fill('95')
    await page.getByRole('combobox', { name: 'Type of OWN_CODE_7' }).selectOption('Behavioral')
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Add a segment' }).click()
    await page.getByRole('textbox', { name: 'Name of segment 1' }).fill('Dog households')
    await size(page, 'Dog households').fill('1204516930')
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await foot(page).getByText('Segments confirmed').waitFor()
    await page.getByRole('link', { name: 'Next: campaign and tags' }).click()
    await page.getByRole('combobox', { name: 'Campaign' }).fill('spring_26')
    await page.getByRole('combobox', { name: 'Tags' }).fill('pets')
    await page.keyboard.press('Enter')
    await saveButton(page).click()
    await page.getByRole('heading', { name: `“${WORDS}” is saved` }).waitFor()
    expect(await page.locator('main').innerText()).toContain('1,204,516,930 records · 1 segment')
    await page.getByRole('link', { name: 'Open the audience' }).click()
    await page.waitForURL(/\/audience\/aud_/)
  })

  test('makes an audience by keyboard alone', async () => {
    const page = await visit()
    await words(page).focus()
    await page.keyboard.type('Trail runners')
    await press(page, 'Continue')
    await page.getByRole('radio', { name: /First-party/ }).focus()
    await page.keyboard.press('Space')
    await press(page, 'Continue')
    await page.getByRole('searchbox', { name: 'Search variables' }).focus()
    await page.keyboard.type('off-road')
    await tabTo(page, 'Runs off-road')
    await page.keyboard.press('Space')
    await press(page, 'Continue')
    await press(page, 'Add a segment')
    await expect.poll(() => focusedName(page)).toBe('Name of segment 1')
    await page.keyboard.type('Route planners')
    await tabTo(page, 'Records of Route planners')
    await page.keyboard.type('12,400')
    await press(page, 'Confirm segments')
    await press(page, 'Save audience')
    await page.getByRole('heading', { name: '“Trail runners” is saved' }).waitFor()
    expect(await focusedName(page)).toBe('“Trail runners” is saved')
  })

  test('saves a draft before the segments are confirmed, and goes on with it later', async () => {
    const page = await visit()
    await typeWords(page)
    await saveButton(page).click()
    await page.getByRole('heading', { name: `“${WORDS}” is saved as a draft` }).waitFor()
    const { href } = new URL(page.url())
    await page.goto(href)
    expect(await words(page).inputValue()).toBe(WORDS)
    await importCsv(page)
    await page.getByRole('button', { name: 'Import 3 segments' }).click()
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await saveButton(page).click()
    await page.getByRole('heading', { name: `“${WORDS}” is saved`, exact: true }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: `“${WORDS}” is saved`, exact: true }).waitFor()
  })
})

describe('a draft', () => {
  test('survives a reload, and is there in another tab', async () => {
    const page = await visit()
    await typeWords(page)
    await page.reload()
    expect(await words(page).inputValue()).toBe(WORDS)
    const other = await openPage(site.context, new URL(page.url()).pathname + new URL(page.url()).search)
    await words(other).fill('Changed elsewhere')
    await expect.poll(() => words(page).inputValue()).toBe('Changed elsewhere')
  })

  test('survives the end of the browser’s process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'builder-'))
    const first = await startProfile(folder)
    await asGuest(first.context)
    const page = await openPage(first.context, `${site.url}/new-audience`)
    await typeWords(page)
    const address = page.url()
    await first.kill()
    const second = await startProfile(folder)
    await asGuest(second.context)
    const again = await openPage(second.context, address)
    expect(await words(again).inputValue()).toBe(WORDS)
    await second.context.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('is pointed at from the next one, which opens it', async () => {
    const page = await visit()
    await typeWords(page, 'Trail runners')
    const others = page.getByRole('navigation', { name: /on this device$/ })
    expect(await others.count()).toBe(0)
    await page.goto('/new-audience')
    await typeWords(page, 'Gift planners')
    expect(await others.getByRole('heading').innerText()).toBe('1 other draft on this device')
    expect(await violationsOn(page)).toEqual([])
    await others.getByRole('link', { name: 'Trail runners' }).click()
    await expect.poll(() => words(page).inputValue()).toBe('Trail runners')
    await others.getByRole('link', { name: 'Gift planners' }).waitFor()
  })

  test('that another tab saves is told here, and nothing typed is lost', async () => {
    const page = await visit()
    await typeWords(page)
    const other = await openPage(site.context, page.url())
    await saveButton(other).click()
    await other.getByRole('heading', { name: /is saved as a draft/ }).waitFor()
    await page.getByText('Another tab has saved this draft or thrown it away.').waitFor()
    expect(await words(page).inputValue()).toBe(WORDS)
  })

  test('that finds no space says so, can be downloaded, and is kept once there is some', async () => {
    const context = await site.visit()
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    // Before the first write: Chromium remembers for a while how much room there was.
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 400_000 })
    await page.goto('/new-audience')
    await typeWords(page)
    await importCsv(page, largeCsv())
    await page.getByRole('button', { name: 'Import 900 segments' }).click()
    await page.getByText('This device is full, so this draft is not kept.').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download draft' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`${WORDS}.json`)
    await saveButton(page).click()
    await page.getByText(/This device is full, so it was not saved/).waitFor()
    expect(await page.getByRole('textbox', { name: /^Records of / }).count()).toBe(900)
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.url })
    await page.getByRole('button', { name: 'Try again' }).click()
    await foot(page)
      .getByText(/^Draft kept on this device/)
      .waitFor()
    await saveButton(page).click()
    await page.getByRole('heading', { name: /is saved as a draft/ }).waitFor()
  })
})

describe('what is wrong', () => {
  test('with a size is said beside its field, which gets the focus', async () => {
    const page = await visit()
    await importCsv(page)
    await page.getByRole('button', { name: 'Import 3 segments' }).click()
    await size(page, 'Cat households').fill('12,40')
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await page.getByText('Use digits only, for example 12,400').waitFor()
    await expect.poll(() => focusedName(page)).toBe('Records of Cat households')
    await saveButton(page).click()
    await expect.poll(() => focusedName(page)).toBe('Records of Cat households')
  })

  test('with an audience of nothing leads to its name', async () => {
    const page = await visit()
    await saveButton(page).click()
    await page.getByText('Give it a name, or describe it in the first step').waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name')
    await page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(201))
    await page.getByText('A name has 200 characters at most').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(200))
    await saveButton(page).click()
    await page.getByRole('heading', { name: /is saved as a draft/ }).waitFor()
  })

  test('with a file is told by its rows before anything is taken, and Undo takes it out again', async () => {
    const page = await visit()
    await importCsv(page)
    await page.getByText('3 segments are new · 2 entries cannot be taken').waitFor()
    await page.getByText('Row 6: “lots” is not a size.').waitFor()
    await page.getByRole('button', { name: 'Import 3 segments' }).click()
    expect(await size(page, 'Move-in month').inputValue()).toBe('184,200')
    expect(await size(page, 'Cat households').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('No segments yet.').waitFor()
    await page.getByRole('radio', { name: 'Import CSV or JSON' }).check()
    await page.locator('input[type=file]').setInputFiles({
      name: 'platforms.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"platforms":[]}'),
    })
    await page.getByText('It has no list of segments.').waitFor()
  })
})

test('shows what was typed as text, whatever it is', async () => {
  const markup = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
  const page = await visit()
  await typeWords(page, markup)
  await step(page, /Variables/).click()
  await page.getByRole('radio', { name: 'Paste' }).check()
  await page.getByRole('textbox', { name: 'Codes of variables' }).fill(JSON.stringify([{ code: markup, type: markup }]))
  await page.getByRole('button', { name: 'Add 1 variable' }).click()
  await importCsv(page, JSON.stringify([{ name: markup, size: 5, description: markup }]))
  await page.getByRole('button', { name: 'Import 1 segment' }).click()
  await step(page, /Campaign/).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(markup)
  await page.getByRole('combobox', { name: 'Campaign' }).fill(markup)
  await page.getByRole('combobox', { name: 'Tags' }).fill(markup)
  await page.keyboard.press('Enter')
  await saveButton(page).click()
  await page.getByRole('heading', { name: `“${markup}” is saved as a draft` }).waitFor()
  expect(await page.title()).toContain(markup)
  expect(await page.locator('main img, main script').count()).toBe(0)
})

describe('an account', () => {
  test('without a connection saves on the device, and the service has it later', async () => {
    const page = await visit({ visitor: { kind: 'account', user_id: 'builder_offline' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await site.goOffline()
    await typeWords(page)
    await importCsv(page)
    await page.getByRole('button', { name: 'Import 3 segments' }).click()
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    await saveButton(page).click()
    await page.getByText('It is on this device').waitFor()
    await site.goOnline()
    await page.getByText('It is in your account, and on each of your devices.').waitFor()
    expect(await audiencesOf('builder_offline')).toMatchObject([
      { name: WORDS, status: 'active', total_audience_size: null, segment_count: 3 },
    ])
  })

  test('corrects what the service has refused', async () => {
    const page = await visit({ visitor: { kind: 'account', user_id: 'builder_refused' } })
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await refuseNextPush(site.context)
    await typeWords(page)
    await saveButton(page).click()
    await expect.poll(() => syncWordsOn(page)).toBe('1 change was not accepted')
    await page.reload()
    await page.getByText(/The service did not take this audience: The limit is reached\./).waitFor()
    // Its list tells it, too, and leads back here.
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /^Audiences/ })
      .first()
      .click()
    const refused = page.getByRole('region', { name: /was not accepted$/ })
    await refused.getByText('It is on this device only. Answer: The limit is reached.').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await refused.getByRole('link', { name: 'Correct it' }).click()
    await step(page, /Campaign/).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Smaller')
    await saveButton(page).click()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await audiencesOf('builder_refused')).toMatchObject([{ name: 'Smaller', status: 'draft' }])
  })
})

const SCREENS = { wide: { width: 1400, height: 880 }, phone: { width: 390, height: 800 } }

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(Object.entries(SCREENS))('no step has a fault that axe finds, on a %s screen', async (_, viewport) => {
    const page = await visit({ colorScheme, viewport })
    await typeWords(page, `${WORDS} ${'x'.repeat(200)} מטיילי סוף שבוע`)
    await importCsv(page)
    expect(await violationsOn(page), 'import').toEqual([])
    await page.getByRole('button', { name: 'Import 3 segments' }).click()
    await size(page, 'Cat households').fill('many')
    await page.getByRole('button', { name: 'Confirm segments' }).click()
    expect(await violationsOn(page), 'segments').toEqual([])
    await page.getByRole('button', { name: 'Actions for Cat households' }).click()
    expect(await violationsOn(page), 'menu').toEqual([])
    await page.keyboard.press('Escape')
    await size(page, 'Cat households').fill('9999999999')
    await step(page, /Describe/).click()
    expect(await violationsOn(page), 'describe').toEqual([])
    await step(page, /Data type/).click()
    expect(await violationsOn(page), 'data type').toEqual([])
    await step(page, /Variables/).click()
    await page.getByRole('searchbox', { name: 'Search variables' }).fill('own')
    await page.getByRole('checkbox', { name: 'Owns a dog' }).check()
    expect(await violationsOn(page), 'variables').toEqual([])
    await page.getByRole('radio', { name: 'Paste' }).check()
    expect(await violationsOn(page), 'paste').toEqual([])
    await step(page, /Campaign/).click()
    await page.getByRole('combobox', { name: 'Tags' }).fill('one,two,')
    expect(await violationsOn(page), 'naming').toEqual([])
    await saveButton(page).click()
    await page.getByRole('heading', { name: /is saved as a draft/ }).waitFor()
    expect(await violationsOn(page), 'saved').toEqual([])
  })
})

test('each step says that it is the current one, moves nothing that is there, and scrolls nowhere sideways on a small phone', async () => {
  const page = await visit({ viewport: { width: 320, height: 640 } })
  await typeWords(page, 'x'.repeat(200))
  await importCsv(page)
  await page.getByRole('button', { name: 'Import 3 segments' }).click()
  for (const name of [/Describe/, /Data type/, /Variables/, /Segments/, /Campaign/]) {
    await step(page, name).click()
    await expect.poll(() => step(page, name).getAttribute('aria-current')).toBe('step')
    const over = await page.evaluate(() => {
      const content = document.querySelector('#content')!
      return [document.documentElement.scrollWidth - innerWidth, content.scrollWidth - content.clientWidth]
    })
    expect([name.source, ...over]).toEqual([name.source, 0, 0])
  }
})

test('of hundreds of segments and variables only groups in sight are laid out, and each field is reached all the same', async () => {
  const page = await visit()
  await typeWords(page)
  // By name: to find one of thousands by its role takes a second.
  const field = (name: string) => page.locator(`input[name="${name}"]`)
  /** How many fields there are whose names end so, and how many of them are laid out. */
  const fieldsOf = async (end: string) =>
    await page.evaluate((name_end) => {
      const fields = [...document.querySelectorAll(`input[name$="${name_end}"]`)]
      const laid_out = fields.filter((field) => field.checkVisibility({ contentVisibilityAuto: true }))
      return { all: fields.length, is_few: laid_out.length >= 10 && laid_out.length <= 100 }
    }, end)
  await importCsv(page, `name,size\n${Array.from({ length: 990 }, (_, at) => `Segment ${at},${at}`).join('\n')}`)
  await page.getByRole('button', { name: 'Import 990 segments' }).click()
  await field('segments.500.size').fill('many')
  await field('segments.989.size').fill('7')
  await page.getByText('Use digits only, for example 12,400').waitFor()
  expect(await field('segments.989.size').inputValue()).toBe('7')
  await expect.poll(() => fieldsOf('.size')).toEqual({ all: 990, is_few: true })
  // Out of sight the last ten take the room of ten rows of 69 pixels.
  const last_group = page.getByRole('table', { name: 'Segments' }).locator('tbody').nth(-2)
  expect(await last_group.evaluate((group) => getComputedStyle(group).containIntrinsicHeight)).toBe('auto 690px')

  await step(page, /Variables/).click()
  await page.getByRole('radio', { name: 'Paste' }).check()
  const codes = Array.from({ length: 1000 }, (_, at) => `CODE_${at}`)
  await page.getByRole('textbox', { name: 'Codes of variables' }).fill(codes.join('\n'))
  await page.getByRole('button', { name: 'Add 1,000 variables' }).click()
  await field('variables.999.relevance').fill('30')
  await expect.poll(() => fieldsOf('.relevance')).toEqual({ all: 1000, is_few: true })
})

test('nothing moves while a draft is opened', async () => {
  const page = await visit()
  await typeWords(page)
  await page.reload()
  await words(page).waitFor()
  expect(await shiftsOf(page)).toEqual([])
})

/** More than a small device takes, of what cannot be compressed. */
function largeCsv(): string {
  const random = seededRandom(1)
  const rows = Array.from(
    { length: 900 },
    (_, at) => `Segment ${at},1,${Buffer.from(random.bytes(250)).toString('hex')}`,
  )
  return `name,size,description\n${rows.join('\n')}`
}

async function asGuest(of: BrowserContext): Promise<void> {
  await of.addInitScript(() => localStorage.setItem('am.guest', 'yes'))
}

async function focusedName(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const { activeElement } = document
    const label = activeElement instanceof HTMLInputElement ? activeElement.labels?.[0]?.textContent : undefined
    return activeElement?.getAttribute('aria-label') ?? label ?? activeElement?.textContent ?? ''
  })
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await focusedName(page)).trim() === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to “${name}”`)
}

/** Goes to a button or link by Tab, and presses Enter. */
async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}
