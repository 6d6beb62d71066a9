import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { newTrace, runTraced } from '#shared/base/trace.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { longTest } from '#tests/support/effort.ts'

let folder: string
let gcs: Gcs
const servers: Server[] = []
let opened = 0

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'object-store-'))
  const buckets = Array.from({ length: 10 }, (_, at) => `bucket-${at}`)
  gcs = await startGcs({ data_dir: folder, fsync: false, buckets })
})

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await gcs.close()
  await rm(folder, { recursive: true, force: true })
})

/** The adapter on a bucket of its own, without time limits. */
function open() {
  const bucket = `bucket-${opened++}`
  return { bucket, store: gcsObjectStore({ bucket, clock: new VirtualClock(), api_endpoint: gcs.url }) }
}

/** Beyond the contract (cloud-storage.test.ts): how many requests it takes, and what only this adapter can meet. */
describe('the adapter for Cloud Storage', () => {
  const TYPE = 'application/octet-stream'
  const BYTES = new TextEncoder().encode('content of some length')
  const written = { if_generation: NO_OBJECT, crc32c: crc32c(BYTES), content_type: TYPE }

  test('makes one request per call, and counts it in the request trace', async () => {
    const { store } = open()
    gcs.operations.reset()
    const trace = newTrace()
    await runTraced(trace, async () => {
      await store.write('counted', BYTES, written)
      await store.write('counted', BYTES, written)
      await store.read('counted')
      await store.readRange('counted', { suffix_bytes: 8 })
      await store.list('')
    })
    expect(trace).toMatchObject({ store_writes: 2, store_reads: 2, store_lists: 1 })
    expect(gcs.operations.counts()).toMatchObject({ write: 2, read: 2, list: 1 })
  })

  test('does not repeat a failed call by itself', async () => {
    const { store, bucket } = open()
    gcs.operations.reset()
    for (const call of [
      () => store.write('single', BYTES, written),
      () => store.read('single'),
      () => store.list(''),
    ]) {
      gcs.faults.add({ fault: 'unavailable', bucket, times: 1 })
      await expect(call()).rejects.toMatchObject({ kind: 'unavailable' })
    }
    expect(gcs.operations.counts()).toMatchObject({ write: 1, read: 1, list: 1 })
  })

  test('takes an answer that breaks off for unavailable, never for a shorter object', async () => {
    const { store, bucket } = open()
    await store.write('cut', BYTES, written)
    gcs.faults.add({ fault: 'truncated_answer', bucket, operations: ['read'], times: 2 })
    await expect(store.read('cut')).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(store.readRange('cut', { suffix_bytes: 12 })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('takes bytes that do not fit the checksum of the answer for unavailable', async () => {
    const url = await listen((_, response) => {
      const headers = {
        'x-goog-hash': 'crc32c=AAAAAA==,md5=x',
        'x-goog-generation': '1',
        'content-length': BYTES.length,
      }
      response.writeHead(200, headers).end(BYTES)
    })
    const store = gcsObjectStore({ bucket: 'any', clock: new VirtualClock(), api_endpoint: url })
    await expect(store.read('damaged')).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('takes an answer that comes after the time limit for none: it is no error of anybody', async () => {
    const { store, bucket } = open()
    await store.write('late', BYTES, written)
    const strays: unknown[] = []
    const note = (error: unknown): void => void strays.push(error)
    process.on('unhandledRejection', note)
    const released = Promise.withResolvers<void>()
    const url = await listen((_, response) => {
      void released.promise.then(() => response.writeHead(200, { 'x-goog-generation': '1' }).end(BYTES))
    })
    const clock = new VirtualClock()
    const read = gcsObjectStore({ bucket, clock, api_endpoint: url }).read('late')
    const failure = read.catch((error: unknown) => error)
    await clock.advance(60_000)
    expect(await failure).toMatchObject({ kind: 'unavailable' })
    released.resolve()
    await store.read('late')
    process.off('unhandledRejection', note)
    expect(strays).toEqual([])
  })

  test('asks a list for the fields it hands out, and no others', async () => {
    const { store } = open()
    await store.write('listed', BYTES, written)
    const [listing] = await store.list('')
    expect(listing).toEqual({
      name: 'listed',
      generation: expect.stringMatching(/^\d+$/) as string,
      size_bytes: BYTES.length,
    })
  })

  longTest('lists everything when the list comes in pages', async () => {
    const { store } = open()
    const names = Array.from({ length: 1005 }, (_, at) => `many/${String(at).padStart(4, '0')}`)
    await Promise.all(names.map((name) => store.write(name, BYTES, written)))
    expect((await store.list('many/')).map(({ name }) => name)).toEqual(names)
    // A page of the service holds 1000 at most, whatever was asked for.
    expect((await store.list('many/', { limit: 1003 })).map(({ name }) => name)).toEqual(names.slice(0, 1003))
    expect(await store.list('many/', { from: names[1]!, limit: 1003 })).toHaveLength(1003)
  })
})
