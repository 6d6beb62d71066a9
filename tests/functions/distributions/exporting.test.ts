import { expect, test } from 'vitest'

import { PAGE_BYTES_MAX } from '#shared/resources/page.ts'
import { aPair, created, PATH, reported, runningInTest, storeMany, type DistributionJson } from './harness.ts'

test('json exports whole distributions, with snapshot and attempts, by the filters of the list', async () => {
  const running = await runningInTest()
  const [one, two] = [await aPair(running), await aPair(running)]
  const client = running.distributions
  const a = await reported(client, await created(client, one), 'in_progress', 'completed')
  const b = await created(client, two)
  const exported = async (query: string) => (await client.call('GET', `${PATH}/export${query}`)).body['distributions']
  expect(await exported('')).toEqual([b, a])
  expect(await exported('?status=completed')).toEqual([a])
  expect(await exported(`?audience_id=${two.audience_id}`)).toEqual([b])
  expect(await exported(`?platform_id=${one.platform_id}&from=2000-01-01&to=2999-01-01`)).toEqual([a])
  expect(await exported('?to=2000-01-01')).toEqual([])
  const single = await client.call('GET', `${PATH}/${a.distribution_id}/export?format=csv`)
  expect(single.headers.get('content-disposition')).toContain(`filename="distributions ${a.distribution_id}.csv"`)
  expect(single.headers.get('cache-control')).toBe('no-store')
  expect(single.text.split('\r\n')[0]).toMatch(/^distribution_id,created_at,.*audience_snapshot,attempts$/)
  const stranger = running.as('somebody_else').distributions
  expect((await stranger.call('GET', `${PATH}/export`)).body['distributions']).toEqual([])
  expect((await stranger.call('GET', `${PATH}/${a.distribution_id}/export`)).status).toBe(404)
  expect((await client.call('GET', `${PATH}/export?format=parquet`)).text.slice(0, 4)).toBe('PAR1')
  expect((await client.call('HEAD', `${PATH}/export?format=parquet`)).status).toBe(200)
  expect((await client.call('GET', `${PATH}/export?limit=3`)).status).toBe(400)
})

test('pages of large distributions end at 4 MiB, of all and of one audience', async () => {
  const running = await runningInTest()
  const { audience_id, platform_id } = await aPair(running)
  const big = { text: 'x'.repeat(65_000) }
  const rows = Array.from({ length: 80 }, (_, at) => ({
    audience_id,
    platform_id,
    created_at: new Date(Date.UTC(2025, 4, 1) + at).toISOString(),
    metadata: big,
  }))
  await storeMany(running, rows)
  for (const [client, path] of [
    [running.distributions, PATH],
    [running.audiences, `/api/audiences/${audience_id}/distributions`],
  ] as const) {
    const ids: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body, text } = await client.call('GET', `${path}?limit=200${after}`)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGE_BYTES_MAX)
      const page = body['distributions'] as DistributionJson[]
      expect(body.count).toBe(page.length)
      ids.push(...page.map(({ distribution_id }) => distribution_id))
      cursor = body.next_cursor
    }
    expect(new Set(ids).size).toBe(80)
    expect(ids).toHaveLength(80)
  }
})
