import { describe, expect, test } from 'vitest'

import type { Api } from '#shared/client/api/api.ts'
import { apiAnsweredBy, json, NO_PLATFORMS, problem, silence, unreachable } from './harness.ts'

const list = ({ platforms }: Api) => platforms.listPlatforms()
const patch = ({ audiences }: Api) => audiences.patchAudience({ params: { audience_id: 'a' }, body: { name: 'B' } })
const html = (status: number) => () => new Response('<html>', { status, headers: { 'Content-Type': 'text/html' } })
const cut = (text: string) => () => new Response(text, { headers: { 'Content-Type': 'application/json' } })

describe('a failed call has a problem and never rejects', () => {
  test('with what the service says', async () => {
    const errors = [{ path: 'segments[2].size', message: 'must not be negative' }]
    const { run } = apiAnsweredBy([() => problem('invalid-input', 400, { errors, server_time: 'now' })])
    expect(await run(patch)).toEqual({
      ok: false,
      problem: {
        kind: 'invalid-input',
        status: 400,
        detail: 'It is invalid-input.',
        errors,
        members: expect.objectContaining({ type: '/problems/invalid-input', server_time: 'now' }) as unknown,
        retry_after_ms: undefined,
        is_outcome_unknown: false,
      },
    })
  })

  test.each([
    ['an outcome that is unknown', problem('unavailable', 503, { outcome: 'unknown' }), 'unavailable', true],
    ['a kind of a later release', problem('asleep', 409), 'illegal-transition', false],
    ['a kind and a status of a later release', problem('asleep', 418), 'invalid-input', false],
    ['a fault of a later release', problem('asleep', 599), 'internal', false],
    ['errors that are none', problem('invalid-input', 400, { errors: [1, null, { path: 1 }] }), 'invalid-input', false],
  ])('also for %s', async (_what, answer, kind, is_outcome_unknown) => {
    const { run } = apiAnsweredBy([() => answer])
    expect(await run(patch)).toMatchObject({ ok: false, problem: { kind, is_outcome_unknown, errors: [] } })
  })

  test.each([
    ['HTML of a proxy', html(200), 200],
    ['HTML of a proxy that fails', html(502), 502],
    ['JSON that is cut off', cut('{"success":true,"platf'), 200],
    ['nothing', cut(''), 200],
    ['JSON of somebody else', () => json({ message: 'Welcome to the hotel' }), 200],
    ['an answer without a member', () => json({ success: true, platforms: [], count: 0 }), 200],
    ['JSON without its type', () => new Response(JSON.stringify(NO_PLATFORMS)), 200],
    ['a list', () => json([]), 200],
    ['nothing, as a network with a sign-in page says', () => new Response(null, { status: 204 }), 204],
    ['that it is unchanged, though nobody asked', () => new Response(null, { status: 304 }), 304],
    ['a problem of somebody else', () => json({ type: 'about:blank', detail: 'no' }, 400), 400],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'https://hotel.test' } }), 302],
  ])('not-an-answer: %s', async (_what, answer, status) => {
    const { run } = apiAnsweredBy([answer])
    expect(await run(list)).toMatchObject({
      ok: false,
      problem: { kind: 'not-an-answer', status, is_outcome_unknown: false },
    })
  })

  test('offline: a change may have arrived all the same, a question changes nothing', async () => {
    const { run, sent } = apiAnsweredBy([unreachable])
    expect(await run(patch)).toMatchObject({ ok: false, problem: { kind: 'offline', is_outcome_unknown: true } })
    expect(sent).toHaveLength(1)
    expect(await run(list)).toMatchObject({ ok: false, problem: { kind: 'offline', is_outcome_unknown: false } })
  })

  test('an attempt before the last one may have made the change', async () => {
    const save = ({ audiences }: Api) => audiences.saveAudience({ body: { name: 'A' }, idempotency_key: 'key' })
    const known = apiAnsweredBy([() => problem('contended', 503)])
    expect(await known.run(save)).toMatchObject({ problem: { kind: 'contended', is_outcome_unknown: false } })
    const unknown = apiAnsweredBy([unreachable, () => problem('contended', 503)])
    expect(await unknown.run(save)).toMatchObject({ problem: { kind: 'contended', is_outcome_unknown: true } })
  })

  test('offline: the connection breaks while the answer is read', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError('terminated')) })
    const headers = { 'Content-Type': 'application/json' }
    const { run } = apiAnsweredBy([() => new Response(body, { headers })])
    expect(await run(patch)).toMatchObject({ ok: false, problem: { kind: 'offline', is_outcome_unknown: true } })
  })

  test('timeout: an attempt ends at its limit, also when fetch does not heed its signal', async () => {
    const { run, clock } = apiAnsweredBy([silence])
    expect(await run(patch)).toMatchObject({ ok: false, problem: { kind: 'timeout', is_outcome_unknown: true } })
    expect(clock.monotonicMs()).toBe(30_000)
  })

  test('timeout: a body that never ends is given up', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
    const { run } = apiAnsweredBy([() => new Response(body, { headers: { 'Content-Type': 'application/json' } })])
    const short = ({ platforms }: Api) => platforms.listPlatforms({ timeout_ms: 100, attempts_max: 1 })
    expect(await run(short)).toMatchObject({ ok: false, problem: { kind: 'timeout', is_outcome_unknown: false } })
  })

  test('aborted: before, during and between attempts', async () => {
    const before = apiAnsweredBy([silence])
    const aborted = AbortSignal.abort()
    const params = { audience_id: 'a' }
    const stopped = ({ audiences }: Api) => audiences.patchAudience({ params, body: {}, signal: aborted })
    expect(await before.run(stopped)).toMatchObject({ problem: { kind: 'aborted', is_outcome_unknown: false } })
    expect(before.sent).toEqual([])

    const stop = new AbortController()
    const during = apiAnsweredBy([() => (stop.abort(), silence())])
    const changing = ({ audiences }: Api) => audiences.patchAudience({ params, body: {}, signal: stop.signal })
    expect(await during.run(changing)).toMatchObject({ problem: { kind: 'aborted', is_outcome_unknown: true } })

    const later = new AbortController()
    const between = apiAnsweredBy([unreachable])
    void between.clock.sleep(1).then(() => later.abort())
    const asking = ({ platforms }: Api) => platforms.listPlatforms({ signal: later.signal })
    expect(await between.run(asking)).toMatchObject({ problem: { kind: 'aborted', is_outcome_unknown: false } })
    expect(between.sent).toHaveLength(1)
  })
})

test('each exchange is told: whether the service was reached', async () => {
  const told: string[] = []
  const answers = [unreachable, html(502), () => problem('not-found', 404)]
  const { run } = apiAnsweredBy(answers, { onExchange: (outcome) => told.push(outcome) })
  await run(list)
  expect(told).toEqual(['offline', 'not-an-answer', 'answered'])
})
