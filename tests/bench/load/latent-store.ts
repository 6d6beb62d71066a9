import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { systemClock } from '#shared/base/clock.ts'
import { listening } from '#tests/functions/audiences/harness.ts'

/** Times of the store's answers; what people report of Cloud Storage, not what Google promises. */
export interface Latencies {
  readonly get_ms: number
  readonly list_ms: number
  readonly create_ms: number
  readonly overwrite_ms: number
}

export const REPORTED: Latencies = { get_ms: 30, list_ms: 30, create_ms: 100, overwrite_ms: 500 }
export const NONE: Latencies = { get_ms: 0, list_ms: 0, create_ms: 0, overwrite_ms: 0 }

/** Requests that came through, by kind and by refusal, and bytes of their bodies as the store sees them. */
export interface Traffic {
  puts: number
  gets: number
  lists: number
  bytes_in: number
  bytes_out: number
  /** 412: the generation was another one. */
  conflicts: number
  /** 429: a second change of a name within a second. */
  throttled: number
}

/**
 * Stands before the Cloud Storage stand-in and makes it as slow as the real one: half of each latency passes before the
 * request is handed on, half before the answer is. The stand-in's own latency knows creations from overwrites as little
 * as it counts bytes.
 */
export interface LatentStore {
  readonly url: string
  latencies: Latencies
  /** What came through since the last call. */
  takeTraffic(): Traffic
  close(): void
}

export async function startLatentStore(upstream_url: string): Promise<LatentStore> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 })
  let traffic = noTraffic()
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming)
    const kind = kindOf(incoming)
    traffic[COUNTED_AS[kind]]++
    traffic.bytes_in += body.length
    const half_ms = store.latencies[`${kind}_ms`] / 2
    await systemClock.sleep(half_ms)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = incoming
      request(`${upstream_url}${incoming.url}`, { method, headers, agent }, resolve).on('error', reject).end(body)
    })
    const answered = await bodyOf(answer)
    traffic.bytes_out += answered.length
    if (answer.statusCode === 412) traffic.conflicts++
    if (answer.statusCode === 429) traffic.throttled++
    await systemClock.sleep(half_ms)
    response.writeHead(answer.statusCode!, answer.headers).end(answered)
  }
  const server: Server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.keepAliveTimeout = 0
  const url = await listening(server)
  const store: LatentStore = {
    url,
    latencies: NONE,
    takeTraffic() {
      const taken = traffic
      traffic = noTraffic()
      return taken
    },
    close() {
      server.closeAllConnections()
      server.close()
      agent.destroy()
    },
  }
  return store
}

type Kind = 'get' | 'list' | 'create' | 'overwrite'

const COUNTED_AS = { get: 'gets', list: 'lists', create: 'puts', overwrite: 'puts' } as const

function kindOf({ method, url = '' }: IncomingMessage): Kind {
  const { pathname, searchParams } = new URL(url, 'http://store')
  if (method === 'POST') return searchParams.get('ifGenerationMatch') === '0' ? 'create' : 'overwrite'
  return pathname.endsWith('/o') ? 'list' : 'get'
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function noTraffic(): Traffic {
  return { puts: 0, gets: 0, lists: 0, bytes_in: 0, bytes_out: 0, conflicts: 0, throttled: 0 }
}
