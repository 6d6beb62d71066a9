import { expect, test } from 'vitest'

import { json, problem } from '#tests/client/api/harness.ts'
import { Device, made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

test(
  'a second edit while the first is on its way is applied on top, and is a change of its own',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'First')
    await client.syncNow()
    service.latency_ms = SECOND_MS
    await client.change('audience', id, { set: { name: 'Second' } })
    await device.pass(SECOND_MS / 2)
    await client.change('audience', id, { set: { name: 'Third' } })
    expect(names(client)).toEqual(['Third'])
    await device.pass(10 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ name: 'Third', version: 3 })
    const sets = service.bodies('push').flatMap(({ mutations }) => mutations.map(({ set }) => set))
    expect(sets).toEqual([undefined, { name: 'Second' }, { name: 'Third' }])
  }),
)

test(
  'between a change and its answer the screen never shows an older value',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'First')
    await client.syncNow()
    service.latency_ms = SECOND_MS
    const shown: unknown[] = []
    client.subscribe(() => {
      const name = client.get('audience', id)?.record['name']
      if (name !== shown.at(-1)) shown.push(name)
    })
    await client.change('audience', id, { set: { name: 'Second' } })
    await device.pass(20 * SECOND_MS)
    expect(client.status.pending).toBe(0)
    expect(shown).toEqual(['Second'])
  }),
)

test(
  'a change refused for good neither blocks those of other records nor is thrown away',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.is_offline = true
    const bad = await made(client, 'Bad')
    const good = await made(client, 'Good')
    service.refused.set(bad, {})
    service.is_offline = false
    await client.syncNow()
    expect(service.record('a', good)).toMatchObject({ name: 'Good' })
    expect(client.status).toMatchObject({ pending: 0, invalid: 1 })
    expect(client.aside).toMatchObject([
      { id: bad, change: { value: { name: 'Bad' } }, aside: { reason: 'It is refused.' } },
    ])
    const pushes = service.bodies('push').length
    await device.pass(30 * 60 * SECOND_MS)
    expect(service.bodies('push')).toHaveLength(pushes)
    expect(client.aside).toHaveLength(1)
  }),
)

test(
  'a creation that was refused and its later edit arrive as one creation, and what refers to it after it',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const platform = await client.create('platform', { platform_type: 'meta', name: 'Meta' })
    service.is_offline = true
    const id = await made(client, 'Bad')
    await client.change('audience', id, { set: { description: 'More', metadata: { tags: ['x'] } } })
    if (!platform.ok) throw platform.problem
    await client.create('distribution', { audience_id: id, platform_id: platform.id })
    service.refused.set(id, {})
    service.is_offline = false
    await client.syncNow()
    const [entry] = client.aside
    expect(entry?.change).toMatchObject({ op: 'create' })
    service.refused.clear()
    service.met.length = 0
    expect(await client.correct(entry!.seq, { set: { name: 'Good' } })).toMatchObject({ ok: true, id })
    await client.syncNow()
    const changes = service.bodies('push').flatMap(({ mutations }) => mutations)
    expect(changes).toMatchObject([
      { op: 'create', id, value: { name: 'Good', description: 'More', metadata: { tags: ['x'] } } },
      { op: 'create', kind: 'distribution' },
    ])
    expect(client.status).toMatchObject({ pending: 0, invalid: 0, conflicts: 0 })
  }),
)

test(
  'a change that was set aside is never tried again by itself; a retry is a new change under a new number',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'Bad')
    service.refused.set(id, {})
    await client.syncNow()
    const [entry] = client.aside
    service.refused.clear()
    const outcome = await client.retry(entry!.seq)
    expect(outcome).toMatchObject({ ok: true, seq: 2 })
    await client.syncNow()
    const [first, second] = service.bodies('push').flatMap(({ mutations }) => mutations)
    expect(second!.mutation_id).not.toBe(first!.mutation_id)
    expect(service.record('a', id)).toMatchObject({ name: 'Bad' })
    expect(await client.retry(entry!.seq)).toMatchObject({ ok: false, problem: { kind: 'not-found' } })
  }),
)

test(
  'a conflict is settled by the values of the user or by those of the server',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const [one, two] = [await made(client, 'One'), await made(client, 'Two')]
    await client.syncNow()
    for (const id of [one, two]) {
      service.change('a', id, { name: 'Theirs' })
      await client.change('audience', id, { set: { name: 'Mine', metadata: { note: 1 } } })
    }
    await client.syncNow()
    expect(client.status).toMatchObject({ pending: 0, conflicts: 2 })
    const [first, second] = client.aside
    expect(first?.aside).toMatchObject({ fields: ['name'], server: { name: 'Theirs' } })
    await client.resolve(first!.seq, 'mine')
    await client.resolve(second!.seq, 'theirs')
    await client.syncNow()
    expect(client.get('audience', one)?.record).toMatchObject({ name: 'Mine', version: 3, metadata: { note: 1 } })
    expect(client.get('audience', two)?.record).toMatchObject({ name: 'Theirs', version: 2 })
    expect(client.aside).toEqual([])
  }),
)

test(
  'edits that were made after one in conflict keep their order when the user insists on it',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'One')
    await client.syncNow()
    service.change('a', id, { name: 'Theirs' })
    await client.change('audience', id, { set: { name: 'Two' } })
    await client.syncNow()
    await client.change('audience', id, { set: { name: 'Three' } })
    const [entry] = client.aside
    await client.resolve(entry!.seq, 'mine')
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'Three', version: 4 })
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0 })
  }),
)

test(
  'who insists on an edit of a record that was deleted elsewhere gets it back, with the edit',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'One')
    await client.syncNow()
    service.change('a', id, { deleted: true })
    await client.change('audience', id, { set: { name: 'Mine' } })
    await client.syncNow()
    await client.resolve(client.aside[0]!.seq, 'mine')
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'Mine', deleted: false })
    expect(client.get('audience', id)?.record).toMatchObject({ name: 'Mine', deleted: false })
  }),
)

test(
  'what another device deletes leaves the screen with the next pull, and can be restored here',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'One')
    await client.syncNow()
    service.change('a', id, { deleted: true })
    await client.syncNow()
    expect(names(client)).toEqual([])
    expect(await client.restore('audience', id)).toMatchObject({ ok: true })
    expect(names(client)).toEqual(['One'])
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'One', deleted: false })
  }),
)

test(
  'a record whose edit and deletion were sent together comes back with the edit when it is restored',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const known = await made(client, 'As pulled')
    await client.syncNow()
    service.is_offline = true
    const unknown = await made(client, 'As made')
    for (const [id, name] of [
      [known, 'Known'],
      [unknown, 'Unknown'],
    ] as const) {
      await client.change('audience', id, { set: { name } })
      await client.delete('audience', id)
    }
    service.is_offline = false
    await client.syncNow()
    expect(client.status.pending).toBe(0)
    const shown = new Set<string>()
    client.subscribe(() => names(client).forEach((name) => shown.add(name)))
    for (const id of [known, unknown]) expect(await client.restore('audience', id)).toMatchObject({ ok: true })
    await client.syncNow()
    expect([...shown].toSorted()).toEqual(['Known', 'Unknown'])
    expect(service.records('a')).toMatchObject([{ name: 'Known' }, { name: 'Unknown' }])
  }),
)

test(
  'who drops the refused creation of a record drops what was done to it, and nothing else',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const [id, other] = [await made(client, 'Bad'), await made(client, 'Good')]
    service.refused.set(id, {})
    await client.syncNow()
    await client.discard(client.aside[0]!.seq)
    await client.syncNow()
    expect(client.status).toMatchObject({ pending: 0, invalid: 0 })
    expect(service.records('a')).toMatchObject([{ audience_id: other }])
  }),
)

test(
  'the server acknowledges once: what it has answered is written down before the next push says so',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    for (const name of ['One', 'Two', 'Three']) {
      await made(client, name)
      await client.syncNow()
    }
    expect(service.bodies('push').map(({ acked, mutations }) => [acked, mutations.map(({ seq }) => seq)])).toEqual([
      [0, [1]],
      [1, [2]],
      [2, [3]],
    ])
  }),
)

test(
  'a change whose answer was lost is sent again under its number, and made once',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    let lost = 0
    service.instead = ({ path, body, user_id }) => {
      if (path !== '/api/sync/push' || lost > 2) return undefined
      lost++
      service.instead = () => undefined
      const kept = service.instead
      const answer = service.fetch(`https://api.test${path}`, {
        headers: { Authorization: `Bearer ${tokenFor(user_id!)}` },
        body: JSON.stringify(body),
      })
      service.instead = kept
      return answer.then(() => Promise.reject(new TypeError('fetch failed')))
    }
    const id = await made(client, 'One')
    await device.pass(60 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ version: 1 })
    expect(client.status).toMatchObject({ pending: 0, is_online: true })
    expect(lost).toBe(1)
  }),
)

test(
  'an id whose time the server does not take is made again, everywhere, and the old one still finds the record',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.is_offline = true
    const id = await made(client, 'From the future')
    await client.change('audience', id, { set: { description: 'x' } })
    service.refused.set(id, { code: 'id_time', server_time: new Date(service.clock.nowMs()).toISOString() })
    service.is_offline = false
    await client.syncNow()
    const [row] = service.records('a')
    expect(row).toMatchObject({ name: 'From the future', description: 'x' })
    expect(row!['audience_id']).not.toBe(id)
    expect(client.get('audience', id)?.record).toMatchObject({ audience_id: row!['audience_id'] })
    expect(await client.change('audience', id, { set: { name: 'Now' } })).toMatchObject({ ok: true })
    await client.syncNow()
    expect(service.records('a')).toMatchObject([{ name: 'Now' }])
    await client.close()
    const again = await device.open(sessionOf('a'))
    expect(again.client.get('audience', id)?.record).toMatchObject({ name: 'Now' })
  }),
)

test(
  'a copied profile that meets its numbers used becomes a client of its own, and its change is made',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    let forks = 0
    service.instead = ({ path }) =>
      path === '/api/sync/push' && forks++ === 0 ? problem('conflict', 409, { code: 'client_forked' }) : undefined
    const id = await made(client, 'One')
    await device.pass(10 * SECOND_MS)
    const [first, second] = service.bodies('push')
    expect(second!.client_id).not.toBe(first!.client_id)
    expect(second).toMatchObject({ acked: 0, mutations: [{ seq: 1, id }] })
    expect(service.record('a', id)).toMatchObject({ name: 'One' })
  }),
)

test('a service that sees a fork each time is not asked without end', async () => {
  const device = new Device()
  await device.play(async () => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.instead = ({ path }) =>
      path === '/api/sync/push' ? problem('conflict', 409, { code: 'client_forked' }) : undefined
    await made(client, 'One')
    await device.pass(10 * 60 * SECOND_MS)
    expect(service.bodies('push').length).toBeLessThan(30)
    expect(client.status.pending).toBe(1)
  })
})

test(
  'an object that wants a pause does not hold up the others',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.instead = ({ path, body }) => {
      if (path !== '/api/sync/push') return undefined
      const { mutations } = body as { mutations: { seq: number; kind: string }[] }
      if (!mutations.some(({ kind }) => kind === 'audience')) return undefined
      const results = mutations.map(({ seq }) => ({ seq, status: 'retry', retry_after_ms: 60_000 }))
      return json({ success: true, results })
    }
    await made(client, 'Waits')
    await device.pass(SECOND_MS)
    await client.create('platform', { platform_type: 'meta', name: 'Meta' })
    await device.pass(SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'Meta' }])
    expect(client.status.pending).toBe(1)
    service.instead = () => undefined
    await device.pass(150 * SECOND_MS)
    expect(client.status.pending).toBe(0)
  }),
)

test(
  'credentials are never kept on the device: the form that has them needs a connection',
  played(async (device) => {
    const { client } = await device.open()
    const outcome = await client.create('platform', {
      platform_type: 'meta',
      name: 'Meta',
      credentials: { access_token: 'secret' },
    })
    expect(outcome).toMatchObject({ ok: false, problem: { kind: 'invalid-input' } })
    const file = JSON.stringify(await client.downloadData())
    expect(file).not.toContain('secret')
  }),
)

function tokenFor(user_id: string): string {
  return `h.${Buffer.from(JSON.stringify({ sub: user_id, iss: 'https://issuer.test' })).toString('base64url')}.s`
}
