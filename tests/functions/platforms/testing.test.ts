import { fasterClock } from '#tests/support/clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { expect, test } from 'vitest'

import { aPlatform, connected, PATH, platformsInTest, saved, SECRET, type RunningPlatforms } from './harness.ts'

async function tested(running: RunningPlatforms, api_key: string, account_id = 'advertiser-1') {
  const { platform_id } = await saved(running, { credentials: { api_key, account_id } })
  const { status, body } = await running.call('POST', `${PATH}/${platform_id}/test`)
  const { platform } = (await running.call('GET', `${PATH}/${platform_id}`)).body
  return { status, body, platform }
}

test('a test calls the platform with the credentials, stores the result and connects', async () => {
  const running = await platformsInTest()
  const { status, body, platform } = await tested(running, SECRET)
  expect(status).toBe(200)
  expect(body).toEqual({
    success: true,
    ok: true,
    code: 'ok',
    message: expect.stringContaining('The Trade Desk accepted') as string,
    checked_at: expect.stringMatching(/Z$/) as string,
  })
  const { message, checked_at } = body
  expect(platform).toMatchObject({
    status: 'connected',
    version: 2,
    last_test: { ok: true, code: 'ok', message, at: checked_at },
    last_sync_at: null,
  })
  expect(running.ad_platforms.requests.map(({ path }) => path)).toEqual([
    expect.stringContaining('/crmdata/segment/advertiser-1'),
  ])
})

test.each([
  ['bad-token-x', 'advertiser-1', 'bad_token'],
  [SECRET, 'advertiser-0000', 'no_access'],
  [SECRET, 'advertiser-9999', 'wrong_account'],
  ['rate-limited-x', 'advertiser-1', 'rate_limited'],
  ['down-x', 'advertiser-1', 'unreachable'],
  ['unavailable-x', 'advertiser-1', 'unreachable'],
  ['redirect-x', 'advertiser-1', 'unexpected_answer'],
  ['garbage-x', 'advertiser-1', 'unexpected_answer'],
])('with %s and %s the result is %s, and the platform is in error', async (api_key, account_id, code) => {
  const running = await platformsInTest()
  const { status, body, platform } = await tested(running, api_key, account_id)
  expect([status, body['ok'], body['code']]).toEqual([200, false, code])
  expect(platform).toMatchObject({ status: 'error', last_test: { ok: false, code } })
})

test('a platform that does not answer is given ten seconds', async () => {
  const clock = fasterClock(10)
  const running = await platformsInTest({ clock })
  const started_ms = clock.monotonicMs()
  const { body, platform } = await tested(running, 'slow-x')
  expect(clock.monotonicMs() - started_ms).toBeGreaterThanOrEqual(10_000)
  expect([body['code'], platform.status]).toEqual(['timeout', 'error'])
})

test('nothing that a user writes chooses where a test goes', async () => {
  const running = await platformsInTest()
  for (const account_id of ['../../admin', 'a/../b', '@evil.example', 'a?x=1', 'http://127.0.0.1:1/']) {
    const reply = await running.call('POST', PATH, aPlatform({ credentials: { api_key: SECRET, account_id } }))
    expect([reply.status, reply.body.errors.map(({ path }) => path)]).toEqual([400, ['credentials.account_id']])
  }
  const amazon = {
    client_id: 'a',
    client_secret: 'good-x',
    refresh_token: 'good-x',
    profile_id: '1',
    region: 'evil.example',
  }
  const refused = await running.call('POST', PATH, aPlatform({ platform_type: 'amazon', credentials: amazon }))
  expect(refused.body.errors.map(({ path }) => path)).toEqual(['credentials.region'])
  const settings = { api_url: 'http://127.0.0.1:1/', base_url: 'http://evil.example', region: 'evil.example' }
  const { platform_id } = await saved(running, { settings, metadata: settings })
  expect((await running.call('POST', `${PATH}/${platform_id}/test`)).body).toMatchObject({ ok: true })
  expect(running.ad_platforms.requests).toHaveLength(1)
})

test('an HTTP 200 that says it failed is a failure', async () => {
  const running = await platformsInTest()
  const credentials = { access_token: 'bad-token-x', advertiser_id: '1234567890' }
  const { platform_id } = await saved(running, { platform_type: 'tiktok', credentials })
  expect((await running.call('POST', `${PATH}/${platform_id}/test`)).body).toMatchObject({
    ok: false,
    code: 'bad_token',
  })
})

test('a later test moves a connected platform to error and one in error back', async () => {
  const running = await platformsInTest()
  const path = `${PATH}/${(await connected(running)).platform_id}`
  running.ad_platforms.faults.add({ platform: 'the_trade_desk', behaviour: 'bad-token', times: 1 })
  await running.call('POST', `${path}/test`)
  expect((await running.call('GET', path)).body.platform.status).toBe('error')
  await running.call('POST', `${path}/test`)
  expect((await running.call('GET', path)).body.platform.status).toBe('connected')
})

test('a test costs one GET, one call to the key and one PUT', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running)
  const { result, cost } = await running.counted(() => running.call('POST', `${PATH}/${platform_id}/test`))
  expect([result.status, cost]).toEqual([200, { reads: 1, writes: 1, lists: 0, keys: 1 }])
})

test('a repeated keyed test tells the result again without calling platform or key', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running)
  const key = { 'idempotency-key': 'k' }
  const first = await running.call('POST', `${PATH}/${platform_id}/test`, undefined, key)
  const { result, cost } = await running.counted(() =>
    running.call('POST', `${PATH}/${platform_id}/test`, undefined, key),
  )
  expect(result.body).toEqual(first.body)
  expect(result.headers.get('idempotency-replayed')).toBe('true')
  expect([cost.keys, cost.writes, running.ad_platforms.requests.length]).toEqual([0, 0, 1])
})

/** Starts a test, and returns once the platform was asked; its answer takes longer than it is given. */
async function underWay(running: RunningPlatforms, path: string) {
  const before = running.ad_platforms.requests.length
  running.ad_platforms.faults.add({ platform: 'the_trade_desk', behaviour: 'slow', times: 1 })
  const reply = running.call('POST', `${path}/test`)
  await expect.poll(() => running.ad_platforms.requests.length).toBe(before + 1)
  return { reply }
}

longTest('a result is not stored when the credentials were replaced meanwhile', async () => {
  const running = await platformsInTest({ clock: fasterClock(4) })
  const path = `${PATH}/${(await saved(running)).platform_id}`
  const other = await running.anotherInstance()
  const { reply } = await underWay(running, path)
  const credentials = { api_key: SECRET, account_id: 'b' }
  expect((await other.call('PUT', `${path}/credentials`, { credentials })).status).toBe(200)
  const { status, body } = await reply
  expect([status, body['code']]).toEqual([409, 'credentials_replaced'])
  expect((await running.call('GET', path)).body.platform).toMatchObject({
    status: 'pending',
    last_test: null,
    version: 2,
  })
})

longTest('who disconnects while a test is under way stays disconnected', async () => {
  const running = await platformsInTest({ clock: fasterClock(4) })
  const path = `${PATH}/${(await connected(running)).platform_id}`
  const { reply } = await underWay(running, path)
  await running.call('PUT', `${path}/status`, { status: 'disconnected' })
  expect((await reply).status).toBe(200)
  const { platform } = (await running.call('GET', path)).body
  expect(platform).toMatchObject({ status: 'disconnected', last_test: { code: 'timeout' } })
})

longTest('who deletes while a test is under way finds it deleted', async () => {
  const running = await platformsInTest({ clock: fasterClock(4) })
  const path = `${PATH}/${(await saved(running)).platform_id}`
  const { reply } = await underWay(running, path)
  expect((await running.call('DELETE', path)).status).toBe(204)
  expect((await reply).status).toBe(404)
})
