import { expect, test } from 'vitest'

import { json, problem } from '#tests/client/api/harness.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import { made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

const MINUTE_MS = 60 * SECOND_MS

test(
  'there is no last attempt: a change that waited for more than a week without a connection is sent, and made once',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.is_offline = true
    const id = await made(client, 'One')
    await device.pass(25 * 60 * MINUTE_MS)
    expect(client.status).toMatchObject({ is_online: false, pending: 1 })
    expect(statusInWords(client.status)).toBe('Saved on this device · 1 change waits · offline')
    await client.close()
    await device.pass(7 * 24 * 60 * MINUTE_MS)
    const again = await device.open(sessionOf('a'))
    expect(statusInWords(again.client.status)).toBe('Saved on this device · 1 change waits')
    service.is_offline = false
    await device.pass(5 * MINUTE_MS)
    expect(service.record('a', id)).toMatchObject({ version: 1 })
    expect(again.client.status).toMatchObject({ is_online: true, pending: 0 })
  }),
)

test.each([
  [503, 'unavailable'],
  [429, 'too-many-requests'],
] as const)('a wait that the service asks for with a %d is kept', async (status, kind) => {
  await played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.instead = ({ path }) =>
      path === '/api/sync/push' ? problem(kind, status, {}, { 'Retry-After': '600' }) : undefined
    await made(client, 'One')
    await device.pass(9 * MINUTE_MS)
    expect(service.bodies('push')).toHaveLength(1)
    service.instead = () => undefined
    await device.pass(2 * MINUTE_MS)
    expect(client.status.pending).toBe(0)
  })()
})

test(
  'waits become longer while nothing answers, up to five minutes, and end when the network is back',
  played(async (device) => {
    const { service } = device
    const { client, lifecycle } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.instead = ({ path }) => (path === '/api/sync/push' ? problem('internal', 500) : undefined)
    await made(client, 'One')
    await device.pass(2 * 60 * MINUTE_MS)
    const at_ms = service.met.filter(({ path }) => path === '/api/sync/push').map((request) => request.at_ms)
    const gaps_ms = at_ms.slice(1).map((at, index) => at - at_ms[index]!)
    expect(Math.max(...gaps_ms)).toBeLessThanOrEqual(5 * MINUTE_MS)
    expect(at_ms.length).toBeGreaterThan(24)
    expect(at_ms.length).toBeLessThan(150)
    service.instead = () => undefined
    lifecycle.play('online')
    await device.pass(1)
    expect(client.status).toMatchObject({ pending: 0, is_online: true })
  }),
)

test(
  'changes that wait for two minutes although the server answers are told, and tried again',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.instead = ({ path, body }) => {
      if (path !== '/api/sync/push') return undefined
      const { mutations } = body as { mutations: { seq: number }[] }
      return json({ success: true, results: mutations.map(({ seq }) => ({ seq, status: 'retry', retry_after_ms: 0 })) })
    }
    await made(client, 'One')
    await device.pass(5 * MINUTE_MS)
    expect(client.status).toMatchObject({ is_stuck: true, pending: 1 })
    expect(statusInWords(client.status)).toContain('trying again')
    expect(service.bodies('push').length).toBeLessThan(320)
    service.instead = () => undefined
    await device.pass(MINUTE_MS)
    expect(client.status).toMatchObject({ is_stuck: false, pending: 0 })
  }),
)

test(
  'parts that the server cannot read are told, and the rest is shown',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'One')
    await client.syncNow()
    service.unreadable = ['distributions/2025-05']
    await client.syncNow()
    expect(client.status.unreadable).toBe(1)
    expect(statusInWords(client.status)).toBe('Saved · some data cannot be fetched at the moment')
    expect(names(client)).toEqual(['One'])
    service.unreadable = []
    await client.syncNow()
    expect(statusInWords(client.status)).toBe('Saved')
  }),
)

test(
  'what is asked for while an exchange is under way is answered by the next one',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.latency_ms = SECOND_MS
    const first = client.syncNow()
    await device.pass(1.5 * SECOND_MS)
    await made(client, 'One')
    await client.syncNow()
    expect(service.records('a')).toMatchObject([{ name: 'One' }])
    await first
  }),
)

test(
  'who waits for an exchange hears when the account is closed meanwhile',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.latency_ms = 60 * SECOND_MS
    const asked = client.syncNow()
    await device.pass(1)
    await client.signOut()
    await asked
    expect(client.status.mode).toBe('guest')
  }),
)

test(
  'switched off by the operator, nothing is sent, everything is kept, and it goes on when it is on again',
  played(async (device) => {
    const { service } = device
    service.is_on = false
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'One')
    await device.pass(60 * MINUTE_MS)
    expect(service.bodies('push')).toEqual([])
    expect(statusInWords(client.status)).toBe('Saved on this device · 1 change waits · syncing is paused')
    service.is_on = true
    await device.pass(20 * MINUTE_MS)
    expect(service.records('a')).toHaveLength(1)
  }),
)

test(
  'a clock that is wrong by days loses nothing, and new ids carry the time of the server',
  played(async (device) => {
    const { service, clock } = device
    const { client } = await device.open(sessionOf('a'))
    service.instead = ({ path }) =>
      path === '/api/flags'
        ? json({ success: true, flags: { persistence_v2: true }, notice: null }, 200, {
            Date: new Date(clock.nowMs() + 40 * 24 * 60 * MINUTE_MS).toUTCString(),
          })
        : undefined
    await client.syncNow()
    const id = await made(client, 'One')
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ version: 1 })
    expect(String(service.record('a', id)?.['created_at'])).toMatch(/^2025-06-24/)
  }),
)

test(
  'an error of the client itself does not end the sync, and its name reaches the operator',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.instead = ({ path }) =>
      path === '/api/sync/pull' ? json({ success: true, partitions: [null], cursor: 'x', more: false }) : undefined
    await client.syncNow()
    service.instead = () => undefined
    await made(client, 'One')
    await device.pass(MINUTE_MS)
    expect(service.records('a')).toHaveLength(1)
    const told = service.met.map(({ body }) => (body as { client?: { errors?: object } } | undefined)?.client?.errors)
    expect(told).toContainEqual({ count: 1, last: { name: 'TypeError', build: 'test' } })
  }),
)

test(
  'what another tab tells of the sync in another release’s words is left alone',
  played(async (device) => {
    const { ports } = device.browser.openTab()
    const leader = await device.open(sessionOf('a'))
    await leader.client.syncNow()
    const { client } = await device.open(sessionOf('a'))
    await device.pass(SECOND_MS)
    const name = (await ports.storages.names()).find((one) => one !== 'am_directory')!
    ports.channels.open(name).post({ type: 'state', state: { is_online: 'perhaps', synced_at: 5, is_stuck: true } })
    ports.channels.open(name).post('nonsense')
    await device.pass(1)
    expect(client.status).toMatchObject({ is_online: true, is_stuck: true })
    expect(typeof client.status.synced_at).toBe('string')
  }),
)
