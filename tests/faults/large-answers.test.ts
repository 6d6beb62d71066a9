import { connect, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { PAGE_BYTES_MAX } from '#shared/resources/page.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { longTest } from '#tests/support/effort.ts'
import { LARGE_SHAPES, storeLarge, type LargeShape } from './large-records.ts'
import { HEAP_OF_INSTANCE, INSTANCE_MIB, peakMib } from './small-instance.ts'
import { startSystem } from './system.ts'

/** Each test starts the deployed file with the heap of an instance of 512 MiB, and fills it for some seconds. */

const SHAPES = Object.keys(LARGE_SHAPES) as LargeShape[]
const RECORDS = 200
/** What a connection takes in without a reader. */
const SMALL_FILE_BYTES = 8 * 1024 * 1024

const sixOf = (shape: LargeShape) => Array.from({ length: 6 }, (_, user) => `${shape}${user}`)

/** Six users of each shape, with a month of large records each. */
async function started() {
  const system = await startSystem()
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: system.gcs().url, clock: systemClock })
  for (const shape of SHAPES) await storeLarge(store, sixOf(shape), shape, RECORDS)
  const instance = await system.startFunction({ bundled: true, without_proxy: true, node_options: HEAP_OF_INSTANCE })
  /** What six users get of `path` at the same time; this process does not keep it either. */
  const sixAnswers = async (shape: LargeShape, path: string): Promise<{ status: number; bytes: number }[]> => {
    const tokens = await Promise.all(sixOf(shape).map((user) => system.tokenOf(user)))
    const ask = (token: string) => fetch(`${instance.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    const read = async ({ status, body }: Response) => {
      let bytes = 0
      for await (const chunk of body!) bytes += (chunk as Uint8Array).length
      return { status, bytes }
    }
    if (!path.includes('/export')) return Promise.all(tokens.map(async (token) => read(await ask(token))))
    // None is read before all are answered: an export that has ended makes room, and how soon one ends is luck.
    return Promise.all((await Promise.all(tokens.map(ask))).map(read))
  }
  return { system, instance, sixAnswers }
}

longTest('six large pages at the same time fit an instance, and end at 4 MiB', async () => {
  const { instance, sixAnswers } = await started()
  for (const shape of SHAPES) {
    for (const view of ['full', 'summary']) {
      for (const { status, bytes } of await sixAnswers(shape, `/api/audiences?limit=200&view=${view}`)) {
        expect(status).toBe(200)
        expect(bytes).toBeLessThanOrEqual(PAGE_BYTES_MAX)
      }
    }
  }
  expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
})

longTest('six exports at the same time fit an instance: four are sent, two are told to come back', async () => {
  const { instance, sixAnswers } = await started()
  for (const shape of SHAPES) {
    for (const format of ['json', 'csv', 'parquet']) {
      const answers = await sixAnswers(shape, `/api/audiences/export?format=${format}`)
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
      // Compressed, a file can be so small that it has left before the next one is asked for.
      const is_small = answers.some(({ status, bytes }) => status === 200 && bytes < SMALL_FILE_BYTES)
      const others = is_small ? [200, 503] : [503]
      expect({ shape, format, statuses, sent: statuses.slice(0, 4) }).toMatchObject({ sent: [200, 200, 200, 200] })
      expect({ shape, format, statuses }).toSatisfy(() => statuses.slice(4).every((status) => others.includes(status)))
    }
  }
  expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
})

longTest('eighty clients that ask for large answers and read none leave the instance well', async () => {
  const { system, instance } = await started()
  const { hostname, port } = new URL(instance.url)
  const sockets: Socket[] = []
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  for (let at = 0; at < 80; at++) {
    const shape = SHAPES[at % SHAPES.length]!
    const path = at % 3 === 0 ? '/api/audiences/export' : '/api/audiences?limit=200&view=full'
    const token = await system.tokenOf(`${shape}${at % 6}`)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).pause()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    sockets.push(socket)
  }
  // Nobody reads: one export more is refused, and says when to come back.
  const refused = async () => {
    const { status, headers } = await instance.as('text0').call('HEAD', '/api/audiences/export')
    return [status, headers.has('retry-after')]
  }
  await expect.poll(refused).toEqual([503, true])
  for (const socket of sockets) socket.destroy()
  const statusOf = async (path: string) => (await instance.as('text0').call('HEAD', path)).status
  await expect.poll(() => statusOf('/api/audiences/export')).toBe(200)
  await expect.poll(() => statusOf('/api/audiences?limit=200&view=full')).toBe(200)
  expect(await peakMib(instance)).toBeLessThan(INSTANCE_MIB)
})
