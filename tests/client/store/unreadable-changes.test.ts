import { expect, test, vi } from 'vitest'

import type { LocalContents, OutboxEntry } from '#shared/client/store/entries.ts'
import { DEMO } from '#tests/functions/distributions/harness.ts'
import { clientsInTest } from './harness.ts'

/** Values that the service takes in no request at all: they are refused here, and where one is kept already, it stops no other. */

test.each([
  ['a number beyond what JSON readers keep', { n: 2 ** 60 }, 'metadata.n'],
  ['one deep inside', { a: [{ b: -(2 ** 60) }] }, 'metadata.a[0].b'],
  ['the name __proto__', JSON.parse('{"x": {"__proto__": 1}}') as object, 'metadata.x.__proto__'],
])('%s is refused where it is typed', async (_, metadata, path) => {
  const { open, browser } = await clientsInTest()
  const client = await open(browser())
  const made = await client.create('audience', { name: 'A', metadata })
  expect(made).toMatchObject({ ok: false, problem: { errors: [{ path }] } })
  const good = await client.create('audience', { name: 'A' })
  const changed = await client.change('audience', good.ok ? good.id : '', { set: { metadata } })
  expect(changed).toMatchObject({ ok: false, problem: { errors: [{ path }] } })
  await client.close()
})

test('a kept change that the service cannot even read is set aside, and the others are sent', async () => {
  const { open, browser, sessionOf, setOffline } = await clientsInTest()
  const own = browser()
  setOffline(true)
  const client = await open(own, sessionOf(DEMO))
  await client.create('audience', { name: 'Bad' })
  const good = await client.create('audience', { name: 'Good' })
  const { storages } = own.openTab().ports
  const name = (await storages.names()).find((one) => one !== 'am_directory')!
  const storage = await storages.open<LocalContents>(name, { reader: 1 })
  await storage.transact(['outbox'], 'write', async ({ outbox }) => {
    const [first] = await outbox.getAll()
    const value = { name: 'Bad', metadata: { n: 2 ** 60 } }
    outbox.put(first!.key, { ...first!.entry, change: { op: 'create', value } } satisfies OutboxEntry)
  })
  setOffline(false)
  await client.syncNow()
  await vi.waitFor(() => expect(client.status).toMatchObject({ pending: 0, invalid: 1 }))
  expect(client.aside.map(({ aside }) => aside?.problem['errors'])).toMatchObject([
    [{ path: 'mutations[0].value.metadata.n' }],
  ])
  expect(client.get('audience', good.ok ? good.id : '')?.waiting).toBe(0)
  await client.close()
})
