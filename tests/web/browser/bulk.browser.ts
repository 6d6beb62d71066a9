import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { violationsInEveryLook } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

async function visit(user_id: string, path = '/saved-audiences', options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit({ visitor: { kind: 'account', user_id }, ...options })
  const page = await openPage(context, path)
  await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  return page
}

async function save(user_id: string, ...audiences: readonly object[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const record of audiences) {
    const { audience } = await site.save(user_id, '/api/audiences', record)
    ids.push((audience as { audience_id: string }).audience_id)
  }
  return ids
}

/** An audience that waits to be sent to a platform. */
async function saveScheduled(user_id: string): Promise<void> {
  const [audience_id] = await save(user_id, { name: 'Trail runners' }, { name: 'Home movers' })
  const { platform } = await site.save(user_id, '/api/platforms', { name: 'Our Meta', platform_type: 'meta' })
  const { platform_id } = platform as { platform_id: string }
  await site.save(user_id, '/api/distributions', {
    audience_id,
    platform_id,
    status: 'scheduled',
    scheduled_at: '2099-01-02T09:00:00.000Z',
  })
}

async function namesOn(page: Page): Promise<readonly string[]> {
  return await page.locator('[data-id] a[data-name]').allInnerTexts()
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  const row = page.locator('[data-id]', { has: page.getByRole('link', { name, exact: true }) })
  await row.getByRole('button', { name: 'Actions', exact: true }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

describe('a copy', () => {
  test('is made without a connection, is opened, says where it comes from, and is sent later', async () => {
    const [id] = await save('copier', { name: 'Trail runners', metadata: { tags: ['autumn'] } })
    const page = await visit('copier', `/audience/${id}`)
    await site.goOffline()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { level: 1, name: 'Trail runners (copy)' }).waitFor()
    await page.getByText('Copied from').waitFor()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { level: 1, name: 'Trail runners (copy 2)' }).waitFor()
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { audiences } = await site.ask('copier', '/api/audiences?view=full')
    expect(audiences).toContainEqual(
      expect.objectContaining({
        name: 'Trail runners (copy)',
        status: 'draft',
        metadata: { tags: ['autumn'], copied_from: { audience_id: id, version: 1 } },
      }),
    )
    expect(audiences).toHaveLength(3)
  })

  test('of a platform has no keys, and asks for them', async () => {
    const platform = { name: 'Our Meta', platform_type: 'meta', settings: { default_match_rate: 0.6 } }
    await site.save('copy_platforms', '/api/platforms', platform)
    const page = await visit('copy_platforms', '/platforms')
    await page.getByRole('button', { name: 'More for Our Meta' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate without keys' }).click()
    await page.getByText('Made Our Meta (copy). It has no keys yet.').waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    const { platforms } = await site.ask('copy_platforms', '/api/platforms')
    expect(platforms).toContainEqual(
      expect.objectContaining({ name: 'Our Meta (copy)', status: 'pending', settings: platform.settings }),
    )
  })
})

describe('what is done to several', () => {
  test('is shown before: what changes, what is so already, and what stays as it is', async () => {
    await save(
      'previewer',
      { name: 'Trail runners', status: 'active' },
      { name: 'Home movers', status: 'active' },
      { name: 'Gift planners', status: 'draft' },
    )
    const page = await visit('previewer', '/saved-audiences?view=table')
    await page.locator('[data-id] a[data-name]').first().focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('e')
    const dialog = page.getByRole('dialog', { name: 'Archive 3 audiences?' })
    await dialog.getByText('2 audiences move to Archived.').waitFor()
    await dialog.getByText('1 draft stays as it is').waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Archive 2' }).click()
    await expect.poll(() => namesOn(page)).toEqual(['Gift planners'])
  })
})

describe('what is still used', () => {
  test('is named before it is archived, with the way there; what is not used is archived immediately', async () => {
    await saveScheduled('user')
    const page = await visit('user')
    await choose(page, 'Trail runners', 'Archive')
    const dialog = page.getByRole('dialog', { name: 'Archive “Trail runners”?' })
    await dialog.getByText('1 audience is still used.').waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await dialog.getByRole('link', { name: /^Trail runners is scheduled for Our Meta/ }).click()
    await page.waitForURL('**/distributions?id=*')
    expect(await dialog.count()).toBe(0)
    await page.goBack()
    await choose(page, 'Home movers', 'Archive')
    await expect.poll(() => namesOn(page)).toEqual(['Trail runners'])
    await choose(page, 'Trail runners', 'Archive')
    await dialog.waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('No audience is in use').waitFor()
  })

  test('is named before a platform is deleted, offline with what this device cannot know', async () => {
    await saveScheduled('deleter')
    const page = await visit('deleter', '/platforms')
    await site.goOffline()
    await page.getByRole('button', { name: /^Sync: / }).click()
    await page.getByRole('button', { name: /^(Sync now|Try again now)$/ }).click()
    await expect.poll(() => syncWordsOn(page)).toContain('Offline')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More for Our Meta' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete this platform?' })
    await dialog.getByRole('link', { name: /^Trail runners is scheduled for Our Meta/ }).waitFor()
    await dialog.getByText('what was sent or planned elsewhere is not counted here').waitFor()
  })
})

describe('the tags', () => {
  const TAGGED = [
    { name: 'Trail runners', metadata: { tags: ['outdoors', 'sport'] } },
    { name: 'Home movers', metadata: { tags: ['out-doors'] } },
    { name: 'Gift planners', status: 'archived', metadata: { tags: ['out-doors', 'outdoors'] } },
  ]
  const tagsOf = async (user_id: string) => {
    const { audiences } = await site.ask(user_id, '/api/audiences?view=full&status=all')
    const saved = audiences as readonly { name: string; metadata: { tags: readonly string[] } }[]
    return Object.fromEntries(saved.map(({ name, metadata }) => [name, metadata.tags]))
  }

  test('are renamed, merged and removed on all audiences that have them, but not on deleted ones, offline, too, each with its way back', async () => {
    await save('tagger', ...TAGGED, { name: 'Old news', metadata: { tags: ['out-doors'] } })
    const page = await visit('tagger')
    const deleted = page.locator('[data-id]', { hasText: 'Old news' })
    const deleted_id = await deleted.getAttribute('data-id')
    await deleted.getByRole('link').focus()
    await page.keyboard.press('Delete')
    await deleted.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Tag', exact: true }).click()
    await page.getByRole('button', { name: 'Manage tags' }).click()
    const dialog = page.getByRole('dialog', { name: 'Tags' })
    await dialog.getByText('A deleted audience that you restore has the tags it had before.').waitFor()
    await site.goOffline()
    await expect
      .poll(() => dialog.getByRole('listitem').allInnerTexts())
      .toEqual([
        expect.stringContaining('out-doors'),
        expect.stringContaining('outdoors'),
        expect.stringContaining('sport'),
      ])
    await dialog.getByRole('button', { name: 'Rename out-doors' }).click()
    await dialog.getByRole('textbox').fill('outdoors')
    await dialog.getByText('“outdoors” is there already: both become one tag, on 3 audiences.').waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await page.keyboard.press('Enter')
    await dialog.getByText('3 audiences').waitFor()
    await dialog.getByRole('button', { name: 'Remove sport' }).click()
    await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByText('Removed “sport” from “Trail runners”').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await site.goOnline()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    await site.save('tagger', `/api/audiences/${String(deleted_id)}/restore`, {})
    expect(await tagsOf('tagger')).toEqual({
      'Old news': ['out-doors'],
      'Trail runners': ['outdoors', 'sport'],
      'Home movers': ['outdoors'],
      'Gift planners': ['outdoors'],
    })
  })

  test('several of them in the filter mean all of them, and stand in the address', async () => {
    await save('filterer', ...TAGGED)
    const page = await visit('filterer', '/saved-audiences?tag=outdoors,sport')
    await expect.poll(() => namesOn(page)).toEqual(['Trail runners'])
    await page.getByRole('button', { name: 'Remove the filter Tag: sport' }).click()
    await page.getByRole('button', { name: 'Remove the filter Tag: outdoors' }).click()
    await expect.poll(async () => (await namesOn(page)).length).toBe(2)
  })

  test('take the filter of the list with them to a new name, and back', async () => {
    await save('follower', ...TAGGED)
    const page = await visit('follower', '/saved-audiences?tag=outdoors,sport')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search and actions' }).fill('manage tags')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Tags' })
    await dialog.getByRole('button', { name: 'Rename sport' }).click()
    await dialog.getByRole('textbox').fill('sports')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/saved-audiences?tag=outdoors%2Csports')
    await dialog.getByRole('button', { name: 'Remove outdoors' }).click()
    await page.waitForURL('**/saved-audiences?tag=sports')
    await page.keyboard.press('Escape')
    await expect.poll(() => namesOn(page)).toEqual(['Trail runners'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.waitForURL('**/saved-audiences?tag=outdoors%2Csports')
    await expect.poll(() => namesOn(page)).toEqual(['Trail runners'])
  })
})

describe('the way back to an earlier moment', () => {
  /** Answers each request with one record that went back, and that there is more; all but the first wait. */
  async function answerOneByOne(): Promise<() => void> {
    let [allowed, count] = [1, 0]
    const waiting: (() => void)[] = []
    const undone = {
      kind: 'audience',
      name: 'Trail runners',
      change: 'changed',
      fields: ['name'],
      kept: [],
      version: 3,
    }
    await site.context.route('**/api/undo', async (route) => {
      const { at, dry_run } = route.request().postDataJSON() as { at: string; dry_run: boolean }
      if (!dry_run) {
        count++
        if (allowed > 0) allowed--
        else await new Promise<void>((resolve) => waiting.push(resolve))
      }
      const all = { undone: [{ ...undone, id: `aud_${count}` }], left: [], left_count: 0, more: true }
      await route.fulfill({ json: { success: true, at, dry_run, ...all } })
    })
    return () => {
      const next = waiting.shift()
      if (next) next()
      else allowed++
    }
  }

  test('can be stopped and gone on with, and tells how much went back, also once its dialog is closed', async () => {
    const page = await visit('returner')
    const letGo = await answerOneByOne()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search and actions' }).fill('earlier moment')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Show what would change' }).click()
    await dialog.getByRole('heading', { name: '1 audience is as it was then' }).waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await dialog.getByRole('button', { name: /^Go back to / }).click()
    await dialog.getByText('1 record went back so far').waitFor()
    await dialog.getByRole('button', { name: 'Stop' }).click()
    letGo()
    await dialog.getByText('2 records went back to').waitFor()
    await dialog.getByText('You stopped it.').waitFor()
    expect(await violationsInEveryLook(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await dialog.getByRole('button', { name: 'Stop' }).waitFor()
    await page.keyboard.press('Escape')
    letGo()
    await page.getByText('3 records went back to').waitFor()
    expect(await dialog.count()).toBe(0)
  })
})
