import { expect, test } from 'vitest'

import type { Channels } from '#shared/client/ports.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import { made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

test(
  'a change made in a tab that is not the sender is sent, also when that tab is closed at once',
  played(async (device) => {
    const { service } = device
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    const second = await device.open(sessionOf('a'))
    expect([first.client.status.leader, second.client.status.leader]).toEqual(['this', 'other'])
    await made(second.client, 'Of the second')
    second.end()
    await device.pass(SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'Of the second' }])
    expect(names(first.client)).toEqual(['Of the second'])
  }),
)

test(
  'a tab that ends while it sends hands over, and what it was sending is made once',
  played(async (device) => {
    const { service } = device
    const first = await device.open(sessionOf('a'))
    const second = await device.open(sessionOf('a'))
    await first.client.syncNow()
    service.latency_ms = SECOND_MS
    const id = await made(first.client, 'One')
    await device.pass(SECOND_MS * 1.5)
    first.end()
    await device.pass(10 * SECOND_MS)
    expect(second.client.status).toMatchObject({ leader: 'this', pending: 0 })
    expect(service.record('a', id)).toMatchObject({ version: 1 })
    expect(names(second.client)).toEqual(['One'])
  }),
)

test(
  'two tabs that start in the same instant: one sends, and both show everything',
  played(async (device) => {
    const { service } = device
    const session = sessionOf('a')
    const [one, two] = await Promise.all([device.open(session), device.open(session)])
    await made(one.client, 'One')
    await made(two.client, 'Two')
    await device.pass(SECOND_MS)
    for (const { client } of [one, two]) expect(names(client)).toEqual(['One', 'Two'])
    expect([one, two].map(({ client }) => client.status.leader).toSorted()).toEqual(['other', 'this'])
    expect(new Set(service.bodies('push').map(({ client_id }) => client_id)).size).toBe(1)
    expect(one.client.status.synced_at).toBe(two.client.status.synced_at)
  }),
)

test(
  'a tab that is opened later shows the state of the sync immediately',
  played(async (device) => {
    const { service } = device
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    service.is_offline = true
    await first.client.syncNow()
    const second = await device.open(sessionOf('a'))
    await device.pass(1)
    expect(second.client.status).toMatchObject({ leader: 'other', is_online: false })
    expect(statusInWords(second.client.status)).toBe('Saved · offline')
  }),
)

test(
  'edits of one field in two tabs within an instant both count, the later one in the end',
  played(async (device) => {
    const { service } = device
    const [one, two] = [await device.open(sessionOf('a')), await device.open(sessionOf('a'))]
    const id = await made(one.client, 'Shared')
    await one.client.syncNow()
    await device.pass(SECOND_MS)
    service.is_offline = true
    await Promise.all([
      one.client.change('audience', id, { set: { name: 'First' } }),
      two.client.change('audience', id, { set: { name: 'Second' } }),
    ])
    service.is_offline = false
    await one.client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'Second', version: 3 })
    expect(one.client.status).toMatchObject({ conflicts: 0, pending: 0 })
  }),
)

test(
  'edits of one field that follow each other faster than they are kept all count, the last one in the end',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'Typed')
    await client.syncNow()
    service.is_offline = true
    await Promise.all(['T', 'Ty', 'Typ'].map((name) => client.change('audience', id, { set: { name } })))
    service.is_offline = false
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'Typ', version: 4 })
    expect(client.status).toMatchObject({ conflicts: 0, pending: 0 })
  }),
)

test(
  'a tab that missed what others told looks into the storage when it is seen again',
  played(async (device) => {
    const first = await device.open(sessionOf('a'))
    const second = await device.open(sessionOf('a'))
    second.lifecycle.play('freeze')
    const deaf = second.client
    await first.client.syncNow()
    await made(first.client, 'One')
    second.lifecycle.play('resume')
    await device.pass(1)
    expect(names(deaf)).toEqual(['One'])
  }),
)

test(
  'one tab of a browser asks for news, ever more rarely while nothing happens, and none while all are hidden',
  played(async (device) => {
    const { service } = device
    const tabs = [await device.open(sessionOf('a')), await device.open(sessionOf('a'))]
    await device.pass(60 * 60 * SECOND_MS)
    const at_s = service.met.filter(({ path }) => path.endsWith('/pull')).map(({ at_ms }) => Math.round(at_ms / 1000))
    const gaps = at_s.slice(1).map((at, index) => at - at_s[index]!)
    expect(gaps.slice(0, 6)).toEqual([20, 40, 80, 160, 300, 300])
    for (const { lifecycle } of tabs) lifecycle.play('hidden')
    await device.pass(10 * 60 * SECOND_MS)
    const pulls = service.bodies('pull').length
    await device.pass(60 * 60 * SECOND_MS)
    expect(service.bodies('pull')).toHaveLength(pulls)
    await made(tabs[1]!.client, 'While hidden')
    await device.pass(SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'While hidden' }])
    tabs[1]!.lifecycle.play('visible')
    await device.pass(SECOND_MS)
    expect(service.bodies('pull').length).toBeGreaterThan(pulls)
  }),
)

test(
  'a tab that has missed what another one sent does not try without end to send it',
  played(async (device) => {
    const { service } = device
    service.latency_ms = 100
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    const { ports } = device.browser.openTab()
    const deaf: Channels = { open: (name) => ({ ...ports.channels.open(name), subscribe: () => () => undefined }) }
    const second = await device.open(sessionOf('a'), { ports: { ...ports, channels: deaf } })
    await made(second.client, 'Of the second')
    await device.pass(5 * SECOND_MS)
    await first.client.close()
    const before = service.met.length
    await device.pass(15 * SECOND_MS)
    expect(second.client.status).toMatchObject({ leader: 'this', pending: 0 })
    expect(service.met.length - before).toBeLessThan(5)
    expect(names(second.client)).toEqual(['Of the second'])
  }),
)
