import { expect, test, vi } from 'vitest'

import type { ActivationClient } from '#shared/client/client.ts'
import { DEMO } from '#tests/functions/distributions/harness.ts'
import { clientsInTest } from './harness.ts'

const names = (client: ActivationClient) =>
  client
    .list('audience')
    .map(({ record }) => String(record['name']))
    .toSorted()

const made = async (client: ActivationClient, name: string) => {
  const outcome = await client.create('audience', { name })
  if (!outcome.ok) throw outcome.problem
  return outcome.id
}

test('what is saved offline is shown immediately, and is at the service and on the other device afterwards', async () => {
  const { open, browser, sessionOf, setOffline } = await clientsInTest()
  setOffline(true)
  const [one, other] = await Promise.all([open(browser(), sessionOf(DEMO)), open(browser(), sessionOf(DEMO))])
  const id = await made(one, 'Weekend hikers')
  expect(names(one)).toEqual(['Weekend hikers'])
  expect((await one.change('audience', id, { set: { name: 'Weekend climbers', metadata: { tags: ['a'] } } })).ok).toBe(
    true,
  )
  expect(names(one)).toEqual(['Weekend climbers'])
  expect(one.status.pending).toBe(2)
  setOffline(false)
  await one.syncNow()
  await vi.waitFor(() => expect(one.status).toMatchObject({ pending: 0, is_online: true }))
  await other.syncNow()
  await vi.waitFor(() => expect(names(other)).toEqual(['Weekend climbers']))
  expect(other.get('audience', id)?.record).toMatchObject({ version: 2, metadata: { tags: ['a'] } })
  await Promise.all([one.close(), other.close()])
})

test('a guest who signs in keeps every record, also into an account that has some', async () => {
  const { open, browser, sessionOf } = await clientsInTest()
  const earlier = await open(browser(), sessionOf(DEMO))
  await made(earlier, 'Already there')
  await vi.waitFor(() => expect(earlier.status.pending).toBe(0))
  const guest = await open(browser())
  for (let n = 0; n < 5; n++) await made(guest, `Guest ${n}`)
  await guest.signIn(sessionOf(DEMO))
  const all = ['Already there', ...Array.from({ length: 5 }, (_, n) => `Guest ${n}`)]
  await vi.waitFor(() => {
    expect(names(guest)).toEqual(all)
    expect(guest.status).toMatchObject({ is_migrating: false, pending: 0, mode: 'account' })
  })
  await earlier.syncNow()
  await vi.waitFor(() => expect(names(earlier)).toEqual(all))
  await Promise.all([earlier.close(), guest.close()])
})
