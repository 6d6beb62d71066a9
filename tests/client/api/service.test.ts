import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { type Api, createApi } from '#shared/client/api/api.ts'
import type { ApiFailure } from '#shared/client/api/problems.ts'
import { collectingLog } from '#tests/http/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

/** The client against the service itself, on one machine. */

let data_dir: string
let runtime: LocalRuntime
let api: Api

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'api-'))
  await shareIssuerKey(data_dir)
  runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    factories: FUNCTION_FACTORIES,
    log: collectingLog(),
    fsync: false,
  })
  const asked = { method: 'POST', body: JSON.stringify({ user_id: 'demo_user' }) }
  const client_id = newId('cli', systemClock.nowMs(), systemRandom)
  api = createApi({
    origins: runtime.url,
    token: async () => {
      const { id_token } = (await (await fetch(`${runtime.url}/local/token`, asked)).json()) as { id_token: string }
      return id_token
    },
    clientId: () => client_id,
    fetch,
    clock: systemClock,
    random: systemRandom,
  })
})
afterAll(async () => {
  await runtime.end()
  await rm(data_dir, { recursive: true, force: true })
})

/** A result that must be one. @throws what the problem says */
function succeeded<R extends { readonly ok: true }>(result: R | ApiFailure): R {
  if (!result.ok) throw new Error(`${result.problem.kind}: ${result.problem.detail}`)
  return result
}

test('a record is saved, read, changed, downloaded and deleted', async () => {
  const saved = succeeded(
    await api.audiences.saveAudience({ body: { name: 'Urban greens', metadata: { tags: ['spring'] } } }),
  )
  expect([saved.status, saved.etag]).toEqual([201, '"1"'])
  const params = { audience_id: saved.body.audience_id }

  const listed = succeeded(await api.audiences.listAudiences({ query: { tag: ['spring', 'spring'], limit: 10 } }))
  expect(listed.body.audiences.map(({ name }) => name)).toEqual(['Urban greens'])
  const patched = succeeded(
    await api.audiences.patchAudience({ params, body: { name: 'Green city people' }, if_match: 1 }),
  )
  expect([patched.body.audience.name, patched.etag]).toEqual(['Green city people', '"2"'])
  expect(await api.audiences.getAudience({ params, if_none_match: 2 })).toMatchObject({ ok: true, status: 304 })

  const late = await api.audiences.patchAudience({ params, body: { name: 'Too late' }, if_match: 1 })
  expect(late).toMatchObject({
    ok: false,
    problem: { kind: 'stale-version', members: { audience: { name: 'Green city people' } }, is_outcome_unknown: false },
  })
  const wrong = await api.audiences.patchAudience({ params, body: { name: '' } })
  expect(wrong).toMatchObject({ ok: false, problem: { kind: 'invalid-input', errors: [{ path: 'name' }] } })

  const { body: before } = succeeded(await api.audiences.getAudienceVersion({ params: { ...params, version: 1 } }))
  expect([before.audience.name, before.restorable]).toEqual(['Urban greens', true])

  const { body: file } = succeeded(await api.audiences.exportAudience({ params, query: { format: 'csv' } }))
  const downloaded = await file.blob()
  expect([file.media_type, file.file_name]).toEqual(['text/csv', expect.stringMatching(/\.csv$/)])
  expect(downloaded.ok && (await downloaded.blob.text())).toContain('Green city people')

  expect(succeeded(await api.audiences.deleteAudience({ params })).status).toBe(204)
  expect(await api.audiences.getAudience({ params })).toMatchObject({ ok: false, problem: { kind: 'not-found' } })
})

test('a change that is sent twice by its key is one', async () => {
  const save = () => api.audiences.saveAudience({ body: { name: 'Once' }, idempotency_key: 'first-key' })
  const [first, second] = [succeeded(await save()), succeeded(await save())]
  expect(second.body.audience_id).toBe(first.body.audience_id)
  expect(second.headers.get('Idempotency-Replayed')).toBe('true')
})

test('each function answers its calls', async () => {
  expect(succeeded(await api.platforms.listPlatforms()).body.platforms).toEqual([])
  expect(succeeded(await api.distributions.listDistributions()).body.count).toBe(0)
  const { summary } = succeeded(await api.insights.getSummary({ params: { user_id: 'me' } })).body
  expect(summary.platforms.total).toBe(0)
  expect(succeeded(await api.flags.getFlags()).body.flags).toHaveProperty('persistence_v2')
  const client_id = newId('cli', systemClock.nowMs(), systemRandom)
  const pulled = succeeded(await api.sync.pull({ body: { client_id } }))
  expect(pulled.body.partitions.length).toBeGreaterThan(0)
  expect(succeeded(await api.sync.push({ body: { client_id, acked: 0, mutations: [] } })).body.results).toEqual([])
})

test('the time of the service is learned, in the second that it tells', async () => {
  const { headers } = succeeded(await api.flags.getFlags())
  const told_ms = Date.parse(headers.get('Date') ?? '')
  expect(api.time.is_known).toBe(true)
  expect(Math.abs(api.time.nowMs() - told_ms)).toBeLessThan(5_000)
})

test('a service that has ended is offline', async () => {
  const nobody = createApi({ origins: 'http://127.0.0.1:1', fetch, clock: systemClock, random: systemRandom })
  const result = await nobody.flags.getFlags({ attempts_max: 1 })
  expect(result).toMatchObject({ ok: false, problem: { kind: 'offline', status: null } })
})
