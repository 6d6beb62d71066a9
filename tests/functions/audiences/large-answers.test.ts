import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { PAGE_BYTES_MAX } from '#shared/resources/page.ts'
import { LARGE_SHAPES, storeLarge, type LargeShape } from '#tests/faults/large-records.ts'
import { effort, longTest, someOf } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { BUCKET, type RunningAudiences } from './harness.ts'

const PATH = '/api/audiences'

/** A user with a month of large audiences. */
async function withLarge(shape: LargeShape, count: number): Promise<RunningAudiences> {
  const running = await audiencesInTest()
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: running.gcs.url, clock: systemClock })
  await storeLarge(store, ['demo_user'], shape, count)
  return running
}

describe('a page of large audiences', () => {
  const VIEWS = (Object.keys(LARGE_SHAPES) as LargeShape[]).flatMap((shape) =>
    (['full', 'summary'] as const).map((view) => [shape, view] as const),
  )
  test.each(someOf(VIEWS, ([shape, view]) => shape === (view === 'full' ? 'json' : 'text')))(
    '(%s, view=%s) ends at 4 MiB, and the next one goes on exactly there',
    async (shape, view) => {
      const count = effort(20, 40)
      const running = await withLarge(shape, count)
      const ids: string[] = []
      let pages = 0
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const after: string = cursor === '' ? '' : `&cursor=${cursor}`
        const { status, body, text, headers } = await running.call('GET', `${PATH}?limit=200&view=${view}${after}`)
        expect(status).toBe(200)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGE_BYTES_MAX)
        expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
        expect(body.count).toBe(body.audiences.length)
        ids.push(...body.audiences.map(({ audience_id }) => audience_id))
        cursor = body.next_cursor
      }
      expect(ids).toEqual([...new Set(ids)].toSorted().toReversed())
      expect(ids).toHaveLength(count)
      const fits = shape === 'lists' || (shape !== 'text' && view === 'summary')
      expect(pages > 1).toBe(!fits)
    },
  )

  test('still has no more rows than it was asked for', async () => {
    const running = await withLarge('text', 20)
    const { body } = await running.call('GET', `${PATH}?limit=3&view=full`)
    expect([body.count, body.audiences.length]).toEqual([3, 3])
    expect(body.next_cursor).not.toBeNull()
  })

  test('answers HEAD with its length and nothing else', async () => {
    const running = await withLarge('text', 20)
    const [head, get] = [await running.call('HEAD', PATH), await running.call('GET', PATH)]
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
    expect(head.text).toBe('')
  })
})

describe('an export', () => {
  /** Asks for one and does not read it; the answer's head is all that is awaited. */
  async function unread({ url, token }: RunningAudiences): Promise<{ socket: Socket; status: number }> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname).on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    socket.write(`GET ${PATH}/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token('demo_user')}\r\n\r\n`)
    const head = await new Promise<string>((resolve) =>
      socket.once('data', (chunk) => resolve(chunk.toString('latin1'))),
    )
    socket.pause()
    return { socket, status: Number(head.slice(9, 12)) }
  }

  test('is sent in chunks, whatever its size', async () => {
    const running = await withLarge('details', 30)
    for (const format of ['json', 'csv', 'parquet']) {
      const { status, headers, text } = await running.call('GET', `${PATH}/export?format=${format}`)
      expect(status).toBe(200)
      expect(headers.get('content-length')).toBeNull()
      expect(text.length > 6_000_000).toBe(format !== 'parquet')
    }
  })

  test('one too many of those nobody reads is 503 with Retry-After, until one of them is given up', async () => {
    const running = await withLarge('details', 60)
    const under_way = [await unread(running), await unread(running), await unread(running), await unread(running)]
    expect(under_way.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const refused = await running.call('GET', `${PATH}/export?format=csv`)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    // Everything else goes on.
    expect((await running.call('GET', `${PATH}?limit=1`)).status).toBe(200)
    under_way[0]!.socket.destroy()
    await expect.poll(async () => (await running.call('HEAD', `${PATH}/export`)).status).toBe(200)
  })

  longTest(
    'leaves its place however it ends: read to the end, HEAD, refused, not found, broken off, pipelined',
    async () => {
      const running = await withLarge('details', 20)
      const { hostname, port } = new URL(running.url)
      const authorization = `Bearer ${await running.token('demo_user')}`
      const brokenOff = () =>
        new Promise<void>((resolve) => {
          const sent = request(`${running.url}${PATH}/export`, { headers: { authorization } })
          sent.on('error', () => undefined).on('close', () => resolve())
          sent.on('response', () => sent.destroy()).end()
        })
      const pipelined = () =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(port), hostname).on('error', () => undefined)
          socket.on('close', () => resolve())
          socket.write(`GET ${PATH}/export HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`.repeat(3))
          socket.once('data', () => socket.destroy())
        })
      for (let round = 0; round < 4; round++) {
        await running.call('GET', `${PATH}/export`)
        await running.call('HEAD', `${PATH}/export`)
        await running.call('GET', `${PATH}/export?format=xml`)
        await running.call('GET', `${PATH}/aud_00000000000000000000000000/export`)
        await brokenOff()
        await pipelined()
      }
      running.gcs.faults.add({ fault: 'unavailable' })
      for (let round = 0; round < 5; round++) expect((await running.call('GET', `${PATH}/export`)).status).toBe(503)
      running.gcs.faults.reset()
      // All four places are free again.
      const places = async () => {
        const four = await Promise.all([0, 1, 2, 3].map(() => unread(running)))
        four.forEach(({ socket }) => socket.destroy())
        return four.map(({ status }) => status)
      }
      await expect.poll(places).toEqual([200, 200, 200, 200])
    },
  )
})
