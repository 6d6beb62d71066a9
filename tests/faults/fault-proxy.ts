import {
  Agent,
  createServer,
  STATUS_CODES,
  request as sendRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { systemClock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { between } from '#tests/simulation/seeded-random.ts'

/**
 * What a network can do to one exchange between a function and the store.
 * - `reset_before`: reset once the head of the request is here; nothing is passed on.
 * - `reset_in_request`: half of the request's body is passed on, then both connections are reset.
 * - `lost_answer`: carried out; reset before the first byte of the answer.
 * - `reset_in_head`, `reset_in_answer`: carried out; reset in the middle of the answer's head, of its body.
 * - `end_in_answer`: the same, but the connection ends as if the answer were whole.
 * - `half_open`: the proxy's side of the connection ends before the answer, the other stays open; carried out.
 * - `stall`: nothing is passed on, nothing answered, until somebody hangs up.
 * - `stall_answer`: carried out; no byte of the answer comes until the client hangs up.
 * - `slow_request`, `slow_answer`: passed on whole, in many small pieces.
 * - `endless_answer`: carried out; the answer comes in pieces, its last one never.
 */
export const NETWORK_FAULTS = [
  'reset_before',
  'reset_in_request',
  'lost_answer',
  'reset_in_head',
  'reset_in_answer',
  'end_in_answer',
  'half_open',
  'stall',
  'stall_answer',
  'slow_request',
  'slow_answer',
  'endless_answer',
] as const
export type NetworkFault = (typeof NETWORK_FAULTS)[number]

export interface Passing {
  readonly kind: 'read' | 'write' | 'list'
  /** The object's name, or the prefix that is listed. */
  readonly name: string
}

/** Which fault strikes a request, if one does; asked once for each, in the order they come. */
export type FaultPlan = (passing: Passing) => NetworkFault | undefined

/** One in `one_in` requests meets a fault, by chance; each fault comes as often as the others. */
export function randomPlan(random: Random, one_in: number, faults: readonly NetworkFault[]): FaultPlan {
  let deck: NetworkFault[] = []
  return () => {
    if (random.uniform() >= 1 / one_in) return undefined
    if (deck.length === 0) deck = [...faults]
    return deck.splice(between(random, 0, deck.length - 1), 1)[0]
  }
}

export interface FaultProxy {
  readonly url: string
  /** From now on; without a plan everything passes as it is. */
  plan: FaultPlan | undefined
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<NetworkFault, number>
  /** How often any of them did. */
  strikes(): number
  /** No more faults, and what is stalled is hung up on. */
  heal(): void
  close(): Promise<void>
}

/** A proxy in front of the stand-in: connections are cut and slowed where an exchange hurts most. */
export async function startFaultProxy(upstream: { readonly url: string }): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true })
  const struck = new Map<NetworkFault, number>()
  /** Connections on which something was held back. */
  const held = new Set<Socket>()
  const server = createServer((request) => {
    const fault = proxy.plan?.(passingOf(request))
    if (fault) struck.set(fault, (struck.get(fault) ?? 0) + 1)
    const hold = () => {
      // Healed in the meantime: nobody would come to hang up.
      if (!proxy.plan) return void request.socket.resetAndDestroy()
      held.add(request.socket)
      request.socket.once('close', () => held.delete(request.socket))
    }
    // Either side may hang up at any time.
    request.on('error', () => undefined)
    void passOn(request, { url: upstream.url, agent, fault, hold }).catch(() => request.socket.resetAndDestroy())
  })
  server.keepAliveTimeout = 600_000
  server.on('clientError', (_error, socket) => socket.destroy())
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: undefined,
    struck,
    strikes: () => [...struck.values()].reduce((sum, count) => sum + count, 0),
    heal() {
      proxy.plan = undefined
      for (const socket of held) socket.resetAndDestroy()
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      agent.destroy()
      await closed
    },
  }
  return proxy
}

interface PassOptions {
  readonly url: string
  readonly agent: Agent
  readonly fault: NetworkFault | undefined
  /** Notes that somebody waits on this connection. */
  readonly hold: () => void
}

async function passOn(request: IncomingMessage, options: PassOptions): Promise<void> {
  const { fault, hold } = options
  const { socket } = request
  if (fault === 'reset_before') return void socket.resetAndDestroy()
  if (fault === 'stall') return hold()
  const body = await bodyOf(request)
  const answer = await exchange(request, body, options)
  if (!answer) return void socket.resetAndDestroy()

  // Written past Node's own response, which has no say in where its bytes are cut.
  const { payload } = answer
  const head = headOf(answer)
  switch (fault) {
    case 'lost_answer':
      return void socket.resetAndDestroy()
    case 'half_open':
      return void socket.end()
    case 'stall_answer':
      return hold()
    case 'reset_in_head':
      return void socket.write(head.subarray(0, head.length / 2), () => socket.resetAndDestroy())
    case 'reset_in_answer':
      return void socket.write(firstHalf(head, payload), () => socket.resetAndDestroy())
    case 'end_in_answer':
      return void socket.end(firstHalf(head, payload))
    case 'endless_answer':
      hold()
      return inPieces(Buffer.concat([head, payload]).subarray(0, -1), (piece) => void socket.write(piece))
    case 'slow_answer':
      return inPieces(Buffer.concat([head, payload]), (piece) => void socket.write(piece))
    default:
      socket.write(Buffer.concat([head, payload]))
  }
}

/** The head and half of the body; of an answer without one, the head but for its end. */
function firstHalf(head: Buffer, payload: Buffer): Buffer {
  return payload.length === 0 ? head.subarray(0, -2) : Buffer.concat([head, payload.subarray(0, payload.length / 2)])
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface StoreAnswer {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: string[]
  readonly payload: Buffer
}

/** The head as it goes over the wire. */
function headOf({ status, headers }: StoreAnswer): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`]
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

/** What the store says; `undefined` when the request was cut in the middle. */
async function exchange(
  request: IncomingMessage,
  body: Buffer,
  { url, agent, fault }: PassOptions,
): Promise<StoreAnswer | undefined> {
  const { 'transfer-encoding': _, ...headers } = request.headers
  const has_body = request.method !== 'GET'
  const sent = sendRequest(new URL(request.url ?? '/', url), {
    agent,
    method: request.method,
    headers: { ...headers, ...(has_body && { 'content-length': String(body.length) }) },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject))
  // Awaited below, or of no interest any more.
  answered.catch(() => undefined)
  if (fault === 'reset_in_request') {
    await cutInBody(sent, body)
    return undefined
  }
  if (fault === 'slow_request') await inPieces(body, (piece) => void sent.write(piece))
  else sent.write(body)
  sent.end()
  const response = await answered
  const payload = await bodyOf(response)
  return { status: response.statusCode ?? 0, headers: response.rawHeaders, payload }
}

async function cutInBody(sent: ClientRequest, body: Buffer): Promise<void> {
  await new Promise<void>((resolve) => sent.write(body.subarray(0, body.length / 2), () => resolve()))
  sent.socket?.resetAndDestroy()
}

const PIECES = 25
const PIECE_PAUSE_MS = 4

/** Sends bytes with a pause after each piece, so that none of them shares a packet with the next. */
async function inPieces(bytes: Buffer, send: (piece: Buffer) => void): Promise<void> {
  const piece_bytes = Math.max(1, Math.ceil(bytes.length / PIECES))
  for (let at = 0; at < bytes.length; at += piece_bytes) {
    send(bytes.subarray(at, at + piece_bytes))
    await systemClock.sleep(PIECE_PAUSE_MS)
  }
}

function passingOf({ method, url = '/' }: IncomingMessage): Passing {
  const { pathname, searchParams } = new URL(url, 'http://store')
  if (method !== 'GET') return { kind: 'write', name: searchParams.get('name') ?? '' }
  const name = /\/o\/([^/]+)$/.exec(pathname)?.[1]
  if (name !== undefined) return { kind: 'read', name: decodeURIComponent(name) }
  return { kind: 'list', name: searchParams.get('prefix') ?? '' }
}
