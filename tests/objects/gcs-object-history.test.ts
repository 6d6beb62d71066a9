import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'

import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectHistory } from '#shared/objects/gcs-object-history.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT, StoreError, type Generation } from '#shared/objects/object-store.ts'
import { BUCKET, bucketOf, start } from '#tests/infra/stand-ins/gcs/gcs-fixture.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

async function kept() {
  const gcs = await start()
  const options = { bucket: BUCKET, api_endpoint: gcs.url, clock: new VirtualClock() }
  const store = gcsObjectStore(options)
  const put = async (name: string, text: string, if_generation: Generation = NO_OBJECT): Promise<Generation> => {
    const bytes = new TextEncoder().encode(text)
    const result = await store.write(name, bytes, { if_generation, crc32c: crc32c(bytes), content_type: 'text/plain' })
    if (result.kind === 'conflict') throw new Error('conflict')
    return result.generation
  }
  return { gcs, put, history: gcsObjectHistory(options) }
}

test('lists every generation under a prefix, oldest first, with when it was written and replaced', async () => {
  const { put, history, gcs } = await kept()
  const first = await put('a/one', '1')
  const second = await put('a/one', '22', first)
  const other = await put('a/two', '333')
  await put('b/three', '4')
  await bucketOf(gcs).file('a/two').delete()
  const found = await history.generations('a/')
  expect(found).toMatchObject([
    { name: 'a/one', generation: first, size_bytes: 1 },
    { name: 'a/one', generation: second, size_bytes: 2, replaced_at_ms: undefined },
    { name: 'a/two', generation: other, size_bytes: 3 },
  ])
  expect(found[0]!.replaced_at_ms).toBeGreaterThanOrEqual(found[0]!.created_at_ms)
  expect(found[1]!.created_at_ms).toBeGreaterThanOrEqual(found[0]!.created_at_ms)
  expect(found[2]!.replaced_at_ms).toBeGreaterThanOrEqual(found[2]!.created_at_ms)
})

test('reads any of them, live or not, and says when one is not kept any more', async () => {
  const { put, history, gcs } = await kept()
  const first = await put('a/one', 'old')
  const second = await put('a/one', 'new', first)
  const read = async (generation: Generation) => {
    const bytes = await history.read('a/one', generation)
    return bytes && new TextDecoder().decode(bytes)
  }
  expect([await read(first), await read(second)]).toEqual(['old', 'new'])
  await bucketOf(gcs).file('a/one', { generation: first }).delete()
  expect([await read(first), await read(second)]).toEqual([undefined, 'new'])
})

test('says as the store does what may be tried again', async () => {
  let status = 503
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: status, message: 'no' } }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const api_endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const history = gcsObjectHistory({ bucket: BUCKET, api_endpoint, clock: new VirtualClock() })
  const failures = [await history.generations('a/').catch((error: unknown) => error)]
  status = 403
  failures.push(await history.generations('a/').catch((error: unknown) => error))
  expect(failures).toMatchObject([{ kind: 'unavailable' }, { kind: 'rejected' }])
  expect(failures.every((failure) => failure instanceof StoreError)).toBe(true)
})
