import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { aPlatform, connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

test('a new platform is pending, with its credentials sealed and hinted at', async () => {
  const running = await platformsInTest()
  const { status, body, headers } = await running.call('POST', PATH, aPlatform())
  expect(status).toBe(201)
  expect(body.platform_id).toMatch(/^plat_[0-9a-z]{26}$/)
  expect(body.platform).toEqual({
    platform_id: body.platform_id,
    user_id: 'demo_user',
    created_at: expect.any(String) as string,
    updated_at: expect.any(String) as string,
    version: 1,
    deleted: false,
    client_id: null,
    updated_by: 'demo_user',
    platform_type: 'the_trade_desk',
    status: 'pending',
    name: 'My Trade Desk Account',
    settings: { default_match_rate: 0.7, auto_refresh: true, refresh_frequency: 'weekly' },
    metadata: {},
    last_sync_at: null,
    last_test: null,
    credentials: {
      encrypted: true,
      fields: ['api_key', 'account_id'],
      hint: { account_id: '…1234' },
      updated_at: expect.any(String) as string,
    },
  })
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('etag')).toBe('"1"')
})

test('only type and name are required; without credentials it shows none', async () => {
  const running = await platformsInTest()
  const { body } = await running.call('POST', PATH, { platform_type: 'meta', name: 'm' })
  expect(body.platform).toMatchObject({ status: 'pending', credentials: null, settings: {}, metadata: {} })
  const refused = await running.call('POST', PATH, {})
  expect(refused.body.errors.map(({ path }) => path)).toEqual(['platform_type', 'name'])
})

test('an answer that is sent back whole changes nothing, its credentials included', async () => {
  const running = await platformsInTest()
  const before = await connected(running)
  for (const [method, path] of [
    ['POST', PATH],
    ['PATCH', `${PATH}/${before.platform_id}`],
  ] as const) {
    const { result, cost } = await running.counted(() => running.call(method, path, before))
    expect([result.status, result.body.platform]).toEqual([200, before])
    expect(cost.keys).toBe(0)
  }
})

test('a save with an id changes only the fields that were sent', async () => {
  const running = await platformsInTest()
  const before = await connected(running)
  const { platform_id } = before
  const { status, body } = await running.call('POST', PATH, { platform_id, name: 'renamed' })
  expect(status).toBe(200)
  const { updated_at } = body.platform
  expect(body.platform).toEqual({ ...before, name: 'renamed', version: before.version + 1, updated_at })
})

test('a save with an id and credentials replaces them without being told the type, and makes a test due', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const credentials = { api_key: 'bad-token-now', account_id: 'advertiser-5678' }
  const { result, cost } = await running.counted(() => running.call('POST', PATH, { platform_id, credentials }))
  expect(result.body.platform).toMatchObject({
    status: 'pending',
    last_test: null,
    credentials: { hint: { account_id: '…5678' } },
  })
  expect(cost).toEqual({ reads: 1, writes: 1, lists: 0, keys: 1 })
  const tested = await running.call('POST', `${PATH}/${platform_id}/test`)
  expect(tested.body).toMatchObject({ ok: false, code: 'bad_token' })
})

test('a client may choose the id, so that a platform can be made offline; its credentials open all the same', async () => {
  const running = await platformsInTest()
  const platform_id = newId('plat', 1_700_000_000_000, systemRandom)
  const platform = await saved(running, { platform_id })
  expect(platform).toMatchObject({ platform_id, created_at: '2023-11-14T22:13:20.000Z' })
  expect((await running.call('POST', `${PATH}/${platform_id}/test`)).body).toMatchObject({ ok: true, code: 'ok' })
})

test('credentials for an id that is nobody’s need a type', async () => {
  const running = await platformsInTest()
  const platform_id = newId('plat', 1_700_000_000_000, systemRandom)
  const { status, body } = await running.call('POST', PATH, { platform_id, credentials: { api_key: SECRET } })
  expect([status, body.errors]).toEqual([400, [{ path: 'platform_type', message: 'is required' }]])
})

test('old spellings of types are read and stored in the new one, in bodies and in filters', async () => {
  const running = await platformsInTest()
  const old = { facebook: 'meta', google: 'google_ads', thetradedesk: 'the_trade_desk', amazon: 'amazon_dsp' }
  for (const [spelled, type] of Object.entries(old)) {
    const { body } = await running.call('POST', PATH, { platform_type: spelled, name: spelled })
    expect(body.platform['platform_type']).toBe(type)
    const listed = await running.call('GET', `${PATH}?platform_type=${spelled}`)
    expect(listed.body.platforms.map((each) => each['name'])).toEqual([spelled])
  }
})

test('the type never changes, under any spelling of another one', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running)
  const path = `${PATH}/${platform_id}`
  for (const platform_type of ['meta', 'facebook']) {
    const patched = await running.call('PATCH', path, { platform_type })
    expect([patched.status, patched.body.errors[0]?.path]).toEqual([400, 'platform_type'])
    const credentials = { access_token: 'good-x', account_id: '1234567890' }
    const resaved = await running.call('POST', PATH, { platform_id, platform_type, credentials })
    expect([resaved.status, resaved.body.errors]).toEqual([
      400,
      [{ path: 'platform_type', message: 'cannot be changed' }],
    ])
  }
  expect((await running.call('PATCH', path, { platform_type: 'thetradedesk' })).status).toBe(200)
})

test('a merge patch merges settings and is checked as a whole', async () => {
  const running = await platformsInTest()
  const path = `${PATH}/${(await saved(running)).platform_id}`
  const { body } = await running.call('PATCH', path, { settings: { auto_refresh: null, seat: 'x' } })
  expect(body.platform['settings']).toEqual({ default_match_rate: 0.7, refresh_frequency: 'weekly', seat: 'x' })
  const bad = { settings: { default_match_rate: 1.5, auto_refresh: 'yes', refresh_frequency: 'hourly' } }
  const refused = await running.call('PATCH', path, bad)
  expect([refused.status, refused.body.errors.map((error) => error.path)]).toEqual([
    400,
    ['settings.default_match_rate', 'settings.auto_refresh', 'settings.refresh_frequency'],
  ])
})

test('a patch takes no credentials, and says where they go', async () => {
  const running = await platformsInTest()
  const path = `${PATH}/${(await saved(running)).platform_id}`
  const { status, body, text } = await running.call('PATCH', path, { credentials: { api_key: 'new-secret' } })
  expect([status, body.errors[0]?.path]).toEqual([400, 'credentials'])
  expect(body.errors[0]?.message).toContain('PUT')
  expect(text).not.toContain('new-secret')
})

test('a repeated keyed save is the same save, and asks neither for the key', async () => {
  const running = await platformsInTest()
  const key = { 'idempotency-key': 'k1' }
  const first = await running.call('POST', PATH, aPlatform(), key)
  running.kms.faults.add({ fault: 'unavailable' })
  const { result, cost } = await running.counted(() => running.call('POST', PATH, aPlatform(), key))
  expect([result.status, result.body.platform_id]).toEqual([201, first.body.platform_id])
  expect(result.headers.get('idempotency-replayed')).toBe('true')
  expect(cost).toMatchObject({ keys: 0, writes: 0 })
  const other = await running.call('POST', PATH, aPlatform({ credentials: { api_key: 'x', account_id: 'y' } }), key)
  expect([other.status, other.body['type']]).toEqual([422, '/problems/idempotency-mismatch'])
})

test('nobody reads, changes, tests or lists the platforms of another user', async () => {
  const running = await platformsInTest()
  const path = `${PATH}/${(await saved(running)).platform_id}`
  const { call } = running.as('other')
  const credentials = { api_key: 'good-x', account_id: 'y' }
  expect((await call('GET', path)).status).toBe(404)
  expect((await call('PATCH', path, { name: 'x' })).status).toBe(404)
  expect((await call('PUT', `${path}/status`, { status: 'disconnected' })).status).toBe(404)
  expect((await call('PUT', `${path}/credentials`, { credentials })).status).toBe(404)
  expect((await call('POST', `${path}/test`)).status).toBe(404)
  expect((await call('DELETE', path)).status).toBe(404)
  expect((await call('GET', PATH)).body.platforms).toEqual([])
})

test('credentials that are no object are named also when the type is not known', async () => {
  const running = await platformsInTest()
  for (const credentials of [true, 7, 'abc', [], [{}]]) {
    for (const platform_type of [undefined, 'myspace', 'meta']) {
      const { status, body } = await running.call('POST', PATH, { name: 'n', platform_type, credentials })
      expect(status).toBe(400)
      expect(body.errors.filter(({ path }) => path === 'credentials')).toHaveLength(1)
    }
  }
  expect((await running.call('POST', PATH, { name: 'n', platform_type: 'meta', credentials: null })).status).toBe(201)
})
