/**
 * A proxy in front of a bucket's API that lets requests through to one bucket and one prefix of it, and nothing else:
 * tests may then be pointed at a bucket that holds more. It counts, signs in, keeps to the rate at which one name may be
 * changed, and fails the next request on demand.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '#shared/base/clock.ts'
import { scopeOf } from './request-scope.ts'

/** How a request fails on its way, whatever a client makes of it. */
export type Failure = 'throttled' | 'unavailable' | 'reset' | 'stall' | 'forbidden' | 'lost_after_landing'

export interface BucketProxyOptions {
  /** Base URL of the API, e.g. `https://storage.googleapis.com`. */
  endpoint: string
  bucket: string
  prefix: string
  /** The header each request is sent on with. */
  authorization?: () => Promise<string>
  /** Least time between two changes of one name. Default: none. */
  pace?: { clock: Clock; interval_ms: number }
}

const STATUS_OF: Readonly<Partial<Record<Failure, number>>> = { throttled: 429, unavailable: 503, forbidden: 403 }
/** Longer than clients keep idle connections: one closed under a request would look like a failure. */
const KEEP_ALIVE_MS = 10 * 60 * 1000
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'host']

export class BucketProxy {
  /** Requests that went on, by HTTP method. */
  readonly counts = new Map<string, number>()
  /** Requests that would have touched something else, e.g. `GET /storage/v1/b`. */
  readonly refused: string[] = []
  readonly #options: BucketProxyOptions
  readonly #server = createServer((request, response) => {
    const work = this.#answer(request, response)
    this.#under_way.add(work)
    void work.then(() => this.#under_way.delete(work))
  })
  readonly #under_way = new Set<Promise<void>>()
  readonly #failures: { readonly failure: Failure; readonly meet: () => void }[] = []
  #last_met = Promise.resolve()
  /** When each name may be changed again. */
  readonly #free_ms = new Map<string, number>()
  /** The object's name by the upload id of its session. */
  readonly #sessions = new Map<string, string>()
  url = ''

  constructor(options: BucketProxyOptions) {
    this.#options = options
  }

  static async start(options: BucketProxyOptions): Promise<BucketProxy> {
    const proxy = new BucketProxy(options)
    proxy.#server.keepAliveTimeout = KEEP_ALIVE_MS
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    proxy.url = `http://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}`
    return proxy
  }

  /** The next request fails so. */
  fail(failure: Failure): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#failures.push({ failure, meet: resolve })
    this.#last_met = promise
  }

  /** Resolves when the request is here that fails last. */
  met(): Promise<void> {
    return this.#last_met
  }

  /** Resolves when nothing that was let through is on its way any more. */
  async settled(): Promise<void> {
    while (this.#under_way.size > 0) await Promise.all(this.#under_way)
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await buffer(request)
      const { bucket, prefix } = this.#options
      const scope = scopeOf(request, this.#sessions)
      if (scope?.bucket !== bucket || !scope.names.every((name) => name.startsWith(prefix))) {
        this.refused.push(`${request.method} ${request.url}`)
        return refuse(response, 403, `Only gs://${bucket}/${prefix} may be touched here.`)
      }
      const planned = this.#failures.shift()
      planned?.meet()
      const failure = planned?.failure
      if (failure === 'stall') return
      if (failure === 'reset') return void response.destroy()
      const status = failure && STATUS_OF[failure]
      if (status !== undefined) return refuse(response, status, `The test lets this request fail: ${failure}.`)
      if (scope.changes !== undefined) await this.#pace(scope.changes)
      const answer = await this.#forward(request, body)
      if (failure === 'lost_after_landing') return void response.destroy()
      this.#remember(answer, scope.names)
      response.writeHead(answer.statusCode ?? 502, this.#headersBack(answer))
      // An answer that breaks off on its way breaks off here too.
      await pipeline(answer, response)
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined)
    }
  }

  async #forward(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const method = request.method ?? 'GET'
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1)
    const { endpoint, authorization } = this.#options
    const headers = without(request.headers, HOP_HEADERS)
    if (authorization) headers['authorization'] = await authorization()
    if (body.length > 0 || method !== 'GET') headers['content-length'] = String(body.length)
    const send = endpoint.startsWith('https:') ? httpsRequest : httpRequest
    return new Promise((resolve, reject) => {
      const { origin } = new URL(endpoint)
      // The path goes as it came: `..` and `//` are ordinary parts of object names.
      send(origin, { method, path: request.url, headers }, resolve).on('error', reject).end(body)
    })
  }

  async #pace(name: string): Promise<void> {
    if (!this.#options.pace) return
    const { clock, interval_ms } = this.#options.pace
    const now_ms = clock.monotonicMs()
    const start_ms = Math.max(now_ms, this.#free_ms.get(name) ?? 0)
    this.#free_ms.set(name, start_ms + interval_ms)
    await clock.sleep(start_ms - now_ms)
  }

  /** A resumable upload goes on at an address that does not say the object's name in every service. */
  #remember(answer: IncomingMessage, names: readonly string[]): void {
    const upload_id = answer.headers.location && new URL(answer.headers.location).searchParams.get('upload_id')
    if (upload_id && names[0] !== undefined) this.#sessions.set(upload_id, names[0])
  }

  #headersBack(answer: IncomingMessage): IncomingMessage['headers'] {
    const headers = without(answer.headers, HOP_HEADERS)
    const { location } = answer.headers
    if (location) headers.location = location.replace(new URL(this.#options.endpoint).origin, this.url)
    return headers
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { code: status, message } }))
}

function without(headers: IncomingMessage['headers'], names: readonly string[]): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}
