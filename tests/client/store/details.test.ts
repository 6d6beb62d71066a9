import { expect, test } from 'vitest'

import { json } from '#tests/client/api/harness.ts'
import { type Device, made, played, sessionOf } from './stand-in.ts'

const DETAILS = { audience_snapshot: { name: 'Hikers' }, attempts: [{ number: 1 }] }

async function aDistribution(device: Device) {
  const { service } = device
  const { client } = await device.open(sessionOf('a'))
  const platform = await client.create('platform', { platform_type: 'meta', name: 'Meta' })
  if (!platform.ok) throw platform.problem
  const audience_id = await made(client, 'Hikers')
  const outcome = await client.create('distribution', { audience_id, platform_id: platform.id })
  if (!outcome.ok) throw outcome.problem
  const { id } = outcome
  service.instead = ({ path }) =>
    path === `/api/distributions/${id}`
      ? json({ success: true, distribution: { ...service.record('a', id), ...DETAILS } })
      : undefined
  return { client, id, fetched: () => service.met.filter(({ path }) => path.startsWith('/api/distributions')).length }
}

test(
  'what was handed over is fetched by id, kept when it was seen, and there offline, also after a reload',
  played(async (device) => {
    const { service } = device
    const { client, id, fetched } = await aDistribution(device)
    expect(await client.details(id)).toMatchObject({ ok: false, problem: { kind: 'local' } })
    await client.syncNow()
    expect(await client.details(id)).toEqual({ ok: true, details: DETAILS, is_current: true })
    await client.details(id)
    expect(fetched()).toBe(1)
    await client.close()
    service.is_offline = true
    const again = await device.open(sessionOf('a'))
    expect(await again.client.details(id)).toEqual({ ok: true, details: DETAILS, is_current: true })
  }),
)

test(
  'details of an earlier version are fetched again, and shown as such while offline',
  played(async (device) => {
    const { service } = device
    const { client, id, fetched } = await aDistribution(device)
    await client.syncNow()
    await client.details(id)
    service.change('a', id, { status: 'in_progress' })
    await client.syncNow()
    service.is_offline = true
    expect(await client.details(id)).toEqual({ ok: true, details: DETAILS, is_current: false })
    service.is_offline = false
    expect(await client.details(id)).toMatchObject({ is_current: true })
    expect(fetched()).toBe(2)
  }),
)

test(
  'without a connection, and never seen: the problem says so',
  played(async (device) => {
    const { service } = device
    const { client, id } = await aDistribution(device)
    await client.syncNow()
    service.is_offline = true
    expect(await client.details(id)).toMatchObject({ ok: false, problem: { kind: 'offline' } })
  }),
)

test(
  'drafts of forms stay over a reload, are told to other tabs, listed and deleted, and never sent',
  played(async (device) => {
    const { service } = device
    const [one, two] = [await device.open(sessionOf('a')), await device.open(sessionOf('a'))]
    const told: string[] = []
    two.client.subscribe((event) => {
      if ('drafts' in event) told.push(...event.drafts)
    })
    await one.client.drafts.save('audience:new', { name: 'Half a na' })
    await one.client.drafts.save('audience:new', { name: 'Half a name' })
    await one.client.drafts.save('platform:new', { name: 'x' })
    await one.client.drafts.delete('platform:new')
    await device.pass(1)
    expect(told).toEqual(['audience:new', 'audience:new', 'platform:new', 'platform:new'])
    expect(await two.client.drafts.list()).toMatchObject([{ form: 'audience:new', value: { name: 'Half a name' } }])
    await one.client.syncNow()
    await Promise.all([one.client.close(), two.client.close()])
    const again = await device.open(sessionOf('a'))
    expect(await again.client.drafts.get('audience:new')).toMatchObject({ value: { name: 'Half a name' } })
    expect(JSON.stringify(service.met)).not.toContain('Half')
  }),
)
