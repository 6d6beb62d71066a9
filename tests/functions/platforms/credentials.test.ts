import { expect, test } from 'vitest'

import { CREDENTIAL_FIELDS } from '#shared/contract/platforms.ts'
import { AD_PLATFORMS } from '#shared/ad-platforms/ad-platforms.ts'
import { aPlatform, connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

test('every wrong field of credentials is named with everything else that is wrong, and no value is echoed', async () => {
  const running = await platformsInTest()
  const credentials = { api_key: 'spaced \n tippytop', account_id: '../../etc', password: 'hunter2hunter2' }
  const { status, body, text } = await running.call('POST', PATH, aPlatform({ name: 7, credentials }))
  expect(status).toBe(400)
  expect(body.errors.map(({ path }) => path).toSorted()).toEqual([
    'credentials.account_id',
    'credentials.api_key',
    'credentials.password',
    'name',
  ])
  for (const value of ['tippytop', 'etc', 'hunter2']) expect(text).not.toContain(value)
})

test('missing credentials fields are named, by the schema of the type', async () => {
  const running = await platformsInTest()
  const { status, body } = await running.call('POST', PATH, { platform_type: 'google', name: 'g', credentials: {} })
  expect(status).toBe(400)
  expect(body.errors.map(({ path }) => path)).toEqual([
    'credentials.client_id',
    'credentials.client_secret',
    'credentials.refresh_token',
    'credentials.developer_token',
    'credentials.customer_id',
  ])
})

test('what the old client encrypted in the browser is refused by name', async () => {
  const running = await platformsInTest()
  const blob = 'U2FsdGVkX1+vupppZksvRf5pq5g5XjFRlipRkwB0K1Y='
  const { platform_id } = await saved(running)
  for (const [credentials, path] of [
    [blob, 'credentials'],
    [{ encrypted: blob, account_id: 'a' }, 'credentials.encrypted'],
    [{ api_key: blob, account_id: 'a' }, 'credentials.api_key'],
  ] as const) {
    for (const { status, body, text } of [
      await running.call('POST', PATH, aPlatform({ credentials })),
      await running.call('PUT', `${PATH}/${platform_id}/credentials`, { credentials }),
    ]) {
      expect([status, body.errors.map((error) => error.path)]).toEqual([400, [path]])
      expect(body.errors[0]?.message).toContain('encrypted in the browser')
      expect(text).not.toContain(blob)
    }
  }
})

test('secrets beyond their limit are refused without being repeated', async () => {
  const running = await platformsInTest()
  const credentials = { api_key: 'k'.repeat(5000), account_id: 'a' }
  const { status, body, text } = await running.call('POST', PATH, aPlatform({ credentials }))
  expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['credentials.api_key']])
  expect(text).not.toContain('kkkkkk')
})

test('replacing the credentials is one call to the key and makes a test due, whatever the platform was', async () => {
  const running = await platformsInTest()
  const before = await connected(running)
  const path = `${PATH}/${before.platform_id}`
  const credentials = { api_key: 'bad-token-x', account_id: 'advertiser-9876' }
  const { result, cost } = await running.counted(() => running.call('PUT', `${path}/credentials`, { credentials }))
  expect(result.status).toBe(200)
  expect(cost).toEqual({ reads: 1, writes: 1, lists: 0, keys: 1 })
  expect(result.body.platform).toMatchObject({
    version: before.version + 1,
    status: 'pending',
    last_test: null,
    credentials: { encrypted: true, hint: { account_id: '…9876' } },
  })
  await running.call('POST', `${path}/test`)
  expect((await running.call('GET', path)).body.platform.status).toBe('error')
  const good = { api_key: SECRET, account_id: 'a' }
  expect((await running.call('PUT', `${path}/credentials`, { credentials: good })).body.platform.status).toBe('pending')
  await running.call('POST', `${path}/test`)
  await running.call('PUT', `${path}/status`, { status: 'disconnected' })
  expect((await running.call('PUT', `${path}/credentials`, { credentials: good })).body.platform.status).toBe('pending')
})

test('replacing the credentials honours If-Match', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const credentials = { api_key: SECRET, account_id: 'a' }
  const path = `${PATH}/${platform_id}/credentials`
  const { status, text } = await running.call('PUT', path, { credentials }, { 'if-match': '"1"' })
  expect(status).toBe(412)
  expect(text).not.toContain('ciphertext')
  expect((await running.call('PUT', path, { credentials }, { 'if-match': '"2"' })).status).toBe(200)
})

test('a replacement without credentials is refused', async () => {
  const running = await platformsInTest()
  const path = `${PATH}/${(await saved(running)).platform_id}/credentials`
  for (const body of [{}, { credentials: null }]) {
    const { status, body: answer } = await running.call('PUT', path, body)
    expect([status, answer.errors.map((error) => error.path)]).toEqual([400, ['credentials']])
  }
})

test('the contract names the credential fields of every type as the adapters have them', () => {
  const fields = Object.entries(AD_PLATFORMS).map(([type, { credentials }]) => {
    const schema: unknown = credentials
    const { shape } = schema as { shape: Record<string, { safeParse: (v: unknown) => { success: boolean } }> }
    const names = Object.entries(shape).map(
      ([name, field]) => `${name}${field.safeParse(undefined).success ? '?' : ''}`,
    )
    return `${type}: ${names.toSorted().join(', ')}`
  })
  const told = CREDENTIAL_FIELDS.split('; ').map((line) => {
    const [type, names = ''] = line.split(': ')
    return `${type}: ${names.split(', ').toSorted().join(', ')}`
  })
  expect(told).toEqual(fields)
})
