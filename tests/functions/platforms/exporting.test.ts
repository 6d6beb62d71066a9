import { expect, test } from 'vitest'

import { PAGE_BYTES_MAX } from '#shared/resources/page.ts'
import { clockAt } from '#tests/support/clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { aPlatform, connected, PATH, platformsInTest, saved, SECRET } from './harness.ts'

const FORMATS = ['json', 'csv', 'parquet'] as const

test('json exports whole platforms, as get shows them, newest first, by the filters of the list', async () => {
  const running = await platformsInTest()
  const meta = await saved(running, {
    platform_type: 'meta',
    name: 'Our ads',
    credentials: { access_token: SECRET, account_id: 'act_1' },
  })
  const desk = await connected(running)
  const deleted = await saved(running, { name: 'gone' })
  await running.call('DELETE', `${PATH}/${deleted.platform_id}`)
  const exported = async (query: string) => (await running.call('GET', `${PATH}/export${query}`)).body
  expect(await exported('')).toEqual({ platforms: [desk, meta] })
  expect(await exported('?status=connected')).toEqual({ platforms: [desk] })
  expect(await exported('?platform_type=facebook&status=all')).toEqual({ platforms: [meta] })
  expect((await running.call('GET', `${PATH}/${meta.platform_id}/export`)).body).toEqual({ platforms: [meta] })
  expect((await running.as('somebody_else').call('GET', `${PATH}/export`)).body).toEqual({ platforms: [] })
  expect((await running.as('somebody_else').call('GET', `${PATH}/${meta.platform_id}/export`)).status).toBe(404)
  const bad = await running.call('GET', `${PATH}/export?format=xml&limit=1&status=odd`)
  expect(bad.body.errors.map(({ path }) => path).toSorted()).toEqual(['format', 'limit', 'status'])
  expect((await running.call('GET', `${PATH}/export?bom=true`)).status).toBe(400)
})

test('no format has a secret, what seals it, or more of it than answers show', async () => {
  const running = await platformsInTest()
  await connected(running)
  const spellings = [SECRET, SECRET.slice(5, -5), Buffer.from(SECRET).toString('base64').slice(2, -4), 'advertiser-']
  for (const format of FORMATS) {
    const { status, text, headers } = await running.call('GET', `${PATH}/export?format=${format}`)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    for (const hidden of [...spellings, 'sealed_credentials', 'ciphertext', 'am1']) expect(text).not.toContain(hidden)
    for (const shown of ['credentials', 'platform_id']) expect(text).toContain(shown)
  }
  const csv = (await running.call('GET', `${PATH}/export?format=csv&bom=true`)).text
  expect(csv).toContain('…1234')
})

test('files are named after the table, so that the import knows them, and after the one platform that is in them', async () => {
  const running = await platformsInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const { platform_id } = await saved(running, aPlatform({ name: 'Öko/..' }))
  const nameOf = async (path: string) => (await running.call('GET', path)).headers.get('content-disposition')
  expect(await nameOf(`${PATH}/export?format=csv`)).toContain('filename="platforms 2025-05-28.csv"')
  expect(await nameOf(`${PATH}/${platform_id}/export`)).toContain(`filename*=UTF-8''platforms%20%C3%96ko_...json`)
})

longTest('a page of large platforms ends at 4 MiB, too, and the next one goes on', async () => {
  const running = await platformsInTest()
  const big = { text: 'x'.repeat(64_000) }
  const count = 36
  for (let at = 0; at < count; at += 6) {
    const some = Array.from({ length: 6 }, () => saved(running, { settings: big, metadata: big, credentials: null }))
    await Promise.all(some)
  }
  const first = await running.call('GET', `${PATH}?limit=200`)
  expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(PAGE_BYTES_MAX)
  expect(first.body['count']).toBe(first.body.platforms.length)
  const second = await running.call('GET', `${PATH}?limit=200&cursor=${first.body.next_cursor}`)
  const ids = [...first.body.platforms, ...second.body.platforms].map(({ platform_id }) => platform_id)
  expect(new Set(ids).size).toBe(count)
  expect(second.body.next_cursor).toBeNull()
})
