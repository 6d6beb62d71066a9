import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { type Clock, systemClock } from '#shared/base/clock.ts'
import { deskAt } from '#tests/infra/audiences/harness.ts'
import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn } from './visits.ts'

const USER = 'planner'
const COUNT = 300
const ARCHIVED_COUNT = 120
const MINUTE_MS = 60_000

/** The service's clock: behind, until the test sets it right. */
let behind_ms = 10 * MINUTE_MS
const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() - behind_ms }

const site = siteForTests({ clock })

interface SavedAudience {
  readonly audience_id: string
  readonly name: string
  readonly status: string
  readonly metadata: { readonly tags?: readonly string[] }
}

/** Everything that the service has. */
async function saved(): Promise<readonly SavedAudience[]> {
  const all: SavedAudience[] = []
  let cursor: unknown = null
  do {
    const more = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = await site.ask(USER, `/api/audiences?status=all&limit=200${more}`)
    all.push(...(page['audiences'] as readonly SavedAudience[]))
    cursor = page['next_cursor']
  } while (cursor !== null)
  return all
}

const archivedOf = (all: readonly SavedAudience[]) => all.filter(({ status }) => status === 'archived').length

async function allSaved(page: Page): Promise<void> {
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
}

/** A moment as a field of the page has it, in UTC. */
function typedAt(time_ms: number): string {
  return new Date(time_ms).toISOString().slice(0, 16)
}

async function selectAll(page: Page, count: number): Promise<void> {
  await page.locator('[data-id] a[data-name]').first().focus()
  await page.keyboard.press('Control+a')
  await page.getByText(`${count} selected`).waitFor()
}

test('300 audiences are tagged, 120 archived and brought back to a minute before that, and two are changed as files', async () => {
  const context = await site.visit({ visitor: { kind: 'account', user_id: USER }, timezoneId: 'UTC' })
  const page = await openPage(context, '/saved-audiences?view=table&sort=name')
  const dialog = page.getByRole('dialog')

  const lines = Array.from({ length: COUNT }, (_, at) => `${at < ARCHIVED_COUNT ? 'Spring' : 'Autumn'} ${at},${at}`)
  const buffer = Buffer.from(`name,records\n${lines.join('\n')}\n`)
  await page
    .getByRole('button', { name: /^Import/ })
    .first()
    .click()
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: `Import ${COUNT}` }).click()
  await page.getByText(`${COUNT} active`).waitFor()

  await selectAll(page, COUNT)
  await page.keyboard.press('t')
  await dialog.getByRole('textbox', { name: 'Add a tag' }).fill('season')
  await page.keyboard.press('Enter')
  await dialog.getByText(`${COUNT} audiences change.`).waitFor()
  await dialog.getByRole('button', { name: 'Save tags' }).click()
  await page.getByText(`Changed the tags of ${COUNT} audiences`).waitFor()
  await allSaved(page)
  const tagged = await saved()
  expect(tagged.filter(({ metadata }) => metadata.tags?.includes('season'))).toHaveLength(COUNT)

  behind_ms = 0
  await page.getByRole('searchbox').fill('Spring')
  await page.getByText(`${ARCHIVED_COUNT} of ${COUNT} match the filters`).waitFor()
  await selectAll(page, ARCHIVED_COUNT)
  await page.keyboard.press('e')
  await dialog.getByText(`${ARCHIVED_COUNT} audiences move to Archived.`).waitFor()
  await dialog.getByRole('button', { name: `Archive ${ARCHIVED_COUNT}` }).click()
  await page.getByText(`Archived ${ARCHIVED_COUNT} audiences`).waitFor()
  await allSaved(page)
  expect(archivedOf(await saved())).toBe(ARCHIVED_COUNT)

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and actions' }).fill('earlier moment')
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Back to').fill(typedAt(systemClock.nowMs() - MINUTE_MS))
  await dialog.getByRole('button', { name: 'Show what would change' }).click()
  await dialog.getByRole('heading', { name: `${ARCHIVED_COUNT} audiences are as they were then` }).waitFor()
  expect(archivedOf(await saved())).toBe(ARCHIVED_COUNT)
  expect(await violationsOn(page)).toEqual([])
  await dialog.getByRole('button', { name: /^Go back to / }).click()
  await dialog.getByText(`${ARCHIVED_COUNT} records went back to`).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await page.getByText(`${ARCHIVED_COUNT} of ${COUNT} match the filters`).waitFor()
  const undone = await saved()
  expect(archivedOf(undone)).toBe(0)
  expect(undone.filter(({ metadata }) => metadata.tags?.includes('season'))).toHaveLength(COUNT)

  const desk = await deskAt({ url: site.url, token: () => site.token(USER) })
  expect((await desk.run('pull')).code).toBe(0)
  const files = (await desk.names()).filter((name) => name.endsWith('.yaml'))
  expect(files).toHaveLength(COUNT)
  // Made, tagged, archived, brought back, renamed; the other one was neither archived nor brought back.
  const edited = [
    { name: 'Spring 7', to: 'Spring 7, as code', version: 5 },
    { name: 'Autumn 200', to: 'Autumn 200, as code', version: 3 },
  ]
  for (const { name, to } of edited) {
    const path = files.find((file) => file.startsWith(name.toLowerCase().replace(' ', '-')))
    await desk.edit(path!, `name: ${name}\n`, `name: ${to}\n`)
  }
  expect(await desk.run('plan')).toMatchObject({ code: 2, out: expect.stringContaining('2 to') as string })
  expect(await desk.run('apply')).toMatchObject({ code: 0, out: expect.stringContaining('2 of 2 applied') as string })

  for (const { to, version } of edited) {
    const { audience_id } = (await saved()).find(({ name }) => name === to)!
    await page.goto(`/audience/${audience_id}`)
    await page.getByRole('heading', { level: 1, name: to }).waitFor()
    await page.getByRole('button', { name: 'History' }).click()
    const newest = page.getByRole('complementary', { name: 'History' }).getByRole('listitem').first()
    await newest.getByRole('heading', { name: 'Renamed' }).waitFor()
    await newest.getByText(`version ${version}, current`).waitFor()
  }
})
