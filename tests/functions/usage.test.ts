import { describe, expect, test } from 'vitest'

import { createAudiencesApp } from '#functions/audiences/index.ts'
import { createPlatformsApp } from '#functions/platforms/index.ts'
import type { Client } from '#tests/functions/audiences/harness.ts'
import {
  aPair,
  created,
  DEMO,
  PATH as DISTRIBUTIONS_PATH,
  reported,
  runningInTest,
  storeMany,
  type DistributionJson,
  type Running,
} from '#tests/functions/distributions/harness.ts'
import { clockAt } from '#tests/support/clock.ts'

const NOTHING = {
  scheduled: 0,
  pending: 0,
  in_progress: 0,
  refreshing_on: [],
  refreshing_count: 0,
  completed_count: 0,
  last_at: null,
}

async function usageOf({ call }: Client, path: string): Promise<unknown> {
  const { status, body, text } = await call('GET', `${path}/usage`)
  if (status !== 200) throw new Error(text)
  return body['usage']
}

/** An audience and a platform that refreshes weekly, with a client of the platforms function. */
async function withPair() {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const platforms = (await running.instance(createPlatformsApp)).as(DEMO)
  const { audience_id, platform_id } = await aPair(running)
  const audience = `/api/audiences/${audience_id}`
  const platform = `/api/platforms/${platform_id}`
  return { clock, running, platforms, pair: { audience_id, platform_id }, audience, platform }
}

async function completed(running: Running, pair: Record<string, unknown>): Promise<DistributionJson> {
  return await reported(running.distributions, await created(running.distributions, pair), 'in_progress', 'completed')
}

describe('the usage of a record', () => {
  test('counts what is not done, and says what was done and when', async () => {
    const { clock, running, platforms, pair, audience, platform } = await withPair()
    expect(await usageOf(running.audiences, audience)).toEqual(NOTHING)
    expect(await usageOf(platforms, platform)).toEqual(NOTHING)

    await created(running.distributions, { ...pair, scheduled_at: '2025-06-01T00:00:00Z' })
    await created(running.distributions, pair)
    await reported(running.distributions, await created(running.distributions, pair), 'in_progress')
    await completed(running, pair)
    clock.set('2025-05-16T12:00:00Z')
    const last = await completed(running, pair)
    const gone = await created(running.distributions, pair)
    await running.distributions.call('DELETE', `${DISTRIBUTIONS_PATH}/${gone.distribution_id}`)
    const other = await aPair(running)
    await created(running.distributions, other)
    // As an import has kept it: an old id has two spellings.
    const { audience_id, platform_id } = pair
    const imported = { audience_id: audience_id.replace('_', '-'), platform_id: platform_id.replace('_', '-') }
    await storeMany(running, [{ ...imported, status: 'scheduled', created_at: '2025-05-14T00:00:00.000Z' }])
    const expected = {
      ...NOTHING,
      scheduled: 2,
      pending: 1,
      in_progress: 1,
      completed_count: 2,
      last_at: last['completed_at'],
    }
    expect(await usageOf(running.audiences, audience)).toEqual(expected)
    expect(await usageOf(platforms, platform)).toEqual(expected)
  })

  test('names where it is refreshed by itself, while both ends still are of that mind', async () => {
    const { running, platforms, pair, audience, platform } = await withPair()
    const { audience_id, platform_id } = pair
    await completed(running, pair)
    const refreshing = { settings: { auto_refresh: true, refresh_frequency: 'weekly' } }
    await platforms.call('PATCH', platform, refreshing)
    const refreshes = { refreshing_on: [platform_id], refreshing_count: 1 }
    expect(await usageOf(running.audiences, audience)).toMatchObject(refreshes)
    expect(await usageOf(platforms, platform)).toMatchObject({ refreshing_on: [audience_id], refreshing_count: 1 })

    await running.audiences.call('PUT', `${audience}/status`, { status: 'archived' })
    expect(await usageOf(running.audiences, audience)).toMatchObject({ refreshing_on: [], refreshing_count: 0 })
    await running.audiences.call('POST', `${audience}/restore`)
    await platforms.call('PUT', `${platform}/status`, { status: 'disconnected' })
    expect(await usageOf(running.audiences, audience)).toMatchObject({ refreshing_count: 0 })
    expect(await usageOf(platforms, platform)).toMatchObject({ refreshing_count: 0 })
  })

  test('names a hundred of the audiences that are refreshed, and counts all', async () => {
    const { running, platforms, pair, platform } = await withPair()
    await platforms.call('PATCH', platform, { settings: { auto_refresh: true } })
    const rows = Array.from({ length: 101 }, (_, at) => ({
      audience_id: `aud_${String(at).padStart(26, '0')}`,
      platform_id: pair.platform_id,
      status: 'completed',
      created_at: '2025-05-01T00:00:00.000Z',
    }))
    await storeMany(running, rows)
    const usage = (await usageOf(platforms, platform)) as { refreshing_on: string[] }
    expect(usage).toMatchObject({ refreshing_count: 101, last_at: '2025-05-01T00:00:00.000Z' })
    expect(usage.refreshing_on).toHaveLength(100)
  })

  test('is 404 for what is deleted, of another user, or no id', async () => {
    const { running, platforms, audience, platform } = await withPair()
    const other = running.as('somebody_else').audiences
    expect((await other.call('GET', `${audience}/usage`)).status).toBe(404)
    await running.audiences.call('DELETE', audience)
    await platforms.call('DELETE', platform)
    expect((await running.audiences.call('GET', `${audience}/usage`)).status).toBe(404)
    expect((await platforms.call('GET', `${platform}/usage`)).status).toBe(404)
    for (const id of ['aud_ab12cd34', '__proto__']) {
      expect((await running.audiences.call('GET', `/api/audiences/${id}/usage`)).status).toBe(404)
    }
  })

  test('costs no LIST more than a list of distributions, and of an audience that was sent one GET of the platforms', async () => {
    const { running, platforms, pair, audience, platform } = await withPair()
    await created(running.distributions, pair)
    const costOf = async (client: Client, path: string) => {
      await usageOf(client, path)
      const { reads, writes, lists } = await running.counted(() => usageOf(client, path))
      return { reads, writes, lists }
    }
    expect(await costOf(running.audiences, audience)).toEqual({ reads: 1, writes: 0, lists: 1 })
    expect(await costOf(platforms, platform)).toEqual({ reads: 1, writes: 0, lists: 1 })
    await completed(running, pair)
    expect(await costOf(running.audiences, audience)).toEqual({ reads: 2, writes: 0, lists: 1 })
    expect(await costOf(platforms, platform)).toEqual({ reads: 1, writes: 0, lists: 1 })
  })
})

describe('a change with if_unused=true', () => {
  test('is refused with the usage while something needs the record, and made without it', async () => {
    const { running, platforms, pair, audience, platform } = await withPair()
    await created(running.distributions, { ...pair, scheduled_at: '2025-06-01T00:00:00Z' })
    const usage = { ...NOTHING, scheduled: 1 }
    const archive = { status: 'archived' }
    const changes = [
      [running.audiences, 'DELETE', audience, undefined],
      [running.audiences, 'PUT', `${audience}/status`, archive],
      [platforms, 'DELETE', platform, undefined],
      [platforms, 'PUT', `${platform}/status`, { status: 'disconnected' }],
    ] as const
    for (const [client, method, path, body] of changes) {
      const refused = await client.call(method, `${path}?if_unused=true`, body)
      expect({ status: refused.status, type: refused.body.type }).toEqual({ status: 409, type: '/problems/in-use' })
      expect(refused.body).toMatchObject({ usage })
      expect(refused.body.detail).toContain('1 scheduled')
    }
    expect((await running.audiences.call('PUT', `${audience}/status?if_unused=false`, archive)).status).toBe(200)
    expect((await running.audiences.call('DELETE', audience)).status).toBe(204)
    expect((await platforms.call('DELETE', platform)).status).toBe(204)
  })

  test('is made when all is done, and costs what the usage costs more', async () => {
    const { running, platforms, pair, audience, platform } = await withPair()
    await completed(running, pair)
    await usageOf(running.audiences, audience)
    const { result, reads, writes, lists } = await running.counted(() =>
      running.audiences.call('PUT', `${audience}/status?if_unused=true`, { status: 'archived' }),
    )
    expect({ status: result.status, reads, writes, lists }).toEqual({ status: 200, reads: 2, writes: 1, lists: 1 })
    expect((await running.audiences.call('DELETE', `${audience}?if_unused=true`)).status).toBe(204)
    expect((await platforms.call('DELETE', `${platform}?if_unused=true`)).status).toBe(204)
  })

  test('is refused for another reason first: not there, stale, no such move, nothing to change', async () => {
    const { running, pair, audience } = await withPair()
    await created(running.distributions, pair)
    const call = running.audiences.call
    expect((await call('DELETE', `${audience}?if_unused=true`, undefined, { 'if-match': '"7"' })).status).toBe(412)
    expect((await call('PUT', `${audience}/status?if_unused=true`, { status: 'active' })).status).toBe(200)
    await call('PUT', `${audience}/status`, { status: 'archived' })
    expect((await call('PUT', `${audience}/status?if_unused=true`, { status: 'archived' })).status).toBe(200)
    expect((await call('DELETE', `/api/audiences/aud_ab12cd34?if_unused=true`)).status).toBe(404)
    for (const query of ['if_unused=yes', 'if_unused=true&if_unused=true']) {
      expect((await call('DELETE', `${audience}?${query}`)).status).toBe(400)
    }
  })
})

/** Results of a batch that must be answered 200, and what each is refused or told with. */
async function batch({ call }: Client, path: string, body: Record<string, unknown>) {
  const reply = await call('POST', `${path}/batch`, body)
  if (reply.status !== 200) throw new Error(reply.text)
  const results = reply.body['results'] as readonly {
    outcome: string
    usage?: unknown
    problem?: { type: string; usage?: unknown }
  }[]
  return results.map(({ outcome, usage, problem }) => [outcome, usage ?? problem?.usage ?? problem?.type])
}

describe('many records', () => {
  /** Of a pair of each kind of use, and of one that nothing uses. */
  async function withPairs() {
    const { running, platforms } = await withPair()
    const [scheduled, refreshed, done, idle] = await Promise.all([0, 1, 2, 3].map(() => aPair(running)))
    await created(running.distributions, { ...scheduled, scheduled_at: '2025-06-01T00:00:00Z' })
    const first = await completed(running, refreshed!)
    await platforms.call('PATCH', `/api/platforms/${refreshed!.platform_id}`, { settings: { auto_refresh: true } })
    const past = (of: DistributionJson) => ({ ...NOTHING, completed_count: 1, last_at: of['completed_at'] })
    const refreshing = (id: string) => ({ ...past(first), refreshing_on: [id], refreshing_count: 1 })
    const finished = past(await completed(running, done!))
    const pairs = [scheduled!, refreshed!, done!, idle!]
    const usages = (refreshing_on: string) => [
      { ...NOTHING, scheduled: 1 },
      refreshing(refreshing_on),
      finished,
      NOTHING,
    ]
    return {
      running,
      subjects: [
        [running.audiences, '/api/audiences', pairs.map((pair) => pair.audience_id), usages(refreshed!.platform_id)],
        [platforms, '/api/platforms', pairs.map((pair) => pair.platform_id), usages(refreshed!.audience_id)],
      ] as const,
    }
  }

  test('are told with what uses each of them, in a dry run that takes something away', async () => {
    const { running, subjects } = await withPairs()
    for (const [client, path, ids, usages] of subjects) {
      expect(await batch(client, path, { ids, action: 'delete', dry_run: true })).toEqual(
        usages.map((usage) => ['changed', usage]),
      )
      expect(await batch(client, path, { ids, action: 'tag', tags: ['a'], dry_run: true })).toEqual(
        ids.map(() => ['changed', undefined]),
      )
    }
    const [client, path, ids, usages] = subjects[0]
    await running.audiences.call('PUT', `${path}/${ids[1]}/status`, { status: 'archived' })
    const archived = await batch(client, path, { ids, action: 'archive', dry_run: true })
    expect(archived).toEqual(usages.map((usage, at) => (at === 1 ? ['unchanged', undefined] : ['changed', usage])))
    const found = await batch(client, path, { filter: {}, action: 'archive', dry_run: true })
    expect(found).toEqual(expect.arrayContaining(archived.filter(([outcome]) => outcome === 'changed')))
    // Nobody sends an archived audience again.
    const deleted = await batch(client, path, { ids, action: 'delete', dry_run: true })
    expect(deleted[1]).toEqual(['changed', { ...(usages[1] as object), refreshing_on: [], refreshing_count: 0 }])
  })

  test('are refused one by one where they are in use, with if_unused; the others are changed', async () => {
    const { subjects } = await withPairs()
    for (const [client, path, ids, usages] of subjects) {
      const body = { ids: [...ids, 'aud_x'], action: 'delete', if_unused: true }
      const [used, free] = [usages.slice(0, 2).map((usage) => ['refused', usage]), usages.slice(2)]
      const missing = ['refused', '/problems/not-found']
      const told = free.map((usage) => ['changed', usage])
      expect(await batch(client, path, { ...body, dry_run: true })).toEqual([...used, ...told, missing])
      expect(await batch(client, path, body)).toEqual([...used, ...free.map(() => ['changed', undefined]), missing])
      expect(await batch(client, path, body)).toEqual([...used, ...free.map(() => ['unchanged', undefined]), missing])
      expect(await batch(client, path, { ...body, if_unused: false })).toEqual([
        ['changed', undefined],
        ['changed', undefined],
        ...free.map(() => ['unchanged', undefined]),
        missing,
      ])
    }
  })

  test('are not changed at all while what uses them cannot be read', async () => {
    const { running, subjects } = await withPairs()
    const [client, path, ids] = subjects[0]
    running.gcs.faults.add({ fault: 'unavailable', operations: ['list'], prefix: 'distributions/' })
    const refused = await client.call('POST', `${path}/batch`, { ids, action: 'archive', if_unused: true })
    expect(refused.status).toBeGreaterThan(499)
    running.gcs.faults.reset()
    expect(await batch(client, path, { ids, action: 'archive', dry_run: true })).toHaveLength(4)
    expect((await client.call('GET', `${path}?status=archived`)).body.count).toBe(0)
  })

  test('cost no more reads than the usage of one of them: a LIST, the months, and one GET of the platforms', async () => {
    const { running, subjects } = await withPairs()
    await storeMany(running, [
      { audience_id: 'a', platform_id: 'p', status: 'completed', created_at: '2025-04-01T00:00:00.000Z' },
    ])
    const [, path, ids] = subjects[0]
    const cold = async () => (await running.instance(createAudiencesApp)).as(DEMO)
    const costOf = async (client: Client, work: (client: Client) => Promise<unknown>) => {
      const { reads, writes, lists } = await running.counted(() => work(client))
      return { reads, writes, lists }
    }
    const one = await costOf(await cold(), (client) => usageOf(client, `${path}/${ids[1]}`))
    expect(one).toEqual({ reads: 4, writes: 0, lists: 1 })
    const body = { ids, action: 'archive', if_unused: true }
    const warm = await cold()
    expect(await costOf(warm, (client) => batch(client, path, { ...body, dry_run: true }))).toEqual(one)
    expect(await costOf(warm, (client) => batch(client, path, { ...body, dry_run: true }))).toEqual({
      ...one,
      reads: 2,
    })
    expect(await costOf(warm, (client) => batch(client, path, body))).toEqual({ reads: 1, writes: 1, lists: 1 })
    expect(await costOf(await cold(), (client) => batch(client, path, body))).toEqual({ ...one, writes: 0 })
  })
})
