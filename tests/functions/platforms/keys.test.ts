import { expect, test } from 'vitest'

import { aPlatform, connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

const CREDENTIALS = { api_key: SECRET, account_id: 'a' }

test('while the key service is unavailable credentials cannot be saved or tested, and everything else works', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const path = `${PATH}/${platform_id}`
  running.kms.faults.add({ fault: 'unavailable' })
  for (const [method, at, body] of [
    ['POST', PATH, aPlatform()],
    ['PUT', `${path}/credentials`, { credentials: CREDENTIALS }],
    ['POST', `${path}/test`, undefined],
  ] as const) {
    const reply = await running.call(method, at, body)
    expect([reply.status, reply.body['code'], reply.body['outcome']]).toEqual([503, 'key_unavailable', undefined])
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await running.call('GET', PATH)).body.platforms).toHaveLength(1)
  expect((await running.call('GET', path)).body.platform.status).toBe('connected')
  expect((await running.call('PATCH', path, { name: 'x' })).status).toBe(200)
  expect((await running.call('POST', PATH, { platform_type: 'meta', name: 'm' })).status).toBe(201)
  expect((await running.call('PUT', `${path}/status`, { status: 'disconnected' })).status).toBe(200)
  expect((await running.call('DELETE', path)).status).toBe(204)
})

test.each(['DISABLED', 'DESTROY_SCHEDULED', 'DESTROYED'] as const)(
  'a key version that is %s is a clear 503 for the platforms sealed with it alone',
  async (state) => {
    const running = await platformsInTest()
    const old = await connected(running)
    running.kms.rotate()
    const young = await connected(running)
    running.kms.setState('1', state)
    const { status, body } = await running.call('POST', `${PATH}/${old.platform_id}/test`)
    expect([status, body['code']]).toEqual([503, 'key_unusable'])
    expect(body.detail).toContain('disabled or destroyed')
    expect((await running.call('GET', `${PATH}/${old.platform_id}`)).body.platform).toEqual(old)
    expect((await running.call('POST', `${PATH}/${young.platform_id}/test`)).body).toMatchObject({ ok: true })
    expect((await running.call('GET', PATH)).body.platforms).toHaveLength(2)
    expect(running.lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', key_error: 'key_unusable' }))
    const replaced = await running.call('PUT', `${PATH}/${old.platform_id}/credentials`, { credentials: CREDENTIALS })
    expect(replaced.status).toBe(200)
    expect((await running.call('POST', `${PATH}/${old.platform_id}/test`)).body).toMatchObject({ ok: true })
  },
)

test('a service without the right to the key says so to the operator and not to the user', async () => {
  const running = await platformsInTest()
  running.kms.faults.add({ fault: 'denied' })
  const { status, text } = await running.call('POST', PATH, aPlatform())
  expect(status).toBe(503)
  expect(text).not.toContain('projects/')
  expect(running.lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', key_error: 'denied' }))
})

test('health tells deep only whether the key answers', async () => {
  const running = await platformsInTest()
  running.kms.faults.add({ fault: 'denied' })
  expect((await running.call('GET', `${PATH}/health`)).status).toBe(200)
  expect((await running.call('GET', `${PATH}/health?deep=1`)).status).toBe(503)
  const other = await running.anotherInstance()
  running.kms.faults.reset()
  const { result, cost } = await running.counted(() => other.call('GET', `${PATH}/health?deep=1`))
  expect([result.status, cost.keys]).toEqual([200, 1])
})

test('a retried commit does not seal twice', async () => {
  const running = await platformsInTest()
  await saved(running)
  const other = await running.anotherInstance()
  await other.call('GET', PATH)
  await running.call('POST', PATH, { platform_type: 'meta', name: 'overtakes' })
  const { result, cost } = await running.counted(() => other.call('POST', PATH, aPlatform()))
  expect(result.status).toBe(201)
  expect(cost).toEqual({ reads: 1, writes: 2, lists: 0, keys: 1 })
})
