import { expect, test } from 'vitest'

import { isoTime, systemClock } from '#shared/base/clock.ts'
import { clockAt } from '#tests/support/clock.ts'
import { aPair, created, PATH, reported, runningInTest, type DistributionJson, type Running } from './harness.ts'

/** Each status, and where the machine lets it go. */
const MACHINE: Readonly<Record<string, readonly string[]>> = {
  scheduled: ['pending', 'cancelled'],
  pending: ['in_progress', 'cancelled', 'failed'],
  in_progress: ['completed', 'failed'],
  failed: ['pending'],
  completed: [],
  cancelled: [],
}
const WAY_TO: Readonly<Record<string, readonly string[]>> = {
  scheduled: [],
  pending: ['pending'],
  in_progress: ['pending', 'in_progress'],
  failed: ['pending', 'failed'],
  completed: ['pending', 'in_progress', 'completed'],
  cancelled: ['cancelled'],
}
const tomorrow = () => isoTime(systemClock.nowMs() + 86_400_000)

async function report(running: Running, id: string, body: Record<string, unknown>) {
  const reply = await running.distributions.call('PUT', `${PATH}/${id}/status`, body)
  return { ...reply, errors: (reply.body.errors ?? []).map(({ path }) => path) }
}

test.each(Object.keys(MACHINE))('from %s only what the machine allows', async (from) => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const others = Object.keys(MACHINE).filter((status) => status !== from)
  const tries = await Promise.all(
    others.map(async (to) => {
      const made = await created(running.distributions, { ...pair, scheduled_at: tomorrow() })
      await reported(running.distributions, made, ...WAY_TO[from]!)
      return { to, ...(await report(running, made.distribution_id, { status: to })) }
    }),
  )
  const allowed = MACHINE[from]!
  expect(tries.filter(({ status }) => status === 200).map(({ to }) => to)).toEqual(
    others.filter((to) => allowed.includes(to)),
  )
  for (const { to, status, body } of tries.filter((one) => one.status !== 200)) {
    expect(status).toBe(409)
    expect(body).toMatchObject({ status_now: from, status_wanted: to, allowed })
    expect([body.detail.includes(from), body.detail.includes(to)]).toEqual([true, true])
  }
})

test('the status it is in already is 200, no new version and no write', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const { result, ...cost } = await running.counted(() => reported(running.distributions, made, 'pending'))
  expect([result.version, cost]).toEqual([1, { reads: 1, writes: 0, lists: 0 }])
})

test('a run is told from start to end: times, match results, ledger', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const made = await created(running.distributions, await aPair(running))
  clock.set('2025-05-15T12:05:00Z')
  const started = await reported(running.distributions, made, 'in_progress')
  expect(started).toMatchObject({ started_at: expect.stringContaining('T12:05:') as string, completed_at: null })
  clock.set('2025-05-15T12:30:00Z')
  const done = await reported(running.distributions, made, {
    status: 'completed',
    match_results: {
      matched_records: 204_000,
      match_rate: 0.68,
      platform_audience_id: 'ttd-77',
      as_of: '2025-05-15T14:29:00+0200',
    },
    metadata: { approval_status: 'approved' },
  })
  expect(done).toMatchObject({
    status: 'completed',
    matched_records: 204_000,
    match_rate: 0.68,
    platform_audience_id: 'ttd-77',
    match_results_as_of: '2025-05-15T12:29:00.000Z',
    estimated_matched_records: 210_000,
    metadata: { approval_status: 'approved' },
  })
  expect(done['attempts']).toMatchObject([
    { attempt: 1, outcome: 'completed', error: null, ended_at: done['completed_at'] },
  ])
})

test('match results that arrive after completion are taken in; an older count never replaces a newer one', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const done = await reported(running.distributions, made, 'in_progress', 'completed')
  expect(done['match_rate']).toBeNull()
  const counted = (match_rate: number, as_of: string) => ({ status: 'completed', match_results: { match_rate, as_of } })
  const later = await reported(running.distributions, made, counted(0.6, '2025-05-02T00:00:00Z'))
  expect(later).toMatchObject({ match_rate: 0.6, version: done.version + 1 })
  const older = await reported(running.distributions, made, counted(0.4, '2025-05-01T00:00:00Z'))
  expect(older).toMatchObject({ match_rate: 0.6, version: later.version })
})

test('the old spelling in metadata is read, and leaves the metadata', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const made = await created(running.distributions, {
    ...(await aPair(running)),
    metadata: { campaign_name: 'Spring' },
  })
  const done = await reported(running.distributions, made, 'in_progress', {
    status: 'completed',
    metadata: { match_rate: 0.5, matched_records: 150_000, completed_at: '2025-05-15T11:45:00.123456', note: 'done' },
  })
  expect(done).toMatchObject({
    match_rate: 0.5,
    matched_records: 150_000,
    completed_at: '2025-05-15T11:45:00.123Z',
    metadata: { campaign_name: 'Spring', note: 'done' },
  })
  const other = await created(running.distributions, await aPair(running))
  const failed = { status: 'failed', metadata: { error_message: 'Rate limit exceeded' } }
  expect(await reported(running.distributions, other, failed)).toMatchObject({
    error_message: 'Rate limit exceeded',
    metadata: {},
  })
})

test('reports that cannot be true are refused, each bad field by name, and change nothing', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const id = made.distribution_id
  await reported(running.distributions, made, 'in_progress')
  const completed = (match_results: Record<string, unknown>) => ({ status: 'completed', match_results })
  const tries: [Record<string, unknown>, string[]][] = [
    [completed({ matched_records: 300_001 }), ['match_results.matched_records']],
    [
      completed({ match_rate: 1.2, matched_records: -1 }),
      ['match_results.match_rate', 'match_results.matched_records'],
    ],
    [{ status: 'completed', metadata: { match_rate: 68 } }, ['metadata.match_rate']],
    [{ status: 'completed', metadata: { completed_at: '2199-01-01T00:00:00Z' } }, ['metadata.completed_at']],
    [{ status: 'completed', error_message: 'no' }, ['error_message']],
    [{ status: 'finished', rate: 1 }, ['rate', 'status']],
  ]
  for (const [body, paths] of tries) {
    const { status, errors } = await report(running, id, body)
    expect([status, errors.toSorted()]).toEqual([400, paths])
  }
  const other = await created(running.distributions, await aPair(running))
  const early = await report(running, other.distribution_id, { status: 'pending', match_results: { match_rate: 0.5 } })
  expect([early.status, early.errors]).toEqual([400, ['match_results']])
  const { body } = await running.distributions.call('GET', `${PATH}/${id}`)
  expect(body['distribution']).toMatchObject({ status: 'in_progress', version: 2, match_rate: null })
})

test('a retry is a new attempt: the ledger keeps what failed, the record starts afresh', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const failure = { status: 'failed', error_message: 'Bad token', error_details: { code: 'bad_token', retry_count: 1 } }
  const failed = await reported(running.distributions, made, 'in_progress', failure)
  expect(failed).toMatchObject({ error_message: 'Bad token', error_details: { code: 'bad_token', retry_count: 1 } })
  const again = await reported(running.distributions, made, 'pending')
  expect(again).toMatchObject({ error_message: null, error_details: null, started_at: null, match_rate: null })
  const done = await reported(running.distributions, made, 'in_progress', 'completed')
  expect(done['attempts']).toMatchObject([
    { attempt: 1, outcome: 'failed', error: { code: 'bad_token', message: 'Bad token' } },
    { attempt: 2, outcome: 'completed', error: null },
  ])
})

test('many retries keep the newest attempts under their numbers', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  let last = made
  for (let retry = 0; retry < 12; retry++) last = await reported(running.distributions, made, 'failed', 'pending')
  const numbers = (last['attempts'] as { attempt: number }[]).map(({ attempt }) => attempt)
  expect(numbers).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
})

test('a distribution that moves to failed is logged once, at ERROR, without the user', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const failure = { status: 'failed', error_message: 'secret words of a person', error_details: { code: 'bad_token' } }
  await reported(running.distributions, made, failure, failure)
  const lines = running.lines.filter(({ event }) => event === 'distribution_failed')
  expect(lines).toEqual([
    {
      severity: 'ERROR',
      message: `distribution ${made.distribution_id} to the_trade_desk failed`,
      event: 'distribution_failed',
      distribution_id: made.distribution_id,
      platform_type: 'the_trade_desk',
      code: 'bad_token',
      user_hash: expect.any(String) as string,
    },
  ])
  expect(JSON.stringify(running.lines)).not.toMatch(/demo_user|secret words/)
})

test('a distribution that moves to completed is logged once, with the type of its platform', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  await reported(
    running.distributions,
    made,
    { status: 'in_progress' },
    { status: 'completed' },
    { status: 'completed' },
  )
  const lines = running.lines.filter(({ event }) => event === 'distribution_completed')
  expect(lines).toMatchObject([
    { severity: 'INFO', distribution_id: made.distribution_id, platform_type: 'the_trade_desk' },
  ])
})

test('a repeated keyed creation does not tell again that the distribution has failed since', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const create = () => running.distributions.call('POST', PATH, pair, { 'idempotency-key': 'one-hand-over' })
  const { body } = await create()
  await reported(running.distributions, body['distribution'] as DistributionJson, 'failed')
  const again = await create()
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  expect(again.body['distribution']).toMatchObject({ status: 'failed' })
  expect(running.lines.filter(({ event }) => event === 'distribution_failed')).toHaveLength(1)
})

test('a count from the future is refused: no true one could replace it', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  await reported(running.distributions, made, 'in_progress', 'completed')
  const counted = { status: 'completed', match_results: { match_rate: 0.9, as_of: '2199-01-01T00:00:00Z' } }
  const { status, errors } = await report(running, made.distribution_id, counted)
  expect([status, errors]).toEqual([400, ['match_results.as_of']])
})

test('no member of match results can be reported before the upload has begun', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  for (const match_results of [{ platform_audience_id: 'ttd-77' }, { as_of: '2025-05-02T00:00:00Z' }]) {
    const { status, errors } = await report(running, made.distribution_id, { status: 'pending', match_results })
    expect([status, errors]).toEqual([400, ['match_results']])
  }
})

test('If-Match guards a report, and a deleted distribution takes none', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  const path = `${PATH}/${made.distribution_id}`
  await reported(running.distributions, made, 'in_progress')
  const stale = await running.distributions.call(
    'PUT',
    `${path}/status`,
    { status: 'completed' },
    { 'if-match': '"1"' },
  )
  expect([stale.status, (stale.body['distribution'] as { version: number }).version]).toEqual([412, 2])
  expect((await running.distributions.call('DELETE', path)).status).toBe(204)
  const gone = await report(running, made.distribution_id, { status: 'completed' })
  expect([gone.status, (await running.distributions.call('GET', path)).status]).toEqual([404, 404])
  const other = await running.as('somebody_else').distributions.call('PUT', `${path}/status`, { status: 'completed' })
  expect(other.status).toBe(404)
})

test('a completion long before the distribution was made is refused by name', async () => {
  const running = await runningInTest()
  const made = await created(running.distributions, await aPair(running))
  await reported(running.distributions, made, 'in_progress')
  const { status, body } = await running.distributions.call('PUT', `${PATH}/${made.distribution_id}/status`, {
    status: 'completed',
    metadata: { completed_at: '1970-01-01T00:00:00Z' },
  })
  expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['metadata.completed_at']])
})
