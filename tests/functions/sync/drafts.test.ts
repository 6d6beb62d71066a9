import { expect, test } from 'vitest'

import { syncInTest } from './harness.ts'

/** What the maker of a draft changes within minutes shares the entry of its creation, which does not say what it was. */
async function draftChangedAfterItWasSeen() {
  const { device } = await syncInTest()
  const [phone, laptop] = [device(), device()]
  const id = phone.newId('aud')
  await phone.push(phone.change('create', 'audience', id, { value: { name: 'A', status: 'draft' } }))
  const edit = { base_version: 0, set: { name: 'B' }, base: { name: 'A' } }
  await phone.push(phone.change('patch', 'audience', id, edit))
  return { device, phone, laptop, id }
}

test('a device that has seen a new draft cannot delete it over what its maker changed within minutes', async () => {
  const { laptop, id } = await draftChangedAfterItWasSeen()
  const [deleted] = await laptop.push(laptop.change('delete', 'audience', id, { base_version: 1 }))
  expect(deleted).toMatchObject({ status: 'conflict', server: { name: 'B', deleted: false } })
})

test('the maker of a draft deletes it whatever it has changed itself', async () => {
  const { phone, id } = await draftChangedAfterItWasSeen()
  const [deleted] = await phone.push(phone.change('delete', 'audience', id, { base_version: 1 }))
  expect(deleted).toMatchObject({ status: 'merged', version: 3 })
})

test('what another device changed since is known, although what the maker changed before is not', async () => {
  const { device, laptop, id } = await draftChangedAfterItWasSeen()
  const back = { base_version: 2, set: { name: 'A' }, base: { name: 'B' } }
  await laptop.push(laptop.change('patch', 'audience', id, back))
  const tablet = device()
  const edit = { base_version: 1, set: { name: 'C' }, base: { name: 'A' } }
  const [edited] = await tablet.push(tablet.change('patch', 'audience', id, edit))
  expect(edited).toMatchObject({ status: 'conflict', fields: ['name'], server: { name: 'A', version: 3 } })
})
