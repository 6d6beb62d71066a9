import { describe, expect, test } from 'vitest'

import { sizesOf } from '#functions/audiences/insights.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { aPair, created, reported, runningInTest, type Running } from '#tests/functions/distributions/harness.ts'
import { clockAt } from '#tests/support/clock.ts'
import { audiencesInTest } from './fixture.ts'
import { saved, type Client } from './harness.ts'

const PATH = '/api/audiences'

async function insightsOf({ call }: Client, audience_id: string): Promise<Record<string, unknown>> {
  const { status, body, text } = await call('GET', `${PATH}/${audience_id}/insights`)
  if (status !== 200) throw new Error(text)
  const { success: _, ...insights } = body
  return insights
}

const segment = (size: number | null) => ({ segment_id: 1, name: 'Urban', size })

describe('the sizes of an audience', () => {
  test('are told for each version that changed one, newest first, with what was not known as null', async () => {
    const running = await audiencesInTest()
    const first = { total_audience_size: null, audience_size: null, segments: [] }
    const { audience_id, updated_at: saved_at } = await saved(running, first)
    const patch = async (changes: Record<string, unknown>) =>
      (await running.call('PATCH', `${PATH}/${audience_id}`, changes)).body.audience.updated_at
    const grown_at = await patch({ audience_size: 100 })
    await patch({ name: 'another name' })
    const split_at = await patch({ segments: [segment(60)] })
    const known_at = await patch({ total_audience_size: 0, segments: [segment(null)] })
    expect(await insightsOf(running, audience_id)).toEqual({
      sizes: [
        { version: 5, at: known_at, total: 0, segments: [segment(null)] },
        { version: 4, at: split_at, total: 100, segments: [segment(60)] },
        { version: 2, at: grown_at, total: 100, segments: [] },
        { version: 1, at: saved_at, total: null, segments: [] },
      ],
      kept_since_version: 1,
      gap: false,
      platforms: [],
      platform_count: 0,
    })
    await running.call('DELETE', `${PATH}/${audience_id}/versions`)
    expect(await insightsOf(running, audience_id)).toMatchObject({
      sizes: [{ version: 6, total: 0 }],
      kept_since_version: 6,
      gap: false,
    })
  })

  const at = '2025-05-01T00:00:00.000Z'
  const entry = (version: number, more: Record<string, unknown>) => {
    return { version, from_version: version - 1, at, by: 'u', via: 'api', client_id: null, ...more }
  }
  /** A row at version 5, of the size 7, with this past. */
  const rowWith = (history: Record<string, unknown>): AudienceRow => {
    const record = { ...AUDIENCES.defaults, audience_id: 'aud_1', name: 'a', version: 5, deleted: false }
    return rowOf(AUDIENCES, { ...record, audience_size: 7, created_at: at, updated_at: at, history })
  }

  test('reach as far back as the past is kept, and segments that were too large for it are null', () => {
    const entries = [
      entry(5, { before: { audience_size: 6 } }),
      entry(4, { before: { audience_size: 5 }, omitted: ['segments'] }),
      entry(3, { before: { segments: [{ segment_id: 1 }] } }),
    ]
    expect(sizesOf(rowWith({ seen: 5, entries }))).toEqual({
      sizes: [
        { version: 5, at, total: 7, segments: [] },
        { version: 4, at, total: 6, segments: [] },
        { version: 3, at, total: 5, segments: null },
        { version: 2, at: null, total: 5, segments: [{ segment_id: 1, name: null, size: null }] },
      ],
      kept_since_version: 2,
      gap: false,
    })
  })

  test('are those of today alone where an earlier release has written since, which is called a gap', () => {
    expect(sizesOf(rowWith({ seen: 4, entries: [entry(4, { before: { audience_size: 1 } })] }))).toEqual({
      sizes: [{ version: 5, at, total: 7, segments: [] }],
      kept_since_version: 5,
      gap: true,
    })
  })
})

async function withDistributions() {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const pair = await aPair(running)
  const send = async (more: Record<string, unknown>, ...reports: (string | Record<string, unknown>)[]) => {
    const made = await created(running.distributions, { ...pair, ...more })
    return reports.length === 0 ? made : await reported(running.distributions, made, ...reports)
  }
  return { running, pair, send }
}

const insights = (running: Running, audience_id: string) => insightsOf(running.audiences, audience_id)

describe('the hand-overs of an audience', () => {
  test('are summed by platform: what was not reported is null, and zero is zero', async () => {
    const { running, pair, send } = await withDistributions()
    const second_id = await running.platform({ name: 'Second', platform_type: 'meta' })
    await send({ scheduled_at: '2025-06-01T00:00:00Z' })
    await send({}, 'cancelled')
    const of_second = { platform_id: second_id, platform_name: 'Second', platform_type: 'meta' }
    const nothing = { total_records: null, matched_records: null, match_rate: null, last_at: null }
    await send({ platform_id: second_id })
    expect(await insights(running, pair.audience_id)).toMatchObject({
      platforms: [
        { ...of_second, handed_over: 1, completed: 0, failed: 0, ...nothing },
        { platform_id: pair.platform_id, handed_over: 0, completed: 0, failed: 0, ...nothing },
      ],
      platform_count: 2,
    })
    const done = (match_results?: Record<string, unknown>) => ({
      status: 'completed',
      ...(match_results && { match_results }),
    })
    await send({}, 'in_progress', done({ matched_records: 0, match_rate: 0 }))
    await send({}, 'in_progress', done({ matched_records: 300, match_rate: 0.5 }))
    await send({}, 'failed')
    const last = await send({}, 'in_progress', done())
    const { platforms } = await insights(running, pair.audience_id)
    expect((platforms as readonly unknown[])[0]).toEqual({
      platform_id: pair.platform_id,
      platform_name: 'Our Trade Desk seat',
      platform_type: 'the_trade_desk',
      handed_over: 4,
      completed: 3,
      failed: 1,
      total_records: 3 * Number(last['total_records']),
      matched_records: 300,
      match_rate: 0.25,
      last_at: last['completed_at'],
    })
  })

  test('leave out deleted distributions and other audiences, cost a GET and a LIST, and are 404 without an audience', async () => {
    const { running, pair, send } = await withDistributions()
    const gone = await send({})
    await running.distributions.call('DELETE', `/api/distributions/${gone.distribution_id}`)
    await created(running.distributions, await aPair(running))
    expect(await insights(running, pair.audience_id)).toMatchObject({ platforms: [], platform_count: 0 })
    const { reads, writes, lists } = await running.counted(() => insights(running, pair.audience_id))
    expect({ reads, writes, lists }).toEqual({ reads: 1, writes: 0, lists: 1 })
    const path = `${PATH}/${pair.audience_id}/insights`
    expect((await running.as('somebody_else').audiences.call('GET', path)).status).toBe(404)
    await running.audiences.call('PUT', `${PATH}/${pair.audience_id}/status`, { status: 'archived' })
    expect((await running.audiences.call('GET', path)).status).toBe(200)
    await running.audiences.call('DELETE', `${PATH}/${pair.audience_id}`)
    expect((await running.audiences.call('GET', path)).status).toBe(404)
    expect((await running.audiences.call('GET', `${PATH}/%00/insights`)).status).toBe(404)
  })
})
