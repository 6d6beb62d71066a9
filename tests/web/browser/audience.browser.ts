import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsInEveryLook, violationsOn } from './axe.ts'
import { OLD_IDS, OTHER_SPELLING, placeOldRecords } from './old-records.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

const TRAIL = {
  name: 'Weekend trail runners',
  data_type: 'third_party',
  description: 'Adults who run off-road',
  total_audience_size: 2_404_912,
  selected_variables: ['OUT_1'],
  variable_details: [{ code: 'OUT_1', description: 'Outdoor running', relevance_score: 0.91, category: 'Sport' }],
  segments: [
    { segment_id: 1, name: 'Early risers', size: 168_344 },
    { segment_id: 2, name: 'Route planners', size: 1_106_260 },
    { segment_id: 3, name: 'Nobody counted', size: null },
  ],
  metadata: { tags: ['autumn'], campaign_id: 'TRAIL-26', other_program: { kept: true } },
}

async function save(user_id: string, record: object = TRAIL): Promise<string> {
  return String((await site.save(user_id, '/api/audiences', record))['audience_id'])
}

/** The page of an audience, on a device of its own. */
async function visit(user_id: string, id: string, options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit({ visitor: { kind: 'account', user_id }, ...options })
  const page = await openPage(context, `/audience/${id}`)
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  return page
}

const titleOn = (page: Page) => page.locator('main h1').innerText()
const stored = async (user_id: string, id: string) =>
  (await site.ask(user_id, `/api/audiences/${id}`))['audience'] as Readonly<Record<string, unknown>>

async function act(page: Page, action: string): Promise<void> {
  await page.locator('main').getByRole('button', { name: 'Actions', exact: true }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

async function rename(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.keyboard.press('Enter')
}

test('the page shows everything that was saved, and its chart the numbers of its table', async () => {
  const id = await save('whole')
  const page = await visit('whole', id)
  expect(await titleOn(page)).toBe(TRAIL.name)
  const text = await page.locator('main').innerText()
  const told = ['2,404,912', 'Adults who run off-road', 'autumn', 'Campaign TRAIL-26', 'Outdoor running', '91.0\u00A0%']
  for (const words of [...told, 'Nothing sent yet', 'Size not known yet', '{"kept":true}'])
    expect(text).toContain(words)
  const bars = await page.getByRole('list', { name: 'Segments by size' }).getByRole('listitem').allInnerTexts()
  expect(bars.map((bar) => bar.split('\n')[0])).toEqual(['Route planners', 'Early risers', 'Nobody counted'])
  await page.getByRole('radio', { name: 'Table' }).check()
  const rows = await page
    .getByRole('table', { name: `Segments of ${TRAIL.name}` })
    .getByRole('row')
    .allInnerTexts()
  expect(rows.slice(1).map((row) => row.split(/\s*\t\s*/))).toEqual([
    ['Route planners', '1,106,260', '46.0\u00A0%'],
    ['Early risers', '168,344', '7.0\u00A0%'],
    ['Nobody counted', 'Size not known yet', 'Not known yet'],
  ])
})

test('name, description, type, campaign and tags are edited where they stand, each with its way back', async () => {
  const id = await save('writer')
  const page = await visit('writer', id)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(' ')
  await page.keyboard.press('Enter')
  await page.getByText('An audience needs a name').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('Runners')
  await page.keyboard.press('Enter')
  await expect.poll(() => titleOn(page)).toBe('Runners')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titleOn(page)).toBe(TRAIL.name)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Description' }).fill('Runs at night')
  await page.getByRole('combobox', { name: 'Data type' }).selectOption('Clean room')
  await page.getByRole('textbox', { name: 'Campaign' }).fill('')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Runs at night').waitFor()
  await page.getByRole('button', { name: 'Change tags' }).click()
  await page.getByRole('textbox', { name: 'Add a tag' }).fill('night')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  expect(await stored('writer', id)).toMatchObject({
    name: TRAIL.name,
    description: 'Runs at night',
    data_type: 'clean_room',
    metadata: { tags: ['autumn', 'night'], other_program: { kept: true } },
  })
  expect((await stored('writer', id))['metadata']).not.toHaveProperty('campaign_id')
})

test('what another tab changes while it is edited is told beside the form', async () => {
  const id = await save('beside')
  const page = await visit('beside', id)
  const other = await openPage(site.context, `/audience/${id}`)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Description' }).fill('Mine')
  await other.getByRole('button', { name: 'Edit' }).click()
  await other.getByRole('textbox', { name: 'Description' }).fill('Theirs')
  await other.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('It reads now: “Theirs”').waitFor()
  expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Mine')
})

test('an old id in its other spelling leads to the audience, with what was sent under either', async () => {
  await placeOldRecords(site, 'spells')
  const page = await visit('spells', OTHER_SPELLING.audience_id)
  expect(await titleOn(page)).toBe('Old runners')
  const sent = page.getByRole('table', { name: 'Where it was sent' })
  await sent.getByRole('rowheader', { name: 'Old desk' }).waitFor()
  await rename(page, 'A new name')
  await expect.poll(() => titleOn(page)).toBe('A new name')
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  const { audience_id } = OLD_IDS
  expect(await stored('spells', audience_id)).toMatchObject({ audience_id, name: 'A new name', version: 2 })
  expect(await site.ask('spells', '/api/audiences')).toMatchObject({ count: 1 })
})

describe('an audience', () => {
  test('is archived, brought back, deleted and brought back again', async () => {
    const id = await save('mover')
    const page = await visit('mover', id)
    await act(page, 'Archive')
    await page.getByRole('button', { name: 'Bring back' }).click()
    await expect.poll(() => page.locator('main').innerText()).toContain('Active')
    await act(page, 'Delete')
    await page.getByText('This audience is gone').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await expect.poll(() => titleOn(page)).toBe(TRAIL.name)
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await stored('mover', id)).toMatchObject({ status: 'active', deleted: false })
  })

  test('that is a draft leads to the builder', async () => {
    const id = await save('drafter', { name: 'Half done', status: 'draft' })
    const page = await visit('drafter', id)
    await page.getByRole('link', { name: 'Go on in the builder' }).click()
    await page.waitForURL('**/new-audience*')
    expect(new URL(page.url()).searchParams.get('draft')).toBe(id)
  })

  test('that never was is told, with a way on', async () => {
    await save('none')
    const page = await visit('none', 'aud_01h455vb4pex5vsknk084sn02q')
    await page.getByText('There is no such audience').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('link', { name: 'To your audiences' }).click()
    await page.waitForURL('/saved-audiences')
  })
})

describe('the history', () => {
  test('says who did what where, and gives an earlier version back as a new one', async () => {
    const id = await save('past')
    const page = await visit('past', id)
    await rename(page, 'Renamed')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.getByRole('button', { name: 'History' }).click()
    const drawer = page.getByRole('complementary', { name: 'History' })
    await drawer.getByText('You, this device · version 2, current').waitFor()
    await drawer.locator('s', { hasText: TRAIL.name }).waitFor()
    await drawer.getByRole('button', { name: 'Compare with now' }).click()
    const comparison = drawer.getByRole('group', { name: 'Version 1 and now' })
    await comparison.getByText('1 thing is different now.').waitFor()
    expect(await comparison.getByRole('definition').allInnerTexts()).toEqual([TRAIL.name, 'Renamed'])
    expect(await violationsOn(page)).toEqual([])
    await comparison.getByRole('button', { name: 'Preview restore' }).click()
    await drawer.getByRole('group', { name: 'Restore version 1' }).getByText('Renamed').first().waitFor()
    await drawer.getByRole('button', { name: 'Restore version 1' }).click()
    await expect.poll(() => titleOn(page)).toBe(TRAIL.name)
    await drawer.getByText('version 3, current').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => drawer.count()).toBe(0)
  })

  test('is forgotten after a question, and the audience stays as it is', async () => {
    const id = await save('forgetter')
    const page = await visit('forgetter', id)
    await rename(page, 'Renamed')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await page.getByRole('button', { name: 'History' }).click()
    const drawer = page.getByRole('complementary', { name: 'History' })
    await drawer.getByText('version 2, current').waitFor()
    await drawer.getByRole('button', { name: 'Forget the past' }).click()
    const dialog = page.getByRole('dialog', { name: 'Forget its past?' })
    await dialog.waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Forget its past' }).click()
    await expect.poll(() => drawer.getByRole('button', { name: 'Forget the past' }).count()).toBe(0)
    expect(await titleOn(page)).toBe('Renamed')
  })

  test('of sizes is a chart and the same numbers as a table, and needs a connection', async () => {
    const id = await save('grower')
    await site.save('grower', '/api/audiences', { audience_id: id, total_audience_size: 9_000_000 })
    const page = await visit('grower', id)
    const card = page.getByRole('region', { name: 'Size over time' })
    await page.context().route('**/insights', (route) => route.abort('internetdisconnected'))
    await page.reload()
    await card.getByText('Earlier sizes are with the service, and need a connection.').waitFor()
    await page.context().unroute('**/insights')
    await card.getByRole('button', { name: 'Try again' }).click()
    await card.getByRole('img', { name: /^Records by version: from .* to 9,000,000 in 2 versions\.$/ }).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await card.getByRole('button', { name: 'Table' }).click()
    await card.getByRole('cell', { name: '9,000,000' }).waitFor()
  })

  test('of a draft tells what changed where versions in between were not kept', async () => {
    const id = await save('drafter', { ...TRAIL, status: 'draft' })
    const page = await visit('drafter', id)
    for (const name of ['First', 'Second', 'Third']) {
      await rename(page, name)
      await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    }
    await page.getByRole('button', { name: 'History' }).click()
    const drawer = page.getByRole('complementary', { name: 'History' })
    await drawer.getByText('You, this device · version 4, current').waitFor()
    await expect.poll(() => drawer.getByRole('definition').allInnerTexts()).toEqual([TRAIL.name, 'Third'])
  })

  test('says that it needs a connection, and comes when there is one', async () => {
    const id = await save('distant')
    const page = await visit('distant', id)
    await site.goOffline()
    await page.getByRole('button', { name: 'History' }).click()
    await page.getByText('History needs a connection').waitFor()
    await site.goOnline()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => page.getByText('version 1, current').count()).toBe(1)
  })

  test('of a guest begins with an account', async () => {
    const context = await site.visit()
    const page = await openPage(context, '/saved-audiences')
    await page
      .getByRole('button', { name: /Import/ })
      .first()
      .click()
    const file = { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('name\nMine\n') }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('button', { name: 'Import 1' }).click()
    await page.getByRole('link', { name: 'Mine' }).click()
    await page.getByRole('button', { name: 'History' }).click()
    await expect.poll(() => page.getByText('History begins with an account').count()).toBe(1)
  })
})

describe('a field that two devices changed', () => {
  /** Both rename it, this one without a connection. */
  async function conflicting(user_id: string, options: VisitOptions = {}): Promise<{ page: Page; id: string }> {
    const id = await save(user_id, { ...TRAIL, name: 'Early gift planners' })
    const page = await visit(user_id, id, options)
    await site.goOffline()
    await rename(page, 'Early gift planners, before November')
    await site.save(user_id, '/api/audiences', { audience_id: id, name: 'Early gift planners 2026' })
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('1 change needs your choice')
    await page.getByRole('heading', { name: 'Changed on two devices' }).waitFor()
    return { page, id }
  }

  test('is shown side by side, and the one that is kept is kept', async () => {
    const { page, id } = await conflicting('mine')
    expect(await page.locator('main mark').allInnerTexts()).toEqual(['planners, before November', 'planners 2026'])
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Decide later' }).click()
    await page.getByText('A change waits for your choice').waitFor()
    await page.getByRole('button', { name: 'Choose now' }).click()
    await page.getByRole('button', { name: 'Keep this device’s name' }).click()
    await expect.poll(() => titleOn(page)).toBe('Early gift planners, before November')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await stored('mine', id)).toMatchObject({ name: 'Early gift planners, before November' })
  })

  test('may be left to the other device', async () => {
    const { page, id } = await conflicting('theirs', { viewport: { width: 390, height: 800 }, colorScheme: 'dark' })
    expect(await violationsOn(page)).toEqual([])
    await page.getByRole('radio', { name: 'Another device' }).check()
    await page.getByRole('button', { name: 'Keep the other device’s name' }).click()
    await expect.poll(() => titleOn(page)).toBe('Early gift planners 2026')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await stored('theirs', id)).toMatchObject({ name: 'Early gift planners 2026' })
  })
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([1400, 1000, 390, 320])(
    'a page of hostile and endless texts has no fault that axe finds at %i, runs nothing, and never scrolls sideways',
    async (width) => {
      const hostile = '<img src=x onerror="document.title=`taken`">'
      const endless = 'Verylongnamewithoutanyspacebecausesomebodypastedit'.repeat(4)
      const hebrew = 'מטיילי סוף שבוע עם ילדים'
      const user_id = `hard_${colorScheme}_${width}`
      const id = await save(user_id, {
        name: endless,
        description: hostile + endless,
        original_query: hebrew,
        enhanced_name: hostile,
        natural_language_criteria: endless,
        insights: [hostile, endless],
        total_audience_size: 9_007_199_254_740_991,
        selected_variables: [hostile, endless],
        variable_details: [{ code: hostile, description: endless, category: hostile, type: hostile }],
        segments: [hostile, endless, hebrew].map((name, at) => ({ segment_id: at, name, size: 1_204_516_930 - at })),
        metadata: { tags: [hostile, endless, hebrew], campaign_id: hostile, [hostile]: hostile },
      })
      const page = await visit(user_id, id, { colorScheme, viewport: { width, height: 880 } })
      expect(await titleOn(page)).toBe(endless)
      expect(await violationsOn(page)).toEqual([])
      await page.getByRole('button', { name: 'History' }).click()
      await page.getByText('version 1, current').waitFor()
      expect(await violationsOn(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Edit' }).click()
      expect(await violationsOn(page)).toEqual([])
      expect(await page.title()).toBe(`${endless} · Activation Manager`)
      const over = await page.evaluate(() => {
        const content = document.querySelector('#content')!
        return [document.documentElement.scrollWidth - innerWidth, content.scrollWidth - content.clientWidth]
      })
      expect(over).toEqual([0, 0])
    },
  )
})

test('the keyboard does what the menu does, while the focus is on the record', async () => {
  const id = await save('keyed')
  const page = await visit('keyed', id)
  await page.getByRole('button', { name: 'Rename' }).focus()
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Name' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Edit' }).focus()
  await page.keyboard.press('h')
  await page.getByRole('heading', { name: 'History' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Edit' }).focus()
  await page.keyboard.press('e')
  await expect.poll(() => page.getByRole('button', { name: 'Bring back' }).count()).toBe(1)
})

test('nothing moves while the page comes', async () => {
  const id = await save('still')
  const page = await visit('still', id)
  expect(await titleOn(page)).toBe(TRAIL.name)
  await page.reload()
  await expect.poll(() => titleOn(page)).toBe(TRAIL.name)
  expect(await shiftsOf(page)).toEqual([])
})
