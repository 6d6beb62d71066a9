import { expect, test } from 'vitest'

import { insightRoutes } from '#shared/contract/insights.ts'
import { aPair, created, DEMO, reported, runningInTest, type Running } from '#tests/functions/distributions/harness.ts'
import { clockAt } from '#tests/support/clock.ts'

const SUMMARY = '/api/users/me/summary'

async function bodyOf(running: Running, path: string) {
  const { status, body, text } = await running.insights.call('GET', path)
  if (status !== 200) throw new Error(text)
  return body
}

test('nothing is zero and null, not an error', async () => {
  const running = await runningInTest()
  expect((await bodyOf(running, SUMMARY))['summary']).toEqual({
    audiences: { total: 0, active: 0, draft: 0, archived: 0 },
    platforms: { total: 0, by_status: {}, by_type: {} },
    distributions: { total: 0, by_status: {}, average_match_rate: null },
    last_activity: null,
  })
})

test('the summary counts what is there, and its match rate is of reported ones only', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  await running.platform({ platform_type: 'meta', status: 'pending' })
  await running.platform({ deleted: true })
  const { body } = await running.audiences.call('POST', '/api/audiences', { name: 'a', status: 'draft' })
  await running.audiences.call('POST', '/api/audiences', { name: 'b' })
  await running.audiences.call('PUT', `/api/audiences/${body.audience_id}/status`, { status: 'archived' })
  expect((await bodyOf(running, SUMMARY))['summary']).toMatchObject({ distributions: { average_match_rate: null } })

  for (const match_rate of [0.5, 0.8, undefined]) {
    const made = await created(running.distributions, pair)
    await reported(running.distributions, made, 'in_progress', { status: 'completed', match_results: { match_rate } })
  }
  const gone = await created(running.distributions, pair)
  await running.distributions.call('DELETE', `/api/distributions/${gone.distribution_id}`)
  const last = await created(running.distributions, pair)
  await created(running.as('somebody_else').distributions, await aPair(running, 'somebody_else'))

  expect((await bodyOf(running, SUMMARY))['summary']).toEqual({
    audiences: { total: 3, active: 2, draft: 0, archived: 1 },
    platforms: {
      total: 2,
      by_status: { connected: 1, pending: 1 },
      by_type: { the_trade_desk: 1, meta: 1 },
    },
    distributions: { total: 4, by_status: { completed: 3, pending: 1 }, average_match_rate: 0.65 },
    last_activity: last['updated_at'],
  })
})

test("one's own id is oneself; anybody else's is 403, whether there is such a user or not", async () => {
  const running = await runningInTest()
  const own = await bodyOf(running, `/api/users/${DEMO}/summary`)
  expect(own).toEqual(await bodyOf(running, SUMMARY))
  await aPair(running, 'somebody_else')
  for (const other of ['somebody_else', 'nobody', 'ME', '%2F']) {
    expect((await running.insights.call('GET', `/api/users/${other}/summary`)).status).toBe(403)
  }
})

test('a summary costs one LIST for each table of months and one GET for the platforms, warm', async () => {
  const running = await runningInTest()
  await created(running.distributions, await aPair(running))
  await bodyOf(running, SUMMARY)
  const { reads, writes, lists } = await running.counted(() => bodyOf(running, SUMMARY))
  expect({ reads, writes, lists }).toEqual({ reads: 1, writes: 0, lists: 2 })
})

test('audiences by month: created, by status and type, and their size; empty months are there too', async () => {
  const clock = clockAt('2025-03-31T12:00:00Z')
  const running = await runningInTest({ clock })
  const save = (more: Record<string, unknown>) =>
    running.audiences.call('POST', '/api/audiences', { name: 'a', ...more })
  await save({ data_type: 'first_party', total_audience_size: 1000 })
  await save({ total_audience_size: 500, status: 'draft' })
  clock.set('2025-05-31T12:00:00Z')
  await save({ data_type: 'clean_room' })
  expect((await bodyOf(running, '/api/insights/audiences?months=3'))['months']).toEqual([
    { month: '2025-05', created: 1, by_status: { active: 1 }, by_type: { clean_room: 1 }, total_size: 0 },
    { month: '2025-04', created: 0, by_status: {}, by_type: {}, total_size: 0 },
    {
      month: '2025-03',
      created: 2,
      by_status: { active: 1, draft: 1 },
      by_type: { first_party: 1, unknown: 1 },
      total_size: 1500,
    },
  ])
  expect((await bodyOf(running, '/api/insights/audiences'))['months']).toHaveLength(12)
  const { status, body } = await running.insights.call('GET', '/api/insights/audiences?months=37')
  expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['months']])
})

test('distributions by month and platform: handed over, completed, failed, matched, match rate', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const [one, two] = [await aPair(running), await aPair(running)]
  for (const matched_records of [100, 200]) {
    const made = await created(running.distributions, one)
    const match_results = { matched_records, match_rate: matched_records / 1000 }
    await reported(running.distributions, made, 'in_progress', { status: 'completed', match_results })
  }
  await reported(running.distributions, await created(running.distributions, one), 'failed')
  await reported(running.distributions, await created(running.distributions, one), 'cancelled')
  await created(running.distributions, { ...two, scheduled_at: '2025-06-01T00:00:00Z' })
  const platform = { platform_name: 'Our Trade Desk seat', platform_type: 'the_trade_desk' }
  const nothing = { handed_over: 0, completed: 0, failed: 0, matched_records: 0, match_rate: null }
  expect((await bodyOf(running, '/api/insights/distributions?months=1'))['months']).toEqual([
    {
      month: '2025-05',
      platforms: [
        {
          ...platform,
          platform_id: one.platform_id,
          handed_over: 3,
          completed: 2,
          failed: 1,
          matched_records: 300,
          match_rate: 0.15,
        },
        { ...platform, platform_id: two.platform_id, ...nothing },
      ],
    },
  ])
})

test('sizes whose sum is no longer exact are summed all the same, as the contract says', async () => {
  const running = await runningInTest()
  for (const name of ['a', 'b', 'c']) {
    const total_audience_size = Number.MAX_SAFE_INTEGER
    await running.audiences.call('POST', '/api/audiences', { name, total_audience_size })
  }
  const body = await bodyOf(running, '/api/insights/audiences?months=1')
  const { months } = insightRoutes.getAudienceInsights.answers[200].body.parse(body)
  expect(months[0]!.total_size).toBeCloseTo(3 * 2 ** 53, -2)
})
