import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { type AppSite, startAppSite } from './app-site.ts'
import { ask, crash, isSaved, openApp, openSignedIn } from './app-tab.ts'
import { openTab, startChromium, startProfile } from './chromium.ts'

let browser: Browser
let site: AppSite
beforeAll(async () => {
  ;[browser, site] = await Promise.all([startChromium(), startAppSite()])
})
afterAll(async () => {
  await browser.close()
  await site.end()
})

const idsByName = async (tab: Page) => (await ask(tab, 'idsByName()')) as Readonly<Record<string, string>>

/** What a cell showed, one after another. */
type Rendered = readonly (readonly [id: string, field: string, value: string])[]

/** A value that a cell showed, lost, and showed again although nobody had set it again: a flash. */
function flashesIn(rendered: Rendered): string[] {
  const shown = new Map<string, string[]>()
  for (const [id, field, value] of rendered) {
    const cell = `${id}.${field}`
    const values = shown.get(cell) ?? []
    if (values.at(-1) !== value) values.push(value)
    shown.set(cell, values)
  }
  return [...shown].flatMap(([cell, values]) => {
    return values.filter((value, at) => values.indexOf(value) < at).map((value) => `${cell} showed ${value} again`)
  })
}

test('what a service that was put back has lost is offered on both devices; where one keeps it, the other has it', async () => {
  const [desk, phone] = await Promise.all([browser.newContext(), browser.newContext()])
  const user_id = 'put_back'
  const one = await openSignedIn(desk, site, user_id)
  for (const name of ['Hikers', 'Climbers']) await ask(one, `create("${name}")`)
  await isSaved(one)
  const { Hikers: edited } = await idsByName(one)
  const putBack = await site.keepAudiences(user_id)
  await ask(one, `change("${edited}", { name: "Weekend hikers" })`)
  await ask(one, 'create("Lost")')
  await isSaved(one)
  const far = await openSignedIn(phone, site, user_id)
  await expect.poll(() => ask(far, 'shown()')).toEqual(['Climbers', 'Lost', 'Weekend hikers'])
  await putBack()
  for (const tab of [one, far]) {
    await ask(tab, 'syncNow()')
    await expect.poll(() => ask(tab, 'shown()')).toEqual(['Climbers', 'Hikers'])
    expect(await ask(tab, 'aside()')).toMatchObject([
      { change: { set: { name: 'Weekend hikers' } }, aside: { fields: ['name'], server: { name: 'Hikers' } } },
      { change: { value: { name: 'Lost' } }, aside: { server: null } },
    ])
  }
  expect(await site.audiencesOf(user_id)).toEqual(['Climbers', 'Hikers'])
  for (const { seq } of (await ask(one, 'aside()')) as { seq: number }[]) await ask(one, `resolve(${seq}, 'mine')`)
  await expect.poll(() => site.audiencesOf(user_id)).toEqual(['Climbers', 'Lost', 'Weekend hikers'])
  await ask(far, 'syncNow()')
  await isSaved(far)
  expect(await ask(far, 'shown()')).toEqual(['Climbers', 'Lost', 'Weekend hikers'])
  expect(await ask(far, 'aside()')).toEqual([])
  await Promise.all([desk.close(), phone.close()])
})

test('two tabs and a second profile edit offline on both sides, and converge without a flash or a loss', async () => {
  const [desk, phone] = await Promise.all([browser.newContext(), browser.newContext()])
  const user_id = 'two_devices'
  const one = await openSignedIn(desk, site, user_id)
  for (const name of ['Shared', 'Kept', 'Dropped']) await ask(one, `create("${name}")`)
  await isSaved(one)
  const two = await openTab(desk, site)
  const far = await openSignedIn(phone, site, user_id)
  const tabs = [one, two, far]
  for (const tab of tabs) await expect.poll(() => ask(tab, 'shown()')).toEqual(['Dropped', 'Kept', 'Shared'])
  const { Shared: shared, Dropped: dropped } = await idsByName(one)

  await Promise.all([desk.setOffline(true), phone.setOffline(true)])
  await ask(one, `change("${shared}", { name: "Shared by desk" })`)
  await ask(two, `change("${shared}", { name: "Shared by desk, twice" })`)
  await ask(two, 'create("New at desk")')
  await ask(far, `change("${shared}", { description: "Described by phone" })`)
  await ask(far, `delete("${dropped}")`)
  await ask(far, 'create("New on phone")')
  await expect.poll(() => ask(one, 'shown()')).toEqual(['Dropped', 'Kept', 'New at desk', 'Shared by desk, twice'])
  expect(await ask(far, 'shown()')).toEqual(['Kept', 'New on phone', 'Shared'])

  await Promise.all([desk.setOffline(false), phone.setOffline(false)])
  const all = ['Kept', 'New at desk', 'New on phone', 'Shared by desk, twice']
  await expect.poll(() => site.audiencesOf(user_id)).toEqual(all)
  for (const tab of tabs) {
    await ask(tab, 'syncNow()')
    await expect.poll(() => ask(tab, 'shown()')).toEqual(all)
    await expect
      .poll(() => ask(tab, `record("${shared}")`))
      .toMatchObject({
        name: 'Shared by desk, twice',
        description: 'Described by phone',
      })
    await isSaved(tab)
    expect(await ask(tab, 'status()')).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    const rendered = (await ask(tab, 'rendered')) as Rendered
    expect(rendered.length).toBeGreaterThan(all.length)
    expect(flashesIn(rendered)).toEqual([])
  }
  await Promise.all([desk.close(), phone.close()])
})

test('a field that both sides have changed is the user’s to decide, and shows the own value until then', async () => {
  const [desk, phone] = await Promise.all([browser.newContext(), browser.newContext()])
  const user_id = 'both_sides'
  const near = await openSignedIn(desk, site, user_id)
  await ask(near, 'create("Shared")')
  await isSaved(near)
  const far = await openSignedIn(phone, site, user_id)
  const { Shared: shared } = await idsByName(far)
  await phone.setOffline(true)
  await ask(far, `change("${shared}", { name: "By phone" })`)
  await ask(near, `change("${shared}", { name: "By desk" })`)
  await expect.poll(() => site.audiencesOf(user_id)).toEqual(['By desk'])
  await phone.setOffline(false)
  await expect.poll(() => ask(far, 'words()')).toBe('Saved · 1 conflict needs you')
  const [{ seq }] = (await ask(far, 'aside()')) as [{ seq: number }]
  await ask(far, `resolve(${seq}, "mine")`)
  await isSaved(far)
  expect(await site.audiencesOf(user_id)).toEqual(['By phone'])
  await ask(near, 'syncNow()')
  await expect.poll(() => ask(near, 'shown()')).toEqual(['By phone'])
  await Promise.all([desk.close(), phone.close()])
})

test('a guest’s 200 audiences and the account’s 50 are 250, although tab and browser are killed on the way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'profile-'))
  const user_id = 'was_a_guest'
  const of = (whose: string, count: number) => Array.from({ length: count }, (_, at) => `${whose} ${at + 1}`)
  const all = [...of('Account', 50), ...of('Guest', 200)].toSorted()
  await site.saveAudiences(user_id, of('Account', 50))
  try {
    const profile = await startProfile(folder)
    const guest = await openApp(profile.context, site)
    await ask(guest, 'createMany(200, "Guest")')
    // The first push is cut off before the service has it.
    const first = site.hold('/api/sync/push', 'request')
    await ask(guest, `signIn("${user_id}")`)
    expect(await ask(guest, 'shown()')).toEqual(of('Guest', 200).toSorted())
    await first.arrived
    await crash(guest)
    // The second one is answered, and nobody hears it.
    const second = site.hold('/api/sync/push', 'answer')
    const again = await openTab(profile.context, site)
    await second.arrived
    await profile.kill()
    for (const held of [first, second]) held.release()

    const { context: after } = await startProfile(folder)
    const tab = await openApp(after, site)
    await ask(tab, `signIn("${user_id}")`)
    await expect.poll(() => ask(tab, 'status()')).toMatchObject({ is_migrating: false, pending: 0, mode: 'account' })
    await isSaved(tab)
    expect(again.isClosed()).toBe(true)
    expect(await ask(tab, 'shown()')).toEqual(all)
    expect(await ask(tab, 'aside()')).toEqual([])
    expect(await site.audiencesOf(user_id)).toEqual(all)
    await after.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
