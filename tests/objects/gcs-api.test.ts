import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from 'vitest'

import { GcsApi } from '#shared/objects/gcs-api.ts'
import { limited } from '#shared/objects/gcs-requests.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

import { LOCALHOST_TLS } from './localhost-tls.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A service, and the connections that were made to it. */
async function serve(listener: RequestListener, { is_encrypted = false } = {}) {
  const server = is_encrypted ? createTlsServer(LOCALHOST_TLS, listener) : createServer(listener)
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `${is_encrypted ? 'https' : 'http'}://127.0.0.1:${port}`, connections: () => connections }
}

const UNSIGNED = { getRequestHeaders: async () => new Headers() }
const never = () => new AbortController().signal

test('a request to Cloud Storage itself is signed by the official client, one to another service is not', async () => {
  const headers: IncomingMessage['headers'][] = []
  const { url } = await serve((request, response) => {
    headers.push(request.headers)
    response.end()
  })
  const signing = {
    getRequestHeaders: async () => new Headers({ authorization: 'Bearer token', 'x-goog-user-project': 'p' }),
  }
  for (const customEndpoint of [false, true]) {
    const api = new GcsApi({ apiEndpoint: url, customEndpoint, authClient: signing })
    await api.send({ method: 'GET', path: '/any' }, never())
  }
  expect(headers[0]).toMatchObject({ authorization: 'Bearer token', 'x-goog-user-project': 'p' })
  expect(headers[1]).not.toHaveProperty('authorization')
})

test('what is sent says how long it is, so that the service sees where it was cut off; what only asks sends nothing', async () => {
  const seen: (readonly [string | undefined, string | undefined, string | undefined])[] = []
  const { url } = await serve((request, response) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    seen.push([request.method, length, encoding])
    request.resume().on('end', () => response.end())
  })
  const api = new GcsApi({ apiEndpoint: url, customEndpoint: true, authClient: UNSIGNED })
  const body = [Buffer.from('one'), Buffer.from('twenty')]
  await api.send({ method: 'POST', path: '/any', body }, never())
  await api.send({ method: 'POST', path: '/any' }, never())
  await api.send({ method: 'GET', path: '/any' }, never())
  expect(seen).toEqual([
    ['POST', '9', undefined],
    ['POST', '0', undefined],
    ['GET', undefined, undefined],
  ])
})

test('a refusal to sign is no answer about an object', async () => {
  const failure = Object.assign(new Error('no such account'), { status: 404 })
  const authClient = { getRequestHeaders: async () => Promise.reject(failure) }
  const api = new GcsApi({ apiEndpoint: 'http://127.0.0.1:1', customEndpoint: false, authClient })
  const read = limited(new VirtualClock(), 1000, 'reading', (signal) =>
    api.send({ method: 'GET', path: '/any' }, signal),
  )
  await expect(read).rejects.toThrow('reading: no such account')
})

test('requests in turn share one connection, whatever they are answered', async () => {
  const statuses = [200, 304, 404, 412, 503]
  const { url, connections } = await serve((request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end(request.url === '/304' ? undefined : 'body')
  })
  const api = new GcsApi({ apiEndpoint: url, customEndpoint: true, authClient: UNSIGNED })
  for (const status of statuses) {
    expect(await api.send({ method: 'GET', path: `/${status}` }, never())).toMatchObject({ status })
  }
  expect(connections()).toBe(1)
})

test('a request that is given up ends, before it is sent and while its answer is on its way', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half')
  })
  const api = new GcsApi({ apiEndpoint: url, customEndpoint: true, authClient: UNSIGNED })
  await expect(api.send({ method: 'GET', path: '/' }, AbortSignal.abort())).rejects.toThrow('aborted')
  const over = new AbortController()
  const answer = api.send({ method: 'GET', path: '/' }, over.signal)
  over.abort()
  await expect(answer).rejects.toThrow('aborted')
})

test('an encrypted connection is shared by requests in turn, as Cloud Storage has it', async () => {
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, LOCALHOST_TLS.cert])
  ends.push(async () => setDefaultCACertificates(trusted))
  const bodies: Buffer[] = []
  const { url, connections } = await serve(
    (request, response) => {
      request.on('data', (body: Buffer) => bodies.push(body))
      request.on('end', () => response.end('stored'))
    },
    { is_encrypted: true },
  )
  const api = new GcsApi({ apiEndpoint: url, customEndpoint: true, authClient: UNSIGNED })
  for (const text of ['first', 'second']) {
    const answer = await api.send({ method: 'POST', path: '/', body: [Buffer.from(text)] }, never())
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('stored') })
  }
  expect(bodies.map(String)).toEqual(['first', 'second'])
  expect(connections()).toBe(1)
})

test('a service whose certificate nobody vouches for is sent nothing', async () => {
  const requests: IncomingMessage[] = []
  const { url } = await serve((request) => requests.push(request), { is_encrypted: true })
  const api = new GcsApi({ apiEndpoint: url, customEndpoint: false, authClient: UNSIGNED })
  const answer = api.send({ method: 'POST', path: '/', body: [Buffer.from('secret')] }, never())
  await expect(answer).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  expect(requests).toEqual([])
})
