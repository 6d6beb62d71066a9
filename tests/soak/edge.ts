import {
  Agent,
  createServer,
  type IncomingMessage,
  request as sendRequest,
  type Server,
  type ServerResponse,
} from 'node:http'

import { DEFAULT_FUNCTION, type FunctionName, functionOfPath } from '#shared/contract/functions.ts'
import type { Random } from '#shared/base/random.ts'
import { listening } from '#tests/functions/audiences/harness.ts'

/** Longer than any request may take in the cloud: one that takes longer hangs. */
const HANGS_AFTER_MS = 300_000

/** Of a connection and no header of the answer itself. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/**
 * One origin in front of all instances, as the load balancer is in the cloud. It loses answers by chance, and cuts the
 * connection of a client whose instance has been killed.
 */
export class Edge {
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })
  readonly #random: Random
  readonly #instances = new Map<FunctionName, string[]>()
  readonly #waiting: (() => void)[] = []
  readonly url: string
  /** Answers by function and status. */
  readonly answers = new Map<string, number>()
  /** Requests that no instance ever answered. */
  readonly hanging: string[] = []
  /** One in so many answers is lost on the way to the client; 0: none. */
  lost_one_in = 0

  static async start(random: Random): Promise<Edge> {
    const server = createServer()
    return new Edge(server, await listening(server), random)
  }

  private constructor(server: Server, url: string, random: Random) {
    this.#server = server
    this.#random = random
    this.url = url
    server.on('clientError', (_error, socket) => socket.destroy())
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#pass(request, response))
  }

  add(name: FunctionName, url: string): void {
    this.#instances.set(name, [...this.#of(name), url])
    for (const go of this.#waiting.splice(0)) go()
  }

  remove(name: FunctionName, url: string): void {
    this.#instances.set(
      name,
      this.#of(name).filter((other) => other !== url),
    )
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #of(name: FunctionName): readonly string[] {
    return this.#instances.get(name) ?? []
  }

  /** Waits while there is none, as a request waits for a new instance in the cloud. */
  async #pick(name: FunctionName): Promise<string> {
    while (this.#of(name).length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const urls = this.#of(name)
    return urls[Math.floor(this.#random.uniform() * urls.length)]!
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cut = () => request.socket.resetAndDestroy()
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const target = request.url ?? '/'
    const name = functionOfPath(new URL(target, this.url).pathname) ?? DEFAULT_FUNCTION
    const is_lost = this.lost_one_in > 0 && this.#random.uniform() < 1 / this.lost_one_in
    const url = await this.#pick(name)
    const sent = sendRequest(new URL(target, url), {
      agent: this.#agent,
      method: request.method,
      headers: request.headers,
      timeout: HANGS_AFTER_MS,
    })
    sent.on('timeout', () => {
      this.hanging.push(`${request.method} ${target}`)
      sent.destroy()
    })
    sent.on('error', cut)
    response.on('close', () => void (response.writableFinished || sent.destroy()))
    sent.on('response', (answer) => {
      const seen = `${name} ${answer.statusCode}`
      this.answers.set(seen, (this.answers.get(seen) ?? 0) + 1)
      answer.on('error', cut)
      if (is_lost) return void answer.resume().on('end', cut)
      response.writeHead(answer.statusCode ?? 502, headersOf(answer))
      answer.pipe(response)
    })
    request.pipe(sent)
  }
}

function headersOf({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.push(name, rawHeaders[at + 1]!)
  }
  return headers
}
