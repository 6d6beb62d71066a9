import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { BucketProxy, type BucketProxyOptions } from './bucket-proxy.ts'

/** A proxy for `gs://mine/below/`, and the requests that got through it. */
async function start(options: Partial<BucketProxyOptions> = {}) {
  const arrived: string[] = []
  const server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    response.end('answer')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy = await BucketProxy.start({ endpoint, bucket: 'mine', prefix: 'below/', ...options })
  onTestFinished(async () => {
    await proxy.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { proxy, arrived }
}

test.each([
  ['GET', '/storage/v1/b/mine/o/below%2Fx?alt=media', true],
  ['DELETE', '/storage/v1/b/mine/o/below%2Fx', true],
  ['GET', '/storage/v1/b/mine/o?prefix=below/a', true],
  ['POST', '/upload/storage/v1/b/mine/o?uploadType=media&name=below/x', true],
  ['POST', '/storage/v1/b/mine/o/below%2Fx/rewriteTo/b/mine/o/below%2Fy', true],
  ['GET', '/storage/v1/b/mine/o/beside%2Fx', false],
  ['GET', '/storage/v1/b/mine/o/below', false],
  ['DELETE', '/storage/v1/b/other/o/below%2Fx', false],
  ['GET', '/storage/v1/b/mine/o', false],
  ['GET', '/storage/v1/b/mine/o?prefix=', false],
  ['POST', '/upload/storage/v1/b/mine/o?uploadType=media&name=beside/x', false],
  ['POST', '/upload/storage/v1/b/mine/o?uploadType=multipart', false],
  ['PUT', '/upload/storage/v1/b/mine/o?upload_id=of-somebody-else', false],
  ['POST', '/storage/v1/b/mine/o/below%2Fx/rewriteTo/b/mine/o/beside%2Fy', false],
  ['POST', '/storage/v1/b/mine/o/below%2Fx/copyTo/b/other/o/below%2Fy', false],
  ['PATCH', '/storage/v1/b/mine', false],
  ['DELETE', '/storage/v1/b/mine', false],
  ['GET', '/storage/v1/b', false],
])('%s %s goes through a proxy for one prefix: %s', async (method, path, goes_through) => {
  const { proxy, arrived } = await start()
  const response = await fetch(proxy.url + path, { method })
  expect(response.status).toBe(goes_through ? 200 : 403)
  expect(arrived).toEqual(goes_through ? [`${method} ${path}`] : [])
  expect(proxy.refused).toEqual(goes_through ? [] : [`${method} ${path}`])
  expect([...proxy.counts]).toEqual(goes_through ? [[method, 1]] : [])
})

test('requests go on signed in', async () => {
  const { proxy, arrived } = await start({ authorization: () => Promise.resolve('Bearer token') })
  await fetch(`${proxy.url}/storage/v1/b/mine/o?prefix=below/`)
  expect(arrived).toEqual(['GET /storage/v1/b/mine/o?prefix=below/ Bearer token'])
})

test('changes of one name are kept apart, those of others and reads are not', async () => {
  const clock = new VirtualClock()
  const slept: number[] = []
  clock.sleep = async (duration_ms) => void slept.push(duration_ms)
  const { proxy } = await start({ pace: { clock, interval_ms: 1000 } })
  for (const [method, name] of [
    ['DELETE', 'x'],
    ['DELETE', 'x'],
    ['DELETE', 'y'],
    ['GET', 'x'],
    ['PATCH', 'x'],
  ] as const) {
    await fetch(`${proxy.url}/storage/v1/b/mine/o/below%2F${name}`, { method })
  }
  expect(slept).toEqual([0, 1000, 0, 2000])
})
