import { describe, expect, test } from 'vitest'

import { LIMITS } from '#shared/table/object/limits.ts'
import { syncInTest, type Device } from './harness.ts'

/** What is refused as a whole, and what only by the change that it is in. */

async function oneDevice() {
  const running = await syncInTest()
  return { ...running, phone: running.device() }
}

const create = (
  device: Device,
  value: unknown = { name: 'A' },
  kind = 'audience',
  prefix: 'aud' | 'plat' | 'dist' = 'aud',
) => device.change('create', kind, device.newId(prefix), { value })

describe('a push', () => {
  test('with faults in its numbers or ids is 400 and says all of them, and nothing of it is done', async () => {
    const { phone } = await oneDevice()
    const change = create(phone)
    const bad: [Record<string, unknown>, readonly string[]][] = [
      [{ acked: 0 }, ['mutations']],
      [{ mutations: [change] }, ['acked']],
      [{ acked: -1, mutations: [change] }, ['acked']],
      [{ acked: 1, mutations: [change] }, ['mutations[0].seq']],
      [{ acked: 0, mutations: [{ ...change, seq: 0 }] }, ['mutations[0].seq']],
      [{ acked: 0, mutations: [{ ...change, seq: 1.5 }] }, ['mutations[0].seq']],
      [{ acked: 0, mutations: [{ ...change, mutation_id: '' }] }, ['mutations[0].mutation_id']],
      [{ acked: 0, mutations: [{ ...change, mutation_id: 'x'.repeat(256) }] }, ['mutations[0].mutation_id']],
      [{ acked: 0, mutations: ['change'] }, ['mutations[0]']],
      [{ acked: 0, mutations: [], surplus: 1 }, ['surplus']],
      [{ acked: 0, mutations: [change], client_id: 'cli_x' }, ['client_id']],
      [
        {
          acked: 0,
          mutations: [change, { ...create(phone), seq: 1 }, { ...create(phone), mutation_id: change['mutation_id'] }],
        },
        ['mutations[1].seq', 'mutations[2].mutation_id'],
      ],
      [
        { acked: 7, mutations: [change, { ...create(phone), seq: 1 }], client_id: 'x' },
        ['client_id', 'mutations[0].seq', 'mutations[1].seq'],
      ],
    ]
    for (const [body, paths] of bad) {
      const reply = await phone.send('push', body)
      expect([reply.status, [...new Set(reply.body.errors.map(({ path }) => path))].toSorted()]).toEqual([400, paths])
    }
    const too_many = Array.from({ length: 1001 }, () => create(phone))
    expect((await phone.send('push', { acked: 0, mutations: too_many })).status).toBe(400)
    expect((await phone.pull()).partitions).toEqual([])
  })

  test('with a Client-Id in its header that is another one’s is 400; with its own, or without, it is taken', async () => {
    const { phone, sync, device } = await oneDevice()
    const body = { client_id: phone.client_id, acked: 0, mutations: [create(phone)] }
    const call = (path: string, client_id: string) =>
      sync.call('POST', `/api/sync/${path}`, path === 'push' ? body : { client_id: phone.client_id }, {
        'client-id': client_id,
      })
    const other = device().client_id
    expect([await call('push', other), await call('pull', other)].map(({ status }) => status)).toEqual([400, 400])
    expect((await call('pull', phone.client_id)).status).toBe(200)
    expect((await call('push', phone.client_id)).body['results']).toMatchObject([{ status: 'applied' }])
  })

  test('without changes is answered without results, and with a gap in its numbers like any other', async () => {
    const { phone } = await oneDevice()
    expect(await phone.push()).toEqual([])
    phone.seq = 40
    expect(await phone.push(create(phone))).toMatchObject([{ seq: 41, status: 'applied' }])
  })

  test('sets aside each change that is wrong in itself, says why, and makes all the others', async () => {
    const { phone } = await oneDevice()
    const id = await phone.makeAudience()
    const patch = (more: Record<string, unknown>) =>
      phone.change('patch', 'audience', phone.newId('aud'), { base_version: 0, ...more })
    const bad: readonly (readonly [Record<string, unknown>, string])[] = [
      [phone.change('upsert', 'audience', id, {}), 'op'],
      [phone.change('create', 'note', id, {}), 'kind'],
      [{ ...create(phone), id: 7 }, 'id'],
      [{ ...create(phone), id: '' }, 'id'],
      [{ ...create(phone), id: 'x'.repeat(301) }, 'id'],
      [{ ...create(phone), surplus: 1 }, 'surplus'],
      [create(phone, null), 'value'],
      [create(phone, { name: 'A', unknown: 1 }), 'value.unknown'],
      [create(phone, { name: '' }), 'value.name'],
      [create(phone, { name: 'A', metadata: null, segments: [{}] }), 'value.segments[0].segment_id'],
      [patch({ set: { name: 'B' } }), 'base.name'],
      [patch({ set: { unknown: 1 }, base: { unknown: 1 } }), 'set.unknown'],
      [patch({ set: { version: 1 }, base: { version: 1 } }), 'set.version'],
      [patch({ set: { metadata: null } }), 'set.metadata'],
      [patch({ unset: { name: ['a'] } }), 'unset.name'],
      [patch({ set: { metadata: { a: 1 } }, unset: { metadata: ['a'] } }), 'unset.metadata'],
      [patch({ set: { name: 'B' }, base: 'A' }), 'base'],
      [patch({ base_version: -1 }), 'base_version'],
      [phone.change('patch', 'audience', phone.newId('aud'), { set: {}, base: {} }), 'base_version'],
      [phone.change('delete', 'audience', phone.newId('aud'), {}), 'base_version'],
      [phone.change('delete', 'audience', phone.newId('aud'), { base_version: 0, set: {} }), 'set'],
    ]
    const good = [create(phone), create(phone)]
    const results = await phone.push(...bad.map(([change]) => change), ...good)
    const paths = results.map(({ problem }) =>
      (problem?.['errors'] as { path: string }[] | undefined)?.map(({ path }) => path),
    )
    expect(paths.slice(0, -2).map((found) => found?.[0])).toEqual(bad.map(([, path]) => path))
    expect(results.map(({ status }) => status)).toEqual([...bad.map(() => 'invalid'), 'applied', 'applied'])
  })

  test('names at most ten bad fields of a change and one MiB of them all, and counts the others', async () => {
    const { phone } = await oneDevice()
    const surplus = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${'f'.repeat(100)}${n}`, 0]))
    const changes = Array.from({ length: 25 }, () => create(phone, { name: 'A', ...surplus }))
    const reply = await phone.send('push', { acked: 0, mutations: changes })
    const [first] = reply.body['results'] as { problem: Record<string, unknown> }[]
    expect(first!.problem['errors']).toHaveLength(10)
    expect(first!.problem['errors_omitted']).toBe(290)
    expect(reply.text.length).toBeLessThan(1.5 * 1024 * 1024)
  })

  test('of a record that is too large is invalid with the limit; the others are made', async () => {
    const { phone } = await oneDevice()
    const large = {
      name: 'A',
      segments: Array.from({ length: 900 }, (_, n) => ({ segment_id: n, characteristics: { a: 'x'.repeat(300) } })),
    }
    const id = await phone.makeAudience()
    const grow = phone.change('patch', 'audience', id, {
      base_version: 1,
      set: { segments: large.segments },
      base: { segments: [] },
    })
    const results = await phone.push(grow, create(phone, large), create(phone))
    const problem = { status: 422, limit: 'record_bytes', limit_value: LIMITS.record_bytes }
    expect(results).toMatchObject([
      { status: 'invalid', problem },
      { status: 'invalid', problem },
      { status: 'applied' },
    ])
  })
})

describe('of platforms a push', () => {
  const platform = (more: Record<string, unknown> = {}) => ({ platform_type: 'tiktok', name: 'Seat', ...more })

  test('makes pending ones and changes name, settings, metadata and two statuses; never credentials, other statuses or the type', async () => {
    const { phone, platform: stored } = await oneDevice()
    const made = create(phone, platform({ settings: { auto_refresh: true } }), 'platform', 'plat')
    const connected = await stored()
    const patch = (id: unknown, set: Record<string, unknown>, base: Record<string, unknown>) =>
      phone.change('patch', 'platform', String(id), { base_version: 1, set, base })
    const good = [
      made,
      patch(
        made.id,
        { name: 'B', settings: { auto_refresh: false }, metadata: { a: 1 } },
        { name: 'Seat', settings: { auto_refresh: true } },
      ),
      patch(connected, { status: 'disconnected' }, { status: 'connected' }),
      patch(connected, { status: 'pending' }, { status: 'disconnected' }),
      phone.change('delete', 'platform', connected, { base_version: 3 }),
      phone.change('restore', 'platform', connected, { base_version: 4 }),
    ]
    await phone.pushApplied(...good)
    const bad = [
      create(phone, platform({ credentials: { access_token: 'SECRET', advertiser_id: '1' } }), 'platform', 'plat'),
      create(phone, platform({ status: 'connected' }), 'platform', 'plat'),
      create(phone, platform({ status: 'disconnected' }), 'platform', 'plat'),
      patch(phone.newId('plat'), { status: 'connected' }, { status: 'pending' }),
      patch(phone.newId('plat'), { status: 'error' }, { status: 'pending' }),
      patch(phone.newId('plat'), { platform_type: 'meta' }, { platform_type: 'tiktok' }),
      patch(phone.newId('plat'), { credentials: { access_token: 'SECRET' } }, { credentials: null }),
    ]
    const refused = await phone.push(...bad)
    expect(refused.map(({ status }) => status)).toEqual(bad.map(() => 'invalid'))
    expect(JSON.stringify(refused)).not.toContain('SECRET')
  })
})

describe('of distributions a push', () => {
  test('makes them, and changes their time, metadata and two statuses by their machine; nothing else', async () => {
    const { phone, platform } = await oneDevice()
    const [audience_id, platform_id] = [await phone.makeAudience(), await platform()]
    const ahead = '2099-01-01T00:00:00Z'
    const made = create(
      phone,
      { audience_id, platform_id, scheduled_at: ahead, status: 'scheduled' },
      'distribution',
      'dist',
    )
    const patch = (set: Record<string, unknown>, base: Record<string, unknown>, id: unknown = made.id) =>
      phone.change('patch', 'distribution', String(id), { base_version: 1, set, base })
    const later = '2099-02-01T00:00:00.000+01:00'
    await phone.pushApplied(
      made,
      patch({ scheduled_at: later, metadata: { a: 1 } }, { scheduled_at: '2099-01-01T01:00:00+01:00' }),
      patch({ status: 'pending' }, { status: 'scheduled' }),
      patch({ status: 'cancelled' }, { status: 'pending' }),
      phone.change('delete', 'distribution', String(made.id), { base_version: 4 }),
      phone.change('restore', 'distribution', String(made.id), { base_version: 5 }),
    )
    const other = () => phone.newId('dist')
    const bad = [
      create(phone, { audience_id, platform_id, scheduled_at: '2001-01-01T00:00:00Z' }, 'distribution', 'dist'),
      create(phone, { audience_id: phone.newId('aud'), platform_id }, 'distribution', 'dist'),
      create(phone, { audience_id }, 'distribution', 'dist'),
      patch({ status: 'completed' }, { status: 'cancelled' }, other()),
      patch({ audience_id }, { audience_id }, other()),
      patch({ segments_distributed: [] }, { segments_distributed: [] }, other()),
    ]
    const refused = await phone.push(...bad)
    expect(refused.map(({ status }) => status)).toEqual(bad.map(() => 'invalid'))
    const illegal = await phone.push(patch({ status: 'pending' }, { status: 'cancelled' }))
    expect(illegal).toMatchObject([{ status: 'invalid', problem: { status_now: 'cancelled', allowed: [] } }])
  })
})

describe('a pull', () => {
  test('with more than 256 KiB of cursor, or a limit that is no whole number, is 400', async () => {
    const { phone } = await oneDevice()
    const most = 'x'.repeat(256 * 1024)
    expect((await phone.send('pull', { cursor: most })).status).toBe(200)
    const bad = [
      { cursor: `${most}x` },
      { cursor: 7 },
      { limit_bytes: 1.5 },
      { limit_bytes: '1' },
      { surplus: 1 },
      { client_id: '' },
    ]
    for (const body of bad) expect([body, (await phone.send('pull', body)).status]).toEqual([body, 400])
  })
})
