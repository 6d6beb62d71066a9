import { expect, test } from 'vitest'

import { PATH, platformsInTest, saved } from './harness.ts'

test('platforms are deleted with their credentials and come back pending, in one commit each time', async () => {
  const running = await platformsInTest()
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push((await saved(running)).platform_id)
  for (const action of ['delete', 'undelete']) {
    const { result, cost } = await running.counted(() => running.call('POST', `${PATH}/batch`, { ids, action }))
    expect([result.status, cost]).toEqual([200, { reads: 0, writes: 1, lists: 0, keys: 0 }])
    expect(result.body).toMatchObject({ counts: { changed: 3, unchanged: 0, refused: 0, retry: 0 } })
  }
  const { body } = await running.call('GET', PATH)
  expect(body.platforms.map(({ status, credentials, version }) => [status, credentials, version])).toEqual(
    ids.map(() => ['pending', null, 3]),
  )
})

test('a filter finds platforms as their list does; they cannot be archived', async () => {
  const running = await platformsInTest()
  await saved(running)
  const other = await running.call('POST', PATH, { platform_type: 'meta', name: 'm' })
  const tag = { filter: { platform_type: 'meta' }, action: 'tag', tags: ['social'] }
  const { body } = await running.call('POST', `${PATH}/batch`, tag)
  expect(body).toMatchObject({ results: [{ id: other.body['platform_id'], outcome: 'changed', version: 2 }] })
  const refused = await running.call('POST', `${PATH}/batch`, { filter: {}, action: 'archive' })
  expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ path: 'action' }]])
})
