import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { anAudience } from '#tests/functions/audiences/harness.ts'
import { clockAt } from '#tests/support/clock.ts'
import { aPair, created, distributionOf, PATH, runningInTest, type Running } from './harness.ts'

async function refusalOf(running: Running, sent: Record<string, unknown>) {
  const { status, body } = await running.distributions.call('POST', PATH, sent)
  return { status, type: body.type, errors: body.errors }
}

const UNRESOLVABLE = { status: 422, type: '/problems/unresolvable-reference' }

test('a distribution keeps the audience as it was sent, whatever becomes of the audience', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, { ...pair, metadata: { campaign_name: 'Spring' } })
  expect(made).toMatchObject({
    ...pair,
    user_id: 'demo_user',
    version: 1,
    status: 'pending',
    distribution_type: 'initial',
    scheduled_at: null,
    segments_distributed: [],
    audience_name: 'Eco-conscious millennials',
    platform_name: 'Our Trade Desk seat',
    platform_type: 'the_trade_desk',
    total_records: 300_000,
    estimated_matched_records: 210_000,
    metadata: { campaign_name: 'Spring' },
    attempts: [{ attempt: 1, started_at: null, ended_at: null, outcome: null, error: null }],
  })
  await running.audiences.call('PATCH', `/api/audiences/${pair.audience_id}`, { name: 'Other', segments: [] })
  await running.audiences.call('DELETE', `/api/audiences/${pair.audience_id}`)
  const later = distributionOf(await running.distributions.call('GET', `${PATH}/${made.distribution_id}`))
  expect(later).toEqual(made)
  expect(later['audience_snapshot']).toMatchObject({
    version: 1,
    total_audience_size: 300_000,
    selected_variables: ['ENV_AWARE', 'AGE_25_40'],
    segments: [{ segment_id: 0, size: 125_000 }, { segment_id: 1 }],
  })
})

test('old fault: match rate 0.0 before any report', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  expect(made).toMatchObject({ match_rate: null, matched_records: null, match_results_as_of: null })
  const sent_along = { ...(await aPair(running)), match_rate: 0, matched_records: 0 }
  expect(await created(running.distributions, sent_along)).toMatchObject({ match_rate: null, matched_records: null })
})

test('old fault: distributions accepted for audiences and platforms that do not exist', async () => {
  const running = await runningInTest()
  const sent = { audience_id: newId('aud', 1_700_000_000_000, systemRandom), platform_id: 'plat_ab12cd34' }
  expect(await refusalOf(running, sent)).toEqual({
    ...UNRESOLVABLE,
    errors: [
      { path: 'audience_id', message: 'is not the id of one of your audiences' },
      { path: 'platform_id', message: 'is not the id of one of your platforms' },
    ],
  })
  expect((await running.distributions.call('GET', PATH)).body.count).toBe(0)
})

test("another user's audience or platform is as absent as one that never was, and so is a deleted one", async () => {
  const running = await runningInTest()
  const own = await aPair(running)
  const foreign = await aPair(running, 'somebody_else')
  const absent = [
    { path: 'audience_id', message: 'is not the id of one of your audiences' },
    { path: 'platform_id', message: 'is not the id of one of your platforms' },
  ]
  expect(await refusalOf(running, foreign)).toEqual({ ...UNRESOLVABLE, errors: absent })
  await running.audiences.call('DELETE', `/api/audiences/${own.audience_id}`)
  await running.platform({ platform_id: own.platform_id, deleted: true })
  expect(await refusalOf(running, own)).toEqual({ ...UNRESOLVABLE, errors: absent })
})

test('an archived audience and a disconnected platform are refused by name', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  await running.audiences.call('PUT', `/api/audiences/${pair.audience_id}/status`, { status: 'archived' })
  await running.platform({ platform_id: pair.platform_id, status: 'disconnected' })
  const { status, errors } = await refusalOf(running, pair)
  expect([status, errors.map(({ path }) => path)]).toEqual([422, ['audience_id', 'platform_id']])
})

test('segments must be segments of the audience; what is sent is then counted of those alone', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const bad = await refusalOf(running, { ...pair, segments_distributed: [1, 7, '0'] })
  expect([bad.status, bad.errors.map(({ path }) => path)]).toEqual([
    422,
    ['segments_distributed[1]', 'segments_distributed[2]'],
  ])
  const made = await created(running.distributions, { ...pair, segments_distributed: [1] })
  expect(made).toMatchObject({ segments_distributed: [1], total_records: 175_000, estimated_matched_records: 122_500 })
})

test('a thousand unknown segments are told as a hundred, and how many more there are', async () => {
  const running = await runningInTest()
  const segments_distributed = Array.from({ length: 1000 }, (_, n) => `no-${n}`)
  const sent = { ...(await aPair(running)), segments_distributed }
  const { status, body } = await running.distributions.call('POST', '/api/distributions', sent)
  expect([status, body.errors.length, body['errors_omitted']]).toEqual([422, 100, 900])
  expect(body.detail).toMatch(/segments_distributed\[2\] is not .* \(and 997 more\)\.$/)
})

test('sizes that are not known are null, never zero', async () => {
  const running = await runningInTest()
  const { platform_id } = await aPair(running)
  const { body } = await running.audiences.call('POST', '/api/audiences', { name: 'Just a name' })
  const made = await created(running.distributions, { audience_id: body.audience_id, platform_id })
  expect(made).toMatchObject({ total_records: null, estimated_matched_records: null })
})

test('a time ahead makes it scheduled, without an attempt yet; a time in the past is refused', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const pair = await aPair(running)
  const scheduled = await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T16:30:00+02:00' })
  expect(scheduled).toMatchObject({ status: 'scheduled', scheduled_at: '2025-05-15T14:30:00.000Z', attempts: [] })
  const printed_by_python = await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T16:30:00+0200' })
  expect(printed_by_python).toMatchObject({ status: 'scheduled', scheduled_at: '2025-05-15T14:30:00.000Z' })
  expect(await refusalOf(running, { ...pair, scheduled_at: '2025-05-15T11:00:00Z' })).toMatchObject({
    status: 400,
    errors: [{ path: 'scheduled_at' }],
  })
  expect(await refusalOf(running, { ...pair, scheduled_at: '2026-02-31T11:00:00Z' })).toMatchObject({
    status: 400,
    errors: [{ path: 'scheduled_at', message: 'has a day that is not in the calendar' }],
  })
  // What was "now" in the browser has passed when it arrives.
  const now = await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T11:59:30Z' })
  expect(now).toMatchObject({ status: 'pending' })
})

test('one answer names every bad field, and nothing starts completed', async () => {
  const running = await runningInTest()
  const bad = await refusalOf(running, { distribution_type: 'again', scheduled_at: 'soon', colour: 1 })
  expect([bad.status, bad.errors.map(({ path }) => path).toSorted()]).toEqual([
    400,
    ['audience_id', 'colour', 'distribution_type', 'platform_id', 'scheduled_at'],
  ])
  const finished = { ...(await aPair(running)), status: 'completed' }
  expect(await refusalOf(running, finished)).toMatchObject({ status: 409 })
})

test('the same key creates once, also when the audience has gone meanwhile', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const key = { 'idempotency-key': 'k1' }
  const first = await running.distributions.call('POST', PATH, pair, key)
  await running.audiences.call('DELETE', `/api/audiences/${pair.audience_id}`)
  const again = await running.distributions.call('POST', PATH, pair, key)
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.body['distribution_id']).toBe(first.body['distribution_id'])
})

test('an id that the client chose can be repeated later, and what was handed over cannot be changed by it', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const pair = await aPair(running)
  const distribution_id = newId('dist', clock.nowMs(), systemRandom)
  const sent = { ...pair, distribution_id, scheduled_at: '2025-05-15T12:10:00Z', segments_distributed: [0] }
  const first = await running.distributions.call('POST', PATH, sent)
  clock.set('2025-05-15T12:20:00Z')
  const again = await running.distributions.call('POST', PATH, sent)
  expect([first.status, again.status, distributionOf(again).version]).toEqual([201, 200, 1])

  expect(await refusalOf(running, { distribution_id, segments_distributed: [1] })).toMatchObject({
    status: 400,
    errors: [{ path: 'segments_distributed' }],
  })
  expect(await refusalOf(running, { distribution_id, scheduled_at: '2025-05-15T12:00:00Z' })).toMatchObject({
    status: 400,
    errors: [{ path: 'scheduled_at' }],
  })
  const moved = { distribution_id, scheduled_at: '2025-05-16T12:00:00Z', metadata: { campaign_name: 'Summer' } }
  expect(distributionOf(await running.distributions.call('POST', PATH, moved))).toMatchObject({
    version: 2,
    status: 'scheduled',
    scheduled_at: '2025-05-16T12:00:00.000Z',
  })
  const cancelled = await running.distributions.call('POST', PATH, { distribution_id, status: 'cancelled' })
  expect(distributionOf(cancelled).status).toBe('cancelled')
})

test('costs two conditional GETs and one PUT when warm', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  await created(running.distributions, pair)
  const { result, ...cost } = await running.counted(() => created(running.distributions, pair))
  expect([result.version, cost]).toEqual([1, { reads: 2, writes: 1, lists: 0 }])
  expect(running.gcs.operations.counts().by_status).toEqual({ 304: 2, 200: 1 })
})

test('an audience too large to be kept is refused, and says so', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const segments = Array.from({ length: 900 }, (_, at) => ({ segment_id: at, name: 'x'.repeat(180), size: 1 }))
  const audience = anAudience({ segments })
  const { body } = await running.audiences.call('POST', '/api/audiences', audience)
  const refusal = await running.distributions.call('POST', PATH, { ...pair, audience_id: body.audience_id })
  expect([refusal.status, refusal.body.type, refusal.body['limit']]).toEqual([
    422,
    '/problems/quota-exceeded',
    'audience_snapshot_bytes',
  ])
})
