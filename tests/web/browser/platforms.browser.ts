import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { LISTED_ACCOUNT } from '#infra/stand-ins/ad-platforms/behaviours.ts'
import { violationsOn } from './axe.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, refuseNextPush, syncWordsOn, type VisitOptions } from './visits.ts'

const site = siteForTests()

async function visit(user_id: string, options: VisitOptions = {}): Promise<Page> {
  const context = await site.visit({ visitor: { kind: 'account', user_id }, ...options })
  const page = await openPage(context, '/platforms')
  await page.getByRole('heading', { name: 'Ready to add' }).waitFor()
  return page
}

/** Adds a platform whose keys do what their name says at the stand-in. */
async function addLinkedin(page: Page, name: string, access_token: string): Promise<void> {
  await page.getByRole('button', { name: /^LinkedIn Needs/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Add LinkedIn' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Add and enter keys' }).click()
  await enterKeys(page, access_token)
}

async function enterKeys(page: Page, access_token: string): Promise<void> {
  await page.getByLabel('Ad account ID').fill(LISTED_ACCOUNT)
  await page.getByLabel('Access token').fill(access_token)
  await page.getByRole('button', { name: /keys and test$/ }).click()
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) }).first()

describe('a platform', () => {
  test('is added, its keys are tested immediately, and they are shown nowhere afterwards', async () => {
    const page = await visit('adds')
    await addLinkedin(page, 'B2B launches', 'good-token')
    await expect.poll(() => rowOf(page, 'B2B launches').innerText()).toContain('Connected')
    expect(await rowOf(page, 'B2B launches').innerText()).toContain('account ending 7890')
    const databases = await page.evaluate(everythingStored)
    expect(databases).toContain('B2B launches')
    expect(databases).not.toContain('good-token')
  })

  test('whose keys are refused says what happened and what to do, and other keys mend it', async () => {
    const page = await visit('mends')
    await addLinkedin(page, 'Refused', 'bad-token')
    const panel = page.getByRole('region', { name: 'LinkedIn did not accept the keys' })
    await panel.waitFor()
    expect(await violationsOn(page)).toEqual([])
    await enterKeys(page, 'good-token')
    await expect.poll(() => rowOf(page, 'Refused').innerText()).toContain('Connected')
    await expect.poll(() => panel.count()).toBe(0)
  })

  test('with keys that cannot be right is told beside the field, and nothing is tested', async () => {
    const page = await visit('typed_wrongly')
    await addLinkedin(page, 'Typed wrongly', '')
    await expect.poll(() => page.getByText('Enter the access token.').count()).toBe(1)
    await page.getByLabel('Ad account ID').fill('not digits')
    await page.getByLabel('Access token').fill('good-token')
    await page.getByRole('button', { name: 'Store keys and test' }).click()
    await page.getByText(/^It must be 1 to 20 digits/).waitFor()
    expect(await rowOf(page, 'Typed wrongly').innerText()).toContain('Not tested yet')
  })

  test('is disconnected and connected again, renamed, and deleted with a way back', async () => {
    const page = await visit('changes')
    await addLinkedin(page, 'Brand', 'good-token')
    await expect.poll(() => rowOf(page, 'Brand').innerText()).toContain('Connected')
    await chooseOn(page, 'Brand', 'Disconnect')
    await expect.poll(() => rowOf(page, 'Brand').innerText()).toContain('Disconnected')
    await rowOf(page, 'Brand').getByRole('button', { name: 'Connect', exact: true }).click()
    await expect.poll(() => rowOf(page, 'Brand').innerText()).toContain('Connected')
    await chooseOn(page, 'Brand', 'Name and settings')
    await page.getByRole('dialog').getByLabel('Name').fill('Brand account')
    await page.getByLabel(/^Expected match rate/).fill('150')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.getByText('Enter a number from 0 to 100, for example 62.').waitFor()
    await page.getByLabel(/^Expected match rate/).fill('62')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await rowOf(page, 'Brand account').waitFor()
    await chooseOn(page, 'Brand account', 'Delete')
    await page.getByRole('button', { name: 'Delete platform' }).click()
    await expect.poll(() => rowOf(page, 'Brand account').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'Brand account').waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    // Its keys went with the deletion.
    await expect.poll(() => rowOf(page, 'Brand account').innerText()).toContain('no keys yet')
  })

  test('is added and renamed without a connection; its keys wait for one, and it says so', async () => {
    const page = await visit('offline')
    await site.goOffline()
    await page.getByRole('button', { name: /^Meta Needs/ }).click()
    await page.getByRole('button', { name: 'Add and enter keys' }).click()
    await rowOf(page, 'Meta').waitFor()
    await page.getByText(/^Keys are entered and tested online/).waitFor()
    await site.goOnline()
    await page.getByLabel('Ad account ID').waitFor()
    await expect.poll(() => syncWordsOn(page), { timeout: 20_000 }).toBe('All changes saved')
  })

  test('that the service refuses stands above the list with the reason, and is there after one more try', async () => {
    const page = await visit('tries')
    await refuseNextPush(site.context)
    await page.getByRole('button', { name: /^LinkedIn Needs/ }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('B2B launches')
    await page.getByRole('dialog').getByRole('button', { name: 'Add and enter keys' }).click()
    const refused = page.getByRole('region', { name: '“B2B launches” was not accepted' })
    await refused.getByText('It is on this device only. Answer: The limit is reached.').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await refused.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, 'B2B launches').waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
    expect(await refused.count()).toBe(0)
  })

  test('whose keys were not checked says so, and asks for no other ones', async () => {
    const page = await visit('slows')
    await addLinkedin(page, 'Slowed down', 'rate-limited-token')
    const panel = page.getByRole('region', { name: 'LinkedIn takes no more requests at the moment' })
    await panel.getByText('Wait a few minutes, then test again.').waitFor()
    await expect.poll(() => page.getByLabel('Access token').count()).toBe(0)
    expect(await violationsOn(page)).toEqual([])
  })

  test('shows of its old keys the end of the account only, and leads to what was sent there', async () => {
    const page = await visit('leads')
    await addLinkedin(page, 'B2B', 'good-token')
    await expect.poll(() => rowOf(page, 'B2B').innerText()).toContain('Connected')
    await chooseOn(page, 'B2B', 'Replace keys')
    await page.getByText('The old one ends in ··7890.').waitFor()
    expect(await page.getByLabel('Access token').inputValue()).toBe('')
    await chooseOn(page, 'B2B', 'What was sent there')
    await page.waitForURL('**/distributions?platform=plat_*')
  })

  test('that two devices renamed shows both names side by side', async () => {
    const page = await visit('renames')
    await addLinkedin(page, 'First name', 'good-token')
    await expect.poll(() => rowOf(page, 'First name').innerText()).toContain('Connected')
    const { platforms } = await site.ask('renames', '/api/platforms')
    const [{ platform_id }] = platforms as [{ platform_id: string }]
    await site.goOffline()
    await chooseOn(page, 'First name', 'Name and settings')
    await page.getByRole('dialog').getByLabel('Name').fill('Mine')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await site.save('renames', '/api/platforms', { platform_id, name: 'Theirs' })
    await site.goOnline()
    const conflict = page.getByRole('group', { name: 'Changed on two devices' })
    await conflict.waitFor({ timeout: 20_000 })
    expect(await violationsOn(page)).toEqual([])
    await conflict.getByRole('button', { name: 'Keep this device’s name' }).click()
    await rowOf(page, 'Mine').waitFor()
    await expect.poll(() => syncWordsOn(page)).toBe('All changes saved')
  })

  test('of a guest is kept without keys, which need an account', async () => {
    const page = await visit('', { visitor: { kind: 'guest' } })
    await page.getByRole('button', { name: /^TikTok Needs/ }).click()
    await page.getByRole('button', { name: 'Add and enter keys' }).click()
    await page.getByText(/^Keys belong to an account/).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.reload()
    await rowOf(page, 'TikTok').waitFor()
  })

  test('is added by keyboard alone', async () => {
    const page = await visit('keyboard')
    await page.keyboard.press('n')
    await page.getByRole('dialog', { name: 'Which platform?' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Add The Trade Desk' }).waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('By hand')
    await page.keyboard.press('Enter')
    await expect.poll(() => rowOf(page, 'By hand').innerText()).toContain('Not tested yet')
  })
})

async function chooseOn(page: Page, name: string, words: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('menuitem', { name: words }).click()
}

/** Runs in the page. */
async function everythingStored(): Promise<string> {
  const result = <Value>(request: IDBRequest<Value>) =>
    new Promise<Value>((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error ?? new Error('no answer')))
    })
  const stored: unknown[] = [Object.entries(localStorage), Object.entries(sessionStorage)]
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await result(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      stored.push(await result(database.transaction(store).objectStore(store).getAll()))
    }
    database.close()
  }
  return JSON.stringify(stored)
}
