import { describe, expect, test } from 'vitest'

import type { Api } from '#shared/client/api/api.ts'
import { apiAnsweredBy, json, NO_PLATFORMS, problem, silence, unreachable } from './harness.ts'

const ok = () => json(NO_PLATFORMS)
const list = ({ platforms }: Api) => platforms.listPlatforms()
const params = { audience_id: 'aud_1' }
const unavailable = () => problem('unavailable', 503)

describe('another attempt', () => {
  test.each([
    ['nobody can be reached', unreachable],
    ['the service is unavailable', unavailable],
    ['too many call', () => problem('too-many-requests', 429)],
    ['a proxy fails', () => new Response('<html>', { status: 502 })],
  ])('is made for a question when %s', async (_what, failing) => {
    const { run, sent } = apiAnsweredBy([failing, failing, ok])
    expect(await run(list)).toMatchObject({ ok: true })
    expect(sent).toHaveLength(3)
  })

  test.each([
    ['the service refuses', () => problem('not-found', 404)],
    ['the service has a fault', () => problem('internal', 500)],
    ['a page of a network comes in its place', () => new Response('<html>')],
  ])('is not made when %s', async (_what, failing) => {
    const { run, sent } = apiAnsweredBy([failing, ok])
    expect(await run(list)).toMatchObject({ ok: false })
    expect(sent).toHaveLength(1)
  })

  test('is made of a change only where the service recognises it', async () => {
    const attempts = async (call: (api: Api) => Promise<{ ok: boolean }>) => {
      const { run, sent } = apiAnsweredBy([unavailable])
      expect(await run(call)).toMatchObject({ ok: false, problem: { kind: 'unavailable' } })
      return sent.length
    }
    const body = { name: 'A' }
    const own = { ...body, audience_id: 'aud_1' }
    const pull = { client_id: 'cli_1' }
    expect({
      'by key': await attempts(({ audiences }) => audiences.saveAudience({ body, idempotency_key: 'k' })),
      'by its own id': await attempts(({ audiences }) => audiences.saveAudience({ body: own })),
      'with a condition': await attempts(({ audiences }) => audiences.saveAudience({ body: own, if_match: 3 })),
      'without either': await attempts(({ audiences }) => audiences.saveAudience({ body })),
      patch: await attempts(({ audiences }) => audiences.patchAudience({ params, body })),
      delete: await attempts(({ audiences }) => audiences.deleteAudience({ params })),
      pull: await attempts(({ sync }) => sync.pull({ body: pull })),
      push: await attempts(({ sync }) => sync.push({ body: { ...pull, acked: 0, mutations: [] }, attempts_max: 2 })),
    }).toEqual({
      'by key': 4,
      'by its own id': 4,
      'with a condition': 1,
      'without either': 1,
      patch: 1,
      delete: 1,
      pull: 4,
      push: 2,
    })
  })

  test('waits as long as the service asks, and by full jitter on top', async () => {
    const { run, sent } = apiAnsweredBy([() => problem('contended', 503, {}, { 'Retry-After': '3' }), ok])
    await run(list)
    expect(sent[1]!.at_ms).toBeGreaterThanOrEqual(3_000)
    expect(sent[1]!.at_ms).toBeLessThan(3_500)
  })

  test('is not made when the service asks for a long wait: its caller decides', async () => {
    const { run, sent } = apiAnsweredBy([() => problem('contended', 503, {}, { 'Retry-After': '60' }), ok])
    expect(await run(list)).toMatchObject({ problem: { kind: 'contended', retry_after_ms: 60_000 } })
    expect(sent).toHaveLength(1)
  })

  test('is made a bounded number of times, each within its limit', async () => {
    const { run, sent, clock } = apiAnsweredBy([silence])
    expect(await run(list)).toMatchObject({ problem: { kind: 'timeout', is_outcome_unknown: false } })
    expect(sent).toHaveLength(4)
    expect(clock.monotonicMs()).toBeLessThan(4 * 30_000 + 500 + 1000 + 2000)
  })
})

describe('a token', () => {
  const refused = () => problem('unauthenticated', 401)

  test('that was refused is asked for once more, and any request is then repeated', async () => {
    const asked: boolean[] = []
    const token = ({ is_renewal }: { is_renewal: boolean }) => {
      asked.push(is_renewal)
      return Promise.resolve(is_renewal ? 'fresh' : 'old')
    }
    const { run, sent } = apiAnsweredBy([refused, () => json({ success: true, audience: {} })], { token })
    expect(await run(({ audiences }) => audiences.patchAudience({ params, body: {} }))).toMatchObject({ ok: true })
    expect(sent.map(({ headers }) => headers['Authorization'])).toEqual(['Bearer old', 'Bearer fresh'])
    expect(asked).toEqual([false, true])
  })

  test('that is refused again, or is the same again, ends it', async () => {
    let count = 0
    const fresh = apiAnsweredBy([refused], { token: () => Promise.resolve(`token ${++count}`) })
    expect(await fresh.run(list)).toMatchObject({ problem: { kind: 'unauthenticated' } })
    expect(fresh.sent).toHaveLength(2)
    const same = apiAnsweredBy([refused], { token: () => Promise.resolve('token') })
    expect(await same.run(list)).toMatchObject({ problem: { kind: 'unauthenticated' } })
    expect(same.sent).toHaveLength(1)
  })

  test('that cannot be had is a sign-in that has ended, and nothing is sent', async () => {
    const { run, sent } = apiAnsweredBy([ok], { token: () => Promise.reject(new Error('sign in again')) })
    expect(await run(list)).toMatchObject({ problem: { kind: 'unauthenticated', is_outcome_unknown: false } })
    expect(sent).toEqual([])
  })

  test('that never comes is not waited for', async () => {
    const { run, sent, clock } = apiAnsweredBy([ok], { token: () => new Promise(() => undefined) })
    const once = ({ platforms }: Api) => platforms.listPlatforms({ attempts_max: 1 })
    expect(await run(once)).toMatchObject({ problem: { kind: 'timeout', is_outcome_unknown: false } })
    expect([clock.monotonicMs(), sent]).toEqual([30_000, []])
    const stop = new AbortController()
    void clock.sleep(10).then(() => stop.abort())
    const stopped = ({ audiences }: Api) => audiences.patchAudience({ params, body: {}, signal: stop.signal })
    expect(await run(stopped)).toMatchObject({ problem: { kind: 'aborted', is_outcome_unknown: false } })
  })

  test('is not sent by a guest', async () => {
    const { run, sent } = apiAnsweredBy([ok], { token: () => Promise.resolve(undefined) })
    await run(list)
    expect(sent[0]?.headers).not.toHaveProperty('Authorization')
  })
})
