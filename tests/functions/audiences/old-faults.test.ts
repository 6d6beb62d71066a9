import { clockAt } from '#tests/support/clock.ts'
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'

import { audiencesInTest } from './fixture.ts'
import { anAudience, everyAudience, saved } from './harness.ts'

/** The faults of the old system that audiences could have again (product.md): one test each. */

const PATH = '/api/audiences'

async function storedFiles(bucket_dir: string): Promise<string[]> {
  const entries = await readdir(bucket_dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(bucket_dir.length + 1))
}

test('an archive in a later month leaves one copy, in the month of creation', async () => {
  const clock = clockAt('2025-05-31T23:00:00Z')
  const running = await audiencesInTest({ clock })
  const { audience_id } = await saved(running)
  const home = 'audiences/user_id=demo_user/year=2025/month=05/audiences_202505.parquet'
  expect(await storedFiles(running.bucket_dir)).toEqual([home])
  for (const [time, status] of [
    ['2025-08-01T00:00:00Z', 'archived'],
    ['2026-01-31T00:00:00Z', 'active'],
    ['2026-02-28T00:00:00Z', 'archived'],
  ] as const) {
    clock.set(time)
    const { body } = await running.call('PUT', `${PATH}/${audience_id}/status`, { status })
    expect(body.audience.updated_at.slice(0, 10)).toBe(time.slice(0, 10))
    expect(body.audience.created_at).toMatch(/^2025-05-31T23:00/)
  }
  expect(await storedFiles(running.bucket_dir)).toEqual([home])
  expect(await everyAudience(running)).toMatchObject([{ audience_id, status: 'archived', version: 4 }])
  expect((await running.call('GET', PATH)).body.count).toBe(0)
})

test('two writers do not destroy the file: what both acknowledged is there', async () => {
  const running = await audiencesInTest()
  const writers = [running, await running.anotherInstance()]
  const made = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      saved(writers[i % 2]!, { name: `n${i}` }).then(({ audience_id }) => audience_id),
    ),
  )
  for (const writer of writers) {
    expect((await everyAudience(writer)).map(({ audience_id }) => audience_id).toSorted()).toEqual(made.toSorted())
  }
})

test('a user_id is never a path: nobody gets out of the root, reads another user or makes folders by reading', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running.as('ann'))
  for (const user of ['../ann', 'ann/', 'ann/../ann', './ann', '..', '../../../../tmp', 'ann%00']) {
    const client = running.as(user)
    expect((await client.call('GET', `${PATH}/${audience_id}`)).status).toBe(404)
    expect(await everyAudience(client)).toEqual([])
  }
  expect(await readdir(`${running.bucket_dir}/audiences`)).toEqual(['user_id=ann'])
  await saved(running.as('../../../escaped'))
  const files = await storedFiles(running.bucket_dir)
  expect(files).toHaveLength(2)
  expect(files.some((name) => name.startsWith('audiences/user_id=..%2F..%2F..%2Fescaped/'))).toBe(true)
})

test('a save with an id and only a name does not reset status, segments and size', async () => {
  const running = await audiencesInTest()
  const before = await saved(running, { status: 'draft' })
  const { status, body } = await running.call('POST', PATH, { audience_id: before.audience_id, name: 'only a name' })
  expect(status).toBe(200)
  const { updated_at } = body.audience
  expect(body.audience).toEqual({ ...before, name: 'only a name', version: 2, updated_at })
})

test('unknown fields are refused by name and optional ones are kept: nothing is dropped in silence', async () => {
  const running = await audiencesInTest()
  const refused = await running.call('POST', PATH, anAudience({ campaign: 'c', variables: [] }))
  expect(refused.status).toBe(400)
  expect(refused.body.errors.map(({ path }) => path)).toEqual(['campaign', 'variables'])
  const optional = { enhanced_name: 'e', natural_language_criteria: 'n', audience_size: 5, insights: ['i'] }
  const { audience_id } = await saved(running, optional)
  expect((await running.call('GET', `${PATH}/${audience_id}`)).body.audience).toMatchObject(optional)
})

test('a null size stays null and never becomes NaN, 0 or a text', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, {
    total_audience_size: null,
    audience_size: null,
    segments: [{ segment_id: 1, size: null, size_percentage: null }],
  })
  const cold = await running.anotherInstance()
  const { body, text } = await cold.call('GET', `${PATH}/${audience_id}`)
  expect(body.audience).toMatchObject({
    total_audience_size: null,
    audience_size: null,
    segments: [{ segment_id: 1, size: null, size_percentage: null }],
  })
  expect(text).not.toContain('NaN')
  expect((await cold.call('GET', PATH)).body.audiences[0]).toMatchObject({ total_audience_size: null })
})

test('one bad row does not fail the others that are saved with it', async () => {
  const running = await audiencesInTest()
  const replies = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      running.call('POST', PATH, i % 5 === 0 ? { name: 'bad', metadata: { tags: 'no list' } } : { name: `n${i}` }),
    ),
  )
  expect(replies.map(({ status }) => status)).toEqual(replies.map((_, i) => (i % 5 === 0 ? 400 : 201)))
  expect(await everyAudience(running)).toHaveLength(24)
})

test('archived audiences are not in the default view', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  await running.call('PUT', `${PATH}/${audience_id}/status`, { status: 'archived' })
  expect((await running.call('GET', PATH)).body.count).toBe(0)
  expect((await running.call('GET', `${PATH}/export`)).body.audiences).toEqual([])
  expect((await running.call('GET', `${PATH}?status=all`)).body.count).toBe(1)
  expect((await running.call('GET', `${PATH}?status=archived`)).body.count).toBe(1)
})

test('a failing store shows no invented audiences: it is a 503 that says when to try again', async () => {
  const running = await audiencesInTest()
  await saved(running)
  running.gcs.faults.add({ fault: 'unavailable' })
  const { status, body, headers } = await running.call('GET', PATH)
  expect(status).toBe(503)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(body).not.toHaveProperty('audiences')
})
