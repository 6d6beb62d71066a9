import { readFile } from 'node:fs/promises'

import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, shiftsOf, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

const HOSTILE = '<img src=x onerror="document.title=`taken`">'
const LONG = 'Verylongnamewithoutanyspacebecausesomebodypastedit'.repeat(4)
const HEBREW = 'מטיילי סוף שבוע עם ילדים'

const RECORDS = [
  { name: 'Lapsed loyalty members', data_type: 'first_party', total_audience_size: 412_906 },
  { name: 'Café visitors', data_type: 'third_party', metadata: { tags: ['autumn'] }, total_audience_size: 86_412 },
  { name: 'New-home movers', status: 'draft', description: 'Buy pet food every month', metadata: { tags: ['autumn'] } },
  { name: 'Old spring shoppers', status: 'archived', total_audience_size: 12 },
]

/** Somebody who has these audiences, at a list that has them all. */
async function visit(user_id: string, path = '/saved-audiences', options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit({ visitor: { kind: 'account', user_id }, ...options })
  const page = await openPage(context, path)
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  return page
}

async function save(user_id: string, records: readonly object[] = RECORDS): Promise<void> {
  for (const record of records) await site.save(user_id, '/api/audiences', record)
}

async function namesOn(page: Page): Promise<readonly string[]> {
  return await page.locator('[data-id] a[data-name]').allInnerTexts()
}

const rowOf = (page: Page, name: string) => page.locator('[data-id]', { has: page.getByRole('link', { name }) })
const toastOn = (page: Page) => page.getByRole('status').filter({ hasText: 'Undo' })

async function choose(page: Page, name: string, action: string): Promise<void> {
  await rowOf(page, name).getByRole('button', { name: 'Actions', exact: true }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

describe('the list', () => {
  test('finds, filters and sorts, and its address opens the same list again', async () => {
    await save('finder')
    const page = await visit('finder')
    await page.getByText('2 active, 1 draft').waitFor()
    await page.getByRole('searchbox').fill('CAFE\u0301')
    await expect.poll(() => namesOn(page)).toEqual(['Café visitors'])
    await page.getByText('1 of 3 match the filters').waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Tag', exact: true }).click()
    await page.getByRole('checkbox', { name: 'autumn (2)' }).check()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Recently changed' }).click()
    await page.getByRole('menuitemradio', { name: 'Name, A to Z' }).click()
    await page.getByRole('radio', { name: 'Table' }).check()
    await expect.poll(() => namesOn(page)).toEqual(['Café visitors', 'New-home movers'])
    await expect.poll(() => new URL(page.url()).search).toBe('?tag=autumn&sort=name&view=table')
    await page.reload()
    await expect.poll(() => namesOn(page)).toEqual(['Café visitors', 'New-home movers'])
    await page.getByRole('button', { name: 'Remove the filter Tag: autumn' }).click()
    await expect.poll(() => namesOn(page)).toHaveLength(3)
    await page.goBack()
    await expect.poll(() => namesOn(page)).toHaveLength(2)
  })

  test('with no match says how many filters are on, and clears them', async () => {
    await save('nothing')
    const page = await visit('nothing', '/saved-audiences?q=nobody&tag=autumn')
    await page.getByText('2 filters are on, 3 audiences are saved.').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click()
    await expect.poll(() => namesOn(page)).toHaveLength(3)
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
  })

  test('has archived audiences apart, and brings them back', async () => {
    await save('shelf')
    const page = await visit('shelf')
    expect(await namesOn(page)).not.toContain('Old spring shoppers')
    await page.getByRole('link', { name: /^Archived/ }).click()
    await expect.poll(() => namesOn(page)).toEqual(['Old spring shoppers'])
    await choose(page, 'Old spring shoppers', 'Bring back')
    await page.getByText('Nothing is archived').waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { audiences } = await site.ask('shelf', '/api/audiences?status=all')
    expect((audiences as { status: string }[]).filter(({ status }) => status === 'archived')).toEqual([])
  })

  test('archives and deletes one, each with its way back', async () => {
    await save('undone')
    const page = await visit('undone')
    await choose(page, 'Café visitors', 'Archive')
    await expect.poll(() => namesOn(page)).not.toContain('Café visitors')
    await toastOn(page).getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => namesOn(page)).toContain('Café visitors')
    await choose(page, 'New-home movers', 'Delete')
    await expect.poll(() => namesOn(page)).not.toContain('New-home movers')
    await page.locator('main').click({ position: { x: 4, y: 4 } })
    await page.keyboard.press('Control+z')
    await expect.poll(() => namesOn(page)).toContain('New-home movers')
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { audiences } = await site.ask('undone', '/api/audiences')
    expect(audiences).toContainEqual(expect.objectContaining({ name: 'New-home movers', status: 'draft' }))
  })

  test('does the same to some together: tags, archive, undo', async () => {
    await save('several')
    const page = await visit('several', '/saved-audiences?view=table')
    await page.getByRole('checkbox', { name: 'Select all' }).check()
    const bar = page.getByRole('toolbar', { name: 'Selected audiences' })
    await bar.getByText('3 selected').waitFor()
    await bar.getByText('499,318 records').waitFor()
    await bar.getByRole('button', { name: 'Change tags' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('on 2 of 3').waitFor()
    await dialog.getByRole('textbox', { name: 'Add a tag' }).fill('win-back')
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Take away the tag autumn' }).click()
    await dialog.getByText('3 audiences change.').waitFor()
    await dialog.getByRole('button', { name: 'Save tags' }).click()
    await expect.poll(() => page.locator('tr[data-id]', { hasText: 'win-back' }).count()).toBe(3)
    expect(await page.locator('tr[data-id]', { hasText: 'autumn' }).count()).toBe(0)
    await bar.getByRole('button', { name: 'Archive' }).click()
    await dialog.getByText('2 audiences move to Archived.').waitFor()
    await dialog.getByText('1 draft stays as it is').waitFor()
    await dialog.getByRole('button', { name: 'Archive 2' }).click()
    await expect.poll(() => namesOn(page)).toEqual(['New-home movers'])
    await toastOn(page).getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => namesOn(page)).toHaveLength(3)
  })

  test('is worked by keys alone, and the focus stays in it', async () => {
    await save(
      'keys',
      [1, 2, 3, 4, 5].map((number) => ({ name: `Audience ${number}` })),
    )
    const page = await visit('keys', '/saved-audiences?view=table&sort=name')
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await page.locator('[data-id] a[data-name]').first().focus()
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('Audience 2')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('Shift+ArrowDown')
    expect(await focused()).toBe('Audience 4')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('e')
    await page.getByText('2 audiences move to Archived.').waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => namesOn(page)).toEqual(['Audience 1', 'Audience 2', 'Audience 5'])
    await expect.poll(focused).toBe('Audience 5')
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: 'Name' }).fill('Audience 9')
    await page.keyboard.press('Enter')
    await expect.poll(() => namesOn(page)).toContain('Audience 9')
    await expect.poll(focused).toBe('Audience 9')
    await page.keyboard.press('Control+a')
    await page.getByText('3 selected').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('toolbar').count()).toBe(0)
    await page.keyboard.press('v')
    await page.locator('li[data-id]').first().waitFor()
    await page.locator('[data-id] a[data-name]').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/audience/*')
  })

  test('shows what another tab does, and does it offline, too', async () => {
    await save('tabs')
    const page = await visit('tabs')
    const other = await openPage(site.context, '/saved-audiences')
    await site.goOffline()
    await choose(page, 'Café visitors', 'Archive')
    await expect.poll(() => namesOn(other)).not.toContain('Café visitors')
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { audiences } = await site.ask('tabs', '/api/audiences?status=archived')
    expect(audiences).toHaveLength(2)
  })

  test('says what is not on this device yet, and tries again', async () => {
    await save('late')
    const context = await site.visit({ visitor: { kind: 'account', user_id: 'late' } })
    await context.route('**/api/sync/**', (route) => route.abort('internetdisconnected'))
    const page = await openPage(context, '/saved-audiences')
    await page.getByText('Not on this device yet').waitFor()
    await context.unroute('**/api/sync/**')
    await page.getByRole('button', { name: 'Try now' }).click()
    await expect.poll(() => namesOn(page)).toHaveLength(3)
  })

  test('tells what the retention rule archived, once, and undoes it', async () => {
    await save('away')
    const page = await visit('away')
    await site.context.route('**/api/sync/pull', async (route) => {
      const answer = await route.fetch()
      const text = await answer.text()
      // As the row is after a run of retention.
      await route.fulfill({
        response: answer,
        body: text
          .replaceAll(/"client_id":"[^"]*"/g, '"client_id":"retention"')
          .replaceAll(/"updated_by":"[^"]*"/g, '"updated_by":null'),
      })
    })
    await choose(page, 'Café visitors', 'Archive')
    const banner = page.getByText('1 audience that nobody had used for a long time moved to Archived')
    await banner.waitFor()
    await site.context.unroute('**/api/sync/pull')
    await page.getByRole('main').getByRole('button', { name: 'Undo', exact: true }).first().click()
    await expect.poll(() => namesOn(page)).toContain('Café visitors')
    await expect.poll(() => banner.count()).toBe(0)
  })
})

test('a long list is in the page only as far as it is near, to its last audience', async () => {
  // Those that one import makes within a millisecond are as old as each other.
  const page = await visit('many', '/saved-audiences?sort=name')
  const lines = Array.from({ length: 150 }, (_, at) => `Audience ${at + 1},${at}`)
  await importFile(page, `name,records\n${lines.join('\n')}\n`)
  await page.getByRole('button', { name: 'Import 150' }).click()
  await page.getByText('150 active').waitFor()
  for (const [view, shown_max] of [
    ['Cards', 40],
    ['Table', 40],
  ] as const) {
    await page.getByRole('radio', { name: view }).check()
    await page.locator('[data-id] a[data-name]').first().focus()
    await page.keyboard.press('End')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Audience 150')
    expect((await namesOn(page)).length).toBeLessThan(shown_max)
    await page.keyboard.press('Home')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Audience 1')
  }
})

describe('a file', () => {
  test('is shown before it is taken in, and its bad rows by their lines', async () => {
    const page = await visit('importer')
    await importFile(page, 'Name;Type;Records;mood\r\nHikers;First-party;"1.204";good\r\n;;7;\r\nMinus;;-1;\r\n')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 audience is new').waitFor()
    await dialog.getByText('2 rows cannot be taken in').waitFor()
    await dialog.getByText('Row 3').waitFor()
    await dialog.getByText('Not used: mood').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Import 1' }).click()
    await expect.poll(() => namesOn(page)).toEqual(['Hikers'])
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { audiences } = await site.ask('importer', '/api/audiences')
    expect(audiences).toMatchObject([{ name: 'Hikers', data_type: 'first_party', total_audience_size: 1204 }])
    await importFile(page, 'name\n"open\n')
    await page.getByRole('alert').filter({ hasText: 'A quote that opens in line 2 is never closed.' }).waitFor()
  })

  test.each(['CSV for Excel', 'JSON'])('as %s has all audiences, without a connection, too', async (format) => {
    const user_id = `exporter_${format.split(' ')[0]}`
    await save(user_id)
    const page = await visit(user_id)
    const { content, name } = await exportAll(page, format, { is_offline: true })
    for (const record of RECORDS) expect(content.toString()).toContain(record.name)
    await page.getByText('is in your downloads').waitFor()
    await site.goOnline()
    await importFile(page, content.toString(), name)
    await page.getByText('4 are here already').waitFor()
  })

  test('as Parquet is made on the device, of a guest, too, and read back', async () => {
    const context = await site.visit()
    const page = await openPage(context, '/saved-audiences')
    await importFile(page, 'name,records\nHikers,5\nRunners,\nSwimmers,7\nClimbers,8\n')
    await page.getByRole('button', { name: 'Import 4' }).click()
    await expect.poll(async () => (await namesOn(page)).length).toBe(4)
    const { content, name } = await exportAll(page, 'Parquet', { is_offline: false })
    expect(content.subarray(0, 4).toString()).toBe('PAR1')
    await importFile(page, content, name)
    await page.getByText('4 are here already').waitFor()
  })

  test('of ten thousand is taken in a portion at a time, and can be stopped: what is in stays, the rest comes from the same file', async () => {
    const context = await site.visit()
    const page = await openPage(context, '/saved-audiences')
    const lines = Array.from({ length: 10_000 }, (_, at) => `Audience ${at + 1},${at}`)
    const content = `name,records\n${lines.join('\n')}\n`
    await importFile(page, content)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Import 10,000' }).click()
    await dialog.getByRole('button', { name: 'Stop' }).click()
    await dialog.getByText(/audiences are in, [\d,]+ are not. You stopped the import./).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.reload()
    await importFile(page, content)
    await dialog.getByText('are here already, and stay as they are').waitFor()
    await dialog.getByRole('button', { name: /^Import [\d,]+$/ }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('10,000 active').waitFor()
  })

  test('brings back what was deleted', async () => {
    await save('mender')
    const page = await visit('mender')
    const { audiences } = await site.ask('mender', '/api/audiences?view=full')
    await choose(page, 'Café visitors', 'Delete')
    await expect.poll(() => namesOn(page)).not.toContain('Café visitors')
    await importFile(page, JSON.stringify({ audiences }), 'a.json')
    await page.getByText('1 that you deleted comes back').waitFor()
    await page.getByRole('button', { name: 'Import 1' }).click()
    await expect.poll(() => namesOn(page)).toContain('Café visitors')
  })
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  const hard = [HOSTILE, LONG, HEBREW].map((text, at) => ({
    name: text.slice(0, 200),
    description: text,
    total_audience_size: 1_204_516_930,
    selected_variables: ['V1', 'V2', 'V3'],
    variable_details: [{ code: 'V1', description: text.slice(0, 39) }],
    segments: [{ segment_id: at, name: text.slice(0, 200), size: 1_204_516_930 }],
    metadata: { tags: [text.slice(0, 60), 'b', 'c'] },
  }))

  test.each([
    ['cards', { width: 1400, height: 880 }],
    ['table', { width: 1400, height: 880 }],
    ['cards', { width: 390, height: 800 }],
    ['table', { width: 390, height: 800 }],
  ] as const)(
    '%s of %j have no fault that axe finds, run nothing, and do not scroll sideways',
    async (view, viewport) => {
      const user_id = `stress_${colorScheme}_${view}_${viewport.width}`
      await save(user_id, [...RECORDS, ...hard])
      const page = await visit(user_id, `/saved-audiences?view=${view}`, { colorScheme, viewport })
      await expect.poll(() => namesOn(page)).toHaveLength(6)
      await page.getByRole('checkbox', { name: `Select ${HEBREW}` }).check()
      expect(await violationsOn(page)).toEqual([])
      await page.getByRole('button', { name: 'Actions', exact: true }).first().click()
      await page.getByRole('menu').waitFor()
      expect(await violationsOn(page)).toEqual([])
      expect(await page.title()).toBe('Audiences · Activation Manager')
      const over = await page.evaluate(() => {
        const content = document.querySelector('#content')!
        return content.scrollWidth - content.clientWidth
      })
      expect(over).toBe(0)
    },
  )

  test('dialogs and empty lists have no fault that axe finds', async () => {
    const user_id = `layers_${colorScheme}`
    await save(user_id)
    const page = await visit(user_id, '/saved-audiences', { colorScheme })
    for (const key of ['F2', 't', 'd']) {
      await page.locator('[data-id] a[data-name]').first().focus()
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      expect(await violationsOn(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
    await page.getByRole('button', { name: 'Tag', exact: true }).click()
    expect(await violationsOn(page)).toEqual([])
    for (const search of ['?q=nobody', '?tab=drafts', '?tab=archived']) {
      await page.goto(`/saved-audiences${search}`)
      await page.getByRole('button', { name: /^Sync: / }).waitFor()
      await expect.poll(() => page.locator('main').innerText()).not.toBe('')
      expect(await violationsOn(page)).toEqual([])
    }
  })
})

test('nothing moves while the list comes', async () => {
  await save(
    'still',
    Array.from({ length: 30 }, (_, at) => ({ name: `Audience ${at}`, total_audience_size: at })),
  )
  const page = await visit('still')
  await expect.poll(async () => (await namesOn(page)).length).toBeGreaterThan(5)
  expect(await shiftsOf(page)).toEqual([])
  await page.reload()
  await expect.poll(async () => (await namesOn(page)).length).toBeGreaterThan(5)
  expect(await shiftsOf(page)).toEqual([])
})

async function importFile(page: Page, content: string | Buffer, name = 'a.csv'): Promise<void> {
  if (!(await page.getByRole('dialog').isVisible())) {
    await page
      .getByRole('button', { name: /^Import/ })
      .first()
      .click()
  }
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })
}

async function exportAll(page: Page, format: string, { is_offline }: { readonly is_offline: boolean }) {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('radio', { name: format }).check()
  if (is_offline) await site.goOffline()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export 4 audiences' }).click(),
  ])
  return { content: await readFile(await download.path()), name: download.suggestedFilename() }
}
