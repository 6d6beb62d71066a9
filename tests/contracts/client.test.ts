import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createClient from 'openapi-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { collectingLog } from '#tests/http/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import type { components, paths } from './openapi-types.ts'

/** The tour of the README and of its guide, played by a client that was generated from the contract. */

let data_dir: string
let runtime: LocalRuntime
let client: ReturnType<typeof createClient<paths>>

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'client-'))
  await shareIssuerKey(data_dir)
  runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    factories: FUNCTION_FACTORIES,
    log: collectingLog(),
    fsync: false,
  })
  const asked = { method: 'POST', body: JSON.stringify({ user_id: 'demo_user' }) }
  const { id_token } = (await (await fetch(`${runtime.url}/local/token`, asked)).json()) as { id_token: string }
  client = createClient<paths>({ baseUrl: runtime.url, headers: { Authorization: `Bearer ${id_token}` } })
})
afterAll(async () => {
  await runtime.end()
  await rm(data_dir, { recursive: true, force: true })
})

/** The data of an answer. @throws when it is a problem, which the types know too */
function dataOf<T>({ data, error }: { data?: T; error?: components['schemas']['Problem'] }): T {
  if (data === undefined) throw new Error(error === undefined ? 'no data' : `${error.status} ${error.detail}`)
  return data
}

test('a client generated from the contract plays the tour', async () => {
  const saved = dataOf(
    await client.POST('/api/audiences', {
      body: {
        name: 'Eco-conscious millennials',
        metadata: { tags: ['spring'] },
        segments: [{ segment_id: 0, name: 'Urban greens', size: 125000 }],
        total_audience_size: 300000,
      },
    }),
  )
  const params = { path: { audience_id: saved.audience_id } }
  const tagged = dataOf(await client.GET('/api/audiences', { params: { query: { tag: ['spring'], limit: 10 } } }))
  expect(tagged.audiences.map(({ audience_id }) => audience_id)).toEqual([saved.audience_id])

  const patched = await client.PATCH('/api/audiences/{audience_id}', {
    params: { ...params, header: { 'If-Match': '"7", "1"' } },
    body: { name: 'Green city people' },
  })
  expect([dataOf(patched).audience.name, patched.response.headers.get('ETag')]).toEqual(['Green city people', '"2"'])

  const status = await client.PUT('/api/audiences/{audience_id}/status', { params, body: { status: 'archived' } })
  expect(dataOf(status).message).toBe('Audience is archived')
  expect(dataOf(await client.GET('/api/audiences')).count).toBe(0)
  expect(dataOf(await client.GET('/api/audiences', { params: { query: { status: 'all' } } })).count).toBe(1)

  const late = await client.PATCH('/api/audiences/{audience_id}', {
    params: { ...params, header: { 'If-Match': '"1"' } },
    body: { name: 'Too late' },
  })
  expect([late.response.status, late.error?.type]).toEqual([412, '/problems/stale-version'])

  const once = { params: { header: { 'Idempotency-Key': 'my-first-key' } }, body: { name: 'Saved once' } }
  const [first, second] = [await client.POST('/api/audiences', once), await client.POST('/api/audiences', once)]
  expect(dataOf(second).audience_id).toBe(dataOf(first).audience_id)
  expect(second.response.headers.get('Idempotency-Replayed')).toBe('true')

  const csv = await client.GET('/api/audiences/export', {
    params: { query: { format: 'csv', status: 'all' } },
    parseAs: 'text',
  })
  expect(dataOf(csv)).toMatch(/^audience_id,.*Green city people/s)
  const json = dataOf(await client.GET('/api/audiences/export', { params: { query: { status: 'all' } } }))
  expect(typeof json === 'string' ? json : json.audiences.map(({ name }) => name)).toEqual([
    'Saved once',
    'Green city people',
  ])

  dataOf(await client.POST('/api/audiences/{audience_id}/restore', { params }))
  const { platform_id } = dataOf(
    await client.POST('/api/platforms', {
      body: {
        platform_type: 'the_trade_desk',
        name: 'Our seat',
        credentials: { api_key: 'good-key', account_id: 'abc1234' },
        settings: { default_match_rate: 0.65 },
      },
    }),
  )
  expect(dataOf(await client.GET('/api/platforms')).platforms[0]?.credentials?.hint).toEqual({ account_id: '…1234' })
  const tested = await client.POST('/api/platforms/{platform_id}/test', { params: { path: { platform_id } } })
  expect(dataOf(tested)).toMatchObject({ ok: true, code: 'ok' })

  const { distribution_id } = dataOf(
    await client.POST('/api/distributions', { body: { audience_id: saved.audience_id, platform_id } }),
  )
  const report = (
    body: paths['/api/distributions/{distribution_id}/status']['put']['requestBody']['content']['application/json'],
  ) => client.PUT('/api/distributions/{distribution_id}/status', { params: { path: { distribution_id } }, body })
  dataOf(await report({ status: 'in_progress' }))
  dataOf(await report({ status: 'completed', match_results: { matched_records: 210000, match_rate: 0.7 } }))
  const { summary } = dataOf(await client.GET('/api/users/{user_id}/summary', { params: { path: { user_id: 'me' } } }))
  expect(summary.distributions).toMatchObject({ total: 1, average_match_rate: 0.7 })
})
