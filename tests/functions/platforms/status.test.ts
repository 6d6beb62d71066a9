import { expect, test } from 'vitest'

import { connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

test('only a test connects a platform: every other way is refused and names both states', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running)
  const path = `${PATH}/${platform_id}`
  for (const status of ['connected', 'active', 'error']) {
    const to = status === 'active' ? 'connected' : status
    for (const { status: code, body } of [
      await running.call('PUT', `${path}/status`, { status }),
      await running.call('PATCH', path, { status }),
      await running.call('POST', PATH, { platform_id, status }),
    ]) {
      expect(code).toBe(409)
      expect(body).toMatchObject({ type: '/problems/illegal-transition', status_now: 'pending', status_wanted: to })
      expect(body.detail).toContain('is pending and cannot become')
      expect(body.detail).toContain('only a test')
      expect(body['allowed']).toEqual([])
    }
    const made = await running.call('POST', PATH, { platform_type: 'meta', name: 'm', status })
    expect([made.status, made.body['allowed']]).toEqual([409, ['pending', 'disconnected']])
  }
})

test('a connected platform can be disconnected, and becomes pending again, under old and new names', async () => {
  const running = await platformsInTest()
  const { platform_id, version } = await connected(running)
  const path = `${PATH}/${platform_id}/status`
  const off = await running.call('PUT', path, { status: 'inactive' })
  expect(off.body.platform).toMatchObject({ status: 'disconnected', version: version + 1 })
  const again = await running.call('PUT', path, { status: 'disconnected' })
  expect([again.status, again.body.platform.version]).toEqual([200, version + 1])
  const straight = await running.call('PUT', path, { status: 'active' })
  expect([straight.status, straight.body['allowed']]).toEqual([409, ['pending']])
  expect((await running.call('PUT', path, { status: 'pending' })).body.platform.status).toBe('pending')
})

test('the state it is in already is 200 and no new version', async () => {
  const running = await platformsInTest()
  const { platform_id, version } = await connected(running)
  const { status, body } = await running.call('PUT', `${PATH}/${platform_id}/status`, { status: 'active' })
  expect([status, body.platform.version, body.platform.status]).toEqual([200, version, 'connected'])
})

test('a disconnected platform is not tested, and its credentials are not opened', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running, { status: 'disconnected' })
  const { result, cost } = await running.counted(() => running.call('POST', `${PATH}/${platform_id}/test`))
  expect([result.status, result.body['status_now'], result.body['allowed']]).toEqual([409, 'disconnected', ['pending']])
  expect(cost.keys).toBe(0)
})

test('deleting drops the credentials immediately; restoring brings the platform back pending, without them', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const path = `${PATH}/${platform_id}`
  expect((await running.call('DELETE', path)).status).toBe(204)
  for (const [method, at] of [
    ['GET', path],
    ['POST', `${path}/test`],
  ] as const) {
    expect((await running.call(method, at)).status).toBe(404)
  }
  expect((await running.call('GET', PATH)).body.platforms).toEqual([])
  const resaved = await running.call('POST', PATH, { platform_id, name: 'x' })
  expect([resaved.status, resaved.body['deleted']]).toEqual([409, true])
  const { status, body } = await running.call('POST', `${path}/restore`)
  expect(status).toBe(200)
  expect(body.platform).toMatchObject({ status: 'pending', credentials: null, last_test: null, version: 4 })
  const untested = await running.call('POST', `${path}/test`)
  expect([untested.status, untested.body['code']]).toEqual([409, 'no_credentials'])
  const credentials = { api_key: SECRET, account_id: 'a' }
  expect((await running.call('PUT', `${path}/credentials`, { credentials })).status).toBe(200)
  expect((await running.call('POST', `${path}/test`)).body).toMatchObject({ ok: true })
})

test('only a deleted platform can be restored', async () => {
  const running = await platformsInTest()
  const { status, body } = await running.call('POST', `${PATH}/${(await saved(running)).platform_id}/restore`)
  expect([status, body.detail]).toEqual([409, 'The platform is pending: only a deleted one can be restored.'])
})
