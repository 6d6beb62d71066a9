import { describe, expect, test } from 'vitest'
import { openAnyTarget } from '#tests/objects/target.ts'
import { Api, shapedStatusOf, statusOf, type Answer } from './api.ts'

/** Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes */
const target = await openAnyTarget()
const api = new Api(target, 'refusals')

const REQUESTS: Readonly<Record<string, [status: number, send: () => Promise<Answer>]>> = {
  'the metadata of an object that is not there': [404, () => api.metadata('absent')],
  'the bytes of an object that is not there': [404, () => api.media('absent')],
  'a generation of an object that is not there': [404, () => api.metadata('absent', { generation: '12345' })],
  'a delete of an object that is not there': [404, () => api.delete('absent')],
  'a patch of an object that is not there': [404, () => api.sendJson(api.objectPath('absent'), {}, {}, 'PATCH')],
  'a copy of an object that is not there': [
    404,
    () =>
      api.sendJson(
        api.objectPath('absent', `/copyTo/b/${target.bucket}/o/${encodeURIComponent(api.name('x'))}`),
        {},
        {},
      ),
  ],
  'a compose of an object that is not there': [
    404,
    () => api.sendJson(api.objectPath('x', '/compose'), {}, { sourceObjects: [{ name: api.name('absent') }] }),
  ],
  'a compose of nothing': [400, () => api.sendJson(api.objectPath('x', '/compose'), {}, { sourceObjects: [] })],
  'a compose of 33 objects': [
    400,
    () =>
      api.sendJson(
        api.objectPath('x', '/compose'),
        {},
        { sourceObjects: Array.from({ length: 33 }, () => ({ name: api.name('absent') })) },
      ),
  ],
  'a generation that is no number': [400, () => api.metadata('absent', { generation: 'latest' })],
  'an upload of no known type': [400, () => api.simple('x', 'body', { uploadType: 'carrier-pigeon' })],
  'a multipart insert whose resource is no JSON': [
    400,
    () =>
      api.send(
        api.upload_path,
        { uploadType: 'multipart', name: api.name('x') },
        {
          method: 'POST',
          headers: { 'content-type': 'multipart/related; boundary=cut' },
          body: '--cut\r\ncontent-type: application/json\r\n\r\n{no\r\n--cut\r\n\r\nx\r\n--cut--\r\n',
        },
      ),
  ],
  'a name of more than 1024 bytes': [400, () => api.simple('x'.repeat(1025), 'body')],
  'a name with a line feed': [400, () => api.simple('a\nb', 'body')],
  'a name with a carriage return': [400, () => api.simple('a\rb', 'body')],
}

describe.concurrent('refused in the documented shape', () => {
  test.each(Object.entries(REQUESTS))('%s', async (_, [status, send]) => {
    expect(statusOf(await send())).toBe(status)
  })
})

test('a refusal says its status, its reason and in words what was wrong', async () => {
  expect(shapedStatusOf(await api.metadata('absent'))).toBe(404)
})

test('what was refused left nothing behind', async () => {
  expect(JSON.parse((await api.list({ versions: 'true' })).text)).not.toHaveProperty('items')
})
