import { expect, test } from 'vitest'

import { isoTime, systemClock } from '#shared/base/clock.ts'
import type { Client } from '#tests/functions/audiences/harness.ts'
import { clockAt } from '#tests/support/clock.ts'
import {
  aPair,
  created,
  PATH,
  reported,
  runningInTest,
  storeMany,
  type DistributionJson,
  type Running,
} from './harness.ts'

async function listed(running: Running, query = ''): Promise<string[]> {
  const { status, body, text } = await running.distributions.call('GET', `${PATH}${query}`)
  if (status !== 200) throw new Error(text)
  return (body['distributions'] as DistributionJson[]).map(({ distribution_id }) => distribution_id)
}

test('newest first, by audience, platform, status and time; pages join without a gap', async () => {
  const clock = clockAt('2025-04-28T10:00:00Z')
  const running = await runningInTest({ clock })
  const [one, two] = [await aPair(running), await aPair(running)]
  const a = await created(running.distributions, one)
  clock.set('2025-05-10T23:59:00Z')
  const b = await created(running.distributions, two)
  clock.set('2025-05-11T00:01:00Z')
  const c = await created(running.distributions, { audience_id: one.audience_id, platform_id: two.platform_id })
  await reported(running.distributions, c, 'in_progress', 'completed')
  const [ia, ib, ic] = [a, b, c].map(({ distribution_id }) => distribution_id)

  expect(await listed(running)).toEqual([ic, ib, ia])
  expect(await listed(running, `?audience_id=${one.audience_id}`)).toEqual([ic, ia])
  expect(await listed(running, `?audience_id=${one.audience_id}&platform_id=${one.platform_id}`)).toEqual([ia])
  expect(await listed(running, `?platform_id=${two.platform_id}&status=pending`)).toEqual([ib])
  expect(await listed(running, '?from=2025-05-01')).toEqual([ic, ib])
  expect(await listed(running, '?to=2025-05-10')).toEqual([ib, ia])
  expect(await listed(running, '?from=2025-05-11T00:00:00Z&to=2025-05-12T00:00:00%2B0200')).toEqual([ic])

  const first = await running.distributions.call('GET', `${PATH}?limit=2`)
  expect(first.body.count).toBe(2)
  expect(await listed(running, `?limit=2&cursor=${first.body.next_cursor}`)).toEqual([ia])
  expect((first.body['distributions'] as DistributionJson[])[0]).not.toHaveProperty('audience_snapshot')
  expect((await running.as('somebody_else').distributions.call('GET', PATH)).body.count).toBe(0)
})

test('rows are without snapshots and attempts, but whole for a client of the old system, which names its user', async () => {
  const running = await runningInTest()
  const { audience_id, platform_id } = await aPair(running)
  await created(running.distributions, { audience_id, platform_id })
  const rows = async (client: Client, path: string) =>
    (await client.call('GET', path)).body['distributions'] as DistributionJson[]
  for (const [client, path] of [
    [running.distributions, PATH],
    [running.audiences, `/api/audiences/${audience_id}/distributions`],
  ] as const) {
    expect((await rows(client, path))[0]).not.toHaveProperty('audience_snapshot')
    const [whole] = await rows(client, `${path}?user_id=demo_user`)
    expect(whole).toMatchObject({
      audience_snapshot: { segments: expect.any(Array) as unknown },
      attempts: [{ attempt: 1 }],
    })
  }
})

test('what is asked for in words that are not known is refused by name', async () => {
  const running = await runningInTest()
  const { status, body } = await running.distributions.call('GET', `${PATH}?status=done&from=yesterday&sort=up&limit=0`)
  expect([status, body.errors.map(({ path }) => path).toSorted()]).toEqual([400, ['from', 'limit', 'sort', 'status']])
})

test('an audience tells what it was handed over to; of an audience that is not there nothing is told', async () => {
  const running = await runningInTest()
  const [one, two] = [await aPair(running), await aPair(running)]
  const made = await created(running.distributions, one)
  await created(running.distributions, two)
  const path = `/api/audiences/${one.audience_id}/distributions`
  const { body } = await running.audiences.call('GET', path)
  expect(body['distributions']).toMatchObject([{ distribution_id: made.distribution_id, status: 'pending' }])
  expect(body).toMatchObject({ success: true, count: 1, next_cursor: null })
  expect((await running.audiences.call('GET', `${path}?status=completed`)).body.count).toBe(0)
  expect((await running.as('somebody_else').audiences.call('GET', path)).status).toBe(404)
  const cost = await running.counted(() => running.audiences.call('GET', path))
  expect([cost.reads, cost.writes, cost.lists]).toEqual([1, 0, 1])
})

test('a summary counts every distribution, and match rates only of those that reported one', async () => {
  const running = await runningInTest()
  const [now_ms, month_ms] = [systemClock.nowMs(), 30 * 86_400_000]
  const statuses = ['completed', 'failed', 'pending', 'cancelled']
  const rows = Array.from({ length: 2000 }, (_, at) => ({
    created_at: isoTime(now_ms - Math.floor((at / 2000) * 6 * month_ms)),
    audience_id: `aud_${at % 200}`,
    platform_id: `plat_${at % 5}`,
    platform_type: 'the_trade_desk',
    status: statuses[at % 4],
    total_records: 1000,
    matched_records: at % 4 === 0 ? 600 : null,
    match_rate: at % 4 === 0 ? 0.6 : null,
  }))
  await storeMany(running, rows)
  const summary = await running.insights.call('GET', '/api/users/me/summary')
  expect(summary.body['summary']).toMatchObject({
    distributions: { total: 2000, by_status: { completed: 500, failed: 500 }, average_match_rate: 0.6 },
  })
})
