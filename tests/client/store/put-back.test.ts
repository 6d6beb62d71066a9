import { expect, test } from 'vitest'

import { DAY_MS } from '#shared/base/durations.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import { Device, made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

/** A service that was put back to yesterday: nothing that this device had seen of it is replaced silently, or pushed over. */

const asideOf = (client: ActivationClient) =>
  client.aside.map(({ id, change, aside }) => [id, change.op, aside!.fields, aside!.server?.['name'] ?? null])

test(
  'what a service that was put back has lost waits for the user with both sides, and is not sent by itself',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const [same, edited, deleted] = [
      await made(client, 'Same'),
      await made(client, 'Old'),
      await made(client, 'Deleted'),
    ]
    await client.syncNow()
    await device.pass(SECOND_MS)
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    const lost = await made(client, 'Lost', { metadata: { color: 'red' } })
    await client.change('audience', edited, { set: { name: 'New', metadata: { color: 'blue' } } })
    await client.delete('audience', deleted)
    await client.syncNow()
    const pushes = service.bodies('push').length
    putBack()
    await client.syncNow()
    expect(asideOf(client)).toEqual([
      [edited, 'patch', ['name', 'metadata'], 'Old'],
      [deleted, 'delete', [], 'Deleted'],
      [lost, 'create', [], null],
    ])
    expect(client.aside[2]!.change).toMatchObject({ value: { name: 'Lost', metadata: { color: 'red' } } })
    expect(client.status).toMatchObject({ pending: 0, conflicts: 3 })
    expect(client.log.at(-2)?.text).toMatch(/^The service was put back: 3 changes are lost/)
    await device.pass(10 * SECOND_MS)
    expect(service.bodies('push')).toHaveLength(pushes)
    expect(names(client)).toEqual(['Deleted', 'Old', 'Same'])
    expect(service.record('a', same)).toMatchObject({ name: 'Same' })
  }),
)

test(
  'of what was lost the user keeps theirs or takes the service’s',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const ids = [await made(client, 'One'), await made(client, 'Two'), await made(client, 'Three')]
    await client.syncNow()
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    for (const id of ids.slice(0, 2)) await client.change('audience', id, { set: { name: 'Mine' } })
    await client.delete('audience', ids[2]!)
    const lost = [await made(client, 'Kept'), await made(client, 'Dropped')]
    await client.syncNow()
    putBack()
    await client.syncNow()
    const seqOf = (id: string) => client.aside.find((entry) => entry.id === id)!.seq
    for (const id of [ids[0]!, ids[2]!, lost[0]!]) await client.resolve(seqOf(id), 'mine')
    for (const id of [ids[1]!, lost[1]!]) await client.resolve(seqOf(id), 'theirs')
    await client.syncNow()
    expect(client.aside).toEqual([])
    expect(names(client)).toEqual(['Kept', 'Mine', 'Two'])
    expect(service.record('a', ids[2]!)).toMatchObject({ deleted: true })
    expect(service.record('a', lost[1]!)).toBeUndefined()
    await client.close()
    expect(names((await device.open(sessionOf('a'))).client)).toEqual(['Kept', 'Mine', 'Two'])
  }),
)

test(
  'an answered change whose row never came is offered, too',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'Old')
    await client.syncNow()
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    service.instead = ({ path }) => (path === '/api/sync/pull' ? new Response('', { status: 503 }) : undefined)
    await client.change('audience', id, { set: { name: 'Answered' } })
    const lost = await made(client, 'Lost')
    await client.syncNow()
    expect(client.status.pending).toBe(0)
    putBack()
    service.instead = () => undefined
    await client.syncNow()
    expect(asideOf(client)).toEqual([
      [id, 'patch', ['name'], 'Old'],
      [lost, 'create', [], null],
    ])
  }),
)

test('every device of a user is offered it; where one has decided, the others withdraw it', async () => {
  const phone = new Device()
  const laptop = new Device({}, phone.service)
  await phone.play(async () => {
    const { service } = phone
    const { client: one } = await phone.open(sessionOf('a'))
    const edited = await made(one, 'Old')
    const deleted = await made(one, 'Deleted')
    await one.syncNow()
    const putBack = service.keep('a')
    await phone.pass(SECOND_MS)
    await one.change('audience', edited, { set: { name: 'New' } })
    await one.delete('audience', deleted)
    const lost = await made(one, 'Lost')
    await one.syncNow()
    const { client: other } = await laptop.open(sessionOf('a'))
    await other.syncNow()
    putBack()
    await one.syncNow()
    await other.syncNow()
    expect(asideOf(other)).toEqual([
      [edited, 'patch', ['name'], 'Old'],
      [lost, 'create', [], null],
    ])
    for (const { seq } of one.aside) await one.resolve(seq, 'mine')
    await one.syncNow()
    await other.syncNow()
    expect(other.aside).toEqual([])
    expect(names(other)).toEqual(['Lost', 'New'])
    await other.close()
  })
})

test(
  'what was as it is now when the service was put back is not offered, whoever changes or deletes it then',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const [changed, gone] = [await made(client, 'Before'), await made(client, 'Gone')]
    await client.syncNow()
    await device.pass(SECOND_MS)
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    putBack()
    service.change('a', changed, { name: 'After' })
    service.change('a', gone, { deleted: true })
    await client.syncNow()
    expect(client.aside).toEqual([])
    expect(names(client)).toEqual(['After'])
  }),
)

test(
  'what is missing longer than deletions are known is not offered: it may have been deleted for good',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'Kept')
    await client.syncNow()
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    await made(client, 'Lost')
    await client.syncNow()
    putBack()
    await client.close()
    await device.pass(91 * DAY_MS)
    const { client: later } = await device.open(sessionOf('a'))
    await later.syncNow()
    expect(later.aside).toEqual([])
    expect(names(later)).toEqual(['Kept'])
  }),
)

test(
  'a distribution that was handed over is not offered to be handed over again',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const audience_id = await made(client, 'Handed over', { status: 'active' })
    const platform = await client.create('platform', { platform_type: 'meta', name: 'Meta' })
    if (!platform.ok) throw platform.problem
    await client.syncNow()
    const putBack = service.keep('a')
    await device.pass(SECOND_MS)
    const ids = []
    for (const _ of ['sent', 'waiting']) {
      const outcome = await client.create('distribution', { audience_id, platform_id: platform.id })
      if (!outcome.ok) throw outcome.problem
      ids.push(outcome.id)
    }
    await client.syncNow()
    service.change('a', ids[0]!, { status: 'completed' })
    await client.syncNow()
    putBack()
    await client.syncNow()
    expect(asideOf(client)).toEqual([[ids[1], 'create', [], null]])
  }),
)
