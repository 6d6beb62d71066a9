import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { createFunctionServer } from '#shared/http/server/function-server.ts'
import { closed, collectingLog, listening, type Running, startToy } from './harness.ts'
import { ManualClock } from './manual-clock.ts'
import { createToyApp } from './toy-function.ts'

/** What becomes of a body that its request's headers already condemn. */

const MIB = 1024 * 1024
let toy: Running
beforeAll(async () => {
  toy = await startToy()
})
afterAll(() => toy.close())

/** A server of the toy that shows the requests it got, as its own code sees them. */
async function watched(environment = toy.environment, clock?: ManualClock) {
  const server: Server = createFunctionServer(
    createToyApp(environment, { log: collectingLog(), ...(clock && { clock }) }),
  )
  const requests: IncomingMessage[] = []
  server.prependListener('request', (request) => requests.push(request))
  const url = new URL(await listening(server))
  onTestFinished(() => closed(server))
  const sockets: Socket[] = []
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  /** Sends a head, and collects what comes back. */
  const open = (head: readonly string[]) => {
    const socket = connect(Number(url.port), url.hostname).on('error', () => undefined)
    sockets.push(socket)
    let received = ''
    socket.on('data', (chunk) => (received += chunk.toString()))
    socket.write([...head, '', ''].join('\r\n'))
    return { socket, received: () => received }
  }
  return { requests, open }
}

const POST = ['POST /api/audiences HTTP/1.1', 'Host: x']
const JSON_TYPE = 'Content-Type: application/json'
const withToken = async () => `Authorization: Bearer ${await toy.token()}`
const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1])

/** Heads that are refused although not one byte of their body has come, each with its answer. */
const REFUSED: readonly (readonly [string, number, () => Promise<readonly string[]>])[] = [
  ['without a token', 401, async () => [...POST, JSON_TYPE, 'Content-Length: 500000']],
  [
    'with a forged token',
    401,
    async () => [...POST, JSON_TYPE, 'Content-Length: 500000', 'Authorization: Bearer a.b.c'],
  ],
  ['in chunks without a token', 401, async () => [...POST, JSON_TYPE, 'Transfer-Encoding: chunked']],
  ['without a token, too long as well', 401, async () => [...POST, JSON_TYPE, 'Content-Length: 99999999']],
  ['to no route', 404, async () => ['POST /api/nothing HTTP/1.1', 'Host: x', 'Content-Length: 500000']],
  ['by a wrong method', 405, async () => ['PUT /api/audiences HTTP/1.1', 'Host: x', 'Content-Length: 500000']],
  [
    'of a service account’s route',
    403,
    async () => ['POST /api/audiences/operate HTTP/1.1', 'Host: x', await withToken(), JSON_TYPE, 'Content-Length: 9'],
  ],
  [
    'of another type',
    415,
    async () => [...POST, await withToken(), 'Content-Type: text/csv', 'Content-Length: 500000'],
  ],
  [
    'of another type, in chunks',
    415,
    async () => [...POST, await withToken(), 'Content-Type: text/csv', 'Transfer-Encoding: chunked'],
  ],
  ['without a type', 415, async () => [...POST, await withToken(), 'Content-Length: 500000']],
  [
    'compressed',
    415,
    async () => [...POST, await withToken(), JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 500'],
  ],
  ['over the limit', 413, async () => [...POST, await withToken(), JSON_TYPE, 'Content-Length: 1048577']],
  ['of a preflight', 204, async () => ['OPTIONS /api/audiences HTTP/1.1', 'Host: x', 'Content-Length: 500000']],
]

describe('a body', () => {
  test.each(REFUSED)('%s is answered %i before a byte of it has come', async (_title, status, head) => {
    const { requests, open } = await watched()
    const { received } = open(await head())
    await expect.poll(() => statusOf(received())).toBe(status)
    expect(requests[0]!.readableLength).toBe(0)
  })

  test.each(REFUSED.slice(0, 4))('%s is not asked for by 100 Continue', async (_title, status, head) => {
    const { open } = await watched()
    const { received } = open([...(await head()), 'Expect: 100-continue'])
    await expect.poll(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('of an accepted request is asked for by 100 Continue, and only then read', async () => {
    const { open } = await watched()
    const body = '{"name":"x"}'
    const { socket, received } = open([
      ...POST,
      JSON_TYPE,
      await withToken(),
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
    ])
    await expect.poll(received).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(body)
    await expect.poll(received).toMatch(/\r\n\r\nHTTP\/1\.1 201 /)
  })
})

describe('a refused body that comes all the same', () => {
  test('is thrown away as it comes, and the connection serves the next request', async () => {
    const { requests, open } = await watched()
    const { socket, received } = open([...POST, JSON_TYPE, `Content-Length: ${MIB}`])
    await expect.poll(() => statusOf(received())).toBe(401)
    socket.write('x'.repeat(MIB))
    socket.write('GET /api/audiences/health HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(received).toMatch(/HTTP\/1\.1 401 [^]*HTTP\/1\.1 200 /)
    expect(requests[0]!.readableLength).toBe(0)
    expect(requests[0]!.complete).toBe(true)
  })

  test('is taken up to 1 MiB of a stranger, and its connection ends after 5 s', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 1))
    const { requests, open } = await watched(toy.environment, clock)
    const { socket, received } = open([...POST, JSON_TYPE, `Content-Length: ${64 * MIB}`])
    socket.write('x'.repeat(64 * MIB))
    await expect.poll(() => requests[0]?.isPaused()).toBe(true)
    // What the parser and the stream had taken already, and nothing more.
    expect(requests[0]!.socket.bytesRead).toBeLessThan(1.5 * MIB)
    expect(statusOf(received())).toBe(401)
    expect(socket.destroyed).toBe(false)
    const passTime = () => {
      clock.advance(5_000)
      return requests[0]!.socket.destroyed
    }
    await expect.poll(passTime).toBe(true)
  })

  test('takes no memory while it is not yet known whose it is, however many upload', async () => {
    // Keys that do not come: every caller stays unknown.
    const keys = createServer(() => undefined)
    const jwks_url = await listening(keys)
    onTestFinished(() => closed(keys))
    const issuers = JSON.parse(String(toy.environment['OIDC_ISSUERS'])) as object[]
    const environment = {
      ...toy.environment,
      OIDC_ISSUERS: JSON.stringify(issuers.map((one) => ({ ...one, jwks_url }))),
    }
    const { requests, open } = await watched(environment)
    const uploads = 40
    const head = [...POST, JSON_TYPE, await withToken(), `Content-Length: ${MIB}`]
    for (let at = 0; at < uploads; at++) open(head).socket.write('x'.repeat(MIB))
    await expect.poll(() => requests.length).toBe(uploads)
    const held = () => requests.reduce((sum, { readableLength }) => sum + readableLength, 0)
    await expect.poll(held).toBeGreaterThan(0)
    for (const { readableLength, readableHighWaterMark } of requests) {
      expect(readableLength).toBeLessThanOrEqual(2 * readableHighWaterMark)
    }
    expect(held()).toBeLessThan((uploads * MIB) / 4)
  })
})
