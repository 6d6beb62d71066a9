import { expect, test } from 'vitest'

import { ActivationClient } from '#shared/client/client.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import { made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

test(
  'another user who signs in on this browser sees and sends nothing of the first, who finds everything again',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'Sent by a')
    await client.syncNow()
    service.is_offline = true
    await made(client, 'Unsent of a')
    await client.drafts.save('audience:new', { name: 'Typed by a' })
    await client.signOut()
    expect(names(client)).toEqual([])
    service.is_offline = false
    await client.signIn(sessionOf('b'))
    expect([names(client), client.log, client.aside, await client.drafts.list()]).toEqual([[], [], [], []])
    await made(client, 'Of b')
    await client.syncNow()
    expect(service.records('b')).toMatchObject([{ name: 'Of b' }])
    expect(service.records('a')).toMatchObject([{ name: 'Sent by a' }])
    await client.signIn(sessionOf('a'))
    expect(names(client)).toEqual(['Sent by a', 'Unsent of a'])
    expect(await client.drafts.list()).toMatchObject([{ form: 'audience:new', value: { name: 'Typed by a' } }])
    await client.syncNow()
    expect(service.records('a').map(({ name }) => name)).toEqual(['Sent by a', 'Unsent of a'])
    const as_b = service.bodies('push', 'b')
    expect(JSON.stringify(as_b)).not.toContain('of a')
    const ids_of_a = service.bodies('push', 'a').map(({ client_id }) => client_id)
    expect(as_b.filter(({ client_id }) => ids_of_a.includes(client_id))).toEqual([])
  }),
)

test(
  'a running sync is cancelled before the account is switched, and its late answer changes nothing',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.latency_ms = 20 * SECOND_MS
    await made(client, 'Of a')
    await device.pass(SECOND_MS)
    const begun_ms = device.clock.monotonicMs()
    service.latency_ms = 0
    await client.signIn(sessionOf('b'))
    expect(device.clock.monotonicMs() - begun_ms).toBeLessThan(SECOND_MS)
    await device.pass(60 * SECOND_MS)
    expect(names(client)).toEqual([])
    expect(service.records('b')).toEqual([])
    await client.signIn(sessionOf('a'))
    await client.syncNow()
    expect(service.records('a')).toMatchObject([{ name: 'Of a', version: 1 }])
  }),
)

test(
  'what one user has is never sent with the token of another',
  played(async (device) => {
    const { service } = device
    const token = sessionOf('b').token
    const { client } = await device.open(sessionOf('a', token))
    await made(client, 'Of a')
    await device.pass(60 * SECOND_MS)
    expect(service.bodies('push')).toEqual([])
    expect(client.status).toMatchObject({ needs_sign_in: true, pending: 1 })
    expect(statusInWords(client.status)).toBe('Saved on this device · 1 change waits · sign in to send them')
    await client.signIn(sessionOf('a'))
    await client.syncNow()
    expect(service.records('a')).toHaveLength(1)
  }),
)

test(
  'signing out with unsent changes has the facts for the question, and keeps them by default, offline too',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.is_offline = true
    await made(client, 'One')
    await made(client, 'Two')
    expect(client.unsent).toEqual({ count: 2, aside: 0 })
    await client.signOut()
    expect(client.unsent).toEqual({ count: 0, aside: 0 })
    await client.close()
    service.is_offline = false
    const again = await device.open(sessionOf('a'))
    await again.client.syncNow()
    expect(service.records('a').map(({ name }) => name)).toEqual(['One', 'Two'])
  }),
)

test(
  'who signs out and wants everything erased leaves nothing on the device',
  played(async (device) => {
    const { service } = device
    const guest = await device.open()
    await made(guest.client, 'Of the guest')
    service.is_offline = true
    await guest.client.signIn(sessionOf('a'))
    await made(guest.client, 'Of a')
    expect(guest.client.unsent.count).toBe(2)
    await guest.client.signOut({ unsent: 'erase' })
    await guest.client.close()
    const { ports } = device.browser.openTab()
    const left: unknown[] = []
    for (const name of await ports.storages.names()) {
      const storage = await ports.storages.open<{ outbox: object; rows: object }>(name, { reader: 1 })
      left.push(...(await storage.transact(['outbox', 'rows'], 'read', async ({ outbox }) => await outbox.getAll())))
      await storage.close()
    }
    expect(left).toEqual([])
    service.is_offline = false
    const again = await device.open(sessionOf('a'))
    await again.client.syncNow()
    expect(names(again.client)).toEqual([])
  }),
)

test(
  'a tab whose account was signed out in another one takes no more changes, sends none, and says so',
  played(async (device) => {
    const { service } = device
    const [one, two] = [await device.open(sessionOf('a')), await device.open(sessionOf('a'))]
    await one.client.syncNow()
    await one.client.signOut()
    await device.pass(SECOND_MS)
    expect(two.client.status.elsewhere).toBe('signed-out')
    expect(statusInWords(two.client.status)).toBe('Signed out in another tab: reload')
    expect(await two.client.create('audience', { name: 'Late' })).toMatchObject({ ok: false })
    const requests = service.met.length
    await device.pass(60 * 60 * SECOND_MS)
    expect(service.met).toHaveLength(requests)
    await one.client.signIn(sessionOf('a'))
    await device.pass(SECOND_MS)
    expect(two.client.status.elsewhere).toBeNull()
    expect(await two.client.create('audience', { name: 'Again' })).toMatchObject({ ok: true })
    await device.pass(SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'Again' }])
  }),
)

test(
  'a page from the back/forward cache looks who is signed in before it says that all is saved',
  played(async (device) => {
    const one = await device.open(sessionOf('a'))
    await one.client.syncNow()
    const other = await device.open(sessionOf('a'))
    await other.client.signIn(sessionOf('b'))
    const said: string[] = []
    one.client.subscribe(() => said.push(statusInWords(one.client.status)))
    one.lifecycle.play('page-restored')
    expect(said[0]).toBe('Looking at the data on this device')
    await device.pass(SECOND_MS)
    expect(said.at(-1)).toBe('Signed in in another tab: reload')
    expect(said).not.toContain('Saved')
  }),
)

test(
  'accounts are opened one after the other, whatever a page asks for at a time; reads meanwhile show nothing',
  played(async (device) => {
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'Of a')
    const seen: unknown[] = []
    client.subscribe(() => seen.push([client.identity?.user_id, names(client)]))
    await Promise.all([client.signIn(sessionOf('b')), client.signOut(), client.signIn(sessionOf('c'))])
    expect(client.identity?.user_id).toBe('c')
    await made(client, 'Of c')
    const others = (seen as [string | undefined, string[]][]).filter(([user_id]) => user_id !== 'a')
    expect(others.flatMap(([, shown]) => shown)).not.toContain('Of a')
    expect(names(client)).toEqual(['Of c'])
  }),
)

test(
  'a sign-in that ends while changes are sent holds them, says so, and goes on after the next one',
  played(async (device) => {
    const { service } = device
    let is_ended = true
    const session = sessionOf('a', async (asked) => {
      if (is_ended) throw new Error('ended')
      return await sessionOf('a').token(asked)
    })
    const { client } = await device.open(session)
    await made(client, 'One')
    await device.pass(10 * 60 * SECOND_MS)
    expect(client.status).toMatchObject({ needs_sign_in: true, pending: 1 })
    expect(service.bodies('push')).toEqual([])
    is_ended = false
    await client.signIn(session)
    await device.pass(SECOND_MS)
    expect(client.status).toMatchObject({ needs_sign_in: false, pending: 0 })
  }),
)

test(
  'while another account opens every getter answers, and drafts and unreadable changes are refused as closed',
  played(async (device) => {
    const { client } = await device.open(sessionOf('a'))
    await client.drafts.save('audience:new', { name: 'Typed by a' })
    device.service.latency_ms = 20 * SECOND_MS
    await made(client, 'Of a')
    await device.pass(SECOND_MS)
    const getters = Object.entries(Object.getOwnPropertyDescriptors(ActivationClient.prototype)).flatMap(
      ([name, { get }]) => (get ? [name as keyof ActivationClient] : []),
    )
    expect(getters).toEqual(expect.arrayContaining(['drafts', 'quarantine', 'identity', 'status', 'unsent']))
    const asked: Promise<PromiseSettledResult<unknown>[]>[] = []
    const faults: unknown[] = []
    const look = () => {
      try {
        for (const name of getters) void client[name]
        if (client.client_id !== null) return
        const { drafts, quarantine } = client
        drafts.subscribe(() => undefined)()
        asked.push(
          Promise.allSettled([
            drafts.get('audience:new'),
            drafts.list(),
            drafts.save('audience:new', {}),
            drafts.delete('audience:new'),
            quarantine.list(),
            quarantine.discard('1'),
            client.syncNow(),
            client.downloadData(),
          ]),
        )
      } catch (error) {
        faults.push(error)
      }
    }
    client.subscribe(look)
    const signing = client.signIn(sessionOf('b'))
    await Promise.resolve().then(look)
    device.service.latency_ms = 0
    await signing
    expect(faults).toEqual([])
    const outcomes = (await Promise.all(asked)).flat()
    expect(outcomes.length).toBeGreaterThan(0)
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'closed' } })
    expect(await client.drafts.list()).toEqual([])
    await client.signIn(sessionOf('a'))
    expect(await client.drafts.list()).toMatchObject([{ value: { name: 'Typed by a' } }])
  }),
)
