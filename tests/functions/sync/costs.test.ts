import { expect, test } from 'vitest'

import { syncInTest } from './harness.ts'

/** What pulls and pushes cost at the bucket. */

const audience = (n: number) => ({ name: `Audience ${n}`, metadata: { n } })

test('a hundred changes of one month are one GET and one PUT, and the same push again is a GET alone', async () => {
  const { device, counted } = await syncInTest()
  const phone = device()
  const changes = Array.from({ length: 50 }, (_, n) =>
    phone.change('create', 'audience', phone.newId('aud'), { value: audience(n) }),
  )
  const edits = changes.map(({ id }, n) =>
    phone.change('patch', 'audience', String(id), {
      base_version: 0,
      set: { name: `Edited ${n}` },
      base: { name: `Audience ${n}` },
    }),
  )
  const first = await counted(() => phone.push(...changes, ...edits))
  expect(first.result.map(({ status }) => status)).toEqual(Array(100).fill('applied').fill('merged', 50))
  expect(first).toMatchObject({ reads: 1, writes: 1, lists: 0 })
  const second = await counted(() => phone.push(...changes, ...edits))
  expect(second.result.every(({ status, version }) => status === 'duplicate' && version === 2)).toBe(true)
  expect(second).toMatchObject({ writes: 0, lists: 0 })
})

test('an idle pull costs one LIST for each kind and no GET, also at an instance that has seen nothing', async () => {
  const { device, counted, sync, anotherInstance } = await syncInTest()
  const phone = device()
  const id = phone.newId('aud')
  await phone.push(phone.change('create', 'audience', id, { value: audience(1) }))
  const { cursor } = await phone.pull()
  const idle = { client_id: phone.client_id, cursor }
  for (const client of [sync, await anotherInstance()]) {
    const { result, ...cost } = await counted(() => client.call('POST', '/api/sync/pull', idle))
    expect(result.body).toMatchObject({ partitions: [], more: false })
    expect(cost).toEqual({ reads: 0, writes: 0, lists: 3 })
  }
})
