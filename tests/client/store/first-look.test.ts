import { expect, test } from 'vitest'

import { ActivationClient } from '#shared/client/client.ts'
import { keepFirstLook, readFirstLook } from '#shared/client/first-look.ts'
import { Directory } from '#shared/client/store/directory.ts'
import type { Identity, LocalContents } from '#shared/client/store/entries.ts'
import { type Device, made, names, type OpenedTab, played, sessionOf } from './stand-in.ts'

const LOOK = { rows: ['One'] }
const { identity: A } = sessionOf('a')
const { identity: B } = sessionOf('b')

/** An account with one record that the service has, of which a page has kept its first look. */
async function seen(device: Device): Promise<OpenedTab> {
  const tab = await device.open(sessionOf('a'))
  await made(tab.client, 'One')
  await tab.client.syncNow()
  expect(await kept(tab)).toBe(true)
  return tab
}

const kept = async ({ ports, client }: OpenedTab) =>
  await keepFirstLook(ports, client.identity!, { revision: client.revision, look: LOOK })

/** What the next page of this browser is given. */
const given = async (device: Device, identity: Identity = A) =>
  await readFirstLook(device.browser.openTab().ports, identity)

/** Puts an entry, whatever it is, beside the records of the account. */
async function putFact(device: Device, key: string, entry: unknown): Promise<void> {
  const { ports } = device.browser.openTab()
  const directory = await Directory.open(ports)
  const storage = await ports.storages.open<LocalContents>(await directory.storageOf(A), { reader: 99 })
  await directory.close()
  await storage.transact(['meta'], 'write', async ({ meta }) => {
    const known = await meta.get(key)
    meta.put(key, { ...known, ...(entry as object) } as never)
  })
}

test(
  'the first look is there for the next page, also after a sync that brought nothing',
  played(async (device) => {
    const { client } = await seen(device)
    await client.syncNow()
    await client.close()
    expect(await given(device)).toEqual(LOOK)
  }),
)

test.each<[string, (tab: OpenedTab, device: Device) => Promise<unknown>]>([
  ['a change of this tab', async ({ client }) => await made(client, 'Two')],
  ['a change of another tab', async (_, device) => await made((await device.open(sessionOf('a'))).client, 'Two')],
  [
    'a change of another device',
    async ({ client }, { service }) => {
      service.change('a', client.list('audience')[0]!.id, { name: 'Renamed' })
      await client.syncNow()
    },
  ],
  ['a deletion', async ({ client }) => await client.delete('audience', client.list('audience')[0]!.id)],
  ['a sign-out that erases', async ({ client }) => await client.signOut({ unsent: 'erase' })],
  ['data that the browser has cleared', async (_, device) => await device.clear()],
])('%s ends it', async (_, change) => {
  await played(async (device) => {
    const tab = await seen(device)
    await change(tab, device)
    expect(await given(device)).toBeUndefined()
  })()
})

test(
  'it is of one account: others have none, and begin no storage by asking',
  played(async (device) => {
    const { client, ports } = await seen(device)
    const before = await ports.storages.names()
    expect(await given(device, B)).toBeUndefined()
    expect(await keepFirstLook(ports, B, { revision: client.revision, look: LOOK })).toBe(false)
    expect(await ports.storages.names()).toEqual(before)
    await client.signOut()
    await client.signIn(sessionOf('b'))
    expect(await given(device, B)).toBeUndefined()
    expect(await given(device)).toEqual(LOOK)
  }),
)

test(
  'a storage that says it is of somebody else gives none',
  played(async (device) => {
    await seen(device)
    await putFact(device, 'origin', { identity: B })
    expect(await given(device)).toBeUndefined()
  }),
)

test(
  'while a guest’s records are on their way into the account, there is more to show: none is given or kept',
  played(async (device) => {
    const first = await seen(device)
    await first.client.signOut()
    await made(first.client, 'Of the guest')
    device.service.is_offline = true
    await first.client.signIn(sessionOf('a'))
    expect(names(first.client)).toEqual(['Of the guest', 'One'])
    expect(await given(device)).toBeUndefined()
    expect(await kept(first)).toBe(false)
  }),
)

test(
  'of records that another tab has changed since, none is kept',
  played(async (device) => {
    const tab = await seen(device)
    const { revision } = tab.client
    const other = await device.open(sessionOf('a'))
    await made(other.client, 'Two')
    expect(await keepFirstLook(tab.ports, A, { revision, look: LOOK })).toBe(false)
    expect(await given(device)).toBeUndefined()
  }),
)

test.each([
  { look: null },
  { look: 'text' },
  { look: [] },
  { look: undefined },
  { revision: 'x' },
  { revision: undefined },
])('an entry that is damaged to %o gives none', async (damaged) => {
  await played(async (device) => {
    await seen(device)
    await putFact(device, 'first_look', damaged)
    expect(await given(device)).toBeUndefined()
  })()
})

test(
  'a storage of a later release, or one that fails, gives none',
  played(async (device) => {
    await seen(device)
    await putFact(device, 'min_reader', { min_reader: 99 })
    expect(await given(device)).toBeUndefined()
    const { ports } = device.browser.openTab()
    const storages = { ...ports.storages, open: () => Promise.reject(new Error('no storage here')) }
    expect(await readFirstLook({ ...ports, storages }, A)).toBeUndefined()
    expect(await keepFirstLook({ ...ports, storages }, A, { revision: 1, look: LOOK })).toBe(false)
  }),
)

test(
  'a page has its client before the records are read: whose it is, nothing in it, and no change is taken',
  played(async (device) => {
    const { client: first } = await seen(device)
    await first.close()
    const { ports } = device.browser.openTab()
    const met: unknown[] = []
    let prepared: ActivationClient | undefined
    let signing: Promise<void> | undefined
    const client = await ActivationClient.open(
      {
        ports,
        api: { origins: 'https://api.test', fetch: device.service.fetch },
        app_version: 'test',
        session: sessionOf('a'),
      },
      async (early) => {
        prepared = early
        met.push(early.status.mode, early.client_id, early.list('audience'), early.revision)
        await expect(early.create('audience', { name: 'Too early' })).rejects.toMatchObject({ kind: 'closed' })
        // It waits until the account is open.
        signing = early.signIn(sessionOf('b'))
      },
    )
    expect(met).toEqual(['account', null, [], -1])
    expect(client).toBe(prepared)
    await signing
    expect([client.identity, names(client)]).toEqual([B, []])
    await client.close()
  }),
)
