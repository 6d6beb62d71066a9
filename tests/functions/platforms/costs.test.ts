import { expect, test } from 'vitest'

import { aPlatform, PATH, platformsInTest, saved, type CallPlatforms } from './harness.ts'

/** What requests cost when this instance made or validated the last write (storage.md, "Warm counts"). */

const ONE_PUT = { reads: 0, writes: 1, lists: 0, keys: 0 }
const ONE_GET = { reads: 1, writes: 0, lists: 0, keys: 0 }

test('a list is one conditional GET and no LIST, a get the same, a save one PUT; the key is not called', async () => {
  const running = await platformsInTest()
  const { platform_id: id } = await saved(running)
  const path = `${PATH}/${id}`
  const cost = async (...request: Parameters<CallPlatforms>) => {
    const { result, cost } = await running.counted(() => running.call(...request))
    return { status: result.status, ...cost }
  }
  expect(await cost('GET', PATH)).toEqual({ status: 200, ...ONE_GET })
  expect(running.gcs.operations.counts().by_status).toEqual({ 304: 1 })
  expect(await cost('GET', `${PATH}?status=pending&platform_type=meta`)).toEqual({ status: 200, ...ONE_GET })
  expect(await cost('GET', path)).toEqual({ status: 200, ...ONE_GET })
  expect(await cost('GET', path, undefined, { 'if-none-match': '"1"' })).toEqual({ status: 304, ...ONE_GET })
  expect(await cost('POST', PATH, { platform_type: 'meta', name: 'm' })).toEqual({ status: 201, ...ONE_PUT })
  expect(await cost('POST', PATH, aPlatform())).toEqual({ status: 201, ...ONE_PUT, keys: 1 })
  expect(await cost('POST', PATH, { platform_id: id, name: 'n' })).toEqual({ status: 200, ...ONE_PUT })
  expect(await cost('PATCH', path, { name: 'o' })).toEqual({ status: 200, ...ONE_PUT })
  expect(await cost('PUT', `${path}/status`, { status: 'connected' })).toEqual({ status: 409, ...ONE_GET })
  expect(await cost('DELETE', path)).toEqual({ status: 204, ...ONE_PUT })
  expect(await cost('POST', `${path}/restore`)).toEqual({ status: 200, ...ONE_PUT })
})

test('a user without platforms has an empty list, which makes nothing', async () => {
  const running = await platformsInTest()
  const { result, cost } = await running.counted(() => running.call('GET', PATH))
  expect(result.body).toMatchObject({ platforms: [], count: 0, next_cursor: null })
  expect(cost).toEqual(ONE_GET)
})

test('a list goes page by page, newest first, under writes between its pages', async () => {
  const running = await platformsInTest()
  const ids: string[] = []
  for (let i = 0; i < 7; i++) ids.unshift((await saved(running, { credentials: undefined })).platform_id)
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await running.call('GET', `${PATH}?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...body.platforms.map(({ platform_id }) => platform_id))
    cursor = body.next_cursor
    await saved(running, { credentials: undefined })
  }
  expect(found).toEqual(ids)
})

test('every answer forbids keeping it, refusals too', async () => {
  const running = await platformsInTest()
  const { platform_id } = await saved(running)
  for (const reply of [
    await running.call('GET', PATH),
    await running.call('GET', `${PATH}/${platform_id}`),
    await running.call('POST', PATH, {}),
    await running.call('GET', `${PATH}/absent`),
  ]) {
    expect(reply.headers.get('cache-control')).toBe('no-store')
  }
})
